/** Rules about everything that is run: who runs it, and who could change it. */
import type { Sink } from '../diagnostics/diagnostics.js';
import { suggest } from '../diagnostics/nearest.js';
import { SHELL } from '../grammar/script.js';
import type { Config, ScriptConfig } from '../model/index.js';
import { NOWHERE, type Position, renderPosition } from '../text/source.js';
import type { Environment } from './index.js';

/** What keepalived runs scripts as if nothing else is said and there is such a user. */
const DEFAULT_USER = 'keepalived_script';

export function checkScripts(config: Config, environment: Environment, sink: Sink): void {
  const scripts = scriptsOf(config).sort(byPlace);
  checkSecurity(config, environment, scripts, sink);
  checkUsers(config, environment, scripts, sink);
  checkDefaultUser(config, environment, scripts, sink);
  checkPrograms(environment, scripts, sink);
}

/** What a large configuration has very often, and no script in it. */
const NO_SCRIPT_BELOW = new Set(['at', 'origins', 'command', 'timing', 'target', 'garp', 'id']);

interface User {
  readonly user?: string;
  readonly group?: string;
}

/** A command, and where the user that runs it is named: behind it, or on a line of its own. */
interface PlacedScript extends ScriptConfig {
  readonly userAt: Position;
}

/**
 * Every command of a configuration, wherever it stands: found by its shape, so that a new place for
 * one is not forgotten here.
 */
function scriptsOf(config: Config): PlacedScript[] {
  const found: PlacedScript[] = [];
  const collect = (object: object, userAt?: Position): void => {
    if (Array.isArray(object)) {
      for (const one of object) {
        if (typeof one === 'object' && one !== null) collect(one, undefined);
      }
      return;
    }
    // Without words it is one that was wrong, which was reported.
    if ('command' in object && Array.isArray(object.command) && object.command.length > 0) {
      const script = object as ScriptConfig;
      found.push({ ...script, userAt: userAt ?? script.at });
    }
    const origins = 'origins' in object ? (object.origins as Record<string, Position>) : undefined;
    for (const key in object) {
      const inner: unknown = object[key as keyof typeof object];
      if (typeof inner !== 'object' || inner === null || NO_SCRIPT_BELOW.has(key)) continue;
      collect(inner, origins?.['user']);
    }
  };
  collect(config);
  return found;
}

/** keepalived's `-t` refuses this if it finds the program, and its daemon runs it: so does this. */
function checkSecurity(
  config: Config,
  { accounts, isExecutable, isStart }: Environment,
  scripts: readonly ScriptConfig[],
  sink: Sink,
): void {
  const { security, user } = config.global.scripts;
  if (security || scripts.length === 0) return;
  const usual = user?.user ?? (accounts?.hasUser(DEFAULT_USER) ? DEFAULT_USER : 'root');
  // keepalived looks at scripts that nothing tracks as well, unless there is no instance at all.
  const unused = config.trackScripts.filter(({ at }) => sink.isUnsure(at));
  const neverRun = new Set(unused.map(({ script }) => script.at));
  const isRun = ({ at }: ScriptConfig): boolean => !neverRun.has(at);
  const isLookedAt = (script: ScriptConfig): boolean =>
    isRun(script) || config.instances.length > 0;
  const ofRoot = scripts.filter(
    (script) => (script.user ?? usual) === 'root' && isLookedAt(script),
  );
  const found = ofRoot.filter(
    (script) => isExecutable?.(script.command[0] as string) && redirectionOf(script) === undefined,
  );
  const worst = found.find(isRun) ?? found[0] ?? ofRoot[0];
  if (!worst) return;
  const { at, origins } = config.global;
  // Where it is mended, if there is such a place.
  const global = origins['script_user'] ?? at;
  const where = global ? ` (${renderPosition(worst.at)})` : '';
  sink.report('CONFIG_SCRIPT_SECURITY', global ?? worst.at, {
    message: `${shownProgram(worst, where)} ${found.length > 0 && isRun(worst) ? 'is' : 'would be'} run as root without enable_script_security: anyone who can write it, or a folder above it, becomes root`,
    expected: "'enable_script_security' and a 'script_user'",
    severity: found.length > 0 && !isStart ? 'error' : 'warning',
  });
}

