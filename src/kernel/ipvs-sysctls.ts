/**
 * Keeps switches of IPVS as wanted, and puts back what they were. What a switch was is told before it
 * is changed, so that a later process can put it back.
 */
import { messageOf } from '../base/errors.js';
import type { WantedSysctl } from '../ipvs/sysctls.js';

/** What was there, and what was made of it, by name. Bounded by the switches. */
export type SavedSysctls = Readonly<Record<string, { readonly was: string; readonly set: string }>>;

export interface SysctlFiles {
  /** The value as one line; `undefined`: this kernel has no such switch. */
  read(name: string): string | undefined;
  /** Throws the system's error. */
  write(name: string, value: string): void;
}

export interface SysctlReport {
  /** Switches that were changed, with their old and new values. */
  readonly changed: readonly {
    readonly name: string;
    readonly from: string;
    readonly to: string;
  }[];
  readonly failed: readonly string[];
}

export class IpvsSysctls {
  readonly #files: SysctlFiles;
  readonly #onSaved: (saved: SavedSysctls) => void;
  #saved: Record<string, { was: string; set: string }> = {};

  /** @param onSaved called before something is changed, and after everything was put back. */
  constructor(files: SysctlFiles, onSaved: (saved: SavedSysctls) => void) {
    this.#files = files;
    this.#onSaved = onSaved;
  }

  /** Takes over what an earlier process has changed and not put back. */
  adopt(saved: SavedSysctls): void {
    this.#saved = { ...saved, ...this.#saved };
  }

  /** Sets what is wanted, and puts back what is not any more. */
  reconcile(wanted: readonly WantedSysctl[]): SysctlReport {
    const changed: { name: string; from: string; to: string }[] = [];
    const failed: string[] = [];
    const before = JSON.stringify(this.#saved);
    const due: { readonly name: string; readonly from: string; readonly to: string }[] = [];
    for (const { name, value } of wanted) {
      const now = this.#files.read(name);
      if (now === undefined) {
        failed.push(`net.ipv4.vs.${name}: the kernel has no such switch`);
        continue;
      }
      if (now === value) continue;
      this.#saved[name] = { was: this.#saved[name]?.was ?? now, set: value };
      due.push({ name, from: now, to: value });
    }
    if (JSON.stringify(this.#saved) !== before) this.#onSaved({ ...this.#saved });
    for (const change of due) this.#write(change, changed, failed);
    const kept = new Set(wanted.map(({ name }) => name as string));
    this.#putBack(
      Object.keys(this.#saved).filter((name) => !kept.has(name)),
      changed,
      failed,
    );
    return { changed, failed };
  }

  /** Puts everything back. */
  restore(): SysctlReport {
    return this.reconcile([]);
  }

  /** What was set here and is something else now was changed by somebody else: it stays. */
  #putBack(
    names: readonly string[],
    changed: { name: string; from: string; to: string }[],
    failed: string[],
  ): void {
    if (names.length === 0) return;
    for (const name of names) {
      const { was, set } = this.#saved[name] as { was: string; set: string };
      delete this.#saved[name];
      if (this.#files.read(name) === set) {
        this.#write({ name, from: set, to: was }, changed, failed);
      }
    }
    this.#onSaved({ ...this.#saved });
  }

  #write(
    change: { readonly name: string; readonly from: string; readonly to: string },
    changed: { name: string; from: string; to: string }[],
    failed: string[],
  ): void {
    try {
      this.#files.write(change.name, change.to);
      changed.push(change);
    } catch (error) {
      failed.push(`net.ipv4.vs.${change.name} = ${change.to}: ${messageOf(error)}`);
    }
  }
}
