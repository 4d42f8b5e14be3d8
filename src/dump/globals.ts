/**
 * The global definitions that each of keepalived's data files begins with. Lines about what is not built
 * here (SNMP, D-Bus, sizes of netlink's buffers) or is keepalived's own inside are not there.
 */
import { MICROS_PER_SECOND } from '../base/time.js';
import type { Config, GlobalConfig, ProcessConfig } from '../config/model/index.js';

/**
 * @param scriptOwner `uid:gid` of scripts that do not say theirs.
 * @param umask permission bits that files do not get.
 */
export function globalLines(
  { global }: Pick<Config, 'global'>,
  scriptOwner: string,
  umask: number,
): readonly string[] {
  const { lvs, place, mail, vrrp, firewall, processes, scripts } = global;
  const { mcastGroup4, mcastGroup6, receiveBuffer } = vrrp;
  return [
    '------< Global definitions >------',
    ` Network namespace = ${place.netNamespace ?? '(default)'}`,
    ` Network namespace ipvs = ${place.netNamespaceIpvs === undefined ? '(main namespace)' : place.netNamespaceIpvs || '(default)'}`,
    ...(place.instance === undefined ? [] : [` Instance name = ${place.instance}`]),
    ` Router ID = ${global.routerId ?? ''}`,
    ...mailLines(global),
    ` Checkers log all failures = ${lvs.logAllFailures}`,
    ' No test config before reload',
    ...(global.files.dataUseInstance ? [' Use instance name in data dumps'] : []),
    ` Dynamic interfaces = ${global.dynamicInterfaces !== 'no'}`,
    ...(global.dynamicInterfaces === 'no'
      ? []
      : [` Allow interface changes = ${global.dynamicInterfaces === 'changes'}`]),
    ...(mail.noFaults ? [' Send emails for fault transitions = off'] : []),
    ...timeoutLines(lvs.timeouts),
    ` Disable local IGMP = ${yesNo(vrrp.disableLocalIgmp)}`,
    ...syncDaemonLines(global),
    ` LVS flush = ${global.lvsFlush}`,
    ` LVS flush on stop = ${{ no: 'disabled', services: 'VS', all: 'full' }[global.lvsFlushOnStop]}`,
    ` FIFO write vrrp states on reload = ${global.fifos.writeStatesOnReload}`,
    ` VRRP notify priority changes = ${vrrp.notifyPriorityChanges}`,
    ` VRRP IPv4 mcast group = ${mcastGroup4}`,
    ` VRRP IPv6 mcast group = ${mcastGroup6}`,
    ...announcementLines(global),
    ` VRRP default protocol version = ${global.vrrpVersion}`,
    ...(firewall.nftables
      ? [
          ` nftables table name = ${firewall.nftables.table ?? 'keepalived'}`,
          ` nftables base chain priority = ${firewall.priority}`,
        ]
      : []),
    ` nftables with${firewall.counters ? '' : 'out'} counters`,
    ` VRRP check unicast_src = ${vrrp.checkUnicastSource}`,
    ` VRRP skip check advert addresses = ${vrrp.skipCheckAdvertAddresses}`,
    ` VRRP strict mode = ${vrrp.strict}`,
    ` Max auto priority = ${Math.max(0, processes.maxAutoPriority)}`,
    ` Min auto priority delay = ${processes.minAutoPriorityDelay} usecs`,
    ...processLines('VRRP', processes.vrrp),
    ...processLines('Checker', processes.checker),
    ` Script security ${scripts.security ? 'enabled' : 'disabled'}`,
    ` Default script uid:gid ${scriptOwner}`,
    ` rs_init_notifies = ${Number(lvs.realServerInitNotifies)}`,
    ` no_checker_emails = ${Number(mail.noChecker)}`,
    ...(receiveBuffer === undefined
      ? []
      : [` rx_bufs_${typeof receiveBuffer === 'number' ? 'size' : 'policy'} = ${receiveBuffer}`]),
    ` rx_bufs_multiples = ${vrrp.receiveBufferMultiplier}`,
    ` umask = 0${umask.toString(8)}`,
    ...(vrrp.startupDelay > 0
      ? [` vrrp_startup_delay = ${vrrp.startupDelay / MICROS_PER_SECOND}`]
      : []),
    ...(vrrp.logUnknownVrids ? [' log_unknown_vrids'] : []),
  ];
}

