/** `virtual_server` and `real_server`. */
import { type Ip, parseIp } from '../../base/ip.js';
import { suggest } from '../diagnostics/nearest.js';
import type { Word } from '../text/source.js';
import {
  type AddressPort,
  addressPort,
  bool,
  choice,
  integer,
  none,
  parseInteger,
  text,
} from './args.js';
import { checks, serverRetry, timing } from './checkers.js';
import { type Args, block, ignored, oldName, setting, unwritten } from './keyword.js';

const MAX_UINT32 = 4_294_967_295;
const MAX_WEIGHT = 2_147_483_647;
/** keepalived's LVS_MAX_TIMEOUT: 31 days. */
const MAX_PERSISTENCE_SECONDS = 2_678_400;
/** The timeout of `persistence_timeout` without a value, and of what implies persistence. */
export const DEFAULT_PERSISTENCE_SECONDS = 360;

/** The kernel's schedulers, and keepalived's list but for `twos`, which Linux 6.1 has too. */
export const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'sh',
  'mh',
  'dh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'twos',
] as const;

export type VirtualServerName =
  | ({ readonly kind: 'address' } & AddressPort)
  | { readonly kind: 'fwmark'; readonly fwmark: number };

export const serviceName: Args<VirtualServerName> = {
  syntax: '<IPADDR> [<PORT>] | fwmark <INTEGER> | group <NAME>',
  expects: "an address and a port, or 'fwmark' and a number",
  min: 1,
  max: 2,
  parse(words, report) {
    const [first, second] = words as readonly [Word, Word | undefined];
    if (first.text === 'group') {
      report('CONFIG_PLANNED', first, { message: 'virtual_server_group is not supported yet' });
      return undefined;
    }
    if (first.text === 'fwmark') {
      if (!second) {
        report('CONFIG_MISSING_VALUE', first, {
          message: "'fwmark' needs a number",
          expected: 'fwmark <1..4294967295>',
        });
        return undefined;
      }
      const fwmark = parseInteger(second, 1, MAX_UINT32, `a mark from 1 to ${MAX_UINT32}`, report);
      return fwmark === undefined ? undefined : { kind: 'fwmark', fwmark };
    }
    const parsed = addressPort.parse(words, report);
    return parsed && { kind: 'address', ...parsed };
  },
};

export type Method = 'NAT' | 'DR' | 'TUN';
const METHODS = ['NAT', 'DR', 'TUN'] as const;

const method: Args<Method> = {
  syntax: 'NAT|DR|TUN',
  expects: 'one of NAT, DR, TUN',
  min: 1,
  max: Number.POSITIVE_INFINITY,
  choices: METHODS,
  parse([word, ...options], report) {
    const found = METHODS.find((candidate) => candidate === word?.text);
    if (found === undefined) {
      report('CONFIG_INVALID_VALUE', word as Word, {
        message: `'${word?.text}' is not a forwarding method`,
        expected: method.expects,
        suggestion: suggest(word?.text ?? '', METHODS),
      });
      return undefined;
    }
    // `type ipip` is the default and means nothing more.
    const plain =
      options.length === 0 ||
      (options.length === 2 && options[0]?.text === 'type' && options[1]?.text === 'ipip');
    if (!plain) {
      report('CONFIG_PLANNED', options[0] as Word, {
        message: 'tunnel options are not supported yet',
      });
      return undefined;
    }
    return found;
  },
};

const persistence: Args<number> = {
  syntax: '[<SECONDS>]',
  expects: `seconds from 1 to ${MAX_PERSISTENCE_SECONDS}`,
  min: 0,
  max: 1,
  range: [1, MAX_PERSISTENCE_SECONDS],
  unit: 'seconds',
  parse: ([word], report) =>
    word
      ? parseInteger(word, 1, MAX_PERSISTENCE_SECONDS, persistence.expects, report)
      : DEFAULT_PERSISTENCE_SECONDS,
};

/** A mask: of an IPv4 service dotted, of an IPv6 one a prefix length. */
export interface Granularity {
  readonly family: 4 | 6;
  readonly prefixLength: number;
}

const granularity: Args<Granularity> = {
  syntax: '<NETMASK>',
  expects: 'an IPv4 netmask (255.255.255.0), or for IPv6 a prefix length',
  min: 1,
  max: 1,
  parse([word], report) {
    const given = word as Word;
    if (/^\d+$/.test(given.text)) {
      const prefixLength = parseInteger(given, 1, 128, granularity.expects, report);
      return prefixLength === undefined ? undefined : { family: 6, prefixLength };
    }
    const ip = parseIp(given.text);
    const prefixLength = ip && !ip.includes(':') ? maskLength(ip) : undefined;
    if (prefixLength === undefined || prefixLength === 0) {
      report('CONFIG_INVALID_VALUE', given, {
        message: `'${given.text}' is not a netmask`,
        expected: granularity.expects,
      });
      return undefined;
    }
    return { family: 4, prefixLength };
  },
};

function maskLength(ip: Ip): number | undefined {
  const bits = ip
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.replace(/0+$/, '').length : undefined;
}

const NO_SNMP = 'tandem has no SNMP, the name is not used';

export const realServer = {
  weight: setting(integer(0, MAX_WEIGHT), 'The share of connections; 0: none.', {
    default: "1, or the virtual server's",
  }),
  lvs_method: setting(method, 'How packets reach the server.', { default: "the virtual server's" }),
  inhibit_on_failure: setting(bool, 'A failed server stays in the table with weight 0.', {
    default: 'no',
  }),
  alpha: setting(bool, 'The server is out of service until its checks have succeeded once.', {
    default: 'no',
  }),
  uthreshold: setting(
    integer(0, MAX_UINT32),
    'Connections at which the server gets no more; 0: no limit.',
    { default: '0' },
  ),
  lthreshold: setting(
    integer(0, MAX_UINT32),
    'Connections below which it gets new ones again; 0: three quarters of uthreshold.',
    { default: '0' },
  ),
  ...timing,
  retry: serverRetry,
  virtualhost: setting(text, 'The Host header of HTTP_GET and SSL_GET.', {
    default: "the virtual server's",
  }),
  ...checks,
  snmp_name: ignored(NO_SNMP, 'info'),
  ...unwritten('notify_down', 'notify_up', 'smtp_alert'),
};

const FLAG = 'Sets the flag of the scheduler';

export const virtualServer = {
  lvs_sched: setting(choice(SCHEDULERS), 'The scheduler.', { default: 'wlc' }),
  lb_algo: oldName('lvs_sched'),
  lvs_method: setting(method, 'How packets reach the real servers.', { default: 'NAT' }),
  lb_kind: oldName('lvs_method'),
  persistence_timeout: setting(persistence, 'How long a client stays with its server.', {
    default: 'not persistent; 360 without a value',
  }),
  persistence_granularity: setting(
    granularity,
    'Clients of one such network stay with the same server.',
    { default: 'each client by itself' },
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
  alpha: setting(none, 'Real servers are out of service until their checks have succeeded once.'),
  omega: setting(none, 'On shutdown the quorum counts as lost.'),
  inhibit_on_failure: setting(none, 'Failed servers stay in the table with weight 0.'),
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
  snmp_name: ignored(NO_SNMP, 'info'),
  hashed: ignored('the kernel sets this flag by itself', 'info'),
  ...unwritten(
    'ha_suspend',
    'persistence_engine',
    'quorum_down',
    'quorum_max',
    'quorum_up',
    'smtp_alert',
  ),
};
