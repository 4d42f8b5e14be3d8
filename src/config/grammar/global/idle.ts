/** `global_defs`: what tandem needs no setting for, or never will have. Values are checked. */
import { bool, integer, none, text, timer } from '../args.js';
import { type Args, type KeywordOf, oldName, setting, withoutEffect } from '../keyword.js';

const MAX_UINT32 = 4_294_967_295;
/** The kernel's TASK_COMM_LEN less its closing zero. */
const MAX_PROCESS_NAME = 15;

const processName: Args<string> = {
  ...text,
  syntax: '<NAME>',
  expects: `a name of at most ${MAX_PROCESS_NAME} characters`,
  parse([word], report) {
    if (word && word.text.length > MAX_PROCESS_NAME) {
      report('CONFIG_TRUNCATED', word, {
        message: `only the first ${MAX_PROCESS_NAME} characters of '${word.text}' fit`,
      });
    }
    return word?.text;
  },
};

const FIXED_NAMES = "the processes' names are fixed";
const NO_SNMP = "there is no SNMP agent: 'tandem status' and the control socket have the numbers";
const NO_DBUS = 'there is no DBus interface: the control socket tells of states';
const BUFFERS = 'what is lost in a full buffer is noticed, and the kernel is read again';
const BY_NUMBER = 'names of tables and the like are looked for in the usual folders';

const name = (of: string): KeywordOf<string> =>
  withoutEffect(setting(processName, `The name of the ${of} process.`), FIXED_NAMES);
const snmp = (what: string): KeywordOf<true> =>
  withoutEffect(setting(none, `SNMP: ${what}.`), NO_SNMP, 'warning');
const interval = (of: string): KeywordOf<number> =>
  withoutEffect(
    setting(timer(0.001, 30), `How old SNMP's statistics of ${of} may be.`, { default: '5' }),
    NO_SNMP,
  );
const buffer = (of: string): KeywordOf<number> =>
  withoutEffect(setting(integer(0, MAX_UINT32, 'bytes'), `The receive buffer of ${of}.`), BUFFERS);
const force = (of: string): KeywordOf<boolean> =>
  withoutEffect(setting(bool, `The receive buffer of ${of} may exceed rmem_max.`), BUFFERS);

const VRRP_COMMANDS = "the vrrp process's netlink commands";
const VRRP_MONITOR = "the vrrp process's netlink monitor";
const LVS_COMMANDS = "the checker process's netlink commands";
const LVS_MONITOR = "the checker process's netlink monitor";
const PROCESS_MONITOR = 'the process monitor';

export const idle = {
  process_names: withoutEffect(
    setting(none, 'The processes have names of their own.'),
    FIXED_NAMES,
  ),
  process_name: name('parent'),
  vrrp_process_name: name('vrrp'),
  checker_process_name: name('checker'),
  lvs_process_name: oldName('checker_process_name'),
  bfd_process_name: name('BFD'),

  snmp_socket: withoutEffect(
    setting(text, "The socket of SNMP's master agent.", { firstCounts: true }),
    NO_SNMP,
  ),
  enable_traps: snmp('traps are sent'),
  enable_snmp_vrrp: snmp("the VRRP part of keepalived's MIB"),
  enable_snmp_keepalived: oldName('enable_snmp_vrrp'),
  enable_snmp_checker: snmp("the checker part of keepalived's MIB"),
  enable_snmp_rfc: snmp('the MIBs of RFC 2787 and RFC 6527'),
  enable_snmp_rfcv2: snmp('the MIB of RFC 2787'),
  enable_snmp_rfcv3: snmp('the MIB of RFC 6527'),
  snmp_vs_stats_update_interval: interval('virtual servers'),
  snmp_rs_stats_update_interval: interval('real servers'),

  enable_dbus: withoutEffect(setting(none, 'States are on DBus.'), NO_DBUS, 'warning'),
  dbus_service_name: withoutEffect(
    setting(text, 'The name on DBus.', { default: 'org.keepalived.Vrrp1' }),
    NO_DBUS,
  ),
  dbus_no_interface_name: withoutEffect(
    setting(text, 'The DBus path of instances without an interface.', { default: 'none' }),
    NO_DBUS,
  ),

  vrrp_netlink_cmd_rcv_bufs: buffer(VRRP_COMMANDS),
  vrrp_netlink_cmd_rcv_bufs_force: force(VRRP_COMMANDS),
  vrrp_netlink_monitor_rcv_bufs: buffer(VRRP_MONITOR),
  vrrp_netlink_monitor_rcv_bufs_force: force(VRRP_MONITOR),
  lvs_netlink_cmd_rcv_bufs: buffer(LVS_COMMANDS),
  lvs_netlink_cmd_rcv_bufs_force: force(LVS_COMMANDS),
  lvs_netlink_monitor_rcv_bufs: buffer(LVS_MONITOR),
  lvs_netlink_monitor_rcv_bufs_force: force(LVS_MONITOR),
  process_monitor_rcv_bufs: buffer(PROCESS_MONITOR),
  process_monitor_rcv_bufs_force: force(PROCESS_MONITOR),

  iproute_usr_dir: withoutEffect(setting(text, "A folder of iproute's names."), BY_NUMBER),
  iproute_etc_dir: withoutEffect(setting(text, "A folder of iproute's names."), BY_NUMBER),
};
