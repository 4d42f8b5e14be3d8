/**
 * Destinations and counters as rows of a list: what ipvsadm(8) prints, decoded without the detours
 * that values for the reconciler take, because a table may have 100,000 of them. Pure.
 */
import { viewOf } from '../base/bytes.js';
import { type Ip, ipFromBytes } from '../base/ip.js';
import { type Attributes, findAttribute, LITTLE_ENDIAN } from '../netlink/attributes.js';
import { AF_INET6, NLA_TYPE_MASK } from '../netlink/constants.js';
import { decodeServiceOptions } from './codec.js';
import {
  IPVS_CMD_ATTR_DEST,
  IPVS_CMD_ATTR_SERVICE,
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
  IPVS_SVC_ATTR_STATS,
  IPVS_SVC_ATTR_STATS64,
} from './constants.js';
import type { ServiceOptions } from './operations.js';

/** A count of 64 bits; a bigint only where a number would not be exact. */
export type Count = number | bigint;

/** IPVS_STATS_ATTR_CONNS to OUTBPS, in the kernel's order: five counts, then their rates. */
export type Counts = readonly Count[];

/** What a list shows of a service. */
export interface ServiceRow {
  readonly service: ServiceOptions;
  readonly counts: Counts;
}

/** What a list shows of a destination. */
export interface DestinationRow {
  readonly family: 4 | 6;
  readonly address: Ip;
  /** The address's first 32 bits, which are all of an IPv4 one, and the rest of an IPv6 one. */
  readonly first: number;
  readonly more: readonly [number, number, number] | undefined;
  readonly port: number;
  /** IP_VS_CONN_F_FWD_MASK's bits. */
  readonly method: number;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  /** IP_VS_CONN_F_TUNNEL_TYPE_* and IP_VS_TUNNEL_ENCAP_FLAG_*. */
  readonly tunnelType: number;
  readonly tunnelPort: number;
  readonly tunnelFlags: number;
  readonly counts: Counts;
}

const GENLMSGHDR = 4;
const NLATTR = 4;
const HIGHEST_EXACT = 0x20_0000;
export const NO_COUNTS: Counts = new Array(10).fill(0);

/**
 * The destination in the body of a GET_DEST answer (behind the netlink header); `undefined`: there
 * is none.
 *
 * @param family of the service, for kernels that do not tell the destination's.
 */
