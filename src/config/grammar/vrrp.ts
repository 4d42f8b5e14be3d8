/** `vrrp_instance` and `vrrp_sync_group`. */
import { VIRTUAL_ADDRESS_SYNTAX, virtualAddressOptions } from './addresses.js';
import { integer, interfaceName, none } from './args.js';
import { NOTIFIED } from './interfaces.js';
import { block, entries, oldName, outdated, setting, withoutEffect } from './keyword.js';
import { VIRTUAL_ROUTE_SYNTAX, virtualRouteWords } from './routes.js';
import { VIRTUAL_RULE_SYNTAX, virtualRuleOptions } from './rules.js';
import { addressing } from './vrrp/addressing.js';
import { authentication, authHmac } from './vrrp/authentication.js';
import { election } from './vrrp/election.js';
import { garp } from './vrrp/garp.js';
import { instanceNotify, notify } from './vrrp/notify.js';
import { trackLists } from './vrrp/tracking.js';
import { virtualInterface } from './vrrp/virtual-interface.js';

export { name } from './vrrp/name.js';

export const vrrpInstance = {
  interface: setting(
    interfaceName,
    'The interface on which adverts are sent and received; an instance with unicast_peer and unicast_src_ip can do without.',
  ),
  virtual_router_id: setting(integer(1, 255), 'The virtual router, the same on all its nodes.'),
  ...election,
  ...addressing,
  authentication: block(none, authentication, 'A password in each advert (version 2 only).'),
  auth_hmac: block(
    none,
    authHmac,
    'Adverts carry a signature and a sequence number, so that nobody without the key can send or repeat them. Instead of authentication.',
  ),
  ...virtualInterface,
  virtual_ipaddress: entries(
    none,
    VIRTUAL_ADDRESS_SYNTAX,
    'The addresses that the MASTER holds, listed in its adverts.',
    { repeatable: true },
    virtualAddressOptions,
  ),
  virtual_ipaddress_excluded: entries(
    none,
    VIRTUAL_ADDRESS_SYNTAX,
    'Further addresses that the MASTER holds, not listed in its adverts.',
    { repeatable: true },
    virtualAddressOptions,
  ),
  virtual_routes: entries(
    none,
    VIRTUAL_ROUTE_SYNTAX,
    'The routes that the MASTER adds.',
    { repeatable: true },
    virtualRouteWords,
  ),
  virtual_rules: entries(
    none,
    VIRTUAL_RULE_SYNTAX,
    'The rules of routing that the MASTER adds.',
    { repeatable: true },
    virtualRuleOptions,
  ),
  no_virtual_ipaddress: setting(
    none,
    'No addresses on purpose: adverts list none, which version 3 does not have.',
  ),
  promote_secondaries: setting(
    none,
    'Sets the sysctl of that name: addresses in the network of one that is removed stay.',
  ),
  ...garp,
  dont_track_primary: setting(none, 'The interface going down is not a fault of the instance.'),
  ...trackLists,
  ...instanceNotify,
  kernel_rx_buf_size: setting(
    integer(0, 4_294_967_295),
    "What the instance adds to the receive buffer of its interface's socket, in bytes.",
    { default: 'what vrrp_rx_bufs_policy says' },
  ),
  linkbeat_use_polling: withoutEffect(
    setting(none, 'Asks the interface for its link again and again; today linkbeat_interfaces.'),
    NOTIFIED,
  ),
  lvs_sync_daemon_interface: setting(
    interfaceName,
    'Old form of lvs_sync_daemon in global_defs, with this instance.',
  ),
  lvs_sync_daemon_inteface: outdated(
    'it is a misspelling in documents of old versions',
    "'lvs_sync_daemon' in global_defs",
  ),
  native_ipv6: setting(none, 'IPv6; the addresses tell so anyway.'),
  debug: withoutEffect(
    setting(integer(0, 4), 'Accepted without effect: it never had one.'),
    'it never had one',
    'info',
  ),
  vmac_garp_intvl: oldName('garp_extra_if'),
  thread_timer_expired: oldName('timer_expired_backup'),
};

export const vrrpSyncGroup = {
  group: entries(none, '<VRRP_INSTANCE>', 'The instances that change state together, one a line.', {
    firstCounts: true,
  }),
  ...trackLists,
  ...notify,
  sync_group_tracking_weight: setting(
    none,
    'Lets the members have track weights of their own, so that their priorities may differ.',
  ),
  global_tracking: oldName('sync_group_tracking_weight'),
};
