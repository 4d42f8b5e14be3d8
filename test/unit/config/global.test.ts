/**
 * Each keyword of `global_defs`, the settings at the top, and the blocks about interfaces and BFD:
 * good and bad words, and what is said of them. The verdicts are keepalived 2.2.7's, but for words
 * that are newer.
 */
import assert from 'node:assert/strict';
import { globalDefs } from '../../../src/config/grammar/global/index.js';
import type { Keyword } from '../../../src/config/grammar/keyword.js';
import { top } from '../../../src/config/grammar/top.js';
import { checkerSettings } from '../../../src/process/checker-settings.js';
import { vrrpSettings } from '../../../src/process/settings.js';
import { load, loadGood } from './support.js';

const MACHINE = {
  interfaces: ['lo', 'eth0', 'eth1'],
  processors: 4,
  accounts: {
    hasUser: (name: string) => ['root', 'nobody'].includes(name),
    hasGroup: (name: string) => name === 'nogroup',
  },
};

/** Remarks on what is not built, and on settings that need others: not what these tables are about. */
const BESIDES =
  /^CONFIG_(?:PLANNED|NOT_RUN|IGNORED|OLD_NAME|WITHOUT_EFFECT|SCRIPT_SECURITY|UNKNOWN_REFERENCE)$/;

/** The codes of a text, without {@link BESIDES}; errors with `!`. */
function codes(text: string): string[] {
  return load(text, MACHINE)
    .diagnostics.filter(({ code }) => !BESIDES.test(code))
    .map(
      ({ code, severity }) => `${severity === 'error' ? '!' : ''}${code.replace('CONFIG_', '')}`,
    );
}

/** Words that are taken without a remark; words that are not, by the code. */
interface Row {
  readonly good: readonly string[];
  readonly bad?: Readonly<Record<string, string>>;
}

const MISSING = '!MISSING_VALUE';
const RANGE = '!OUT_OF_RANGE';
const INVALID = '!INVALID_VALUE';
const EXTRA = 'EXTRA_WORD';
const DEFAULTED = 'DEFAULTED';

/** Whole numbers of a range. */
const whole = (min: number, max: number): Row => ({
  good: [`${min}`, `${max}`, `" ${max}"`],
  bad: {
    '': MISSING,
    [min - 1]: RANGE,
    [max + 1]: RANGE,
    x: INVALID,
    '1.5': INVALID,
    [`${min} 1`]: EXTRA,
  },
});
/** Seconds with fractions. */
const timer = (min: string, max: string, above: string): Row => ({
  good: [min, max, '1.5'],
  bad: {
    '': MISSING,
    '-1': RANGE,
    [above]: RANGE,
    x: INVALID,
    '1 2': EXTRA,
    '1.2345678': 'TRUNCATED',
  },
});
const flag: Row = { good: [''], bad: { x: EXTRA } };
const bool: Row = {
  good: ['', 'on', 'off', 'true', 'false', 'yes', 'no'],
  bad: { maybe: INVALID, 'on off': EXTRA },
};
const word: Row = { good: ['a', '"a b"'], bad: { '': MISSING, 'a b': EXTRA } };
const device: Row = {
  good: ['eth0'],
  bad: { '': MISSING, abcdefghijklmnop: INVALID, 'a/b': INVALID, 'eth0 x': EXTRA },
};
const script: Row = {
  good: ['/bin/true', '"/bin/true a b" nobody', '/bin/true nobody nogroup'],
  bad: {
    '': MISSING,
    '""': MISSING,
    '/bin/true who': 'UNKNOWN_USER',
    '/bin/true nobody what': 'UNKNOWN_USER',
    '/bin/true nobody nogroup x': EXTRA,
  },
};
const fifo: Row = {
  good: ['/run/f', '/run/f nobody', '/run/f nobody nogroup'],
  bad: { '': MISSING, '/run/f who': 'UNKNOWN_USER', '/run/f nobody nogroup x': EXTRA },
};
const repeat: Row = {
  good: ['1', '65535'],
  bad: { '': MISSING, '65536': DEFAULTED, '4294967296': RANGE, x: INVALID, '1 2': EXTRA },
};
const buffer = whole(0, 4_294_967_295);
const group = (good: string, other: string): Row => ({
  good: [good],
  bad: { '': MISSING, x: INVALID, '10.0.0.1': INVALID, '2001:db8::1': INVALID, [other]: INVALID },
});
const optionalName = (long: number): Row => ({
  good: ['', 'abc'],
  bad: { ['x'.repeat(long + 1)]: INVALID, 'a b': EXTRA },
});
const name: Row = {
  good: ['abcdefghijklmno'],
  bad: { '': MISSING, abcdefghijklmnop: 'TRUNCATED' },
};
const pace: Row = {
  ...timer('0.000001', '4294.967295', '4295'),
  good: ['0.000001', '4294.967295', '.5'],
};
const limit = whole(1, 4_294_967_295);
const affinity: Row = {
  good: ['0', '0 1 3', '1 1'],
  bad: { '': MISSING, '-1': RANGE, '1024': RANGE, '4': 'OUT_OF_RANGE', x: INVALID },
};
const snmpInterval = timer('0.001', '30', '31');

