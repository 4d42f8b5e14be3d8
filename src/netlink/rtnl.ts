/**
 * rtnetlink's links and addresses (rtnetlink(7)) as values. Pure.
 *
 * ```
 *   struct ifinfomsg: u8 family | u8 pad | u16 type | s32 index | u32 flags | u32 change
 *   struct ifaddrmsg: u8 family | u8 prefixlen | u8 flags | u8 scope | u32 index
 * ```
 */
import { viewOf } from '../base/bytes.js';
import { type Family, familyOf, type Ip, ipFromBytes, ipToBytes } from '../base/ip.js';
import { type Mac, macFromBytes } from '../base/mac.js';
import {
  type Attributes,
  attribute,
  concat,
  decodeAttributes,
  fits,
  HEADER,
  LITTLE_ENDIAN,
  lengthAt,
  nextAttribute,
  text,
  textOf,
  typeAt,
  u8 as u8Attribute,
  u32 as u32Attribute,
} from './attributes.js';
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  IFA_ADDRESS,
  IFA_BROADCAST,
  IFA_CACHEINFO,
  IFA_F_DADFAILED,
  IFA_F_HOMEADDRESS,
  IFA_F_MANAGETEMPADDR,
  IFA_F_MCAUTOJOIN,
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  IFA_F_SECONDARY,
  IFA_F_TENTATIVE,
  IFA_FLAGS,
  IFA_LABEL,
  IFA_LOCAL,
  IFA_PROTO,
  IFF_LOOPBACK,
  IFF_RUNNING,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_EXT_MASK,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_LINKINFO,
  IFLA_MTU,
  IFLA_OPERSTATE,
  IFLA_VRF_TABLE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTEXT_FILTER_SKIP_STATS,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_NEWADDR,
  RTPROT_KEEPALIVED,
} from './constants.js';
import type { NetlinkMessage } from './message.js';
import type { NetlinkRequest } from './socket.js';

/** A network interface. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** IFF_* bits. */
  readonly flags: number;
  /** IFF_UP and IFF_RUNNING both: packets can pass. */
  readonly up: boolean;
  readonly loopback: boolean;
  /** IF_OPER_*: 0 unknown, 2 down, 3 lower layer down, 5 dormant, 6 up. */
  readonly operState: number;
  /** All zero where the interface has none of six bytes. */
  readonly mac: Mac;
  readonly mtu: number;
  /** The routing table of a VRF (IFLA_VRF_TABLE); other interfaces have none. */
  readonly vrfTable?: number;
}

/** An address on an interface. */
export interface AddressEntry {
  readonly family: Family;
  readonly interfaceIndex: number;
  /** The interface's own end (IFA_LOCAL where there is one). */
  readonly address: Ip;
  readonly prefixLength: number;
  /** The other end of a point-to-point address. */
  readonly peer?: Ip;
  readonly broadcast?: Ip;
  readonly label?: string;
  /** RT_SCOPE_*. */
  readonly scope: number;
  /** IFA_F_* bits. */
  readonly flags: number;
  /** An IPv4 address that goes when the first of its subnet goes (unless promote_secondaries). */
  readonly secondary: boolean;
  /** IPv6: duplicate address detection is under way, or found a duplicate. */
  readonly tentative: boolean;
  readonly dadFailed: boolean;
  /** IFA_PROTO: who put it there; 0 where the kernel does not tell (before 5.18). */
  readonly protocol: number;
  /** Seconds it still lives, and is preferred; undefined: for ever. */
  readonly lifetime?: { readonly valid: number; readonly preferred: number };
}

/** An address to add or delete. */
export interface AddressSpec {
  readonly interfaceIndex: number;
  readonly address: Ip;
  readonly prefixLength: number;
  /** RT_SCOPE_*; 0, global, if not given. */
  readonly scope?: number;
  readonly broadcast?: Ip;
  readonly peer?: Ip;
  /** IPv4 only, at most 15 bytes, begins with the interface's name. */
  readonly label?: string;
  /** IFA_PROTO; 18, keepalived's number, if not given. */
  readonly protocol?: number;
  readonly lifetime?: { readonly valid: number; readonly preferred: number };
  /** IPv6: looked for duplicates of before it is used (RFC 4862 5.4). */
  readonly duplicateDetection?: boolean;
  /** IFA_F_* bits that one may choose: {@link CHOSEN_FLAGS}. */
  readonly flags?: number;
}

