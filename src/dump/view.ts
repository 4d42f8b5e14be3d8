/** What a dump is made of: the configuration's facts, and the state at one moment. */
import type { InstanceSnapshot, VrrpSnapshot } from '../vrrp/snapshot.js';
import type { Counters } from './counters.js';
import type { DumpSettings, InstanceFacts } from './settings.js';

export interface DumpView {
  readonly settings: DumpSettings;
  readonly vrrp: VrrpSnapshot;
  /** By instance. */
  readonly counters: ReadonlyMap<string, Counters>;
  /** What tracked scripts and files are, by name; missing: no result yet. */
  readonly scripts: ReadonlyMap<string, boolean>;
  readonly files: ReadonlyMap<string, number>;
  readonly processes: ReadonlyMap<
    string,
    { readonly count: number; readonly up: boolean; readonly changesAt: number | undefined }
  >;
  /** Wall clock, µs since 1970. */
  readonly now: number;
}

/** The instances that run, each with what the configuration says of it. */
export function instancesOf({
  settings,
  vrrp,
}: DumpView): { readonly facts: InstanceFacts; readonly state: InstanceSnapshot }[] {
  return vrrp.instances.flatMap((state) => {
    const facts = settings.instances.get(state.name);
    return facts ? [{ facts, state }] : [];
  });
}

/** keepalived says of an address that it is on the interface by a last word. */
export function addressText(text: string, state: InstanceSnapshot): string {
  return state.state === 'MASTER' ? `${text} set` : text;
}

/** The priority of the master that a backup hears; 0: none. */
export function masterPriority({ state, lastAdvert }: InstanceSnapshot): number {
  return state === 'BACKUP' ? (lastAdvert?.priority ?? 0) : 0;
}
