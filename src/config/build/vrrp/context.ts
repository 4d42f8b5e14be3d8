/** What building an instance needs to know besides its block. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { WeightArgs } from '../../grammar/vrrp/tracking.js';
import type { GarpConfig, GlobalConfig, Origins, SyncGroupConfig } from '../../model/index.js';
import { type GarpDefaults, pickGarp } from '../garp.js';
import { type Given, Picker } from '../pick.js';
import type { Routing } from '../routing.js';
import type { InstanceDefaults } from './inherited.js';

/** What the entries of `track_*` blocks may name, by kind: the weights that count without one. */
export interface Trackers {
  readonly script: ReadonlyMap<string, WeightArgs>;
  readonly file: ReadonlyMap<string, WeightArgs>;
  readonly process: ReadonlyMap<string, WeightArgs>;
  readonly bfd: ReadonlyMap<string, WeightArgs>;
  /** Filled while lists are built: the scripts and processes that any of them names. */
  readonly named: { readonly script: Set<string>; readonly process: Set<string> };
}

export interface VrrpContext {
  readonly global: GlobalConfig;
  readonly defaults: InstanceDefaults;
  /** What instances inherit about gratuitous ARP, by value. */
  readonly garp: GarpDefaults;
  /** The same for instances that say nothing of it: one object for all of them. */
  readonly sharedGarp: { readonly config: GarpConfig; readonly origins: Origins };
  readonly trackers: Trackers;
  /** By the names of the members. */
  readonly groups: ReadonlyMap<string, SyncGroupConfig>;
  /** What the group of an instance says of notify_priority_changes, by the instance's name. */
  readonly groupNotify: ReadonlyMap<string, Given<boolean>>;
  readonly routing: Routing;
  readonly sink: Sink;
}

/** What all instances inherit about gratuitous ARP, with origins under an instance's keywords. */
export function shareGarp(garp: GarpDefaults): VrrpContext['sharedGarp'] {
  const pick = new Picker();
  const config = pickGarp(pick, 'garp_', NO_GARP, garp);
  return { config, origins: pick.origins };
}

const NO_GARP: GarpDefaults = {
  masterDelay: undefined,
  masterRepeat: undefined,
  masterRefresh: undefined,
  masterRefreshRepeat: undefined,
  lowerPrioDelay: undefined,
  lowerPrioRepeat: undefined,
};
