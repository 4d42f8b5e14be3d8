/** `vrrp_instance` and `vrrp_sync_group`. */
import type { Word } from '../text/source.js';
import { VIRTUAL_ADDRESS_SYNTAX } from './addresses.js';
import { address, choice, integer, interfaceName, none, timer, wholeSeconds } from './args.js';
import {
  type Args,
  block,
  entries,
  ignored,
  planned,
  type ReportArg,
  setting,
  unwritten,
} from './keyword.js';
import { VIRTUAL_ROUTE_SYNTAX } from './routes.js';
import { VIRTUAL_RULE_SYNTAX } from './rules.js';

const MAX_GARP_SECONDS = 4294;
const MAX_REPEAT = 65535;

/** The longest password that counts (RFC 2338 5.3.6). */
export const MAX_PASSWORD_BYTES = 8;

/** The name of an instance or group. */
export const name: Args<Word> = {
  syntax: '<NAME>',
  expects: 'a name',
  min: 1,
  max: 1,
  parse: ([word]) => word,
};

/** The password, cut to what the packet carries. Never part of a message. */
const password: Args<string> = {
  syntax: '<STRING>',
  expects: 'a password of at most 8 bytes',
  min: 1,
  max: 1,
  parse([word], report: ReportArg) {
    const bytes = new TextEncoder().encode(word?.text ?? '');
    if (bytes.length <= MAX_PASSWORD_BYTES) return word?.text;
    report('CONFIG_TRUNCATED', word as Word, {
      message: `only the first ${MAX_PASSWORD_BYTES} bytes of the password are used`,
    });
    return new TextDecoder().decode(bytes.subarray(0, MAX_PASSWORD_BYTES));
  },
};

const authType: Args<'PASS'> = {
  syntax: 'PASS',
  expects: "'PASS'",
  min: 1,
  max: 1,
  choices: ['PASS'],
  parse([word], report) {
    if (word?.text === 'PASS') return 'PASS';
    if (word?.text === 'AH') {
      report('CONFIG_PLANNED', word, { message: "'AH' is not supported yet", expected: "'PASS'" });
    } else {
      report('CONFIG_INVALID_VALUE', word as Word, {
        message: `'${word?.text}' is not a type of authentication`,
        expected: "'PASS'",
      });
    }
    return undefined;
  },
};

export const authentication = {
  auth_type: setting(
    authType,
    'The kind of authentication; only PASS, and only VRRP version 2 has it.',
  ),
  auth_pass: setting(password, 'The password, the same on all nodes; it travels in clear text.', {
    secret: true,
  }),
  ...unwritten('auth_hmac'),
};

