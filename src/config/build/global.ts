/** `global_defs` to the model. All blocks of that name count as one. */
import { fromSeconds, type Micros } from '../../base/time.js';
import type { globalDefs } from '../grammar/global-defs.js';
import type { GarpConfig, GlobalConfig } from '../model/index.js';
import type { Section } from './interpret.js';
import { type Given, Picker } from './pick.js';

export type GlobalSection = Section<typeof globalDefs>;

const GARP_DELAY: Micros = fromSeconds(5);
const GARP_REPEAT = 5;

/** The GARP settings that instances inherit, with the places they were given at. */
export type GarpDefaults = { readonly [K in keyof GarpConfig]: Given<GarpConfig[K]> | undefined };

/** The global part of the model; its sync daemon is added when the instances are known. */
export function buildGlobal(section: GlobalSection): GlobalConfig {
  const pick = new Picker();
  const routerId = pick.optional('router_id', section.get('router_id'));
  const version = pick.value('vrrp_version', 2, section.get('vrrp_version'));
  const given = garpDefaults(section);
  const lvsFlush = pick.value<boolean>('lvs_flush', false, section.get('lvs_flush'));
  const lvsFlushOnStop = pick.value<'no' | 'services' | 'all'>(
    'lvs_flush_on_stop',
    'no',
    section.get('lvs_flush_on_stop'),
  );
  return {
    ...(routerId === undefined ? {} : { routerId }),
    vrrpVersion: version === 3 ? 3 : 2,
    garp: pickGarp(pick, 'vrrp_garp_', given, undefined),
    lvsFlush,
    lvsFlushOnStop,
    origins: pick.origins,
  };
}

/** What `global_defs` says about gratuitous ARP. */
export function garpDefaults(section: GlobalSection): GarpDefaults {
  return {
    masterDelay: section.get('vrrp_garp_master_delay'),
    masterRepeat: section.get('vrrp_garp_master_repeat'),
    masterRefresh: section.get('vrrp_garp_master_refresh'),
    masterRefreshRepeat: section.get('vrrp_garp_master_refresh_repeat'),
    // The global settings for losing adverts default to the global ones for becoming MASTER; an
    // instance's own `garp_master_*` has no part in it.
    lowerPrioDelay:
      section.get('vrrp_garp_lower_prio_delay') ?? section.get('vrrp_garp_master_delay'),
    lowerPrioRepeat:
      section.get('vrrp_garp_lower_prio_repeat') ?? section.get('vrrp_garp_master_repeat'),
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
    masterDelay: value('masterDelay', 'master_delay', GARP_DELAY),
    masterRepeat: value('masterRepeat', 'master_repeat', GARP_REPEAT),
    masterRefresh: value('masterRefresh', 'master_refresh', 0),
    masterRefreshRepeat: value('masterRefreshRepeat', 'master_refresh_repeat', 1),
    lowerPrioDelay: value('lowerPrioDelay', 'lower_prio_delay', GARP_DELAY),
    lowerPrioRepeat: value('lowerPrioRepeat', 'lower_prio_repeat', GARP_REPEAT),
  };
}
