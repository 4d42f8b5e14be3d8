/** Generic netlink on a NetlinkSocket; the formats are in generic.ts. */
import { decodeAttributes } from './attributes.js';
import { NETLINK_GENERIC } from './constants.js';
import { NetlinkError } from './errors.js';
import { decodeFamily, decodeGeneric, familyRequest } from './generic.js';
import type { NetlinkSocket } from './socket.js';
import { type OpenTransport, rawTransport } from './transport.js';

export { decodeGeneric, encodeGeneric } from './generic.js';

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
  const request = familyRequest(name);
  for (const answer of await socket.request(request)) {
    const generic = decodeGeneric(answer.body);
    const id = generic && decodeFamily(decodeAttributes(generic.attributes));
    if (id !== undefined) return id;
  }
  throw new NetlinkError('NETLINK_MALFORMED', request.operation);
}
