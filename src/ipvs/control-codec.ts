/**
 * What IPVS has beside its table, over generic netlink: the connection-sync daemons, the timeouts
 * and the kernel's own facts. Pure.
 *
 * Of a daemon's attributes the port is in the machine's order (the kernel turns it around itself),
 * an IPv4 group in network order.
 */
import { familyOf, type Ip, ipFromBytes, ipToBytes } from '../base/ip.js';
import { type Attributes, attribute, nested, text, u8, u16, u32 } from '../netlink/attributes.js';
import {
  IP_VS_STATE_BACKUP,
  IP_VS_STATE_MASTER,
  IPVS_CMD_ATTR_DAEMON,
  IPVS_CMD_ATTR_TIMEOUT_TCP,
  IPVS_CMD_ATTR_TIMEOUT_TCP_FIN,
  IPVS_CMD_ATTR_TIMEOUT_UDP,
  IPVS_DAEMON_ATTR_MCAST_GROUP,
  IPVS_DAEMON_ATTR_MCAST_GROUP6,
  IPVS_DAEMON_ATTR_MCAST_IFN,
  IPVS_DAEMON_ATTR_MCAST_PORT,
  IPVS_DAEMON_ATTR_MCAST_TTL,
  IPVS_DAEMON_ATTR_STATE,
  IPVS_DAEMON_ATTR_SYNC_ID,
  IPVS_DAEMON_ATTR_SYNC_MAXLEN,
  IPVS_INFO_ATTR_CONN_TAB_SIZE,
  IPVS_INFO_ATTR_VERSION,
} from './constants.js';

/** A connection-sync daemon of the kernel. What is absent in a request the kernel chooses. */
export interface SyncDaemon {
  readonly state: 'master' | 'backup';
  /** The interface whose multicast it uses. */
  readonly interface: string;
  /** 0 to 255; a backup with 0 takes every id. */
  readonly syncId: number;
  /** The longest message, bytes of UDP payload; the kernel's choice follows the interface's MTU. */
  readonly maxLength?: number;
  /** The multicast group, of either family; 224.0.0.81. */
  readonly group?: Ip;
  /** UDP port; 8848. */
  readonly port?: number;
  /** 1. */
  readonly ttl?: number;
}

/** `ipvsadm --set`: seconds, 0 in a request leaves the value as it is. */
export interface IpvsTimeouts {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}

export interface IpvsInfo {
  /** `1.2.1` */
  readonly version: string;
  /** Slots of the connection hash table. */
  readonly connectionTableSize: number;
}

/** A daemon to start (NEW_DAEMON) or, by its state alone, to stop (DEL_DAEMON). */
export function encodeDaemon(daemon: SyncDaemon | Pick<SyncDaemon, 'state'>): Uint8Array {
  const state = daemon.state === 'master' ? IP_VS_STATE_MASTER : IP_VS_STATE_BACKUP;
  const parts = [u32(IPVS_DAEMON_ATTR_STATE, state)];
  if ('syncId' in daemon) {
    const { maxLength, group, port, ttl } = daemon;
    parts.push(
      text(IPVS_DAEMON_ATTR_MCAST_IFN, daemon.interface),
      u32(IPVS_DAEMON_ATTR_SYNC_ID, daemon.syncId),
    );
    if (maxLength) parts.push(u16(IPVS_DAEMON_ATTR_SYNC_MAXLEN, maxLength));
    if (port) parts.push(u16(IPVS_DAEMON_ATTR_MCAST_PORT, port));
    if (ttl) parts.push(u8(IPVS_DAEMON_ATTR_MCAST_TTL, ttl));
    if (group !== undefined) {
      const type =
        familyOf(group) === 4 ? IPVS_DAEMON_ATTR_MCAST_GROUP : IPVS_DAEMON_ATTR_MCAST_GROUP6;
      parts.push(attribute(type, ipToBytes(group)));
    }
  }
  return nested(IPVS_CMD_ATTR_DAEMON, parts);
}

/** The attributes of SET_CONFIG. */
export function encodeTimeouts(timeouts: IpvsTimeouts): Uint8Array[] {
  return [
    u32(IPVS_CMD_ATTR_TIMEOUT_TCP, timeouts.tcp),
    u32(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, timeouts.tcpFin),
    u32(IPVS_CMD_ATTR_TIMEOUT_UDP, timeouts.udp),
  ];
}

/** A daemon of a GET_DAEMON answer. Kernels before 4.3 tell state, interface and id only. */
export function decodeDaemon(command: Attributes): SyncDaemon | undefined {
  const daemon = command.nested(IPVS_CMD_ATTR_DAEMON);
  const state = daemon?.u32(IPVS_DAEMON_ATTR_STATE);
  const name = daemon?.text(IPVS_DAEMON_ATTR_MCAST_IFN);
  const syncId = daemon?.u32(IPVS_DAEMON_ATTR_SYNC_ID);
  if (!daemon || name === undefined || syncId === undefined) return undefined;
  if (state !== IP_VS_STATE_MASTER && state !== IP_VS_STATE_BACKUP) return undefined;
  const maxLength = daemon.u16(IPVS_DAEMON_ATTR_SYNC_MAXLEN);
  const port = daemon.u16(IPVS_DAEMON_ATTR_MCAST_PORT);
  const ttl = daemon.u8(IPVS_DAEMON_ATTR_MCAST_TTL);
  const group =
    daemon.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP, 4) ??
    daemon.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP6, 16);
  return {
    state: state === IP_VS_STATE_MASTER ? 'master' : 'backup',
    interface: name,
    syncId,
    ...(maxLength && { maxLength }),
    ...(group && { group: ipFromBytes(group) }),
    ...(port && { port }),
    ...(ttl && { ttl }),
  };
}

/** The timeouts of a GET_CONFIG answer. */
export function decodeTimeouts(command: Attributes): IpvsTimeouts | undefined {
  const tcp = command.u32(IPVS_CMD_ATTR_TIMEOUT_TCP);
  const tcpFin = command.u32(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN);
  const udp = command.u32(IPVS_CMD_ATTR_TIMEOUT_UDP);
  if (tcp === undefined || tcpFin === undefined || udp === undefined) return undefined;
  return { tcp, tcpFin, udp };
}

/** A GET_INFO answer (IPVS_CMD_SET_INFO). */
export function decodeInfo(command: Attributes): IpvsInfo | undefined {
  const version = command.u32(IPVS_INFO_ATTR_VERSION);
  const size = command.u32(IPVS_INFO_ATTR_CONN_TAB_SIZE);
  if (version === undefined || size === undefined) return undefined;
  return {
    version: `${(version >> 16) & 0xff}.${(version >> 8) & 0xff}.${version & 0xff}`,
    connectionTableSize: size,
  };
}
