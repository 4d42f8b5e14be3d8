/**
 * Generic netlink (linux/genetlink.h): families have a number that the kernel gives out when they
 * are loaded, asked for by name. Pure.
 *
 * ```
 *   struct genlmsghdr: u8 cmd | u8 version | u16 reserved
 * ```
 */
import { type Attributes, concat, text } from './attributes.js';
import {
  CTRL_ATTR_FAMILY_ID,
  CTRL_ATTR_FAMILY_NAME,
  CTRL_CMD_GETFAMILY,
  GENL_ID_CTRL,
} from './constants.js';

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

/**
 * The request for the number of a family. It makes the kernel load the module where the module
 * announces the family; ENOENT: the kernel has no such family.
 */
export function familyRequest(name: string): { type: number; body: Uint8Array; operation: string } {
  return {
    type: GENL_ID_CTRL,
    body: encodeGeneric(CTRL_CMD_GETFAMILY, 1, [text(CTRL_ATTR_FAMILY_NAME, name)]),
    operation: `CTRL_CMD_GETFAMILY ${name}`,
  };
}

/** The number in the answer. */
export function decodeFamily(attributes: Attributes): number | undefined {
  return attributes.u16(CTRL_ATTR_FAMILY_ID);
}
