/**
 * IPVS over generic netlink (linux/ip_vs.h), family `IPVS` version 1. Pure.
 *
 * A request is a command with nested attributes: a service, a destination, a daemon. Numbers are
 * in the machine's order, except ports and the IPv4 mask, which are in network order; addresses
 * are 16-byte fields of which IPv4 uses the first 4; the netmask of an IPv6 service is its prefix
 * length as a number.
 */
import { viewOf } from '../base/bytes.js';
import { type Family, familyOf, type Ip, ipFromBytes, ipToBytes } from '../base/ip.js';
import {
  type Attributes,
  attribute,
  be16,
  be32,
  concat,
  LITTLE_ENDIAN,
  nested,
  text,
  u16,
  u32,
} from '../netlink/attributes.js';
import { AF_INET, AF_INET6 } from '../netlink/constants.js';
import {
  IP_VS_CONN_F_BYPASS,
  IP_VS_CONN_F_DROUTE,
  IP_VS_CONN_F_FWD_MASK,
  IP_VS_CONN_F_LOCALNODE,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_TUNNEL,
  IP_VS_STATE_BACKUP,
  IP_VS_STATE_MASTER,
  IP_VS_SVC_F_PERSISTENT,
  IPVS_CMD_ATTR_DAEMON,
  IPVS_CMD_ATTR_DEST,
  IPVS_CMD_ATTR_SERVICE,
  IPVS_CMD_ATTR_TIMEOUT_TCP,
  IPVS_CMD_ATTR_TIMEOUT_TCP_FIN,
  IPVS_CMD_ATTR_TIMEOUT_UDP,
  IPVS_CMD_DEL_DEST,
  IPVS_CMD_DEL_SERVICE,
  IPVS_CMD_NEW_DEST,
  IPVS_CMD_NEW_SERVICE,
  IPVS_CMD_SET_DEST,
  IPVS_CMD_SET_SERVICE,
  IPVS_DAEMON_ATTR_MCAST_IFN,
  IPVS_DAEMON_ATTR_STATE,
  IPVS_DAEMON_ATTR_SYNC_ID,
  IPVS_DEST_ATTR_ACTIVE_CONNS,
  IPVS_DEST_ATTR_ADDR,
  IPVS_DEST_ATTR_ADDR_FAMILY,
  IPVS_DEST_ATTR_FWD_METHOD,
  IPVS_DEST_ATTR_INACT_CONNS,
  IPVS_DEST_ATTR_L_THRESH,
  IPVS_DEST_ATTR_PERSIST_CONNS,
  IPVS_DEST_ATTR_PORT,
  IPVS_DEST_ATTR_STATS,
  IPVS_DEST_ATTR_STATS64,
  IPVS_DEST_ATTR_U_THRESH,
  IPVS_DEST_ATTR_WEIGHT,
  IPVS_INFO_ATTR_CONN_TAB_SIZE,
  IPVS_INFO_ATTR_VERSION,
  IPVS_STATS_ATTR_CONNS,
  IPVS_STATS_ATTR_CPS,
  IPVS_STATS_ATTR_INBPS,
  IPVS_STATS_ATTR_INBYTES,
  IPVS_STATS_ATTR_INPKTS,
  IPVS_STATS_ATTR_INPPS,
  IPVS_STATS_ATTR_OUTBPS,
  IPVS_STATS_ATTR_OUTBYTES,
  IPVS_STATS_ATTR_OUTPKTS,
  IPVS_STATS_ATTR_OUTPPS,
  IPVS_SVC_ATTR_ADDR,
  IPVS_SVC_ATTR_AF,
  IPVS_SVC_ATTR_FLAGS,
  IPVS_SVC_ATTR_FWMARK,
  IPVS_SVC_ATTR_NETMASK,
  IPVS_SVC_ATTR_PORT,
  IPVS_SVC_ATTR_PROTOCOL,
  IPVS_SVC_ATTR_SCHED_NAME,
  IPVS_SVC_ATTR_STATS,
  IPVS_SVC_ATTR_STATS64,
  IPVS_SVC_ATTR_TIMEOUT,
  SERVICE_FLAGS,
} from './constants.js';
import type { ForwardingMethod, IpvsDestination, IpvsService, ServiceId } from './model.js';
import type { IpvsOperation, ServiceOptions } from './operations.js';

