/** Defaults of instances, and what all of them share. */
import type { VrrpGlobalConfig } from '../model/index.js';
import type { GetGlobal } from './global.js';
import { given } from './pick.js';

/** IANA's groups for VRRP (RFC 9568 5.1.1.2, 5.1.2.2). */
const GROUP4 = '224.0.0.18';
const GROUP6 = 'ff02::12';

export function buildVrrpGlobal(get: GetGlobal): VrrpGlobalConfig {
  const strict = get('vrrp_strict') ?? false;
  const vmacPrefix = get('vmac_prefix') ?? 'vrrp';
  return {
    garpInterval: get('vrrp_garp_interval') ?? 0,
    gnaInterval: get('vrrp_gna_interval') ?? 0,
    downTimerAdverts: get('vrrp_down_timer_adverts') ?? 3,
    higherPrioSendAdvert: get('vrrp_higher_prio_send_advert') ?? true,
    mcastGroup4: get('vrrp_mcast_group4') ?? GROUP4,
    mcastGroup6: get('vrrp_mcast_group6') ?? GROUP6,
    checkUnicastSource: get('vrrp_check_unicast_src') ?? false,
    skipCheckAdvertAddresses: get('vrrp_skip_check_adv_addr') ?? false,
    strict,
    v3ChecksumAsV2: get('v3_checksum_as_v2') ?? false,
    notifyPriorityChanges: get('vrrp_notify_priority_changes') ?? false,
    startupDelay: get('vrrp_startup_delay') ?? 0,
    delayAfterBoot: get('vrrp_delay_after_boot') ?? 0,
    logUnknownVrids: get('log_unknown_vrids') ?? false,
    vmacPrefix,
    vmacAddressPrefix: get('vmac_addr_prefix') ?? vmacPrefix,
    disableLocalIgmp: get('disable_local_igmp') ?? false,
    receiveBufferMultiplier: get('vrrp_rx_bufs_multiplier') ?? 3,
    ...given({
      garpExtraInterface: get('vrrp_garp_extra_if'),
      lowerPrioNoAdvert: get('vrrp_lower_prio_no_advert'),
      ownerIgnoreAdverts: get('vrrp_owner_ignore_adverts'),
      receiveBuffer: get('vrrp_rx_bufs_policy'),
    }),
  };
}
