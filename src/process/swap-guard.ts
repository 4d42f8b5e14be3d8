/**
 * `vrrp_no_swap`, `checker_no_swap`: the daemon's memory is kept out of swap by its control group.
 * Locking pages (mlockall(2)) is no way: a JavaScript engine reserves much more than it uses, and
 * dies when a reservation fails.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';

interface Places {
  readonly proc: string;
  readonly cgroups: string;
}

const MACHINE: Places = { proc: '/proc', cgroups: '/sys/fs/cgroup' };

export class SwapGuard {
  readonly #logger: Logger;
  readonly #places: Places;
  /** The daemon's first process: what it has started belongs to us. */
  readonly #root: number;
  #wanted = false;
  /** What was in the file before. */
  #before: { readonly file: string; readonly text: string } | undefined;

  constructor(logger: Logger, root = process.ppid, places = MACHINE) {
    this.#logger = logger;
    this.#root = root;
    this.#places = places;
  }

  /** Keeps the daemon out of swap, or lets it be as it was. Said once a change. */
  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    try {
      if (wanted) this.#forbid();
      else this.#putBack();
    } catch (error) {
      this.#refuse(messageOf(error));
    }
  }

  #forbid(): void {
    const group = ownGroup(readFileSync(join(this.#places.proc, 'self/cgroup'), 'utf8'));
    if (group === undefined) {
      this.#refuse('there is no control group of its own');
      return;
    }
    const folder = join(this.#places.cgroups, group);
    const members = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
    const stranger = members.map(Number).find((pid) => !this.#isOurs(pid));
    if (stranger !== undefined) {
      this.#refuse(`process ${stranger} is in the control group too`);
      return;
    }
    const file = join(folder, 'memory.swap.max');
    const text = readFileSync(file, 'utf8').trim();
    if (text === '0') return;
    writeFileSync(file, '0');
    this.#before = { file, text };
  }

  #putBack(): void {
    if (this.#before) writeFileSync(this.#before.file, this.#before.text);
    this.#before = undefined;
  }

  #refuse(why: string): void {
    const help = 'use MemorySwapMax=0 in the unit';
    this.#logger.warning('no-swap', `Cannot keep the daemon out of swap: ${why} (${help})`);
  }

  /** Whether the daemon's first process, or a child of a child of it. Bounded by the depth. */
  #isOurs(pid: number): boolean {
    for (let at = pid, steps = 0; at > 1 && steps < 32; steps++) {
      if (at === this.#root) return true;
      const parent = parentOf(join(this.#places.proc, String(at), 'stat'));
      if (parent === undefined) return at === pid; // It has ended meanwhile.
      at = parent;
    }
    return false;
  }
}

/**
 * The control group of version 2 of a process (cgroups(7)): the line `0::/path`. `undefined` if it is
 * the first group of all, which has no limits.
 */
export function ownGroup(text: string): string | undefined {
  const line = text.split('\n').find((each) => each.startsWith('0::/'));
  const path = line?.slice('0::'.length);
  return path === undefined || path === '/' || path.startsWith('/..') ? undefined : path;
}

/** The fourth word of `/proc/PID/stat`; the second, in parentheses, may have blanks in it. */
function parentOf(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
