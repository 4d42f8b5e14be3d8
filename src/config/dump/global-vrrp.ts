/** Defaults of instances as canonical text. */
import type { GlobalConfig } from '../model/index.js';
import { flag, type Line, optional, quote, seconds, yesNo } from './text.js';

export function vrrpGlobalLines(global: GlobalConfig): Line[] {
  const { vrrp } = global;
  const { garpExtraInterface: extra, lowerPrioNoAdvert, ownerIgnoreAdverts } = vrrp;
  return [
    ...flag(vrrp.garpInterval > 0, global, 'vrrp_garp_interval', seconds(vrrp.garpInterval)),
    ...flag(vrrp.gnaInterval > 0, global, 'vrrp_gna_interval', seconds(vrrp.gnaInterval)),
    ...(extra
      ? flag(
          true,
          global,
          'vrrp_garp_extra_if',
          ...(extra.all ? ['all'] : []),
          seconds(extra.interval),
        )
      : []),
    ...flag(vrrp.downTimerAdverts !== 3, global, 'vrrp_down_timer_adverts', vrrp.downTimerAdverts),
    ...(lowerPrioNoAdvert === undefined
      ? []
      : [yesNo(global, 'vrrp_lower_prio_no_advert', lowerPrioNoAdvert)]),
    ...flag(!vrrp.higherPrioSendAdvert, global, 'vrrp_higher_prio_send_advert', 'no'),
    ...(ownerIgnoreAdverts === undefined
      ? []
      : [yesNo(global, 'vrrp_owner_ignore_adverts', ownerIgnoreAdverts)]),
    ...flag(vrrp.mcastGroup4 !== '224.0.0.18', global, 'vrrp_mcast_group4', vrrp.mcastGroup4),
    ...flag(vrrp.mcastGroup6 !== 'ff02::12', global, 'vrrp_mcast_group6', vrrp.mcastGroup6),
    ...flag(vrrp.checkUnicastSource, global, 'vrrp_check_unicast_src'),
    ...flag(vrrp.skipCheckAdvertAddresses, global, 'vrrp_skip_check_adv_addr', 'yes'),
    ...flag(vrrp.strict, global, 'vrrp_strict', 'yes'),
    ...flag(vrrp.v3ChecksumAsV2, global, 'v3_checksum_as_v2', 'yes'),
    ...flag(vrrp.notifyPriorityChanges, global, 'vrrp_notify_priority_changes', 'yes'),
    ...flag(vrrp.startupDelay > 0, global, 'vrrp_startup_delay', seconds(vrrp.startupDelay)),
    ...flag(vrrp.delayAfterBoot > 0, global, 'vrrp_delay_after_boot', seconds(vrrp.delayAfterBoot)),
    ...flag(vrrp.logUnknownVrids, global, 'log_unknown_vrids'),
    ...flag(vrrp.disableLocalIgmp, global, 'disable_local_igmp'),
    ...flag(vrrp.vmacPrefix !== 'vrrp', global, 'vmac_prefix', quote(vrrp.vmacPrefix)),
    ...flag(
      vrrp.vmacAddressPrefix !== vrrp.vmacPrefix,
      global,
      'vmac_addr_prefix',
      quote(vrrp.vmacAddressPrefix),
    ),
    ...optional(global, 'vrrp_rx_bufs_policy', vrrp.receiveBuffer),
    ...flag(
      vrrp.receiveBufferMultiplier !== 3,
      global,
      'vrrp_rx_bufs_multiplier',
      vrrp.receiveBufferMultiplier,
    ),
  ];
}
