/**
 * Generic netlink (linux/genetlink.h): families have a number that the kernel gives out when they
 * are loaded, asked for by name.
 *
 * ```
 *   struct genlmsghdr: u8 cmd | u8 version | u16 reserved
 * ```
 */
import { concat, decodeAttributes, text } from './attributes.js';
import {
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  CTRL_CMD_GETFAMILY,
  GENL_ID_CTRL,
  NETLINK_GENERIC,
} from './constants.js';
import { NetlinkError } from './errors.js';
import type { NetlinkSocket } from './socket.js';
import { type OpenTransport, rawTransport } from './transport.js';

const GENLMSGHDR = 4;

/** The body of a generic netlink message. */
export function encodeGeneric(
  command: number,
  version: number,
  attributes: readonly Uint8Array[],
): Uint8Array {
  return concat([Uint8Array.of(command, version, 0, 0), ...attributes]);
}

/** A generic netlink message's command and attributes; `undefined`: too short. */
export function decodeGeneric(
  body: Uint8Array,
): { command: number; attributes: Uint8Array } | undefined {
  if (body.length < GENLMSGHDR) return undefined;
  return { command: body[0] as number, attributes: body.subarray(GENLMSGHDR) };
}

/** A generic netlink socket. */
export function genericTransport(receiveBuffer: number): OpenTransport {
  return rawTransport({ protocol: NETLINK_GENERIC, receiveBuffer, receive: 'dump' });
}

/**
 * The number of a family. Asking makes the kernel load the module where the module announces the
 * family.
 *
 * @throws {NetlinkError} ENOENT: the kernel has no such family.
 */
export async function resolveFamily(socket: NetlinkSocket, name: string): Promise<number> {
  const operation = `CTRL_CMD_GETFAMILY ${name}`;
  const answers = await socket.request({
    type: GENL_ID_CTRL,
    body: encodeGeneric(CTRL_CMD_GETFAMILY, 1, [text(CTRL_ATTR_FAMILY_NAME, name)]),
    operation,
  });
  for (const answer of answers) {
    const generic = decodeGeneric(answer.body);
    const id = generic && decodeAttributes(generic.attributes).u16(CTRL_ATTR_FAMILY_ID);
    if (id !== undefined) return id;
  }
  throw new NetlinkError('NETLINK_MALFORMED', operation);
}
