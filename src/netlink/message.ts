/**
 * Netlink messages (linux/netlink.h, struct nlmsghdr). Pure.
 *
 * ```
 *   u32 nlmsg_len (header and body, without padding)
 *   u16 nlmsg_type | u16 nlmsg_flags
 *   u32 nlmsg_seq
 *   u32 nlmsg_pid
 *   body, padded to 4
 * ```
 */
import { allocate, viewOf } from '../base/bytes.js';
import { LITTLE_ENDIAN, putU16, putU32 } from './attributes.js';

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

export const MESSAGE_HEADER = 16;
const pad4 = (length: number): number => (length + 3) & ~3;

/** One message with header and padding. The port (nlmsg_pid) is 0: the kernel fills it in. */
export function encodeMessage(message: NetlinkMessage): Uint8Array {
  const { type, flags, sequence, body } = message;
  const bytes = allocate(messageLength(body));
  writeMessage(bytes, 0, type, flags, sequence, body);
  return bytes;
}

/** Bytes of a message with this body, padding included. */
export function messageLength(body: Uint8Array): number {
  return pad4(MESSAGE_HEADER + body.length);
}

/** Writes a message into zeroed bytes; see {@link encodeMessage}. @returns where the next one begins. */
export function writeMessage(
  bytes: Uint8Array,
  at: number,
  type: number,
  flags: number,
  sequence: number,
  body: Uint8Array,
): number {
  const length = MESSAGE_HEADER + body.length;
  putU32(bytes, at, length);
  putU16(bytes, at + 4, type);
  putU16(bytes, at + 6, flags);
  putU32(bytes, at + 8, sequence);
  bytes.set(body, at + MESSAGE_HEADER);
  return at + pad4(length);
}

/**
 * The messages of a datagram. Bodies are views into it. A header that does not fit ends the list,
 * as NLMSG_OK does.
 */
export function decodeMessages(datagram: Uint8Array): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  const view = viewOf(datagram);
  let at = 0;
  while (at + MESSAGE_HEADER <= datagram.length) {
    const length = view.getUint32(at, LITTLE_ENDIAN);
    if (length < MESSAGE_HEADER || at + length > datagram.length) break;
    messages.push({
      type: view.getUint16(at + 4, LITTLE_ENDIAN),
      flags: view.getUint16(at + 6, LITTLE_ENDIAN),
      sequence: view.getUint32(at + 8, LITTLE_ENDIAN),
      body: datagram.subarray(at + MESSAGE_HEADER, at + length),
    });
    at += pad4(length);
  }
  return messages;
}

/**
 * The error number in the body of NLMSG_ERROR or NLMSG_DONE: positive as in errno(3), 0 is
 * success. `undefined`: the body is too short. (NLMSG_DONE without a body is success as well, and
 * its caller's to know.)
 */
export function decodeErrno(body: Uint8Array): number | undefined {
  if (body.length < 4) return undefined;
  return Math.abs(viewOf(body).getInt32(0, LITTLE_ENDIAN));
}
