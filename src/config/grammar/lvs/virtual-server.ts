/** `virtual_server` and `virtual_server_group`. */
import { addressPort, bool, choice, integer, none, text } from '../args.js';
import { MAX_DRAIN_SECONDS } from '../global/lvs.js';
import { block, ignored, oldName, outdated, planned, setting } from '../keyword.js';
import { script } from '../script.js';
import { method } from './method.js';
import { realServer, snatAddress, snmpName } from './real-server.js';
import { granularity, persistence, persistenceEngine, SCHEDULERS } from './service.js';
import { MAX_UINT32, MAX_WEIGHT, serverRetry, timing } from './timing.js';

/** What a line of a `virtual_server_group` holds. */
export const GROUP_ENTRY = '<IPADDR>[-<IPADDR>|/<PREFIX>] [<PORT>] | fwmark <INTEGER> [inet|inet6]';

const FLAG = 'Sets the flag of the scheduler';

export const virtualServer = {
  lvs_sched: setting(choice(SCHEDULERS), 'The scheduler.', { default: 'wlc' }),
  lb_algo: oldName('lvs_sched'),
  lvs_method: setting(
    method,
    "How packets reach the real servers; FULLNAT is a word of tandem's own: NAT with the source changed too.",
    { default: 'NAT' },
  ),
  lb_kind: oldName('lvs_method'),
  snat_address: snatAddress,
  persistence_timeout: setting(persistence, 'How long a client stays with its server.', {
    default: 'not persistent; 360 without a value',
  }),
  persistence_granularity: setting(
    granularity,
    'Clients of one such network stay with the same server.',
    { default: 'each client by itself' },
  ),
  persistence_engine: setting(
    persistenceEngine,
    "The kernel's engine that finds a client's server; it has `sip`, for UDP.",
  ),
  protocol: setting(choice(['TCP', 'UDP', 'SCTP'], true), 'The protocol of a service by address.', {
    default: 'UDP',
  }),
  ip_family: setting(choice(['inet', 'inet6']), 'The family of a service by firewall mark.', {
    default: "the real servers'",
  }),
  quorum: setting(
    integer(1, MAX_UINT32),
    'The total weight of living servers at which the service counts as up.',
    { default: '1' },
  ),
  hysteresis: setting(
    integer(0, MAX_UINT32),
    'How far the weight must pass the quorum to change it.',
    { default: '0' },
  ),
  quorum_up: setting(script, 'The command to run when the quorum is reached.', {
    firstCounts: true,
  }),
  quorum_down: setting(script, 'The command to run when the quorum is lost.', {
    firstCounts: true,
  }),
  alpha: setting(none, 'Real servers are out of service until their checks have succeeded once.'),
  drain_timeout: setting(
    integer(0, MAX_DRAIN_SECONDS, 'seconds'),
    "How long its real servers that leave the configuration may keep their connections, with weight 0, before they are deleted; 0: not at all. A word of tandem's own.",
    { default: 'lvs_drain_timeout' },
  ),
  omega: setting(none, 'On shutdown the quorum counts as lost.'),
  inhibit_on_failure: setting(none, 'Failed servers stay in the table with weight 0.'),
  ha_suspend: planned(
    setting(none, "Checks rest while this machine does not have the service's address."),
    'the checks always run',
  ),
  smtp_alert: setting(bool, 'A mail is sent when the quorum is lost or reached.', {
    default: 'smtp_alert_checker or smtp_alert of global_defs, else no',
  }),
  weight: setting(integer(1, MAX_WEIGHT), 'The weight of real servers that do not say theirs.', {
    default: '1',
  }),
  ops: setting(none, 'One packet scheduling: each packet is a connection (UDP or firewall mark).'),
  'flag-1': setting(none, `${FLAG} 1.`),
  'flag-2': setting(none, `${FLAG} 2.`),
  'flag-3': setting(none, `${FLAG} 3.`),
  'sh-port': setting(none, 'Scheduler sh: the port counts too.'),
  'sh-fallback': setting(none, 'Scheduler sh: a server of weight 0 is passed over.'),
  'mh-port': setting(none, 'Scheduler mh: the port counts too.'),
  'mh-fallback': setting(none, 'Scheduler mh: a server of weight 0 is passed over.'),
  ...timing,
  retry: serverRetry,
  virtualhost: setting(text, 'The Host header of HTTP_GET and SSL_GET.', {
    default: "the real server's address",
  }),
  sorry_server: setting(addressPort, 'Gets the connections while the quorum is lost.'),
  sorry_server_inhibit: setting(
    none,
    'The sorry server is in the table always, with weight 0 until needed.',
  ),
  sorry_server_lvs_method: setting(method, 'How packets reach the sorry server.', {
    default: "the virtual server's",
  }),
  real_server: block(addressPort, realServer, 'A server of the pool.', { repeatable: true }),
  snmp_name: snmpName,
  hashed: ignored('the kernel sets this flag by itself'),
  nat_mask: outdated(
    'NAT needs no mask, and keepalived does not read it any more; the line can go',
  ),
};