export const vrrpInstance = {
  state: setting(choice(['MASTER', 'BACKUP']), 'The state to start from.', {
    default: 'MASTER with priority 255, otherwise BACKUP',
  }),
  interface: setting(interfaceName, 'The interface on which adverts are sent and received.'),
  virtual_router_id: setting(integer(1, 255), 'The virtual router, the same on all its nodes.'),
  version: setting(integer(2, 3), 'The VRRP version.', { default: 'vrrp_version' }),
  priority: setting(
    integer(1, 255),
    'The highest becomes MASTER; 255 is the owner of the addresses.',
    {
      default: '100, but 255 with state MASTER',
    },
  ),
  advert_int: setting(
    timer(0.01, 255),
    'The interval of adverts: version 2 whole seconds, version 3 up to 40.95 in steps of 0.01.',
    {
      default: '1',
    },
  ),
  nopreempt: setting(none, 'A MASTER of lower priority is left alone.'),
  preempt: setting(
    none,
    'A MASTER of lower priority is taken over: the default, cancels nopreempt.',
  ),
  preempt_delay: setting(
    timer(0, 1000),
    'How long a MASTER of lower priority is left alone at first.',
    { default: '0' },
  ),
  mcast_src_ip: setting(address, 'The source address of adverts.', {
    default: "the interface's first address",
  }),
  authentication: block(none, authentication, 'A password in each advert (version 2 only).'),
  virtual_ipaddress: entries(
    none,
    VIRTUAL_ADDRESS_SYNTAX,
    'The addresses that the MASTER holds, listed in its adverts.',
    { repeatable: true },
  ),
  virtual_ipaddress_excluded: entries(
    none,
    VIRTUAL_ADDRESS_SYNTAX,
    'Further addresses that the MASTER holds, not listed in its adverts.',
    { repeatable: true },
  ),
  virtual_routes: planned(
    entries(none, VIRTUAL_ROUTE_SYNTAX, 'The routes that the MASTER adds.', { repeatable: true }),
    'no route is added',
  ),
  virtual_rules: planned(
    entries(none, VIRTUAL_RULE_SYNTAX, 'The rules of routing that the MASTER adds.', {
      repeatable: true,
    }),
    'no rule is added',
  ),
  garp_master_delay: setting(
    wholeSeconds(0, MAX_GARP_SECONDS),
    'As vrrp_garp_master_delay, for this instance.',
    {
      default: 'vrrp_garp_master_delay',
    },
  ),
  garp_master_repeat: setting(
    integer(1, MAX_REPEAT),
    'As vrrp_garp_master_repeat, for this instance.',
    {
      default: 'vrrp_garp_master_repeat',
    },
  ),
  garp_master_refresh: setting(
    wholeSeconds(0, MAX_GARP_SECONDS),
    'As vrrp_garp_master_refresh, for this instance.',
    {
      default: 'vrrp_garp_master_refresh',
    },
  ),
  garp_master_refresh_repeat: setting(
    integer(1, MAX_REPEAT),
    'As vrrp_garp_master_refresh_repeat, for this instance.',
    {
      default: 'vrrp_garp_master_refresh_repeat',
    },
  ),
  garp_lower_prio_delay: setting(
    wholeSeconds(0, MAX_GARP_SECONDS),
    'As vrrp_garp_lower_prio_delay, for this instance.',
    {
      default: 'vrrp_garp_lower_prio_delay',
    },
  ),
  garp_lower_prio_repeat: setting(
    integer(0, MAX_REPEAT),
    'As vrrp_garp_lower_prio_repeat, for this instance.',
    {
      default: 'vrrp_garp_lower_prio_repeat',
    },
  ),
  dont_track_primary: setting(none, 'The interface going down is not a fault of the instance.'),
  debug: ignored('it never had an effect', 'info'),

  ...unwritten(
    'accept',
    'auth_hmac',
    'check_unicast_src',
    'down_timer_adverts',
    'garp_extra_if',
    'higher_prio_send_advert',
    'kernel_rx_buf_size',
    'linkbeat_use_polling',
    'lower_prio_no_advert',
    'lvs_sync_daemon_interface',
    'mcast_dst_ip',
    'native_ipv6',
    'no_accept',
    'no_virtual_ipaddress',
    'notify',
    'notify_backup',
    'notify_deleted',
    'notify_fault',
    'notify_master',
    'notify_master_rx_lower_pri',
    'notify_priority_changes',
    'notify_stop',
    'old_unicast_checksum',
    'owner_ignore_adverts',
    'promote_secondaries',
    'skip_check_adv_addr',
    'smtp_alert',
    'strict_mode',
    'thread_timer_expired',
    'timer_expired_backup',
    'track_bfd',
    'track_file',
    'track_interface',
    'track_process',
    'track_script',
    'track_src_ip',
    'unicast_fault_no_peer',
    'unicast_peer',
    'unicast_src_ip',
    'unicast_ttl',
    'use_ipvlan',
    'use_vmac',
    'use_vmac_addr',
    'v3_checksum_as_v2',
    'vmac_garp_intvl',
    'vmac_xmit_base',
    'vrf',
  ),
};

export const vrrpSyncGroup = {
  group: entries(none, '<VRRP_INSTANCE>', 'The instances that change state together, one a line.', {
    repeatable: true,
  }),
  ...unwritten(
    'global_tracking',
    'notify',
    'notify_backup',
    'notify_fault',
    'notify_master',
    'notify_priority_changes',
    'notify_stop',
    'smtp_alert',
    'sync_group_tracking_weight',
    'track_bfd',
    'track_file',
    'track_interface',
    'track_process',
    'track_script',
  ),
};