/** The program, and why it is a shell where none is written. */
function shownProgram(script: ScriptConfig, where: string): string {
  const first = redirectionOf(script);
  if (first === undefined) return `'${script.command[0]}'${where}`;
  return `a command that begins with '${first}'${where} is left to ${SHELL}, which`;
}

/** What a command begins with that `splitCommand` leaves to a shell; keepalived takes it for a program. */
function redirectionOf({ command: [program, option, text] }: ScriptConfig): string | undefined {
  if (program !== SHELL || option !== '-c') return undefined;
  return /^\s*([<>])/.exec(text ?? '')?.[1];
}

function checkUsers(
  config: Config,
  { accounts }: Environment,
  scripts: readonly PlacedScript[],
  sink: Sink,
): void {
  if (!accounts) return;
  const { global } = config;
  const { all, vrrp, lvs } = global.fifos;
  const origin = (keyword: string): Position => global.origins[keyword] ?? NOWHERE;
  const named: readonly { who: User | undefined; at: Position; isBehind?: boolean }[] = [
    { who: global.scripts.user, at: origin('script_user') },
    { who: all, at: origin('notify_fifo') },
    { who: vrrp, at: origin('vrrp_notify_fifo') },
    { who: lvs, at: origin('lvs_notify_fifo') },
    ...scripts.map((script) => ({
      who: script,
      at: script.userAt,
      isBehind: script.userAt === script.at,
    })),
  ];
  const known = new Map<string, boolean>();
  for (const { who, at, isBehind } of named) {
    for (const kind of ['user', 'group'] as const) {
      const name = who?.[kind];
      if (name === undefined) continue;
      const key = `${kind} ${name}`;
      const has =
        known.get(key) ?? (kind === 'user' ? accounts.hasUser(name) : accounts.hasGroup(name));
      known.set(key, has);
      if (has) continue;
      sink.report('CONFIG_UNKNOWN_USER', at, {
        message: `there is no ${kind} '${name}' on this machine: nothing can be run as it`,
        suggestion: suggest(name, ['root', 'nobody', DEFAULT_USER]),
        expected: isBehind
          ? 'one word, or the command and its arguments in quotes; a user and a group may stand behind it'
          : undefined,
      });
    }
  }
}

/** With enable_script_security keepalived has no other user to fall back to. */
function checkDefaultUser(
  { global }: Config,
  { accounts }: Environment,
  scripts: readonly ScriptConfig[],
  sink: Sink,
): void {
  if (!global.scripts.security || global.scripts.user) return;
  if (!accounts || accounts.hasUser(DEFAULT_USER)) return;
  const { all, vrrp, lvs } = global.fifos;
  const pipes = [
    { fifo: all, keyword: 'notify_fifo' },
    { fifo: vrrp, keyword: 'vrrp_notify_fifo' },
    { fifo: lvs, keyword: 'lvs_notify_fifo' },
  ].flatMap(({ fifo, keyword }) =>
    fifo && fifo.user === undefined ? (global.origins[keyword] ?? []) : [],
  );
  const places = scripts.filter(({ user }) => user === undefined).map(({ at }) => at);
  for (const at of [...pipes, ...places]) {
    sink.report('CONFIG_UNKNOWN_USER', at, {
      message: `no user is named, and there is no user ${DEFAULT_USER} on this machine: with enable_script_security keepalived would not run this`,
      expected: "'script_user' in global_defs, or a user behind the command",
    });
  }
}

/** keepalived runs no script whose program it does not find. */
function checkPrograms(
  { isExecutable }: Environment,
  scripts: readonly ScriptConfig[],
  sink: Sink,
): void {
  if (!isExecutable) return;
  const uses = new Map<string, Position[]>();
  for (const { command, at } of scripts) {
    const program = command[0] as string;
    const places = uses.get(program);
    if (places) places.push(at);
    else uses.set(program, [at]);
  }
  for (const [program, [at = NOWHERE, ...others]] of uses) {
    if (isExecutable(program)) continue;
    const more =
      others.length === 0
        ? ''
        : `, here and in ${others.length} more ${others.length === 1 ? 'place' : 'places'}`;
    sink.report('CONFIG_UNKNOWN_PROGRAM', at, {
      message: `there is no program '${program}' on this machine that could be run: the script is not run${more}`,
      expected: 'the path of a file that may be executed, or a name in PATH',
    });
  }
}

function byPlace(a: ScriptConfig, b: ScriptConfig): number {
  return a.at.line - b.at.line || a.at.column - b.at.column;
}
