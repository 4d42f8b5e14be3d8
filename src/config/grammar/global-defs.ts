/** `global_defs`. */
import type { Word } from '../text/source.js';
import { integer, none, parseInteger, text, wholeSeconds } from './args.js';
import { type Args, ignored, oldName, type ReportArg, setting, unwritten } from './keyword.js';

/** keepalived keeps GARP times in an unsigned count of microseconds. */
const MAX_GARP_SECONDS = 4294;
const MAX_REPEAT = 65535;

export interface SyncDaemonArgs {
  readonly interface: string;
  readonly instance: Word | undefined;
  readonly syncId: number | undefined;
}

const SYNC_ID = 'a sync id from 0 to 255';
const PLANNED_OPTIONS = ['maxlen', 'port', 'ttl', 'group'];

/** `IF [[inst] INSTANCE] [id N]`; the bare number after the instance is an old form of `id N`. */
const syncDaemon: Args<SyncDaemonArgs> = {
  syntax: '<INTERFACE> [[inst] <VRRP_INSTANCE>] [id <0..255>]',
  expects: 'an interface, an instance and an id',
  min: 1,
  max: 14,
  parse(words, report) {
    const [device, ...rest] = words;
    let instance: Word | undefined;
    let syncId: number | undefined;
    let good = true;
    let at = 0;
    const isOption = (word: Word | undefined): boolean =>
      word !== undefined && (word.text === 'id' || PLANNED_OPTIONS.includes(word.text));
    if (rest[0]?.text === 'inst') {
      instance = rest[1];
      at = 2;
    } else if (rest[0] && !isOption(rest[0])) {
      instance = rest[0];
      at = 1;
    }
    if (rest[at] && /^\d+$/.test(rest[at]?.text ?? '')) {
      report('CONFIG_OLD_NAME', rest[at] as Word, {
        message: "the sync id without 'id' before it is an old form",
        suggestion: `'id ${rest[at]?.text}'`,
      });
      syncId = parseInteger(rest[at] as Word, 0, 255, SYNC_ID, report);
      good = syncId !== undefined;
      at++;
    }
    for (; at < rest.length; at += 2) {
      const option = rest[at] as Word;
      const value = rest[at + 1];
      if (!isOption(option)) {
        report('CONFIG_INVALID_VALUE', option, {
          message: `unknown option '${option.text}'`,
          expected: syncDaemon.syntax,
        });
        return undefined;
      }
      if (!value) {
        report('CONFIG_MISSING_VALUE', option, { message: `'${option.text}' needs a value` });
        return undefined;
      }
      if (option.text === 'id') {
        syncId = parseInteger(value, 0, 255, SYNC_ID, report);
        if (syncId === undefined) good = false;
      } else {
        report('CONFIG_PLANNED', option, {
          message: `the option '${option.text}' is not supported yet`,
        });
        good = false;
      }
    }
    if (!instance) {
      report('CONFIG_PLANNED', device as Word, {
        message:
          'a sync daemon without an instance (master and backup daemon at once) is not supported yet',
      });
      return undefined;
    }
    return good ? { interface: (device as Word).text, instance, syncId } : undefined;
  },
};

