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
  u8,
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
  IP_VS_CONN_F_TUNNEL_TYPE_GRE,
  IP_VS_CONN_F_TUNNEL_TYPE_GUE,
  IP_VS_SVC_F_PERSISTENT,
  IP_VS_TUNNEL_ENCAP_FLAG_CSUM,
  IP_VS_TUNNEL_ENCAP_FLAG_NOCSUM,
  IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM,
  IPVS_CMD_ATTR_DEST,
  IPVS_CMD_ATTR_SERVICE,
  IPVS_CMD_DEL_DEST,
  IPVS_CMD_DEL_SERVICE,
  IPVS_CMD_NEW_DEST,
  IPVS_CMD_NEW_SERVICE,
  IPVS_CMD_SET_DEST,
  IPVS_CMD_SET_SERVICE,
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
  IPVS_DEST_ATTR_TUN_FLAGS,
  IPVS_DEST_ATTR_TUN_PORT,
  IPVS_DEST_ATTR_TUN_TYPE,
  IPVS_DEST_ATTR_U_THRESH,
  IPVS_DEST_ATTR_WEIGHT,
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
  IPVS_SVC_ATTR_PE_NAME,
  IPVS_SVC_ATTR_PORT,
  IPVS_SVC_ATTR_PROTOCOL,
  IPVS_SVC_ATTR_SCHED_NAME,
  IPVS_SVC_ATTR_STATS,
  IPVS_SVC_ATTR_STATS64,
  IPVS_SVC_ATTR_TIMEOUT,
  SERVICE_FLAGS,
} from './constants.js';
import {
  type ForwardingMethod,
  type IpvsDestination,
  type IpvsService,
  type IpvsStats,
  prefixToMask,
  type ServiceId,
  type Tunnel,
} from './model.js';
import type { IpvsOperation, ServiceOptions } from './operations.js';

export type { IpvsStats } from './model.js';

/** A destination as the kernel tells of it. */
export interface KernelDestination extends IpvsDestination {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  readonly stats: IpvsStats;
}

/** A destination without its counters: what planning needs. */
export type FoundDestination = Omit<KernelDestination, 'stats'>;

/** A service as the kernel tells of it. */
export interface KernelService extends IpvsService {
  readonly destinations: readonly KernelDestination[];
  readonly stats: IpvsStats;
}

const PROTOCOLS = { TCP: 6, UDP: 17, SCTP: 132 } as const;
const METHODS = {
  NAT: IP_VS_CONN_F_MASQ,
  DR: IP_VS_CONN_F_DROUTE,
  TUN: IP_VS_CONN_F_TUNNEL,
} as const;

