/** Which processes a `vrrp_track_process` is about (keepalived.conf(5)). */
import type { ProcessSettings } from './settings.js';

/** What is compared of a process. */
export interface ProcessIdentity {
  /** /proc/PID/comm: the name, at most 15 bytes. */
  readonly name: string;
  /** /proc/PID/cmdline: the program and its parameters; empty for a kernel thread. */
  readonly command: readonly string[];
}

/** TASK_COMM_LEN of linux/sched.h without the closing NUL. */
const NAME_BYTES = 15;

type Pattern = Pick<ProcessSettings, 'program' | 'parameters' | 'parameterMatch' | 'fullCommand'>;

/** Whether a process is one of those that are counted. */
export function matchesProcess(pattern: Pattern, { name, command }: ProcessIdentity): boolean {
  if (!pattern.fullCommand) return name === shortName(pattern.program);
  const [program, ...parameters] = command;
  return program === pattern.program && matchesParameters(pattern, parameters);
}

/** How many bytes of a command line tell whether it matches: what follows is not read. */
export function commandBytes({ program, parameters }: Pattern): number {
  const words = [program, ...parameters];
  // One word more, or a longer last one, has to be seen.
  return words.reduce((sum, word) => sum + Buffer.byteLength(word) + 1, 0) + 2;
}

function matchesParameters(
  { parameters: wanted, parameterMatch }: Pattern,
  actual: readonly string[],
): boolean {
  if (parameterMatch === 'none') return true;
  if (
    parameterMatch === 'partial' ? actual.length < wanted.length : actual.length !== wanted.length
  )
    return false;
  return wanted.every((word, i) => {
    const isLast = i === wanted.length - 1;
    return parameterMatch === 'initial' && isLast
      ? (actual[i] as string).startsWith(word)
      : actual[i] === word;
  });
}

/** The kernel cuts a longer name. */
function shortName(program: string): string {
  const bytes = Buffer.from(program);
  return bytes.length <= NAME_BYTES ? program : bytes.subarray(0, NAME_BYTES).toString();
}