const GLOBAL: Readonly<Record<keyof typeof globalDefs, Row>> = {
  router_id: word,
  lvs_id: { good: ['', 'a', 'a b'] },
  vrrp_version: whole(2, 3),
  vrrp_garp_master_delay: whole(0, 4294),
  vrrp_garp_master_repeat: { good: repeat.good, bad: { ...repeat.bad, 0: DEFAULTED } },
  vrrp_garp_master_refresh: whole(0, 4_294_967_295),
  vrrp_garp_master_refresh_repeat: { good: repeat.good, bad: { ...repeat.bad, 0: DEFAULTED } },
  vrrp_garp_lower_prio_delay: whole(0, 4294),
  vrrp_garp_lower_prio_repeat: { good: ['0', ...repeat.good], bad: repeat.bad ?? {} },
  vrrp_min_garp: bool,
  vrrp_garp_interval: { good: pace.good, bad: { ...pace.bad, 0: DEFAULTED } },
  vrrp_gna_interval: { good: pace.good, bad: { ...pace.bad, 0: DEFAULTED } },
  vrrp_garp_extra_if: {
    good: ['1', '86400', 'all 100', '100 all'],
    bad: { '': MISSING, all: MISSING, 0: RANGE, 86401: RANGE, x: INVALID, '100 200': 'REPEATED' },
  },
  vrrp_vmac_garp_intvl: { good: ['100'], bad: { 0: RANGE } },
  vrrp_down_timer_adverts: whole(1, 100),
  vrrp_lower_prio_no_advert: bool,
  vrrp_higher_prio_send_advert: bool,
  vrrp_owner_ignore_adverts: bool,
  vrrp_mcast_group4: group('224.0.0.18', 'ff02::12'),
  vrrp_mcast_group6: group('ff02::12', '224.0.0.18'),
  vrrp_check_unicast_src: flag,
  vrrp_skip_check_adv_addr: bool,
  vrrp_strict: bool,
  v3_checksum_as_v2: bool,
  vrrp_notify_priority_changes: bool,
  vrrp_startup_delay: timer('0.001', '4294.967295', '4295'),
  vrrp_delay_after_boot: timer('0.001', '4294.967295', '4295'),
  log_unknown_vrids: flag,
  default_interface: device,
  dynamic_interfaces: {
    good: ['', 'allow_if_changes'],
    bad: { x: INVALID, 'allow_if_changes x': EXTRA },
  },
  disable_local_igmp: flag,
  vmac_prefix: device,
  vmac_addr_prefix: device,
  vrrp_rx_bufs_policy: {
    good: ['MTU', 'advert', '0', '4294967295'],
    bad: { '': MISSING, x: INVALID, '4294967296': RANGE, 'MTU ADVERT': EXTRA, '100 MTU': EXTRA },
  },
  vrrp_rx_bufs_multiplier: whole(1, 4_294_967_295),
  lvs_sync_daemon: {
    good: [
      'eth0',
      'eth0 A',
      'eth0 inst A',
      'eth0 id 3 inst A',
      'eth0 A id 255 maxlen 65507 port 65535 ttl 255 group ff02::5',
    ],
    bad: {
      '': MISSING,
      'eth0 inst': MISSING,
      'eth0 A id': MISSING,
      'eth0 A id 256': RANGE,
      'eth0 A maxlen 0': RANGE,
      'eth0 A maxlen 65508': RANGE,
      'eth0 A port 65536': RANGE,
      'eth0 A ttl 0': RANGE,
      'eth0 A group 10.0.0.1': INVALID,
      'eth0 A group x': INVALID,
      'eth0 A what': INVALID,
      'eth0 inst A inst B': INVALID,
      'abcdefghijklmnop A': INVALID,
      'eth9 A': 'UNKNOWN_INTERFACE',
    },
  },
  lvs_timeouts: {
    good: ['tcp 0', 'tcp 2678400', 'tcp 1 tcpfin 2 udp 3', 'tcp 1 tcp 2'],
    bad: {
      '': MISSING,
      tcp: MISSING,
      'tcp 1 udp': MISSING,
      'tcp 2678401': RANGE,
      'tcp -1': RANGE,
      'tcp x': INVALID,
      'what 1': INVALID,
    },
  },
  lvs_drain_timeout: { good: ['0', '604800'], bad: { '604801': RANGE, x: INVALID, '': MISSING } },
  lvs_sysctl: {
    good: ['conntrack 1', 'sync_threshold 3 50', 'expire_nodest_conn keep'],
    bad: {
      conntrack: MISSING,
      'nosuch 1': INVALID,
      'conntrack x': INVALID,
      'conntrack -1': RANGE,
      'sync_threshold 3': INVALID,
      'conntrack 1 2': INVALID,
    },
  },
  lvs_flush: flag,
  lvs_flush_on_stop: { good: ['', 'VS'], bad: { vs: INVALID, 'VS x': EXTRA } },
  lvs_flush_onstop: { good: ['', 'VS'], bad: { vs: INVALID } },
  checker_log_all_failures: bool,
  rs_init_notifies: bool,
  notification_email: {
    good: ['{\na@b\n}', '{ a@b c@d }'],
    bad: {
      x: '!MISSING_OPEN_BRACE',
      'x {\na@b\n}': EXTRA,
      '{\na@b {\n}\n}': '!UNEXPECTED_OPEN_BRACE',
    },
  },
  notification_email_from: word,
  smtp_server: {
    good: ['192.0.2.1', '::1', 'mail.example.org', '192.0.2.1 1', '192.0.2.1 65535'],
    bad: {
      '': MISSING,
      '192.0.2.1 0': RANGE,
      '192.0.2.1 65536': RANGE,
      '192.0.2.1 smtp': INVALID,
      '192.0.2.': INVALID,
      '19x.0.2.9': INVALID,
      '192.0.2.9x': INVALID,
      'root@mail.example.org': INVALID,
      'a 25 x': EXTRA,
    },
  },
  smtp_helo_name: { good: ['', 'a'], bad: { 'a b': EXTRA } },
  smtp_connect_timeout: {
    good: ['1', '4294'],
    bad: { '': MISSING, 0: DEFAULTED, 4295: RANGE, '1.5': INVALID, '1 2': EXTRA },
  },
  smtp_alert: bool,
  smtp_alert_vrrp: bool,
  smtp_alert_checker: bool,
  no_email_faults: flag,
  no_checker_emails: bool,
  script_user: {
    good: ['nobody', 'nobody nogroup', 'nobody:nogroup', 'nobody :nogroup', 'nobody :'],
    bad: {
      '': MISSING,
      who: 'UNKNOWN_USER',
      'nobody who': 'UNKNOWN_USER',
      'nobody nogroup x': EXTRA,
      ':x': INVALID,
    },
  },
  enable_script_security: flag,
  use_symlink_paths: bool,
  set_supplementary_groups: bool,
  startup_script: script,
  startup_script_timeout: whole(1, 1000),
  shutdown_script: script,
  shutdown_script_timeout: whole(1, 1000),
  notify_fifo: fifo,
  notify_fifo_script: script,
  vrrp_notify_fifo: fifo,
  vrrp_notify_fifo_script: script,
  lvs_notify_fifo: fifo,
  lvs_notify_fifo_script: script,
  fifo_write_vrrp_states_on_reload: flag,
  vrrp_priority: whole(-20, 19),
  vrrp_no_swap: flag,
  vrrp_rt_priority: whole(1, 99),
  vrrp_cpu_affinity: affinity,
  vrrp_rlimit_rttime: limit,
  vrrp_rlimit_rtime: limit,
  checker_priority: whole(-20, 19),
  checker_no_swap: flag,
  checker_rt_priority: whole(1, 99),
  checker_cpu_affinity: affinity,
  checker_rlimit_rttime: limit,
  checker_rlimit_rtime: limit,
  bfd_priority: whole(-20, 19),
  bfd_no_swap: flag,
  bfd_rt_priority: whole(1, 99),
  bfd_cpu_affinity: affinity,
  bfd_rlimit_rttime: limit,
  bfd_rlimit_rtime: limit,
  max_auto_priority: {
    good: ['', '-1', '0', '99'],
    bad: { '-2': RANGE, 100: RANGE, x: INVALID, '1 2': EXTRA },
  },
  min_auto_priority_delay: whole(1, 10_000_000),
  nftables: optionalName(255),
  nftables_priority: whole(-2_147_483_648, 2_147_483_647),
  nftables_counters: flag,
  nftables_ifindex: flag,
  nftables_ipvs: optionalName(255),
  nftables_ipvs_priority: whole(-2_147_483_648, 2_147_483_647),
  nftables_ipvs_start_fwmark: whole(1, 4_294_967_295),
  vrrp_iptables: {
    good: ['', 'in', 'in out'],
    bad: { 'in out x': EXTRA, ['x'.repeat(28)]: INVALID },
  },
  vrrp_ipsets: {
    good: ['', 'a b c d e f'],
    bad: { 'a b c d e f g': EXTRA, ['x'.repeat(31)]: INVALID },
  },
  umask: {
    good: [
      '0',
      '022',
      '0x12',
      '18',
      '0777',
      'IRUSR',
      'IRUSR|IWGRP',
      'IRUSR | IWGRP',
      'IXUSR|IRWXG|IRWXO',
    ],
    bad: {
      '': MISSING,
      '01000': INVALID,
      '0778': INVALID,
      '512': INVALID,
      '9x': INVALID,
      'IRUSR IWGRP': INVALID,
      'IRUSR|': INVALID,
      XX: INVALID,
      '022 1': INVALID,
    },
  },
  include_check: {
    good: ['', 'readable', 'match wildcard_match', '+match -brace_match'],
    bad: { what: INVALID, '+what': INVALID },
  },
  reload_check_config: { good: ['', '/tmp/log'], bad: { 'a b': EXTRA } },
  reload_time_file: word,
  reload_repeat: flag,
  reload_file: { good: ['', '/tmp/x'], bad: { 'a b': EXTRA } },
  state_dump_file: word,
  stats_dump_file: word,
  json_dump_file: word,
  json_version: { good: ['1', '2'], bad: { '': MISSING, 0: INVALID, 3: INVALID, '1 2': EXTRA } },
  data_use_instance: bool,
  tmp_config_directory: word,
  config_save_dir: word,
  process_names: flag,
  process_name: name,
  vrrp_process_name: name,
  checker_process_name: name,
  lvs_process_name: name,
  bfd_process_name: name,
  snmp_socket: word,
  enable_traps: flag,
  enable_snmp_vrrp: flag,
  enable_snmp_keepalived: flag,
  enable_snmp_checker: flag,
  enable_snmp_rfc: flag,
  enable_snmp_rfcv2: flag,
  enable_snmp_rfcv3: flag,
  snmp_vs_stats_update_interval: snmpInterval,
  snmp_rs_stats_update_interval: snmpInterval,
  enable_dbus: flag,
  dbus_service_name: word,
  dbus_no_interface_name: word,
  vrrp_netlink_cmd_rcv_bufs: buffer,
  vrrp_netlink_cmd_rcv_bufs_force: bool,
  vrrp_netlink_monitor_rcv_bufs: buffer,
  vrrp_netlink_monitor_rcv_bufs_force: bool,
  lvs_netlink_cmd_rcv_bufs: buffer,
  lvs_netlink_cmd_rcv_bufs_force: bool,
  lvs_netlink_monitor_rcv_bufs: buffer,
  lvs_netlink_monitor_rcv_bufs_force: bool,
  process_monitor_rcv_bufs: buffer,
  process_monitor_rcv_bufs_force: bool,
  iproute_usr_dir: word,
  iproute_etc_dir: word,
  random_seed: whole(0, 4_294_967_295),
};