function mailLines({ mail }: GlobalConfig): string[] {
  const { server, heloName, from, to } = mail;
  return [
    ...(server ? [` Smtp server = ${server.host}`, ` Smtp server port = ${server.port}`] : []),
    ...(heloName === undefined ? [] : [` Smtp HELO name = ${heloName}`]),
    ...(server
      ? [` Smtp server connection timeout = ${mail.connectTimeout / MICROS_PER_SECOND}`]
      : []),
    ...(from === undefined
      ? []
      : [
          ` Email notification from = ${from}`,
          ' Email notification to:',
          ...to.map((one) => `   ${one}`),
        ]),
    ` Default smtp_alert = ${onOff(mail.alert)}`,
    ` Default smtp_alert_vrrp = ${onOff(mail.alertVrrp)}`,
    ` Default smtp_alert_checker = ${onOff(mail.alertChecker)}`,
  ];
}

/** keepalived calls the one of UDP so, too. */
function timeoutLines({ tcp, tcpFin, udp }: GlobalConfig['lvs']['timeouts']): string[] {
  return [
    ...(tcp ? [` LVS TCP timeout = ${tcp}`] : []),
    ...(tcpFin ? [` LVS TCP FIN timeout = ${tcpFin}`] : []),
    ...(udp ? [` LVS TCP timeout = ${udp}`] : []),
  ];
}

function syncDaemonLines({ syncDaemon }: GlobalConfig): string[] {
  if (!syncDaemon) return [];
  const { instance, maxLength, group, port, ttl } = syncDaemon;
  return [
    ...(instance === undefined ? [] : [` LVS syncd vrrp instance = ${instance}`]),
    ` LVS syncd interface = ${syncDaemon.interface}`,
    ` LVS syncd syncid = ${syncDaemon.syncId}`,
    ...(maxLength === undefined ? [] : [` LVS syncd maxlen = ${maxLength}`]),
    ...(group === undefined ? [] : [` LVS mcast group ${group}`]),
    ...(port === undefined ? [] : [` LVS syncd mcast port = ${port}`]),
    ...(ttl === undefined ? [] : [` LVS syncd mcast ttl = ${ttl}`]),
  ];
}

/** What is not given is shown as in force; keepalived has the greatest number there. */
function announcementLines({ garp, vrrp }: GlobalConfig): string[] {
  return [
    ` Gratuitous ARP delay = ${whole(garp.masterDelay)}`,
    ` Gratuitous ARP repeat = ${garp.masterRepeat}`,
    ` Gratuitous ARP refresh timer = ${whole(garp.masterRefresh)}`,
    ` Gratuitous ARP refresh repeat = ${garp.masterRefreshRepeat}`,
    ` Gratuitous ARP lower priority delay = ${whole(garp.lowerPrioDelay)}`,
    ` Gratuitous ARP lower priority repeat = ${garp.lowerPrioRepeat}`,
    ` Num adverts before down = ${vrrp.downTimerAdverts}`,
    ` Gratuitous ARP for each secondary VMAC = ${whole(vrrp.garpExtraInterface?.interval ?? 0)}s`,
    ` Send advert after receive lower priority advert = ${!(vrrp.lowerPrioNoAdvert ?? vrrp.strict)}`,
    ` Send advert after receive higher priority advert = ${vrrp.higherPrioSendAdvert}`,
    ` Gratuitous ARP interval = ${seconds(vrrp.garpInterval)}`,
    ` Gratuitous NA interval = ${seconds(vrrp.gnaInterval)}`,
  ];
}

function processLines(title: string, settings: ProcessConfig): string[] {
  const { priority = 0, noSwap, realtimePriority = 0, cpus, realtimeLimit } = settings;
  return [
    ` ${title} process priority = ${priority}`,
    ` ${title} don't swap = ${noSwap}`,
    ` ${title} realtime priority = ${realtimePriority}`,
    ...(cpus.length === 0 ? [] : [` ${title} CPU Affinity = ${cpus.join(' ')}`]),
    ...(realtimeLimit === undefined ? [] : [` ${title} realtime limit = ${realtimeLimit}`]),
  ];
}

function whole(micros: number): number {
  return Math.floor(micros / MICROS_PER_SECOND);
}

function seconds(micros: number): string {
  return (micros / MICROS_PER_SECOND).toFixed(6);
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function onOff(value: boolean | undefined): string {
  return value === undefined ? 'unset' : value ? 'on' : 'off';
}
