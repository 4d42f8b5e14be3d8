/** Random good `global_defs`, single settings at the top, and blocks about interfaces and BFD. */
import { quote } from '../../../src/config/dump/text.js';

/** A whole number from 0 to below the bound. */
export type Dice = (below: number) => number;

const BOOLEANS = [
  'smtp_alert',
  'smtp_alert_vrrp',
  'smtp_alert_checker',
  'no_checker_emails',
  'rs_init_notifies',
  'checker_log_all_failures',
  'vrrp_min_garp',
  'vrrp_lower_prio_no_advert',
  'vrrp_higher_prio_send_advert',
  'vrrp_owner_ignore_adverts',
  'vrrp_skip_check_adv_addr',
  'vrrp_strict',
  'v3_checksum_as_v2',
  'vrrp_notify_priority_changes',
  'use_symlink_paths',
  'set_supplementary_groups',
  'data_use_instance',
];

const FLAGS = [
  'no_email_faults',
  'enable_script_security',
  'fifo_write_vrrp_states_on_reload',
  'vrrp_check_unicast_src',
  'log_unknown_vrids',
  'disable_local_igmp',
  'vrrp_no_swap',
  'checker_no_swap',
  'bfd_no_swap',
  'nftables_counters',
  'nftables_ifindex',
  'reload_repeat',
];

/** Keyword, and what makes its words. */
const VALUES: readonly (readonly [string, (dice: Dice) => string])[] = [
  ['router_id', word],
  ['vrrp_version', (dice) => `${2 + dice(2)}`],
  ['vrrp_garp_master_delay', (dice) => `${dice(100)}`],
  ['vrrp_garp_master_repeat', (dice) => `${1 + dice(9)}`],
  ['vrrp_garp_master_refresh', (dice) => `${dice(4000)}`],
  ['vrrp_garp_lower_prio_repeat', (dice) => `${dice(10)}`],
  ['vrrp_garp_interval', fraction],
  ['vrrp_gna_interval', fraction],
  ['vrrp_garp_extra_if', (dice) => pick(dice, ['100', 'all 100', '7 all'])],
  ['vrrp_down_timer_adverts', (dice) => `${1 + dice(100)}`],
  ['vrrp_mcast_group4', (dice) => `224.0.0.${dice(256)}`],
  ['vrrp_mcast_group6', (dice) => `ff02::${(1 + dice(255)).toString(16)}`],
  ['vrrp_startup_delay', fraction],
  ['vrrp_delay_after_boot', fraction],
  ['default_interface', device],
  ['dynamic_interfaces', (dice) => pick(dice, ['', 'allow_if_changes'])],
  ['vmac_prefix', (dice) => pick(dice, ['vrrp', 'v'])],
  ['vmac_addr_prefix', (dice) => pick(dice, ['vrrp', 'w'])],
  ['vrrp_rx_bufs_policy', (dice) => pick(dice, ['MTU', 'advert', '100000'])],
  ['vrrp_rx_bufs_multiplier', (dice) => `${1 + dice(9)}`],
  ['lvs_timeouts', (dice) => pick(dice, ['tcp 900', 'udp 1 tcpfin 2', 'tcp 0 udp 5'])],
  ['lvs_flush', () => ''],
  ['lvs_flush_on_stop', (dice) => pick(dice, ['', 'VS'])],
  ['notification_email', (dice) => `{\na@example.org ${word(dice)}\n}`],
  ['notification_email_from', word],
  ['smtp_server', (dice) => pick(dice, ['192.0.2.1', '::1 587', 'mail.example.org 2525'])],
  ['smtp_helo_name', word],
  ['smtp_connect_timeout', (dice) => `${1 + dice(60)}`],
  [
    'script_user',
    (dice) =>
      pick(dice, ['nobody', 'nobody nogroup', 'nobody:nogroup', 'nobody :', 'nobody :nogroup']),
  ],
  ['startup_script', command],
  ['startup_script_timeout', (dice) => `${1 + dice(1000)}`],
  ['shutdown_script', command],
  ['shutdown_script_timeout', (dice) => `${1 + dice(1000)}`],
  ['notify_fifo', (dice) => `/run/all${user(dice)}`],
  ['notify_fifo_script', command],
  ['vrrp_notify_fifo', (dice) => `"/run/a b"${user(dice)}`],
  ['vrrp_notify_fifo_script', command],
  ['lvs_notify_fifo', (dice) => `/run/lvs${user(dice)}`],
  ['lvs_notify_fifo_script', command],
  ['vrrp_priority', (dice) => `${dice(40) - 20}`],
  ['checker_priority', (dice) => `${dice(40) - 20}`],
  ['vrrp_rt_priority', (dice) => `${1 + dice(99)}`],
  ['checker_cpu_affinity', (dice) => `${dice(4)} ${dice(4)}`],
  ['bfd_rlimit_rttime', (dice) => `${1 + dice(3)}`],
  ['max_auto_priority', (dice) => pick(dice, ['', '-1', '0', '50'])],
  ['min_auto_priority_delay', (dice) => `${1 + dice(9)}`],
  ['nftables', (dice) => pick(dice, ['', 'mine'])],
  ['nftables_priority', (dice) => `${dice(5) - 2}`],
  ['nftables_ipvs', (dice) => pick(dice, ['', 'marks'])],
  ['nftables_ipvs_priority', (dice) => `${dice(5) - 2}`],
  ['nftables_ipvs_start_fwmark', (dice) => `${1 + dice(2000)}`],
  ['umask', (dice) => pick(dice, ['022', '0x3f', '18', 'IRWXO|IWGRP', 'IXUSR | IXGRP'])],
  ['reload_time_file', word],
  ['reload_file', (dice) => pick(dice, ['', '/run/reload'])],
  ['state_dump_file', () => '/run/dumps/'],
  ['stats_dump_file', word],
  ['json_dump_file', word],
  ['json_version', (dice) => `${1 + dice(2)}`],
];

