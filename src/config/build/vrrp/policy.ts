/**
 * What is answered and accepted: settings with defaults in global_defs, which strict_mode overrides
 * as in keepalived.
 */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { vrrpInstance } from '../../grammar/vrrp.js';
import type { GarpConfig, InstanceConfig } from '../../model/index.js';
import { pickGarp } from '../garp.js';
import type { Section } from '../interpret.js';
import type { Picker } from '../pick.js';
import type { VrrpContext } from './context.js';
import { OWNER_PRIORITY } from './election.js';
import type { InstanceDefaults } from './inherited.js';

type InstanceSection = Section<typeof vrrpInstance>;
type Circumstances = Pick<InstanceConfig, 'name' | 'priority' | 'strict' | 'version'>;

/** The words of the policy, by keyword. */
export function buildPolicy(
  section: InstanceSection,
  pick: Picker,
  defaults: InstanceDefaults,
  { name, priority, strict, version }: Circumstances,
  sink: Sink,
): Pick<
  InstanceConfig,
  | 'accept'
  | 'lowerPrioNoAdvert'
  | 'higherPrioSendAdvert'
  | 'ownerIgnoreAdverts'
  | 'skipCheckAdvAddr'
  | 'v3ChecksumAsV2'
> {
  const notStrict = (keyword: keyof typeof vrrpInstance & string, instead: string): void =>
    sink.report('CONFIG_STRICT', section.get(keyword)?.at ?? section.at, {
      message: `vrrp_instance ${name}: ${keyword} is ignored with strict_mode: ${instead}`,
    });
  const required = (
    keyword: 'lower_prio_no_advert' | 'higher_prio_send_advert',
    value: boolean,
    inherited: InstanceDefaults['lowerPrioNoAdvert'],
    instead: string,
  ): boolean => {
    const own = section.get(keyword);
    if (!strict) return pick.value<boolean>(keyword, !value, own, inherited);
    if (own && own.value !== value) notStrict(keyword, instead);
    return value;
  };
  return {
    accept: acceptOf(section, pick, { name, priority, strict, version }, sink),
    lowerPrioNoAdvert: required(
      'lower_prio_no_advert',
      true,
      defaults.lowerPrioNoAdvert,
      'adverts of lower priority are left unanswered',
    ),
    higherPrioSendAdvert: required(
      'higher_prio_send_advert',
      false,
      defaults.higherPrioSendAdvert,
      'adverts of higher priority are left unanswered',
    ),
    ownerIgnoreAdverts: pick.value<boolean>(
      'owner_ignore_adverts',
      strict,
      section.get('owner_ignore_adverts'),
      defaults.ownerIgnoreAdverts,
    ),
    skipCheckAdvAddr: pick.value<boolean>(
      'skip_check_adv_addr',
      false,
      section.get('skip_check_adv_addr'),
      defaults.skipCheckAdvAddr,
    ),
    v3ChecksumAsV2: pick.value<boolean>(
      'v3_checksum_as_v2',
      false,
      section.get('v3_checksum_as_v2'),
      defaults.v3ChecksumAsV2,
    ),
  };
}

/** `accept` and `no_accept` are one setting, the last counts. */
function acceptOf(
  section: InstanceSection,
  pick: Picker,
  { name, priority, strict, version }: Circumstances,
  sink: Sink,
): boolean {
  const yes = section.get('accept');
  const no = section.get('no_accept');
  const isOwner = priority === OWNER_PRIORITY;
  if (no && (!yes || no.order > yes.order)) {
    pick.origins['no_accept'] = no.at;
    return false;
  }
  if (!yes) return isOwner || !strict;
  pick.origins['accept'] = yes.at;
  if (!strict || isOwner || version === 3) return true;
  sink.report('CONFIG_STRICT', yes.at, {
    message: `vrrp_instance ${name}: accept is ignored with strict_mode and version 2 (RFC 3768): packets to the virtual addresses are dropped`,
  });
  return false;
}

/** Gratuitous ARP; instances that say nothing of it share one object. */
export function garpOf(
  section: InstanceSection,
  pick: Picker,
  context: VrrpContext,
  { name, strict }: Circumstances,
): GarpConfig {
  const own = {
    masterDelay: section.get('garp_master_delay'),
    masterRepeat: section.get('garp_master_repeat'),
    masterRefresh: section.get('garp_master_refresh'),
    masterRefreshRepeat: section.get('garp_master_refresh_repeat'),
    lowerPrioDelay: section.get('garp_lower_prio_delay'),
    lowerPrioRepeat: section.get('garp_lower_prio_repeat'),
  };
  const isShared = Object.values(own).every((setting) => setting === undefined);
  if (isShared) Object.assign(pick.origins, context.sharedGarp.origins);
  const config = isShared ? context.sharedGarp.config : pickGarp(pick, 'garp_', own, context.garp);
  if (!strict) return config;
  for (const [keyword, setting] of [
    ['garp_lower_prio_repeat', own.lowerPrioRepeat],
    ['garp_lower_prio_delay', own.lowerPrioDelay],
  ] as const) {
    if (!setting || setting.value === 0) continue;
    context.sink.report('CONFIG_STRICT', setting.at, {
      message: `vrrp_instance ${name}: ${keyword} is ignored with strict_mode: nothing is announced after an advert of lower priority`,
    });
  }
  return { ...config, lowerPrioDelay: 0, lowerPrioRepeat: 0 };
}
