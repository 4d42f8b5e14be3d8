/** Gratuitous ARP and unsolicited neighbour advertisements of an instance (`garp_*`). */
import { garpDelay, garpLowerPrioRepeat, garpRefresh, garpRepeat } from '../garp.js';
import { garpExtraInterface } from '../global/vrrp.js';
import { setting } from '../keyword.js';

export const garp = {
  garp_master_delay: setting(garpDelay, 'As vrrp_garp_master_delay, for this instance.', {
    default: 'vrrp_garp_master_delay',
  }),
  garp_master_repeat: setting(garpRepeat, 'As vrrp_garp_master_repeat, for this instance.', {
    default: 'vrrp_garp_master_repeat',
  }),
  garp_master_refresh: setting(garpRefresh, 'As vrrp_garp_master_refresh, for this instance.', {
    default: 'vrrp_garp_master_refresh',
  }),
  garp_master_refresh_repeat: setting(
    garpRepeat,
    'As vrrp_garp_master_refresh_repeat, for this instance.',
    { default: 'vrrp_garp_master_refresh_repeat' },
  ),
  garp_lower_prio_delay: setting(garpDelay, 'As vrrp_garp_lower_prio_delay, for this instance.', {
    default: 'vrrp_garp_lower_prio_delay',
  }),
  garp_lower_prio_repeat: setting(
    garpLowerPrioRepeat,
    'As vrrp_garp_lower_prio_repeat, for this instance.',
    { default: 'vrrp_garp_lower_prio_repeat' },
  ),
  garp_extra_if: setting(
    garpExtraInterface(0),
    'Announces addresses on other interfaces than the own one again and again, so that switches remember them: on those with a macvlan of ours, with `all` on each; 0: never.',
    { default: 'vrrp_garp_extra_if' },
  ),
};