/** The flags of an address that are asked for, not found out: the others are the kernel's. */
export const CHOSEN_FLAGS =
  IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;

const INFINITE = 0xffff_ffff;
const IFINFOMSG = 16;
const IFADDRMSG = 8;

/** The dump of every link, without their counters. */
export function encodeGetLinks(): NetlinkRequest {
  return {
    type: RTM_GETLINK,
    body: concat([new Uint8Array(IFINFOMSG), u32Attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS)]),
    operation: 'RTM_GETLINK',
  };
}

/** The dump of every address of both families. */
export function encodeGetAddresses(): NetlinkRequest {
  return { type: RTM_GETADDR, body: new Uint8Array(IFADDRMSG), operation: 'RTM_GETADDR' };
}

/**
 * Adds an address; EEXIST if the interface has it. IPv6 addresses skip duplicate address detection
 * (IFA_F_NODAD) unless it is asked for: they must answer at once, and their last owner may still be
 * there.
 */
export function encodeNewAddress(spec: AddressSpec): NetlinkRequest {
  return {
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: encodeAddress(spec, true),
    operation: `RTM_NEWADDR ${describeAddress(spec)}`,
  };
}

/**
 * Changes an address that is there, or adds it: of IPv6 its flags, peer and lifetimes
 * (inet6_addr_modify), of IPv4 its lifetimes only (inet_rtm_newaddr).
 */
export function encodeChangeAddress(spec: AddressSpec): NetlinkRequest {
  return {
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    body: encodeAddress(spec, true),
    operation: `RTM_NEWADDR ${describeAddress(spec)}`,
  };
}

/** Deletes an address; EADDRNOTAVAIL if the interface does not have it, ENODEV without interface. */
export function encodeDeleteAddress(spec: AddressSpec): NetlinkRequest {
  return {
    type: RTM_DELADDR,
    body: encodeAddress(spec, false),
    operation: `RTM_DELADDR ${describeAddress(spec)}`,
  };
}

/**
 * A link out of RTM_NEWLINK or RTM_DELLINK. `undefined`: the message is about something else (the
 * ports of a bridge, wireless events) or is too short.
 */
