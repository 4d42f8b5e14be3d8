/**
 * The VRRP advertisement.
 *
 * Version 2 (RFC 3768 5.1), IPv4:
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version| Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |   Auth Type   |   Adver Int   |          Checksum             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      IP Address (1) ... (n)                   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                 Authentication Data (1) and (2)               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Version 3 (RFC 9568 5.1):
 *
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version| Type  | Virtual Rtr ID|   Priority    |IPvX Addr Count|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Reserve| Max Advertise Interval|          Checksum             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                     IPvX Address(es) ...                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Checksum: version 2 over the packet (RFC 3768 5.3.8). Version 3 over IPv4: RFC 9568 5.2.8 has no
 * pseudo-header, keepalived (after RFC 5798) puts one in front, and before 1.3.7 it put the multicast
 * group into that of unicast packets. All are accepted and told apart. Over IPv6 the pseudo-header of
 * RFC 8200 8.1 is always there.
 *
 * The length of an address is that of the packet's source. Version 2 over IPv6, which only keepalived
 * knows, has no authentication data.
 *
 * Behind the packet may be an authentication trailer (`hmac.ts`). The checksum over IPv4 leaves it
 * out, that over IPv6 covers it.
 */
import { viewOf } from '../base/bytes.js';
import { internetChecksum } from '../base/checksum.js';
import { type Ip, ipFromBytes, ipToBytes } from '../base/ip.js';
import { fail, ok, type Result } from '../base/result.js';
import { MICROS_PER_CENTISECOND, MICROS_PER_SECOND, type Micros } from '../base/time.js';
import { AUTH_LENGTH, type AuthExpectation } from './auth.js';
import { TRAILER_LENGTH } from './hmac.js';
import { isMulticast, MULTICAST_GROUP_IPV4, PROTOCOL_VRRP } from './ip-packet.js';
import type { VrrpVersion } from './settings.js';

/** RFC 9568 5.2.2: the only type. */
export const TYPE_ADVERTISEMENT = 1;
/** RFC 9568 5.2.4: the sender gives up mastership. */
export const PRIORITY_RELEASE = 0;
/** The least that a router can have (RFC 9568 5.2.4). */
export const PRIORITY_LOWEST = 1;

const HEADER_LENGTH = 8;
const CHECKSUM_OFFSET = 6;
const GROUP_IPV4 = ipToBytes(MULTICAST_GROUP_IPV4);
const NOTHING = new Uint8Array(0);

export type AdvertDropReason =
  /** Less than the fixed fields, the addresses and the authentication data (RFC 9568 7.1). */
  | 'too-short'
  /** More than those: keepalived drops it too. */
  | 'too-long'
  /** Neither 2 nor 3. */
  | 'wrong-vrrp-version'
  /** Not an ADVERTISEMENT (RFC 9568 5.2.2). */
  | 'wrong-type'
  | 'bad-checksum';

/**
 * How a checksum was made: over the packet alone, with a pseudo-header, or with one whose destination
 * is the multicast group although the packet was unicast.
 */
export type ChecksumForm = 'plain' | 'pseudo-header' | 'group-pseudo-header';

