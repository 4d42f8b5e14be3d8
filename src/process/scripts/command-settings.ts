/** From a script of the configuration to what can be run: who runs it, and whether it may be. */
import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ScriptConfig, ScriptsConfig } from '../../config/model/index.js';
import type { CommandSettings } from '../../tracking/settings.js';
import { findProgram } from './programs.js';
import { findGroup, findUser } from './users.js';

/** keepalived's user for scripts that name none. */
const DEFAULT_USER = 'keepalived_script';

/** The first in the list of words is what was wrong, for the log. */
export type Report = (script: ScriptConfig, problem: string) => void;

/** Looks up what scripts need; each name is looked up once. */
export class Commands {
  readonly #scripts: ScriptsConfig;
  readonly #report: Report;
  /** Bounded by the names in the configuration. */
  readonly #users = new Map<string, ReturnType<typeof findUser>>();

  constructor(scripts: ScriptsConfig, report: Report) {
    this.#scripts = scripts;
    this.#report = report;
  }

  /** What is run; `undefined`, after a report, for a script that is not to be run. */
  settings(script: ScriptConfig): CommandSettings | undefined {
    const user = this.#userOf(script);
    if (user === 'unknown') {
      this.#report(script, 'there is no such user or group: it is not run');
      return undefined;
    }
    const asRoot = user ? user.uid === 0 : process.getuid?.() === 0;
    if (asRoot && this.#scripts.security) {
      const unsafe = unsafePart(script.command[0] as string);
      if (unsafe !== undefined) {
        this.#report(script, `others than root can write ${unsafe}: it is not run as root`);
        return undefined;
      }
    }
    const [program, ...args] = script.command as readonly [string, ...string[]];
    const words = [this.#scripts.useSymlinkPaths ? program : resolved(program), ...args] as const;
    return user ? { words, user } : { words };
  }

  /** `undefined`: as the daemon itself. */
  #userOf(script: ScriptConfig): CommandSettings['user'] | 'unknown' {
    const fallback = this.#scripts.user;
    const own = script.user !== undefined;
    const name = script.user ?? fallback?.user;
    const supplementaryGroups =
      script.supplementaryGroups === true || this.#scripts.supplementaryGroups;
    if (name === undefined) {
      const user = this.#find(DEFAULT_USER);
      return user && { uid: user.uid, gid: user.gid, supplementaryGroups };
    }
    const user = this.#find(name);
    const group = own ? script.group : fallback?.group;
    const gid = group === undefined ? user?.gid : findGroup(group);
    if (!user || gid === undefined) return 'unknown';
    return { uid: user.uid, gid, supplementaryGroups };
  }

  #find(name: string): ReturnType<typeof findUser> {
    if (!this.#users.has(name)) this.#users.set(name, findUser(name));
    return this.#users.get(name);
  }
}

/**
 * Without `use_symlink_paths` links on the way to a program are followed once, when the configuration
 * is read: what is run then is what was looked at. The program's own name stays, for those that are
 * many programs in one.
 */
function resolved(program: string): string {
  if (!program.includes('/')) return program;
  try {
    return path.join(realpathSync(path.dirname(program)), path.basename(program));
  } catch {
    return program;
  }
}

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * The program, or the folder above it, that somebody else than root could replace (keepalived's
 * `enable_script_security`); `undefined`: none.
 */
function unsafePart(program: string): string | undefined {
  const file = findProgram(program);
  if (file === undefined) return undefined;
  for (let part = file; ; part = path.dirname(part)) {
    const { uid, gid, mode } = statSync(part);
    const isFolder = part !== file;
    const writable = (gid !== 0 && (mode & GROUP_WRITES) !== 0) || (mode & OTHERS_WRITE) !== 0;
    if (uid !== 0 || (writable && !(isFolder && (mode & STICKY) !== 0))) return part;
    if (part === path.dirname(part)) return undefined;
  }
}