/** `lvs_flush_on_stop [VS]`. */
const flushOnStop: Args<'all' | 'services'> = {
  syntax: '[VS]',
  expects: "nothing or 'VS'",
  min: 0,
  max: 1,
  parse([word], report: ReportArg) {
    if (!word) return 'all';
    if (word.text === 'VS') return 'services';
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not known`,
      expected: flushOnStop.expects,
    });
    return undefined;
  },
};

const NO_MAIL = 'tandem sends no mail yet, alerts are in the log only';
const NO_SCRIPTS = 'tandem runs no scripts yet';

export const globalDefs = {
  router_id: setting(text, 'A name for this machine; it is shown in the status.', {
    default: "the host's name",
  }),
  vrrp_version: setting(integer(2, 3), 'The VRRP version of instances that do not say theirs.', {
    default: '2',
  }),
  vrrp_garp_master_delay: setting(
    wholeSeconds(0, MAX_GARP_SECONDS),
    'The pause before the second burst of gratuitous ARP after becoming MASTER; 0: no second burst.',
    { default: '5' },
  ),
  vrrp_garp_master_repeat: setting(
    integer(1, MAX_REPEAT),
    'Gratuitous ARP packets an address in each burst after becoming MASTER.',
    { default: '5' },
  ),
  vrrp_garp_master_refresh: setting(
    wholeSeconds(0, MAX_GARP_SECONDS),
    'The interval at which a MASTER announces its addresses again; 0: never.',
    { default: '0' },
  ),
  vrrp_garp_master_refresh_repeat: setting(
    integer(1, MAX_REPEAT),
    'Packets an address in each of those announcements.',
    { default: '1' },
  ),
  vrrp_garp_lower_prio_delay: setting(
    wholeSeconds(0, MAX_GARP_SECONDS),
    'The pause before the second burst after a MASTER has received an advert of lower priority.',
    { default: 'vrrp_garp_master_delay' },
  ),
  vrrp_garp_lower_prio_repeat: setting(
    integer(0, MAX_REPEAT),
    'Packets an address in each of those bursts.',
    { default: 'vrrp_garp_master_repeat' },
  ),
  lvs_sync_daemon: setting(
    syncDaemon,
    'Runs the connection sync of the kernel: the master daemon while the instance is MASTER, the backup daemon otherwise.',
    { default: "none; the id defaults to the instance's virtual_router_id" },
  ),
  lvs_flush: setting(none, 'Clears the whole IPVS table at start, the services of others too.'),
  lvs_flush_on_stop: setting(
    flushOnStop,
    'Clears the whole IPVS table at stop; with VS only the services of this configuration.',
  ),
  lvs_flush_onstop: oldName('lvs_flush_on_stop'),

  notification_email: ignored(NO_MAIL, 'warning', { kind: 'entries', syntax: '<ADDRESS>' }),
  notification_email_from: ignored(NO_MAIL, 'info'),
  smtp_server: ignored(NO_MAIL, 'info'),
  smtp_helo_name: ignored(NO_MAIL, 'info'),
  smtp_connect_timeout: ignored(NO_MAIL, 'info'),
  no_email_faults: ignored(NO_MAIL, 'info'),
  no_checker_emails: ignored(NO_MAIL, 'info'),
  script_user: ignored(NO_SCRIPTS, 'info'),
  enable_script_security: ignored(NO_SCRIPTS, 'info'),
  process_names: ignored("the processes' names are fixed", 'info'),
  iproute_usr_dir: ignored('tables and protocols are given by number', 'info'),
  iproute_etc_dir: ignored('tables and protocols are given by number', 'info'),

  ...unwritten(
    'bfd_cpu_affinity',
    'bfd_no_swap',
    'bfd_priority',
    'bfd_process_name',
    'bfd_rlimit_rtime',
    'bfd_rlimit_rttime',
    'bfd_rt_priority',
    'checker_cpu_affinity',
    'checker_log_all_failures',
    'checker_no_swap',
    'checker_priority',
    'checker_process_name',
    'checker_rlimit_rtime',
    'checker_rlimit_rttime',
    'checker_rt_priority',
    'config_save_dir',
    'data_use_instance',
    'dbus_no_interface_name',
    'dbus_service_name',
    'default_interface',
    'disable_local_igmp',
    'dynamic_interfaces',
    'enable_dbus',
    'enable_snmp_checker',
    'enable_snmp_keepalived',
    'enable_snmp_rfc',
    'enable_snmp_rfcv2',
    'enable_snmp_rfcv3',
    'enable_snmp_vrrp',
    'enable_traps',
    'fifo_write_vrrp_states_on_reload',
    'fork_delay',
    'include_check',
    'json_dump_file',
    'json_version',
    'log_unknown_vrids',
    'lvs_netlink_cmd_rcv_bufs',
    'lvs_netlink_cmd_rcv_bufs_force',
    'lvs_netlink_monitor_rcv_bufs',
    'lvs_netlink_monitor_rcv_bufs_force',
    'lvs_notify_fifo',
    'lvs_notify_fifo_script',
    'lvs_process_name',
    'lvs_timeouts',
    'max_auto_priority',
    'min_auto_priority_delay',
    'nftables',
    'nftables_counters',
    'nftables_ifindex',
    'nftables_ipvs',
    'nftables_ipvs_priority',
    'nftables_ipvs_start_fwmark',
    'nftables_priority',
    'notify_fifo',
    'notify_fifo_script',
    'process_monitor_rcv_bufs',
    'process_monitor_rcv_bufs_force',
    'process_name',
    'random_seed',
    'reload_check_config',
    'reload_file',
    'reload_repeat',
    'reload_time_file',
    'rs_init_notifies',
    'set_supplementary_groups',
    'shutdown_script',
    'shutdown_script_timeout',
    'smtp_alert',
    'smtp_alert_checker',
    'smtp_alert_vrrp',
    'snmp_rs_stats_update_interval',
    'snmp_socket',
    'snmp_vs_stats_update_interval',
    'startup_script',
    'startup_script_timeout',
    'state_dump_file',
    'stats_dump_file',
    'thread_timer_expired',
    'timer_expired_backup',
    'tmp_config_directory',
    'umask',
    'use_symlink_paths',
    'vmac_addr_prefix',
    'vmac_prefix',
    'vrrp_check_unicast_src',
    'vrrp_cpu_affinity',
    'vrrp_delay_after_boot',
    'vrrp_down_timer_adverts',
    'vrrp_garp_extra_if',
    'vrrp_garp_interval',
    'vrrp_gna_interval',
    'vrrp_higher_prio_send_advert',
    'vrrp_ipsets',
    'vrrp_iptables',
    'vrrp_lower_prio_no_advert',
    'vrrp_mcast_group4',
    'vrrp_mcast_group6',
    'vrrp_min_garp',
    'vrrp_netlink_cmd_rcv_bufs',
    'vrrp_netlink_cmd_rcv_bufs_force',
    'vrrp_netlink_monitor_rcv_bufs',
    'vrrp_netlink_monitor_rcv_bufs_force',
    'vrrp_no_swap',
    'vrrp_notify_fifo',
    'vrrp_notify_fifo_script',
    'vrrp_notify_priority_changes',
    'vrrp_owner_ignore_adverts',
    'vrrp_priority',
    'vrrp_process_name',
    'vrrp_rlimit_rtime',
    'vrrp_rlimit_rttime',
    'vrrp_rt_priority',
    'vrrp_rx_bufs_multiplier',
    'vrrp_rx_bufs_policy',
    'vrrp_skip_check_adv_addr',
    'vrrp_startup_delay',
    'vrrp_strict',
    'vrrp_vmac_garp_intvl',
  ),
};
