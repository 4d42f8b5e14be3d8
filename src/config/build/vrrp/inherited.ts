/** What instances and groups inherit from global_defs. */
import type { Ip } from '../../../base/ip.js';
import type { GarpExtraInterfaceConfig } from '../../model/index.js';
import type { GlobalSection } from '../global.js';
import type { Given } from '../pick.js';
import type { NotifyDefaults } from './notify.js';

/** Each with the place it was given at; `undefined`: keepalived's own default counts. */
export interface InstanceDefaults extends NotifyDefaults {
  readonly strict: Given<boolean> | undefined;
  readonly lowerPrioNoAdvert: Given<boolean> | undefined;
  readonly higherPrioSendAdvert: Given<boolean> | undefined;
  readonly ownerIgnoreAdverts: Given<boolean> | undefined;
  readonly skipCheckAdvAddr: Given<boolean> | undefined;
  readonly v3ChecksumAsV2: Given<boolean> | undefined;
  readonly checkUnicastSource: Given<boolean> | undefined;
  readonly downTimerAdverts: Given<number> | undefined;
  readonly garpExtra: Given<GarpExtraInterfaceConfig> | undefined;
  readonly multicastGroup4: Given<Ip> | undefined;
  readonly multicastGroup6: Given<Ip> | undefined;
}

/** What global_defs say, looked up once for all instances. */
export function instanceDefaults(section: GlobalSection): InstanceDefaults {
  return {
    strict: section.get('vrrp_strict'),
    lowerPrioNoAdvert: section.get('vrrp_lower_prio_no_advert'),
    higherPrioSendAdvert: section.get('vrrp_higher_prio_send_advert'),
    ownerIgnoreAdverts: section.get('vrrp_owner_ignore_adverts'),
    skipCheckAdvAddr: section.get('vrrp_skip_check_adv_addr'),
    v3ChecksumAsV2: section.get('v3_checksum_as_v2'),
    checkUnicastSource: section.get('vrrp_check_unicast_src'),
    downTimerAdverts: section.get('vrrp_down_timer_adverts'),
    garpExtra: section.get('vrrp_garp_extra_if'),
    multicastGroup4: section.get('vrrp_mcast_group4'),
    multicastGroup6: section.get('vrrp_mcast_group6'),
    mail: section.get('smtp_alert_vrrp') ?? section.get('smtp_alert'),
    priorityChanges: section.get('vrrp_notify_priority_changes'),
  };
}
