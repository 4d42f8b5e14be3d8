/** The kernel's links, addresses, routes and rules, read and changed over rtnetlink. */
import { constants } from 'node:os';
import type { Ip } from '../base/ip.js';
import { NETLINK_ROUTE } from './constants.js';
import { NetlinkError } from './errors.js';
import { decodeRouteLookup, encodeRouteLookup, type FoundRoute } from './route-lookup.js';
import {
  type AddressEntry,
  type AddressSpec,
  decodeAddress,
  decodeLink,
  encodeChangeAddress,
  encodeDeleteAddress,
  encodeGetAddresses,
  encodeGetLinks,
  encodeNewAddress,
  type Link,
} from './rtnl.js';
import {
  type BatchResult,
  type NetlinkRequest,
  NetlinkSocket,
  type NetlinkSocketOptions,
} from './socket.js';
import { type OpenTransport, rawTransport } from './transport.js';

export type AddressOperation =
  | { readonly kind: 'add'; readonly spec: AddressSpec }
  /** Adds it, or changes what can be changed in place: see {@link encodeChangeAddress}. */
  | { readonly kind: 'change'; readonly spec: AddressSpec }
  | { readonly kind: 'delete'; readonly spec: AddressSpec };

const { ENETUNREACH } = constants.errno;

const ENCODE = {
  add: encodeNewAddress,
  change: encodeChangeAddress,
  delete: encodeDeleteAddress,
} as const;

/** Bytes asked for the receive buffer: dumps of large tables arrive faster than they are read. */
const RECEIVE_BUFFER = 1_048_576;

/**
 * Opens a socket for requests.
 *
 * @param transport a fake kernel in tests.
 * @throws {NetlinkError} NETLINK_SOCKET.
 */
export function openRoute(
  options: NetlinkSocketOptions & { readonly transport?: OpenTransport } = {},
): RouteClient {
  const transport =
    options.transport ??
    rawTransport({ protocol: NETLINK_ROUTE, receiveBuffer: RECEIVE_BUFFER, receive: 'dump' });
  return new RouteClient(new NetlinkSocket(transport, options));
}

/** Every method rejects with NetlinkError. */
export class RouteClient {
  readonly #socket: NetlinkSocket;

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /** Every network interface of this network namespace. */
  async links(): Promise<Link[]> {
    const messages = await this.#socket.dump(encodeGetLinks());
    return messages.map(decodeLink).filter((link) => link !== undefined);
  }

  /** Every IPv4 and IPv6 address, in the kernel's order: of an interface, primaries come first. */
  async addresses(): Promise<AddressEntry[]> {
    const messages = await this.#socket.dump(encodeGetAddresses());
    return messages.map(decodeAddress).filter((entry) => entry !== undefined);
  }

  /** The way to an address; refused with ENETUNREACH and the like if there is none. */
  async lookUp(address: Ip): Promise<FoundRoute> {
    const answers = await this.#socket.request(encodeRouteLookup(address));
    const found = answers.map(decodeRouteLookup).find((route) => route !== undefined);
    if (!found) throw new NetlinkError('NETLINK_REFUSED', `RTM_GETROUTE ${address}`, ENETUNREACH);
    return found;
  }

  /** Adds an address: EEXIST if it is there. */
  async addAddress(spec: AddressSpec): Promise<void> {
    await this.#socket.request(encodeNewAddress(spec));
  }

  /** Deletes an address: EADDRNOTAVAIL if it is not there. */
  async deleteAddress(spec: AddressSpec): Promise<void> {
    await this.#socket.request(encodeDeleteAddress(spec));
  }

  /** Many operations in their order, each with its own outcome. Never rejects. */
  applyAddresses(operations: readonly AddressOperation[]): Promise<BatchResult[]> {
    return this.#socket.batch(operations.map(({ kind, spec }) => ENCODE[kind](spec)));
  }

  /** Many requests in their order, each with its own outcome. Never rejects. */
  applyRequests(requests: readonly NetlinkRequest[]): Promise<BatchResult[]> {
    return this.#socket.batch(requests);
  }

  close(): void {
    this.#socket.close();
  }
}