const TUNNELS = { gue: IP_VS_CONN_F_TUNNEL_TYPE_GUE, gre: IP_VS_CONN_F_TUNNEL_TYPE_GRE } as const;
const CHECKSUMS = {
  nocsum: IP_VS_TUNNEL_ENCAP_FLAG_NOCSUM,
  csum: IP_VS_TUNNEL_ENCAP_FLAG_CSUM,
  remcsum: IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM,
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

/** A service of a GET_SERVICE answer; `undefined`: what identifies it is missing or strange. */
export function decodeService(
  command: Attributes,
): (ServiceOptions & { readonly stats: IpvsStats }) | undefined {
  const service = command.nested(IPVS_CMD_ATTR_SERVICE);
  const options = service && decodeServiceOptions(service);
  if (!options) return undefined;
  const stats = service.nested(IPVS_SVC_ATTR_STATS64) ?? service.nested(IPVS_SVC_ATTR_STATS);
  return { ...options, stats: decodeStats(stats) };
}

/** The same without counters, from the attributes of the service itself. */
export function decodeServiceOptions(service: Attributes): ServiceOptions | undefined {
  const id = decodeServiceId(service);
  if (!id) return undefined;
  const flags = service.bytes(IPVS_SVC_ATTR_FLAGS, 8);
  const bits = flags ? viewOf(flags).getUint32(0, LITTLE_ENDIAN) : 0;
  const persistent = (bits & IP_VS_SVC_F_PERSISTENT) !== 0;
  const engine = service.text(IPVS_SVC_ATTR_PE_NAME) ?? '';
  return {
    id,
    scheduler: service.text(IPVS_SVC_ATTR_SCHED_NAME) ?? '',
    flags: bits & SERVICE_FLAGS,
    persistenceTimeout: persistent ? (service.u32(IPVS_SVC_ATTR_TIMEOUT) ?? 0) : 0,
    ...decodeNetmask(service, serviceFamily(id)),
    ...(engine === '' ? undefined : { persistenceEngine: engine }),
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
  const found = dest && decodeFound(dest, family);
  if (!found) return undefined;
  const stats = dest.nested(IPVS_DEST_ATTR_STATS64) ?? dest.nested(IPVS_DEST_ATTR_STATS);
  return { ...found, stats: decodeStats(stats) };
}

/** The same without the counters, which are most of the work. */
export function decodeFoundDestination(
  command: Attributes,
  family: Family,
): FoundDestination | undefined {
  const dest = command.nested(IPVS_CMD_ATTR_DEST);
  return dest && decodeFound(dest, family);
}

function decodeFound(dest: Attributes, family: Family): FoundDestination | undefined {
  // Before 3.18 the kernel does not tell the family: it is the service's.
  const number = dest.u16(IPVS_DEST_ATTR_ADDR_FAMILY) ?? familyNumber(family);
  const address = decodeIp(dest.bytes(IPVS_DEST_ATTR_ADDR), number);
  const port = dest.be16(IPVS_DEST_ATTR_PORT);
  const method = decodeMethod(dest.u32(IPVS_DEST_ATTR_FWD_METHOD));
  if (address === undefined || port === undefined || method === undefined) return undefined;
  const tunnel = decodeTunnel(dest);
  return {
    address,
    port,
    method,
    weight: dest.s32(IPVS_DEST_ATTR_WEIGHT) ?? 0,
    upperThreshold: dest.u32(IPVS_DEST_ATTR_U_THRESH) ?? 0,
    lowerThreshold: dest.u32(IPVS_DEST_ATTR_L_THRESH) ?? 0,
    ...(tunnel && { tunnel }),
    activeConnections: dest.u32(IPVS_DEST_ATTR_ACTIVE_CONNS) ?? 0,
    inactiveConnections: dest.u32(IPVS_DEST_ATTR_INACT_CONNS) ?? 0,
    persistentConnections: dest.u32(IPVS_DEST_ATTR_PERSIST_CONNS) ?? 0,
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
      ? be32(
          IPVS_SVC_ATTR_NETMASK,
          service.persistenceMask ?? prefixToMask(service.persistencePrefix),
        )
      : u32(IPVS_SVC_ATTR_NETMASK, service.persistencePrefix),
    // Of a service that is changed the kernel takes the engine away if none is named.
    ...(service.persistenceEngine ? [text(IPVS_SVC_ATTR_PE_NAME, service.persistenceEngine)] : []),
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
    ...(destination.tunnel ? tunnelParts(destination.tunnel) : []),
  ]);
}

/** Without these the kernel (5.3 on) takes IPIP; an older one knows nothing else. */
function tunnelParts(tunnel: Tunnel): Uint8Array[] {
  return [
    u8(IPVS_DEST_ATTR_TUN_TYPE, TUNNELS[tunnel.type]),
    be16(IPVS_DEST_ATTR_TUN_PORT, tunnel.port),
    u16(IPVS_DEST_ATTR_TUN_FLAGS, CHECKSUMS[tunnel.checksum]),
  ];
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

function decodeNetmask(
  service: Attributes,
  family: Family,
): Pick<IpvsService, 'persistencePrefix' | 'persistenceMask'> {
  if (family === 6) return { persistencePrefix: service.u32(IPVS_SVC_ATTR_NETMASK) ?? 128 };
  const mask = service.be32(IPVS_SVC_ATTR_NETMASK) ?? 0xffff_ffff;
  const persistencePrefix = Math.clz32(~mask);
  if (prefixToMask(persistencePrefix) === mask) return { persistencePrefix };
  return { persistencePrefix, persistenceMask: mask };
}

function decodeTunnel(destination: Attributes): Tunnel | undefined {
  const number = destination.u8(IPVS_DEST_ATTR_TUN_TYPE);
  if (number !== IP_VS_CONN_F_TUNNEL_TYPE_GUE && number !== IP_VS_CONN_F_TUNNEL_TYPE_GRE) {
    return undefined;
  }
  const flags = destination.u16(IPVS_DEST_ATTR_TUN_FLAGS) ?? 0;
  return {
    type: number === IP_VS_CONN_F_TUNNEL_TYPE_GUE ? 'gue' : 'gre',
    port: destination.be16(IPVS_DEST_ATTR_TUN_PORT) ?? 0,
    // Both bits at once no program sets; the kernel looks at remote checksum offload last.
    checksum:
      (flags & IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM) !== 0
        ? 'remcsum'
        : (flags & IP_VS_TUNNEL_ENCAP_FLAG_CSUM) !== 0
          ? 'csum'
          : 'nocsum',
  };
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
