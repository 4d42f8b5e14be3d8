/**
 * The advert transports of the vrrp process: one per interface that an instance uses, opened when
 * the interface is there, opened again when it comes back under a new index.
 *
 * Bounded by the interfaces that the configuration names.
 */

import { messageOf } from '../base/errors.js';
import type { Ip } from '../base/ip.js';

/** What the table needs of a transport; {@link AdvertTransport} is one. */
export interface Transport {
  readonly interfaceIndex: number;
  send(packet: Uint8Array, source: Ip, destination: Ip): void;
  flushed(): Promise<void>;
  close(): void;
}

type OpenTransport = (
  name: string,
  index: number,
  handlers: { onDatagram(datagram: Uint8Array): void; onError(error: Error): void },
) => Transport;

interface Handlers {
  onDatagram(name: string, datagram: Uint8Array): void;
  /** A transport could not be opened, or can be used now. */
  onChange(name: string, usable: boolean, reason?: string): void;
  onSendError(name: string, error: Error): void;
}

export class TransportTable {
  readonly #open: OpenTransport;
  readonly #handlers: Handlers;
  readonly #transports = new Map<string, Transport>();
  readonly #failed = new Map<string, string>();
  #wanted: ReadonlySet<string> = new Set();

  constructor(open: OpenTransport, handlers: Handlers) {
    this.#open = open;
    this.#handlers = handlers;
  }

  /** Says which interfaces are needed; those no longer needed are closed. */
  want(names: ReadonlySet<string>): void {
    this.#wanted = names;
    for (const name of this.#transports.keys()) if (!names.has(name)) this.linkAbsent(name);
    for (const name of this.#failed.keys()) if (!names.has(name)) this.#failed.delete(name);
  }

  /** An interface is there: opens its transport if it is needed and not open. */
  linkPresent(name: string, index: number): void {
    if (!this.#wanted.has(name)) return;
    const open = this.#transports.get(name);
    if (open?.interfaceIndex === index) return;
    open?.close();
    this.#transports.delete(name);
    const hadFailed = this.#failed.delete(name);
    try {
      const transport = this.#open(name, index, {
        onDatagram: (datagram) => this.#handlers.onDatagram(name, datagram),
        onError: (error) => this.#handlers.onSendError(name, error),
      });
      this.#transports.set(name, transport);
      if (hadFailed) this.#handlers.onChange(name, true);
    } catch (error) {
      this.#failed.set(name, messageOf(error));
      this.#handlers.onChange(name, false, messageOf(error));
    }
  }

  /** An interface is gone, or not needed any more. */
  linkAbsent(name: string): void {
    this.#transports.get(name)?.close();
    this.#transports.delete(name);
  }

  /** Tells again of the interfaces whose transport could not be opened. */
  report(): void {
    for (const [name, reason] of this.#failed) this.#handlers.onChange(name, false, reason);
  }

  /** Sends a packet; without a transport it is lost, as it would be on a link that is down. */
  send(name: string, packet: Uint8Array, source: Ip, destination: Ip): void {
    const transport = this.#transports.get(name);
    if (transport) transport.send(packet, source, destination);
    else this.#handlers.onSendError(name, new Error('no socket'));
  }

  /** Resolves when every packet has been handed to the kernel. */
  async flushed(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((transport) => transport.flushed()));
  }

  close(): void {
    for (const name of [...this.#transports.keys()]) this.linkAbsent(name);
  }
}
