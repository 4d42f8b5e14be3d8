/**
 * What bin/tandemd tells glibc's malloc (mallopt(3)) in the environment: for the daemon's processes, and for
 * nothing that it runs.
 */
const NAMES = ['MALLOC_ARENA_MAX', 'MALLOC_TRIM_THRESHOLD_'] as const;

/** Takes it out of an environment. */
export function takeAllocatorSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const taken: NodeJS.ProcessEnv = {};
  for (const name of NAMES) {
    if (env[name] !== undefined) taken[name] = env[name];
    delete env[name];
  }
  return taken;
}