/** Part of the names of files. */
const placeName: Row = {
  good: ['web', 'a.b'],
  bad: { '': MISSING, 'a b': EXTRA, 'a/b': INVALID, '..': INVALID, '""': INVALID },
};

const TOP: Readonly<Record<keyof typeof top, Row>> = {
  net_namespace: placeName,
  net_namespace_ipvs: { good: ['', 'a'], bad: { 'a b': EXTRA } },
  namespace_with_ipsets: flag,
  instance: placeName,
  use_pid_dir: flag,
  child_wait_time: whole(0, 4_294_967_295),
  linkbeat_use_polling: flag,
};

/** Whole texts and what is said of them. */
const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  'garp_group {\ngarp_interval 0.1\ninterface eth0\n}': [],
  'garp_group {\ngna_interval 0\ninterfaces {\neth0 eth1\n}\n}': [],
  'garp_group {\ngarp_interval 2148\ninterface eth0\n}': [RANGE],
  'garp_group {\ngarp_interval\ninterface eth0\n}': [MISSING],
  'garp_group {\ngarp_interval 1\ninterface eth9\n}': ['UNKNOWN_INTERFACE'],
  'garp_group {\ngarp_interval 1\ninterface eth0\n}\ngarp_group {\ngna_interval 1\ninterface eth0\n}':
    ['REPEATED'],
  'linkbeat_interfaces {\neth0 MII\neth1 ETHTOOL\n}': [],
  'linkbeat_interfaces {\neth0 IOCTL x\n}': [EXTRA],
  'linkbeat_interfaces {\neth0 mii\n}': [INVALID],
  'linkbeat_interfaces {\neth9\n}': ['UNKNOWN_INTERFACE'],
  'linkbeat_interfaces {\neth0\neth0 MII\n}': ['REPEATED'],
  'global_defs {\ndynamic_interfaces\n}\nlinkbeat_interfaces {\neth9\n}': [],
  'interface_up_down_delays {\neth0 0\neth1 1.5 255\n}': [],
  'interface_up_down_delays {\neth0\n}': ['MISSING_VALUE'],
  'interface_up_down_delays {\neth0 256\n}': [RANGE],
  'interface_up_down_delays {\neth0 1 -1\n}': [RANGE],
  'interface_up_down_delays {\neth0 1 2 3\n}': [EXTRA],
  'interface_up_down_delays {\neth9 1\n}': ['UNKNOWN_INTERFACE'],
  'bfd_instance b {\n}': ['!MISSING_SETTING'],
  'bfd_instance {\nneighbor_ip 10.0.0.2\n}': [MISSING],
  [`bfd_instance ${'b'.repeat(32)} {\nneighbor_ip 10.0.0.2\n}`]: [INVALID],
  'bfd_instance b {\nneighbor_ip 10.0.0.2\n}\nbfd_instance b {\nneighbor_ip 10.0.0.3\n}': [
    '!DUPLICATE_NAME',
  ],
  'bfd_instance b {\nneighbor_ip 10.0.0.2\n}\nbfd_instance c {\nneighbor_ip 10.0.0.2\n}': [
    '!DUPLICATE_ADDRESS',
  ],
  'bfd_instance b {\nneighbor_ip 10.0.0.2\n}\nbfd_instance c {\nneighbor_ip 10.0.0.2\nmultihop\n}':
    [],
};

