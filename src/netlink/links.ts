/**
 * Interfaces, read in detail and changed, on a socket of its own: making and removing them takes the
 * kernel long, and addresses must not wait for it.
 */
import { NETLINK_ROUTE } from './constants.js';
import type { NetlinkError } from './errors.js';
import {
  type AddressEntry,
  type AddressSpec,
  decodeAddress,
  encodeDeleteAddress,
  encodeGetAddresses,
  encodeGetLinks,
  encodeNewAddress,
} from './rtnl.js';
import { type NetlinkRequest, NetlinkSocket, type NetlinkSocketOptions } from './socket.js';
import { type OpenTransport, rawTransport } from './transport.js';
import { encodeNewTunnel, type NewTunnel } from './tunnel-link.js';
import {
  decodeLinkDetails,
  encodeDeleteGroup,
  encodeDeleteLink,
  encodeLinkChange,
  encodeNewVirtualLink,
  type LinkChange,
  type LinkDetails,
  type NewLink,
} from './virtual-link.js';

export type LinkOperation =
  | { readonly kind: 'create'; readonly link: NewLink }
  | { readonly kind: 'create-tunnel'; readonly tunnel: NewTunnel }
  | { readonly kind: 'change'; readonly change: LinkChange }
  | { readonly kind: 'delete'; readonly index: number }
  | { readonly kind: 'delete-group'; readonly group: number }
  | { readonly kind: 'add-address'; readonly spec: AddressSpec }
  | { readonly kind: 'delete-address'; readonly spec: AddressSpec };

/** Removing an interface waits for all packets that may be on it. */
const TIMEOUT_MILLIS = 10_000;
const RECEIVE_BUFFER = 1_048_576;

/**
 * Opens a socket for requests.
 *
 * @param transport a fake kernel in tests.
 * @throws {NetlinkError} NETLINK_SOCKET.
 */
export function openLinks(
  options: NetlinkSocketOptions & { readonly transport?: OpenTransport } = {},
): LinkClient {
  const transport =
    options.transport ??
    rawTransport({ protocol: NETLINK_ROUTE, receiveBuffer: RECEIVE_BUFFER, receive: 'dump' });
  return new LinkClient(
    new NetlinkSocket(transport, { timeoutMillis: TIMEOUT_MILLIS, ...options }),
  );
}

/** Reading rejects with NetlinkError. */
export class LinkClient {
  readonly #socket: NetlinkSocket;

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /** Every network interface of this network namespace. */
  async links(): Promise<LinkDetails[]> {
    const messages = await this.#socket.dump(encodeGetLinks());
    return messages.map(decodeLinkDetails).filter((link) => link !== undefined);
  }

  async addresses(): Promise<AddressEntry[]> {
    const messages = await this.#socket.dump(encodeGetAddresses());
    return messages.map(decodeAddress).filter((entry) => entry !== undefined);
  }

  /**
   * One operation, `undefined` if it went well. Not several at once: the process stands still while
   * the kernel carries them out. Never rejects.
   */
  async apply(operation: LinkOperation): Promise<NetlinkError | undefined> {
    const [result] = await this.#socket.batch([encode(operation)]);
    return result;
  }

  close(): void {
    this.#socket.close();
  }
}

function encode(operation: LinkOperation): NetlinkRequest {
  switch (operation.kind) {
    case 'create':
      return encodeNewVirtualLink(operation.link);
    case 'create-tunnel':
      return encodeNewTunnel(operation.tunnel);
    case 'change':
      return encodeLinkChange(operation.change);
    case 'delete':
      return encodeDeleteLink(operation.index);
    case 'delete-group':
      return encodeDeleteGroup(operation.group);
    case 'add-address':
      return encodeNewAddress(operation.spec);
    case 'delete-address':
      return encodeDeleteAddress(operation.spec);
  }
}