export function decodeLink(message: NetlinkMessage): Link | undefined {
  const { body } = message;
  if (body.length < IFINFOMSG || body[0] !== AF_UNSPEC) return undefined;
  const view = viewOf(body);
  const attributes = decodeAttributes(body.subarray(IFINFOMSG));
  const name = attributes.text(IFLA_IFNAME);
  const mtu = attributes.u32(IFLA_MTU);
  if (name === undefined || mtu === undefined) return undefined;
  const flags = view.getUint32(8, LITTLE_ENDIAN);
  return {
    index: view.getInt32(4, LITTLE_ENDIAN),
    name,
    flags,
    up: (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0,
    loopback: (flags & IFF_LOOPBACK) !== 0,
    operState: attributes.u8(IFLA_OPERSTATE) ?? 0,
    mac: macFromBytes(attributes.bytes(IFLA_ADDRESS, 6) ?? new Uint8Array(6)),
    mtu,
    ...vrfTableOf(attributes.nested(IFLA_LINKINFO)),
  };
}

function vrfTableOf(info: Attributes | undefined): { readonly vrfTable?: number } {
  if (info?.text(IFLA_INFO_KIND) !== 'vrf') return {};
  const vrfTable = info.nested(IFLA_INFO_DATA)?.u32(IFLA_VRF_TABLE);
  return vrfTable === undefined ? {} : { vrfTable };
}

/**
 * An address out of RTM_NEWADDR or RTM_DELADDR. `undefined`: another family, or too short.
 *
 * All addresses of a machine are read every few seconds, which may be thousands: the attributes are
 * taken where they lie, and the value is built without copies of itself.
 */
export function decodeAddress(message: NetlinkMessage): AddressEntry | undefined {
  const { body } = message;
  if (body.length < IFADDRMSG) return undefined;
  const family = body[0] === AF_INET ? 4 : body[0] === AF_INET6 ? 6 : undefined;
  if (family === undefined) return undefined;
  const view = viewOf(body);
  const size = family === 4 ? 4 : 16;
  let local = -1;
  let other = -1;
  let broadcast = -1;
  let label: string | undefined;
  let flags = body[2] as number;
  let protocol = 0;
  // IFA_F_PERMANENT speaks of the valid lifetime only.
  let preferred = INFINITE;
  let valid = INFINITE;
  const end = body.length;
  for (let at = IFADDRMSG; fits(view, at, end); at = nextAttribute(view, at)) {
    const type = typeAt(view, at);
    const length = lengthAt(view, at);
    const value = at + HEADER;
    if (type === IFA_LABEL) label = textOf(body, value, value + length);
    else if (length === size && type === IFA_LOCAL) local = value;
    else if (length === size && type === IFA_ADDRESS) other = value;
    else if (length === size && type === IFA_BROADCAST) broadcast = value;
    else if (length === 4 && type === IFA_FLAGS) flags = view.getUint32(value, LITTLE_ENDIAN);
    else if (length === 1 && type === IFA_PROTO) protocol = body[value] as number;
    else if (length === 16 && type === IFA_CACHEINFO) {
      preferred = view.getUint32(value, LITTLE_ENDIAN);
      valid = view.getUint32(value + 4, LITTLE_ENDIAN);
    }
  }
  const own = local < 0 ? other : local;
  if (own < 0) return undefined;
  const ipAt = (at: number): Ip => ipFromBytes(body.subarray(at, at + size));
  const entry: Writable<AddressEntry> = {
    family,
    interfaceIndex: view.getUint32(4, LITTLE_ENDIAN),
    address: ipAt(own),
    prefixLength: body[1] as number,
    scope: body[3] as number,
    flags,
    secondary: family === 4 && (flags & IFA_F_SECONDARY) !== 0,
    tentative: (flags & IFA_F_TENTATIVE) !== 0,
    dadFailed: (flags & IFA_F_DADFAILED) !== 0,
    protocol,
  };
  if (other >= 0 && !areEqual(body, own, other, size)) entry.peer = ipAt(other);
  if (broadcast >= 0) entry.broadcast = ipAt(broadcast);
  if (label !== undefined) entry.label = label;
  if (preferred !== INFINITE || valid !== INFINITE) entry.lifetime = { preferred, valid };
  return entry;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function areEqual(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

function encodeAddress(spec: AddressSpec, adding: boolean): Uint8Array {
  const family = familyOf(spec.address);
  const head = new Uint8Array(IFADDRMSG);
  head[0] = family === 4 ? AF_INET : AF_INET6;
  head[1] = spec.prefixLength;
  head[3] = spec.scope ?? 0;
  viewOf(head).setUint32(4, spec.interfaceIndex, LITTLE_ENDIAN);
  const parts = [
    head,
    attribute(IFA_LOCAL, ipToBytes(spec.address)),
    attribute(IFA_ADDRESS, ipToBytes(spec.peer ?? spec.address)),
  ];
  if (adding) {
    if (spec.broadcast !== undefined) {
      parts.push(attribute(IFA_BROADCAST, ipToBytes(spec.broadcast)));
    }
    if (spec.label !== undefined && family === 4) parts.push(text(IFA_LABEL, spec.label));
    const noDetection = family === 6 && !spec.duplicateDetection ? IFA_F_NODAD : 0;
    const flags = noDetection | (spec.flags ?? 0);
    if (flags !== 0) parts.push(u32Attribute(IFA_FLAGS, flags));
    if (spec.lifetime) {
      const cache = new Uint8Array(16);
      const { preferred, valid } = spec.lifetime;
      viewOf(cache).setUint32(0, Math.min(preferred, INFINITE), LITTLE_ENDIAN);
      viewOf(cache).setUint32(4, Math.min(valid, INFINITE), LITTLE_ENDIAN);
      parts.push(attribute(IFA_CACHEINFO, cache));
    }
    const protocol = spec.protocol ?? RTPROT_KEEPALIVED;
    if (protocol !== 0) parts.push(u8Attribute(IFA_PROTO, protocol));
  }
  return concat(parts);
}

function describeAddress(spec: AddressSpec): string {
  return `${spec.address}/${spec.prefixLength} interface ${spec.interfaceIndex}`;
}