export function decodeDestinationRow(
  body: Uint8Array,
  family: 4 | 6,
  withCounts: boolean,
): DestinationRow | undefined {
  const view = viewOf(body);
  const nested = findAttribute(view, GENLMSGHDR, body.length, IPVS_CMD_ATTR_DEST);
  if (nested < 0) return undefined;
  const end = nested + view.getUint16(nested, LITTLE_ENDIAN);
  let at = nested + NLATTR;
  let address = -1;
  let port = -1;
  let own: number = family === 6 ? AF_INET6 : 0;
  let method = 0;
  let weight = 0;
  let upper = 0;
  let lower = 0;
  let active = 0;
  let inactive = 0;
  let persistent = 0;
  let tunnelType = 0;
  let tunnelPort = 0;
  let tunnelFlags = 0;
  let counts: Counts = NO_COUNTS;
  let wide = false;
  // Values are padded to four bytes: so many can be read of each.
  while (at + NLATTR + 4 <= end) {
    const length = view.getUint16(at, LITTLE_ENDIAN);
    if (length < NLATTR || at + length > end) break;
    const value = at + NLATTR;
    switch (view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK) {
      case IPVS_DEST_ATTR_ADDR:
        if (length === NLATTR + 16) address = value;
        break;
      case IPVS_DEST_ATTR_PORT:
        port = view.getUint16(value);
        break;
      case IPVS_DEST_ATTR_FWD_METHOD:
        method = view.getUint32(value, LITTLE_ENDIAN) & 7;
        break;
      case IPVS_DEST_ATTR_WEIGHT:
        weight = view.getInt32(value, LITTLE_ENDIAN);
        break;
      case IPVS_DEST_ATTR_U_THRESH:
        upper = view.getUint32(value, LITTLE_ENDIAN);
        break;
      case IPVS_DEST_ATTR_L_THRESH:
        lower = view.getUint32(value, LITTLE_ENDIAN);
        break;
      case IPVS_DEST_ATTR_ACTIVE_CONNS:
        active = view.getUint32(value, LITTLE_ENDIAN);
        break;
      case IPVS_DEST_ATTR_INACT_CONNS:
        inactive = view.getUint32(value, LITTLE_ENDIAN);
        break;
      case IPVS_DEST_ATTR_PERSIST_CONNS:
        persistent = view.getUint32(value, LITTLE_ENDIAN);
        break;
      case IPVS_DEST_ATTR_ADDR_FAMILY:
        own = view.getUint16(value, LITTLE_ENDIAN);
        break;
      case IPVS_DEST_ATTR_TUN_TYPE:
        tunnelType = view.getUint8(value);
        break;
      case IPVS_DEST_ATTR_TUN_PORT:
        tunnelPort = view.getUint16(value);
        break;
      case IPVS_DEST_ATTR_TUN_FLAGS:
        tunnelFlags = view.getUint16(value, LITTLE_ENDIAN);
        break;
      case IPVS_DEST_ATTR_STATS:
        if (withCounts && !wide) counts = decodeCounts(body.subarray(value, at + length));
        break;
      case IPVS_DEST_ATTR_STATS64:
        wide = true;
        if (withCounts) counts = decodeCounts(body.subarray(value, at + length));
        break;
    }
    at += (length + 3) & ~3;
  }
  if (address < 0 || port < 0) return undefined;
  const six = own === AF_INET6;
  return {
    family: six ? 6 : 4,
    address: six
      ? ipFromBytes(body.subarray(address, address + 16))
      : `${body[address]}.${body[address + 1]}.${body[address + 2]}.${body[address + 3]}`,
    first: view.getUint32(address),
    more: six
      ? [view.getUint32(address + 4), view.getUint32(address + 8), view.getUint32(address + 12)]
      : undefined,
    port,
    method,
    weight,
    upperThreshold: upper,
    lowerThreshold: lower,
    activeConnections: active,
    inactiveConnections: inactive,
    persistentConnections: persistent,
    tunnelType,
    tunnelPort,
    tunnelFlags,
    counts,
  };
}

/** A service of a GET_SERVICE answer; `undefined`: there is none. */
export function decodeServiceRow(command: Attributes, withCounts = true): ServiceRow | undefined {
  const attributes = command.nested(IPVS_CMD_ATTR_SERVICE);
  const service = attributes && decodeServiceOptions(attributes);
  if (!service) return undefined;
  if (!withCounts) return { service, counts: NO_COUNTS };
  const bytes = attributes.bytes(IPVS_SVC_ATTR_STATS64) ?? attributes.bytes(IPVS_SVC_ATTR_STATS);
  return { service, counts: bytes ? decodeCounts(bytes) : NO_COUNTS };
}

/** The ten numbers of IPVS_*_ATTR_STATS64, or of STATS, where most have 32 bits. */
export function decodeCounts(bytes: Uint8Array): Counts {
  const view = viewOf(bytes);
  const counts: Count[] = [...NO_COUNTS];
  for (let at = 0; at + NLATTR <= bytes.length; ) {
    const length = view.getUint16(at, LITTLE_ENDIAN);
    if (length < NLATTR || at + length > bytes.length) break;
    const type = view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK;
    if (type >= 1 && type <= counts.length) {
      if (length === NLATTR + 8) counts[type - 1] = count64(view, at + NLATTR);
      else if (length === NLATTR + 4) {
        counts[type - 1] = view.getUint32(at + NLATTR, LITTLE_ENDIAN);
      }
    }
    at += (length + 3) & ~3;
  }
  return counts;
}

function count64(view: DataView, at: number): Count {
  const high = view.getUint32(LITTLE_ENDIAN ? at + 4 : at, LITTLE_ENDIAN);
  if (high >= HIGHEST_EXACT) return view.getBigUint64(at, LITTLE_ENDIAN);
  return high * 0x1_0000_0000 + view.getUint32(LITTLE_ENDIAN ? at : at + 4, LITTLE_ENDIAN);
}
