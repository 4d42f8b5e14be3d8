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
 * pseudo-header, keepalived (after RFC 5798) puts one in front. Both are accepted and told apart;
 * keepalived's is sent unless told otherwise.
 *
 * The length of an address is that of the packet's source, so that IPv6 only needs its own
 * pseudo-header here.
 */
import { viewOf } from '../base/bytes.js';
import { internetChecksum } from '../base/checksum.js';
import { type Ip, ipFromBytes } from '../base/ip.js';
import { fail, ok, type Result } from '../base/result.js';
import { MICROS_PER_CENTISECOND, MICROS_PER_SECOND, type Micros } from '../base/time.js';
import { AUTH_LENGTH, type AuthExpectation } from './auth.js';
import { PROTOCOL_VRRP } from './ipv4.js';
import type { VrrpVersion } from './settings.js';

/** RFC 9568 5.2.2: the only type. */
export const TYPE_ADVERTISEMENT = 1;
/** RFC 9568 5.2.4: the sender gives up mastership. */
export const PRIORITY_RELEASE = 0;

const HEADER_LENGTH = 8;
const CHECKSUM_OFFSET = 6;

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

/** How a checksum was made. `plain` is over the packet alone. */
export type ChecksumForm = 'plain' | 'pseudo-header';

/** The addresses of the IP header: the pseudo-header needs them. 4 bytes each. */
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
  /** Version 2: type and the 8 bytes of data, a view into the packet. */
  readonly auth?: { readonly type: number; readonly data: Uint8Array };
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
 * @param pdu the VRRP packet without IP header and padding. The result refers to its memory.
 */
export function decodeAdvert(
  pdu: Uint8Array,
  addresses: PacketAddresses,
): Result<Advert, AdvertDropReason> {
  if (pdu.length < HEADER_LENGTH) return fail('too-short');
  const version = (pdu[0] as number) >> 4;
  if (version !== 2 && version !== 3) return fail('wrong-vrrp-version');
  if (((pdu[0] as number) & 0x0f) !== TYPE_ADVERTISEMENT) return fail('wrong-type');
  const addressCount = pdu[3] as number;
  const authOffset = HEADER_LENGTH + addressCount * addresses.source.length;
  const length = authOffset + (version === 2 ? AUTH_LENGTH : 0);
  if (pdu.length < length) return fail('too-short');
  if (pdu.length > length) return fail('too-long');
  const checksum = checksumForm(pdu, version, addresses);
  if (checksum === undefined) return fail('bad-checksum');
  const common = {
    virtualRouterId: pdu[1] as number,
    priority: pdu[2] as number,
    addressCount,
    addressBytes: pdu.subarray(HEADER_LENGTH, authOffset),
    checksum,
  };
  if (version === 2) {
    return ok({
      version,
      ...common,
      interval: (pdu[5] as number) * MICROS_PER_SECOND,
      auth: { type: pdu[4] as number, data: pdu.subarray(authOffset, length) },
    });
  }
  const centiseconds = (((pdu[4] as number) & 0x0f) << 8) | (pdu[5] as number);
  return ok({ version, ...common, interval: centiseconds * MICROS_PER_CENTISECOND });
}

/**
 * Encodes an advert, without IP header.
 *
 * @param addresses only used for the version 3 pseudo-header.
 * @param form what version 3 sends: keepalived's `pseudo-header`, or `plain` as RFC 9568 has it.
 */
export function encodeAdvert(
  content: AdvertContent,
  addresses: PacketAddresses,
  form: ChecksumForm = 'pseudo-header',
): Uint8Array {
  const { version, addressBytes } = content;
  const authOffset = HEADER_LENGTH + addressBytes.length;
  const pdu = new Uint8Array(authOffset + (version === 2 ? AUTH_LENGTH : 0));
  const view = viewOf(pdu);
  pdu[0] = (version << 4) | TYPE_ADVERTISEMENT;
  pdu[1] = content.virtualRouterId;
  pdu[2] = content.priority;
  pdu[3] = content.addressCount;
  if (version === 2) {
    pdu[4] = content.auth.type;
    pdu[5] = Math.floor(content.interval / MICROS_PER_SECOND);
    pdu.set(content.auth.data, authOffset);
  } else {
    // RFC 9568 5.2.6: the reserved bits are sent as zero.
    view.setUint16(4, Math.floor(content.interval / MICROS_PER_CENTISECOND) & 0x0fff);
  }
  pdu.set(addressBytes, HEADER_LENGTH);
  const checksum =
    version === 3 && form === 'pseudo-header'
      ? internetChecksum(pseudoHeader(addresses, pdu.length), pdu)
      : internetChecksum(pdu);
  view.setUint16(CHECKSUM_OFFSET, checksum);
  return pdu;
}

/** The addresses of an advert as text, in the order of the wire. */
export function advertAddresses(advert: Advert): Ip[] {
  if (advert.addressCount === 0) return [];
  const size = advert.addressBytes.length / advert.addressCount;
  return Array.from({ length: advert.addressCount }, (_, i) =>
    ipFromBytes(advert.addressBytes.subarray(i * size, (i + 1) * size)),
  );
}

function checksumForm(
  pdu: Uint8Array,
  version: VrrpVersion,
  addresses: PacketAddresses,
): ChecksumForm | undefined {
  if (version === 3 && internetChecksum(pseudoHeader(addresses, pdu.length), pdu) === 0) {
    return 'pseudo-header';
  }
  return internetChecksum(pdu) === 0 ? 'plain' : undefined;
}

/**
 * RFC 5798 5.2.8, in the form of RFC 793 3.1: source, destination, zero, protocol, length.
 */
function pseudoHeader(addresses: PacketAddresses, length: number): Uint8Array {
  const header = new Uint8Array(12);
  header.set(addresses.source, 0);
  header.set(addresses.destination, 4);
  header[9] = PROTOCOL_VRRP;
  header[10] = length >> 8;
  header[11] = length & 0xff;
  return header;
}
