/** Gratuitous ARP settings: of `global_defs`, and of the instances that inherit them. */
import { fromSeconds, type Micros } from '../../base/time.js';
import type { GarpConfig } from '../model/index.js';
import type { GlobalSection } from './global.js';
import type { Given, Picker } from './pick.js';

const DELAY: Micros = fromSeconds(5);
const REPEAT = 5;

/** The GARP settings that instances inherit, with the places they were given at. */
export type GarpDefaults = { readonly [K in keyof GarpConfig]: Given<GarpConfig[K]> | undefined };

/** What `global_defs` says about gratuitous ARP. */
export function garpDefaults(section: GlobalSection): GarpDefaults {
  const minimal = section.get('vrrp_min_garp');
  const min = (value: number): Given<number> | undefined =>
    minimal?.value ? { value, at: minimal.at } : undefined;
  // What other lines say counts, wherever they stand.
  const masterDelay = section.get('vrrp_garp_master_delay') ?? min(0);
  const masterRepeat = section.get('vrrp_garp_master_repeat') ?? min(1);
  return {
    masterDelay,
    masterRepeat,
    masterRefresh: section.get('vrrp_garp_master_refresh'),
    masterRefreshRepeat: section.get('vrrp_garp_master_refresh_repeat'),
    // The global settings for losing adverts default to the global ones for becoming MASTER; an
    // instance's own `garp_master_*` has no part in it.
    lowerPrioDelay: section.get('vrrp_garp_lower_prio_delay') ?? masterDelay,
    lowerPrioRepeat: section.get('vrrp_garp_lower_prio_repeat') ?? masterRepeat,
  };
}

/** Picks GARP settings: own, else inherited, else keepalived's defaults. */
export function pickGarp(
  pick: Picker,
  prefix: 'garp_' | 'vrrp_garp_',
  own: GarpDefaults,
  inherited: GarpDefaults | undefined,
): GarpConfig {
  const value = <K extends keyof GarpConfig>(key: K, word: string, fallback: GarpConfig[K]) =>
    pick.value<GarpConfig[K]>(prefix + word, fallback, own[key], inherited?.[key]);
  return {
    masterDelay: value('masterDelay', 'master_delay', DELAY),
    masterRepeat: value('masterRepeat', 'master_repeat', REPEAT),
    masterRefresh: value('masterRefresh', 'master_refresh', 0),
    masterRefreshRepeat: value('masterRefreshRepeat', 'master_refresh_repeat', 1),
    lowerPrioDelay: value('lowerPrioDelay', 'lower_prio_delay', DELAY),
    lowerPrioRepeat: value('lowerPrioRepeat', 'lower_prio_repeat', REPEAT),
  };
}