/** The addresses of the IP header: the pseudo-header needs them. 4 or 16 bytes each. */
export interface PacketAddresses {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

export interface Advert {
  readonly version: VrrpVersion;
  readonly virtualRouterId: number;
  /** 0: the sender gives up; 255: it owns the addresses. */
  readonly priority: number;
  /** Version 2: whole seconds; version 3: centiseconds, 12 bits. In µs here. */
  readonly interval: Micros;
  readonly addressCount: number;
  /** The addresses as on the wire, a view into the packet. Text: {@link advertAddresses}. */
  readonly addressBytes: Uint8Array;
  readonly checksum: ChecksumForm;
  /** Version 2: type and the 8 bytes of data (over IPv6 none), a view into the packet. */
  readonly auth?: { readonly type: number; readonly data: Uint8Array };
  /** The packet without what follows it, a view. */
  readonly pdu: Uint8Array;
  /** {@link TRAILER_LENGTH} bytes behind the packet, a view: not verified. */
  readonly trailer?: Uint8Array;
}

/** What an advert is made of. */
export interface AdvertContent {
  readonly version: VrrpVersion;
  readonly virtualRouterId: number;
  readonly priority: number;
  /** µs; what the field cannot express is cut off. */
  readonly interval: Micros;
  /** All addresses, concatenated in network order. */
  readonly addressBytes: Uint8Array;
  readonly addressCount: number;
  /** Version 2 only; not written in version 3. */
  readonly auth: AuthExpectation;
}

/**
 * Decodes an advert of either version and verifies what needs no configuration, in the order of
 * RFC 9568 7.1: version, type, length, checksum.
 *
 * @param payload the VRRP packet without IP header and padding. The result refers to its memory.
 * @param group what old keepalived puts into the pseudo-header of unicast packets, 4 bytes.
 */
export function decodeAdvert(
  payload: Uint8Array,
  addresses: PacketAddresses,
  group: Uint8Array = GROUP_IPV4,
): Result<Advert, AdvertDropReason> {
  if (payload.length < HEADER_LENGTH) return fail('too-short');
  const version = (payload[0] as number) >> 4;
  if (version !== 2 && version !== 3) return fail('wrong-vrrp-version');
  if (((payload[0] as number) & 0x0f) !== TYPE_ADVERTISEMENT) return fail('wrong-type');
  const addressCount = payload[3] as number;
  const authOffset = HEADER_LENGTH + addressCount * addresses.source.length;
  const length = authOffset + authLength(version, addresses.source.length);
  if (payload.length < length) return fail('too-short');
  const hasTrailer = payload.length === length + TRAILER_LENGTH;
  if (payload.length > length && !hasTrailer) return fail('too-long');
  const pdu = payload.subarray(0, length);
  const checksum = checksumForm(payload, pdu, version, addresses, group);
  if (checksum === undefined) return fail('bad-checksum');
  const common = {
    virtualRouterId: pdu[1] as number,
    priority: pdu[2] as number,
    addressCount,
    addressBytes: pdu.subarray(HEADER_LENGTH, authOffset),
    checksum,
    pdu,
    ...(hasTrailer && { trailer: payload.subarray(length) }),
  };
  if (version === 2) {
    return ok({
      version,
      ...common,
      interval: (pdu[5] as number) * MICROS_PER_SECOND,
      auth: { type: pdu[4] as number, data: pdu.subarray(authOffset) },
    });
  }
  const centiseconds = (((pdu[4] as number) & 0x0f) << 8) | (pdu[5] as number);
  return ok({ version, ...common, interval: centiseconds * MICROS_PER_CENTISECOND });
}

/**
 * Encodes an advert without its checksum: what a trailer signs, and what {@link sealAdvert} completes
 * for each destination.
 *
 * @param addressLength bytes of an address: 4 or 16.
 */
export function draftAdvert(content: AdvertContent, addressLength: number): Uint8Array {
  const { version, addressBytes } = content;
  const authOffset = HEADER_LENGTH + addressBytes.length;
  const auth = authLength(version, addressLength);
  const pdu = new Uint8Array(authOffset + auth);
  pdu[0] = (version << 4) | TYPE_ADVERTISEMENT;
  pdu[1] = content.virtualRouterId;
  pdu[2] = content.priority;
  pdu[3] = content.addressCount;
  if (version === 2) {
    pdu[4] = content.auth.type;
    pdu[5] = Math.floor(content.interval / MICROS_PER_SECOND);
    if (auth > 0) pdu.set(content.auth.data, authOffset);
  } else {
    // RFC 9568 5.2.6: the reserved bits are sent as zero.
    viewOf(pdu).setUint16(4, Math.floor(content.interval / MICROS_PER_CENTISECOND) & 0x0fff);
  }
  pdu.set(addressBytes, HEADER_LENGTH);
  return pdu;
}

/**
 * A draft with its trailer and its checksum. The draft stays as it is.
 *
 * @param form what version 3 over IPv4 sends; version 2, and IPv6, have no choice.
 */
export function sealAdvert(
  draft: Uint8Array,
  addresses: PacketAddresses,
  form: ChecksumForm,
  trailer: Uint8Array = NOTHING,
  group: Uint8Array = GROUP_IPV4,
): Uint8Array {
  const packet = new Uint8Array(draft.length + trailer.length);
  packet.set(draft);
  packet.set(trailer, draft.length);
  const covered = addresses.source.length === 4 ? packet.subarray(0, draft.length) : packet;
  const checksum = checksumOf(covered, form, addresses, group);
  viewOf(packet).setUint16(CHECKSUM_OFFSET, checksum);
  return packet;
}

/** Encodes an advert for one destination, without IP header and trailer. */
export function encodeAdvert(
  content: AdvertContent,
  addresses: PacketAddresses,
  form: ChecksumForm = 'pseudo-header',
): Uint8Array {
  return sealAdvert(draftAdvert(content, addresses.source.length), addresses, form);
}

/** The addresses of an advert as text, in the order of the wire. */
export function advertAddresses(advert: Advert): Ip[] {
  if (advert.addressCount === 0) return [];
  const size = advert.addressBytes.length / advert.addressCount;
  return Array.from({ length: advert.addressCount }, (_, i) =>
    ipFromBytes(advert.addressBytes.subarray(i * size, (i + 1) * size)),
  );
}

function authLength(version: VrrpVersion, addressLength: number): number {
  return version === 2 && addressLength === 4 ? AUTH_LENGTH : 0;
}

/** Which form makes the checksum right; `undefined`: none. */
function checksumForm(
  payload: Uint8Array,
  pdu: Uint8Array,
  version: VrrpVersion,
  addresses: PacketAddresses,
  group: Uint8Array,
): ChecksumForm | undefined {
  if (addresses.source.length !== 4) {
    return checksumOf(payload, 'pseudo-header', addresses, group) === 0
      ? 'pseudo-header'
      : undefined;
  }
  const forms: ChecksumForm[] = version === 2 ? ['plain'] : ['pseudo-header', 'plain'];
  if (version === 3 && !isMulticast(addresses.destination)) forms.push('group-pseudo-header');
  return forms.find((form) => checksumOf(pdu, form, addresses, group) === 0);
}

function checksumOf(
  bytes: Uint8Array,
  form: ChecksumForm,
  { source, destination }: PacketAddresses,
  group: Uint8Array,
): number {
  const version = (bytes[0] as number) >> 4;
  if (source.length !== 4) {
    return internetChecksum(pseudoHeader(source, destination, bytes.length), bytes);
  }
  if (version === 2 || form === 'plain') return internetChecksum(bytes);
  const to = form === 'pseudo-header' ? destination : group;
  return internetChecksum(pseudoHeader(source, to, bytes.length), bytes);
}

/**
 * IPv4: RFC 5798 5.2.8 in the form of RFC 793 3.1: source, destination, zero, protocol, length.
 * IPv6: RFC 8200 8.1: source, destination, length in 4 bytes, 3 zero, next header.
 */
function pseudoHeader(source: Uint8Array, destination: Uint8Array, length: number): Uint8Array {
  const size = source.length;
  const header = new Uint8Array(size === 4 ? 12 : 40);
  header.set(source, 0);
  header.set(destination, size);
  if (size === 4) {
    header[9] = PROTOCOL_VRRP;
    viewOf(header).setUint16(10, length);
  } else {
    viewOf(header).setUint32(32, length);
    header[39] = PROTOCOL_VRRP;
  }
  return header;
}
