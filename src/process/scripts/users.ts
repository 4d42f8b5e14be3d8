/** Users and groups by name: who a script runs as. */
import { execFileSync } from 'node:child_process';

/** A user with the groups that passwd(5) and group(5), or whatever NSS asks, give it. */
export interface User {
  readonly name: string;
  readonly uid: number;
  /** The primary group. */
  readonly gid: number;
}

/** getent(1) asks a directory server too: a slow one must not hold up a reload for long. */
const LOOKUP_MILLIS = 5_000;

/**
 * Looks a user up as login does (nsswitch.conf(5)), by name or by number.
 *
 * @returns `undefined` if there is none.
 */
export function findUser(name: string): User | undefined {
  const fields = entry('passwd', name);
  const [found, , uid, gid] = fields ?? [];
  if (found === undefined) return undefined;
  return { name: found, uid: Number(uid), gid: Number(gid) };
}

/** Looks a group up, by name or by number; `undefined` if there is none. */
export function findGroup(name: string): number | undefined {
  const gid = entry('group', name)?.[2];
  return gid === undefined ? undefined : Number(gid);
}

function entry(database: 'passwd' | 'group', name: string): string[] | undefined {
  if (name === '' || name.startsWith('-')) return undefined;
  try {
    const line = execFileSync('getent', [database, name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LOOKUP_MILLIS,
    });
    return line.trimEnd().split(':');
  } catch {
    return undefined;
  }
}
