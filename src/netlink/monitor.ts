/**
 * The kernel's notifications of links and addresses, on a socket of their own: on a request socket
 * they would mix with answers.
 */
import { constants } from 'node:os';
import {
  NETLINK_ROUTE,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTMGRP_IPV4_IFADDR,
  RTMGRP_IPV6_IFADDR,
  RTMGRP_LINK,
} from './constants.js';
import { decodeMessages } from './message.js';
import type { SocketOptions } from './overrun-guard.js';
import { type AddressEntry, decodeAddress, decodeLink, type Link } from './rtnl.js';
import { type Scheduler, systemScheduler } from './scheduler.js';
import { type NetlinkTransport, type OpenTransport, rawTransport } from './transport.js';

export interface MonitorHandlers {
  /** An interface appeared or changed. */
  onLink(link: Link): void;
  onLinkRemoved(link: Link): void;
  /** An address appeared or changed. */
  onAddress(entry: AddressEntry): void;
  onAddressRemoved(entry: AddressEntry): void;
  /** Notifications were lost: read everything again. */
  onOverrun(): void;
}

export interface MonitorOptions {
  /**
   * Without it a burst of notifications that overruns the receive buffer ends the process: see
   * transport.ts.
   */
  readonly socketOptions?: SocketOptions;
  /** A fake kernel in tests. */
  readonly transport?: OpenTransport;
  readonly scheduler?: Scheduler;
}

const RECEIVE_BUFFER = 1_048_576;
const REOPEN_MILLIS = 1000;
const LOST: readonly number[] = [constants.errno.ENOBUFS, constants.errno.EMSGSIZE];

export class NetlinkMonitor {
  readonly #handlers: MonitorHandlers;
  readonly #open: OpenTransport;
  readonly #scheduler: Scheduler;
  #transport: NetlinkTransport | undefined;
  #cancelReopen: () => void = () => {};
  #closed = false;

  /** Listens from now on: read the state after this, not before. Throws what bind(2) gives. */
  constructor(handlers: MonitorHandlers, options: MonitorOptions = {}) {
    this.#handlers = handlers;
    this.#scheduler = options.scheduler ?? systemScheduler;
    this.#open =
      options.transport ??
      rawTransport({
        protocol: NETLINK_ROUTE,
        groups: RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
        receiveBuffer: RECEIVE_BUFFER,
        receive: 'exact',
        ...(options.socketOptions ? { socketOptions: options.socketOptions } : {}),
      });
    this.#reopen();
  }

  close(): void {
    this.#closed = true;
    this.#cancelReopen();
    this.#transport?.close();
    this.#transport = undefined;
  }

  #reopen(): void {
    this.#transport = this.#open({
      onDatagram: (datagram) => this.#onDatagram(datagram),
      onError: (errno) => this.#onError(errno),
    });
  }

  #onDatagram(datagram: Uint8Array): void {
    for (const message of decodeMessages(datagram)) {
      if (this.#closed) return;
      if (message.type === RTM_NEWLINK || message.type === RTM_DELLINK) {
        const link = decodeLink(message);
        if (!link) continue;
        if (message.type === RTM_NEWLINK) this.#handlers.onLink(link);
        else this.#handlers.onLinkRemoved(link);
      } else if (message.type === RTM_NEWADDR || message.type === RTM_DELADDR) {
        const entry = decodeAddress(message);
        if (!entry) continue;
        if (message.type === RTM_NEWADDR) this.#handlers.onAddress(entry);
        else this.#handlers.onAddressRemoved(entry);
      }
    }
  }

  #onError(errno: number): void {
    if (this.#closed) return;
    if (LOST.includes(errno)) {
      this.#handlers.onOverrun();
      return;
    }
    this.#transport?.close();
    this.#transport = undefined;
    this.#retry();
  }

  /** After another error than a loss the socket is opened again, and what was missed is read. */
  #retry(): void {
    this.#cancelReopen = this.#scheduler.after(REOPEN_MILLIS, () => {
      if (this.#closed) return;
      try {
        this.#reopen();
      } catch {
        this.#retry();
        return;
      }
      this.#handlers.onOverrun();
    });
  }
}