/** Lines for inside `global_defs`; each keyword at most once. */
export function randomGlobalLines(dice: Dice): string[] {
  return [
    ...BOOLEANS.map((keyword) => `${keyword} ${pick(dice, ['', 'yes', 'no'])}`),
    ...FLAGS,
    ...VALUES.map(([keyword, value]) => `${keyword} ${value(dice)}`),
  ].filter(() => dice(3) === 0);
}

/** Settings and blocks for the top. */
export function randomTop(dice: Dice): string {
  return [
    'instance one',
    'use_pid_dir',
    `child_wait_time ${dice(9)}`,
    'linkbeat_use_polling',
    `net_namespace_ipvs ${pick(dice, ['', 'services'])}`,
    'net_namespace routers',
    `garp_group {\ngarp_interval ${fraction(dice)}\ninterface eth0\ninterface eth1\n}`,
    `garp_group {\ngna_interval ${fraction(dice)}\ninterfaces {\neth2 eth3\n}\n}`,
    `linkbeat_interfaces {\neth0 ${pick(dice, ['', 'MII', 'ETHTOOL', 'IOCTL'])}\neth1\n}`,
    `interface_up_down_delays {\neth0 ${fraction(dice)}\neth1 ${dice(9)} ${fraction(dice)}\n}`,
    bfd(dice, 1),
    bfd(dice, 2),
  ]
    .filter(() => dice(3) === 0)
    .join('\n');
}

function bfd(dice: Dice, index: number): string {
  const lines = [
    'source_ip 192.0.2.9',
    `min_rx ${1 + dice(99)}.${dice(1000)}`,
    `min_tx ${1 + dice(99)}`,
    `idle_tx ${1000 + dice(99)}.5`,
    `multiplier ${1 + dice(255)}`,
    'passive',
    `ttl ${100 + dice(156)}`,
    `max_hops ${dice(100)}`,
    'multihop',
    `weight ${dice(507) - 253} ${pick(dice, ['', 'reverse'])}`,
    'vrrp',
    'checker',
  ].filter(() => dice(2) === 0);
  const head = `bfd_instance bfd${index} {\nneighbor_ip 192.0.2.${index}`;
  return `${head}\n${lines.join('\n')}\n}`;
}

function word(dice: Dice): string {
  return quote(pick(dice, ['plain', '/a/path', 'a b', 'x#y', 'ü', '{}', '$x', "o'clock"]));
}

function command(dice: Dice): string {
  return pick(dice, [
    '/bin/true',
    '/bin/true nobody',
    '"/bin/echo a b" nobody nogroup',
    `"/bin/echo 'a b' c"`,
  ]);
}

function user(dice: Dice): string {
  return pick(dice, ['', ' nobody', ' nobody nogroup']);
}

function device(dice: Dice): string {
  return pick(dice, ['eth0', 'bond0.100']);
}

/** Seconds above 0 with six decimals at most. */
function fraction(dice: Dice): string {
  return `${dice(9)}.${String(1000 + dice(999_000)).padStart(6, '0')}`;
}

function pick<T>(dice: Dice, items: readonly T[]): T {
  return items[dice(items.length)] as T;
}