/** Counters of a service or destination. Exact up to 2^53. */
export interface IpvsStats {
  readonly connections: number;
  readonly inPackets: number;
  readonly outPackets: number;
  readonly inBytes: number;
  readonly outBytes: number;
  /** The kernel's estimates, a second. */
  readonly connectionRate: number;
  readonly inPacketRate: number;
  readonly outPacketRate: number;
  readonly inByteRate: number;
  readonly outByteRate: number;
}

/** A destination as the kernel tells of it. */
export interface KernelDestination extends IpvsDestination {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  readonly stats: IpvsStats;
}

/** A service as the kernel tells of it. */
export interface KernelService extends IpvsService {
  readonly destinations: readonly KernelDestination[];
  readonly stats: IpvsStats;
}

/** A connection-sync daemon of the kernel. */
export interface SyncDaemon {
  readonly state: 'master' | 'backup';
  /** The interface whose multicast it uses. */
  readonly interface: string;
  /** 0 to 255; a backup with 0 takes every id. */
  readonly syncId: number;
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

const PROTOCOLS = { TCP: 6, UDP: 17, SCTP: 132 } as const;
const METHODS = {
  NAT: IP_VS_CONN_F_MASQ,
  DR: IP_VS_CONN_F_DROUTE,
  TUN: IP_VS_CONN_F_TUNNEL,
} as const;

const familyNumber = (family: Family): number => (family === 4 ? AF_INET : AF_INET6);

/** The family of the packets that a service takes. */
export function serviceFamily(id: ServiceId): Family {
  return id.kind === 'fwmark' ? id.family : familyOf(id.address);
}

/** The nested attribute that names a service. */
export function encodeServiceId(id: ServiceId): Uint8Array {
  return nested(IPVS_CMD_ATTR_SERVICE, serviceIdParts(id));
}

/** The command and attributes of an operation. */
export function encodeOperation(operation: IpvsOperation): {
  command: number;
  attributes: Uint8Array[];
} {
  switch (operation.kind) {
    case 'add-service':
      return {
        command: IPVS_CMD_NEW_SERVICE,
        attributes: [encodeService(operation.service)],
      };
    case 'set-service':
      return {
        command: IPVS_CMD_SET_SERVICE,
        attributes: [encodeService(operation.service)],
      };
    case 'delete-service':
      return { command: IPVS_CMD_DEL_SERVICE, attributes: [encodeServiceId(operation.id)] };
    case 'add-destination':
    case 'set-destination':
      return {
        command: operation.kind === 'add-destination' ? IPVS_CMD_NEW_DEST : IPVS_CMD_SET_DEST,
        attributes: [encodeServiceId(operation.id), encodeDestination(operation.destination)],
      };
    case 'delete-destination':
      return {
        command: IPVS_CMD_DEL_DEST,
        attributes: [
          encodeServiceId(operation.id),
          nested(IPVS_CMD_ATTR_DEST, destinationIdParts(operation.destination)),
        ],
      };
  }
}

/** A daemon to start (NEW_DAEMON) or, by its state alone, to stop (DEL_DAEMON). */
export function encodeDaemon(daemon: SyncDaemon | Pick<SyncDaemon, 'state'>): Uint8Array {
  const state = daemon.state === 'master' ? IP_VS_STATE_MASTER : IP_VS_STATE_BACKUP;
  const parts = [u32(IPVS_DAEMON_ATTR_STATE, state)];
  if ('syncId' in daemon) {
    parts.push(
      text(IPVS_DAEMON_ATTR_MCAST_IFN, daemon.interface),
      u32(IPVS_DAEMON_ATTR_SYNC_ID, daemon.syncId),
    );
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

/** A service of a GET_SERVICE answer; `undefined`: what identifies it is missing or strange. */
export function decodeService(
  command: Attributes,
): (ServiceOptions & { readonly stats: IpvsStats }) | undefined {
  const service = command.nested(IPVS_CMD_ATTR_SERVICE);
  const id = service && decodeServiceId(service);
  if (!service || !id) return undefined;
  const flags = service.bytes(IPVS_SVC_ATTR_FLAGS, 8);
  const bits = flags ? viewOf(flags).getUint32(0, LITTLE_ENDIAN) : 0;
  const persistent = (bits & IP_VS_SVC_F_PERSISTENT) !== 0;
  return {
    id,
    scheduler: service.text(IPVS_SVC_ATTR_SCHED_NAME) ?? '',
    flags: bits & SERVICE_FLAGS,
    persistenceTimeout: persistent ? (service.u32(IPVS_SVC_ATTR_TIMEOUT) ?? 0) : 0,
    persistencePrefix: decodeNetmask(service, serviceFamily(id)),
    stats: decodeStats(
      service.nested(IPVS_SVC_ATTR_STATS64) ?? service.nested(IPVS_SVC_ATTR_STATS),
    ),
  };
}

/**
 * A destination of a GET_DEST answer for a service of a family. `undefined`: it is no destination,
 * or one of a kind that user space cannot make (local node, bypass).
 */
export function decodeDestination(
  command: Attributes,
  family: Family,
): KernelDestination | undefined {
  const dest = command.nested(IPVS_CMD_ATTR_DEST);
  if (!dest) return undefined;
  // Before 3.18 the kernel does not tell the family: it is the service's.
  const number = dest.u16(IPVS_DEST_ATTR_ADDR_FAMILY) ?? familyNumber(family);
  const address = decodeIp(dest.bytes(IPVS_DEST_ATTR_ADDR), number);
  const port = dest.be16(IPVS_DEST_ATTR_PORT);
  const method = decodeMethod(dest.u32(IPVS_DEST_ATTR_FWD_METHOD));
  if (address === undefined || port === undefined || method === undefined) return undefined;
  return {
    address,
    port,
    method,
    weight: dest.s32(IPVS_DEST_ATTR_WEIGHT) ?? 0,
    upperThreshold: dest.u32(IPVS_DEST_ATTR_U_THRESH) ?? 0,
    lowerThreshold: dest.u32(IPVS_DEST_ATTR_L_THRESH) ?? 0,
    activeConnections: dest.u32(IPVS_DEST_ATTR_ACTIVE_CONNS) ?? 0,
    inactiveConnections: dest.u32(IPVS_DEST_ATTR_INACT_CONNS) ?? 0,
    persistentConnections: dest.u32(IPVS_DEST_ATTR_PERSIST_CONNS) ?? 0,
    stats: decodeStats(dest.nested(IPVS_DEST_ATTR_STATS64) ?? dest.nested(IPVS_DEST_ATTR_STATS)),
  };
}

/** A daemon of a GET_DAEMON answer. */
export function decodeDaemon(command: Attributes): SyncDaemon | undefined {
  const daemon = command.nested(IPVS_CMD_ATTR_DAEMON);
  const state = daemon?.u32(IPVS_DAEMON_ATTR_STATE);
  const name = daemon?.text(IPVS_DAEMON_ATTR_MCAST_IFN);
  const syncId = daemon?.u32(IPVS_DAEMON_ATTR_SYNC_ID);
  if (name === undefined || syncId === undefined) return undefined;
  if (state !== IP_VS_STATE_MASTER && state !== IP_VS_STATE_BACKUP) return undefined;
  return { state: state === IP_VS_STATE_MASTER ? 'master' : 'backup', interface: name, syncId };
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

function encodeService(service: ServiceOptions): Uint8Array {
  const persistent = service.persistenceTimeout > 0;
  const flags = service.flags | (persistent ? IP_VS_SVC_F_PERSISTENT : 0);
  return nested(IPVS_CMD_ATTR_SERVICE, [
    ...serviceIdParts(service.id),
    text(IPVS_SVC_ATTR_SCHED_NAME, service.scheduler),
    // struct ip_vs_flags {flags, mask}: every bit that we know of is set or cleared.
    attribute(
      IPVS_SVC_ATTR_FLAGS,
      concat([hostU32(flags), hostU32(SERVICE_FLAGS | IP_VS_SVC_F_PERSISTENT)]),
    ),
    u32(IPVS_SVC_ATTR_TIMEOUT, service.persistenceTimeout),
    serviceFamily(service.id) === 4
      ? be32(IPVS_SVC_ATTR_NETMASK, prefixToMask(service.persistencePrefix))
      : u32(IPVS_SVC_ATTR_NETMASK, service.persistencePrefix),
  ]);
}

function serviceIdParts(id: ServiceId): Uint8Array[] {
  const family = u16(IPVS_SVC_ATTR_AF, familyNumber(serviceFamily(id)));
  if (id.kind === 'fwmark') return [family, u32(IPVS_SVC_ATTR_FWMARK, id.fwmark)];
  return [
    family,
    u16(IPVS_SVC_ATTR_PROTOCOL, PROTOCOLS[id.protocol]),
    attribute(IPVS_SVC_ATTR_ADDR, address16(id.address)),
    be16(IPVS_SVC_ATTR_PORT, id.port),
  ];
}

function encodeDestination(destination: IpvsDestination): Uint8Array {
  return nested(IPVS_CMD_ATTR_DEST, [
    ...destinationIdParts(destination),
    u32(IPVS_DEST_ATTR_FWD_METHOD, METHODS[destination.method]),
    u32(IPVS_DEST_ATTR_WEIGHT, destination.weight),
    u32(IPVS_DEST_ATTR_U_THRESH, destination.upperThreshold),
    u32(IPVS_DEST_ATTR_L_THRESH, destination.lowerThreshold),
  ]);
}

function destinationIdParts(destination: { address: Ip; port: number }): Uint8Array[] {
  return [
    attribute(IPVS_DEST_ATTR_ADDR, address16(destination.address)),
    be16(IPVS_DEST_ATTR_PORT, destination.port),
    u16(IPVS_DEST_ATTR_ADDR_FAMILY, familyNumber(familyOf(destination.address))),
  ];
}

function decodeServiceId(service: Attributes): ServiceId | undefined {
  const number = service.u16(IPVS_SVC_ATTR_AF);
  if (number !== AF_INET && number !== AF_INET6) return undefined;
  const fwmark = service.u32(IPVS_SVC_ATTR_FWMARK);
  if (fwmark !== undefined && fwmark !== 0) {
    return { kind: 'fwmark', family: number === AF_INET ? 4 : 6, fwmark };
  }
  const wire = service.u16(IPVS_SVC_ATTR_PROTOCOL);
  const protocol = wire === 6 ? 'TCP' : wire === 17 ? 'UDP' : wire === 132 ? 'SCTP' : undefined;
  const address = decodeIp(service.bytes(IPVS_SVC_ATTR_ADDR), number);
  const port = service.be16(IPVS_SVC_ATTR_PORT);
  if (!protocol || address === undefined || port === undefined) return undefined;
  return { kind: 'address', protocol, address, port };
}

function decodeIp(bytes: Uint8Array | undefined, family: number): Ip | undefined {
  const size = family === AF_INET ? 4 : 16;
  return bytes && bytes.length >= size ? ipFromBytes(bytes.subarray(0, size)) : undefined;
}

function decodeMethod(value: number | undefined): ForwardingMethod | undefined {
  if (value === undefined) return undefined;
  switch (value & IP_VS_CONN_F_FWD_MASK) {
    case IP_VS_CONN_F_MASQ:
      return 'NAT';
    case IP_VS_CONN_F_DROUTE:
      return 'DR';
    case IP_VS_CONN_F_TUNNEL:
      return 'TUN';
    // The kernel turns NAT to one of its own addresses into LOCALNODE on connections only.
    case IP_VS_CONN_F_LOCALNODE:
    case IP_VS_CONN_F_BYPASS:
      return undefined;
    default:
      return undefined;
  }
}

function decodeNetmask(service: Attributes, family: Family): number {
  if (family === 6) return service.u32(IPVS_SVC_ATTR_NETMASK) ?? 128;
  const mask = service.be32(IPVS_SVC_ATTR_NETMASK);
  return mask === undefined ? 32 : Math.clz32(~mask);
}

function decodeStats(stats: Attributes | undefined): IpvsStats {
  // 64 bits in STATS64, partly 32 bits in the STATS of older kernels.
  const number = (type: number): number => Number(stats?.u64(type) ?? stats?.u32(type) ?? 0);
  return {
    connections: number(IPVS_STATS_ATTR_CONNS),
    inPackets: number(IPVS_STATS_ATTR_INPKTS),
    outPackets: number(IPVS_STATS_ATTR_OUTPKTS),
    inBytes: number(IPVS_STATS_ATTR_INBYTES),
    outBytes: number(IPVS_STATS_ATTR_OUTBYTES),
    connectionRate: number(IPVS_STATS_ATTR_CPS),
    inPacketRate: number(IPVS_STATS_ATTR_INPPS),
    outPacketRate: number(IPVS_STATS_ATTR_OUTPPS),
    inByteRate: number(IPVS_STATS_ATTR_INBPS),
    outByteRate: number(IPVS_STATS_ATTR_OUTBPS),
  };
}

function address16(ip: Ip): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(ipToBytes(ip));
  return bytes;
}

function hostU32(value: number): Uint8Array {
  return u32(0, value).subarray(4);
}

function prefixToMask(prefix: number): number {
  return prefix <= 0 ? 0 : (0xffff_ffff << (32 - Math.min(prefix, 32))) >>> 0;
}