/** Keywords of `bfd_instance`. */
const BFD: Readonly<Record<string, Row>> = {
  source_ip: {
    good: ['10.0.0.9'],
    bad: { '': MISSING, x: INVALID, '2001:db8::1': '!FAMILY_MISMATCH' },
  },
  min_rx: {
    good: ['1', '3.312', '4294967'],
    bad: { '': MISSING, '0.9': RANGE, 4294968: RANGE, x: INVALID, '3.3125': 'TRUNCATED' },
  },
  min_tx: { good: ['1', '4294967'], bad: { 0: RANGE, 4294968: RANGE } },
  idle_tx: { good: ['1000', '4294967'], bad: { 999: RANGE, 4294968: RANGE } },
  multiplier: whole(1, 255),
  passive: flag,
  ttl: whole(1, 255),
  hoplimit: whole(1, 255),
  max_hops: whole(-1, 255),
  multihop: bool,
  weight: {
    good: ['-253', '253', '0 reverse'],
    bad: { '': MISSING, 254: RANGE, '-254': RANGE, '0 x': INVALID, '0 reverse x': EXTRA },
  },
  vrrp: flag,
  checker: flag,
};

describe('config: global settings', () => {
  function check(keyword: string, { good, bad = {} }: Row, textOf: (line: string) => string): void {
    for (const words of good)
      assert.deepEqual(codes(textOf(`${keyword} ${words}`)), [], `${keyword} ${words}`);
    for (const [words, code] of Object.entries(bad)) {
      assert.ok(
        codes(textOf(`${keyword} ${words}`)).includes(code),
        `${keyword} ${words}: ${codes(textOf(`${keyword} ${words}`))}`,
      );
    }
  }

  for (const [keyword, row] of Object.entries(GLOBAL)) {
    it(keyword, () => check(keyword, row, (line) => `global_defs {\n${line}\n}`));
  }
  for (const [keyword, row] of Object.entries(TOP)) {
    it(`${keyword} at the top`, () => check(keyword, row, (line) => line));
  }
  for (const [keyword, row] of Object.entries(BFD)) {
    it(`${keyword} of BFD`, () =>
      check(keyword, row, (line) => `bfd_instance b {\nneighbor_ip 10.0.0.2\n${line}\n}`));
  }
  for (const [text, expected] of Object.entries(BLOCKS)) {
    it(text.replaceAll('\n', ' '), () => assert.deepEqual(codes(text), expected));
  }

  it('given twice, the first counts where keepalived takes it once', () => {
    const once = Object.entries<Keyword>({ ...globalDefs, ...top }).filter(
      ([, { firstCounts }]) => firstCounts,
    );
    assert.deepEqual(
      once.map(([keyword]) => keyword).sort(),
      'config_save_dir instance lvs_notify_fifo lvs_notify_fifo_script lvs_sync_daemon net_namespace net_namespace_ipvs nftables nftables_ipvs notify_fifo notify_fifo_script shutdown_script snmp_socket startup_script tmp_config_directory vmac_addr_prefix vmac_prefix vrrp_notify_fifo vrrp_notify_fifo_script'.split(
        ' ',
      ),
    );
    const global = load(
      'global_defs {\nvmac_prefix a\n}\nglobal_defs {\nvmac_prefix b\nrouter_id x\n}\nglobal_defs {\nrouter_id y\n}',
    );
    assert.deepEqual(
      global.diagnostics.map(({ at, code }) => `${at.line} ${code}`),
      ['5 CONFIG_REPEATED'],
    );
    assert.equal(global.config?.global.vrrp.vmacPrefix, 'a');
    assert.equal(global.config?.global.routerId, 'y');
  });

  it('vrrp_min_garp is a default that other lines override, wherever they stand', () => {
    const { config } = load('global_defs {\nvrrp_garp_master_repeat 3\nvrrp_min_garp\n}');
    assert.deepEqual(config?.global.garp, {
      masterDelay: 0,
      masterRepeat: 3,
      masterRefresh: 0,
      masterRefreshRepeat: 1,
      lowerPrioDelay: 0,
      lowerPrioRepeat: 3,
    });
  });

  it('what contradicts is told', () => {
    const besides = (lines: string): string[] =>
      load(`global_defs {\n${lines}\n}`, MACHINE)
        .diagnostics.filter(({ code }) => code !== 'CONFIG_PLANNED')
        .map(({ at, code }) => `${at.line} ${code}`);
    assert.deepEqual(besides('smtp_server 192.0.2.1'), ['2 CONFIG_WITHOUT_EFFECT']);
    const { config } = load('global_defs {\nsmtp_server mail_server\n}', MACHINE);
    assert.equal(config?.global.mail.server?.host, 'mail_server');
    assert.deepEqual(besides('smtp_server mail_server\nnotification_email {\na@b\n}'), [
      '2 CONFIG_INVALID_VALUE',
    ]);
    assert.deepEqual(besides('smtp_alert_vrrp'), ['2 CONFIG_WITHOUT_EFFECT']);
    assert.deepEqual(besides('notification_email {\n}'), ['2 CONFIG_WITHOUT_EFFECT']);
    assert.deepEqual(besides('vrrp_rlimit_rttime 5'), ['2 CONFIG_WITHOUT_EFFECT']);
    assert.deepEqual(besides('vrrp_rlimit_rttime 5\nvrrp_rt_priority 5'), ['2 CONFIG_DEFAULTED']);
    assert.deepEqual(besides('vrrp_rlimit_rttime 5\nmax_auto_priority'), ['2 CONFIG_DEFAULTED']);
    assert.deepEqual(besides('vrrp_rlimit_rttime 2000000\nvrrp_rt_priority 5'), []);
    assert.deepEqual(besides('reload_repeat'), ['2 CONFIG_WITHOUT_EFFECT']);
    assert.deepEqual(besides('notify_fifo /a\nlvs_notify_fifo /a'), ['3 CONFIG_DUPLICATE_NAME']);
    assert.deepEqual(besides('script_user nobody\nlvs_notify_fifo_script /bin/cat'), [
      '3 CONFIG_WITHOUT_EFFECT',
    ]);
  });

  it('the table and the sync daemons may be in another namespace', () => {
    const config = loadGood(
      'net_namespace_ipvs x\nvirtual_server 192.0.2.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\nreal_server 10.0.0.1 80 {\n}\n}',
    );
    assert.equal(config.global.place.netNamespaceIpvs, 'x');
    assert.equal(checkerSettings(config).ipvsNamespace, 'x');
    assert.equal(vrrpSettings(config).ipvsNamespace, 'x');
    // Without a name it is the machine's own.
    assert.equal(checkerSettings(loadGood('net_namespace_ipvs')).ipvsNamespace, '');
  });
});
