/**
 * The advert transports of the vrrp process: one for each interface and family that an instance uses,
 * opened when the interface is there, opened again when it comes back under a new index.
 *
 * Bounded by the interfaces that the configuration names.
 */

import { messageOf } from '../base/errors.js';
import { type Family, familyOf, type Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import type { TransportPlace } from '../packet-io/advert-transport.js';
import { groupOf, socketInterface, transportKey } from '../vrrp/routers.js';
import type { ReceiveBuffer, VrrpSettings } from '../vrrp/settings.js';

const MAX_INT = 0x7fff_ffff;

/** What the table needs of a transport; {@link AdvertTransport} is one. */
export interface Transport {
  readonly interfaceIndex: number;
  send(packet: Uint8Array, source: Ip, destination: Ip, ttl: number): void;
  readAll(): boolean;
  flushed(): Promise<void>;
  close(): void;
}

type OpenTransport = (
  place: TransportPlace,
  index: number,
  handlers: {
    onDatagram(datagram: Uint8Array, age: Micros): void;
    onError(error: Error): void;
  },
  /** Size of the receive buffer; absent: the usual one. */
  receiveBytes?: number,
) => Transport;

/** A place, and the receive buffers that its instances ask for, in all. */
export interface WantedTransport extends TransportPlace {
  readonly receiveBuffer?: ReceiveBuffer;
}

interface Handlers {
  /** @param age how long ago it came. */
  onDatagram(name: string, datagram: Uint8Array, age: Micros): void;
  /** A transport could not be opened, or can be used now. */
  onChange(name: string, family: Family, usable: boolean, reason?: string): void;
  onSendError(name: string, error: Error): void;
}

/** Where the instances of a configuration speak and listen. */
export function transportPlaces(settings: VrrpSettings): WantedTransport[] {
  const places = new Map<string, WantedTransport>();
  for (const instance of settings.instances) {
    const { family, unicast } = instance;
    const name = socketInterface(instance);
    const key = transportKey(name, family);
    const { groups: known, receiveBuffer: before } = places.get(key) ?? {};
    const groups = new Set(known);
    if (!unicast) groups.add(groupOf(instance));
    const own = settings.receiveBuffers?.[instance.name];
    const receiveBuffer = own && before ? addBuffers(own, before) : (own ?? before);
    places.set(key, {
      interface: name,
      family,
      groups: [...groups].sort(),
      ...(receiveBuffer ? { receiveBuffer } : {}),
    });
  }
  return [...places.values()];
}

function addBuffers(a: ReceiveBuffer, b: ReceiveBuffer): ReceiveBuffer {
  return { bytes: a.bytes + b.bytes, mtus: a.mtus + b.mtus };
}

/** What decides about the sockets of a place, to be compared. */
function natureOf({ groups, receiveBuffer }: WantedTransport): string {
  return `${groups.join()} ${receiveBuffer?.bytes} ${receiveBuffer?.mtus}`;
}

/** setsockopt(2) takes an int; nothing asked for leaves the usual size. */
function bytesOf(buffer: ReceiveBuffer | undefined, mtu: number): number | undefined {
  const bytes = buffer ? buffer.bytes + buffer.mtus * mtu : 0;
  return bytes > 0 ? Math.min(bytes, MAX_INT) : undefined;
}

export class TransportTable {
  readonly #open: OpenTransport;
  readonly #handlers: Handlers;
  /** All by {@link transportKey}. */
  readonly #transports = new Map<string, Transport>();
  readonly #failed = new Map<string, string>();
  /** Of the open transports' interfaces, when they were opened. */
  readonly #mtus = new Map<string, number>();
  #wanted: ReadonlyMap<string, WantedTransport> = new Map();

  constructor(open: OpenTransport, handlers: Handlers) {
    this.#open = open;
    this.#handlers = handlers;
  }

  /** Says where transports are needed; those no longer needed are closed. */
  want(places: readonly WantedTransport[]): void {
    const before = this.#wanted;
    this.#wanted = new Map(places.map((place) => [keyOf(place), place]));
    for (const key of [...this.#transports.keys(), ...this.#failed.keys()]) {
      const place = this.#wanted.get(key);
      if (!place) {
        this.#close(key);
        this.#failed.delete(key);
      } else {
        const old = before.get(key);
        if (!old || natureOf(old) !== natureOf(place)) this.#reopen(key, place);
      }
    }
    // What is bound to no interface need not wait for one.
    this.linkPresent('', 0);
  }

  /** An interface is there: opens its transports if they are needed and not open. */
  linkPresent(name: string, index: number, mtu = 0): void {
    for (const [key, place] of this.#wanted) {
      if (place.interface !== name) continue;
      const open = this.#transports.get(key);
      if (open?.interfaceIndex === index) continue;
      this.#close(key);
      this.#openAt(key, place, index, mtu);
    }
  }

  /** An interface is gone. */
  linkAbsent(name: string): void {
    for (const family of [4, 6] as const) this.#close(transportKey(name, family));
  }

  /** Tells again of the transports that could not be opened. */
  report(): void {
    for (const [key, reason] of this.#failed) this.#tell(key, false, reason);
  }

  /** Sends a packet; without a transport it is lost, as it would be on a link that is down. */
  send(name: string, packet: Uint8Array, source: Ip, destination: Ip, ttl: number): void {
    const transport = this.#transports.get(transportKey(name, familyOf(source)));
    if (transport) transport.send(packet, source, destination, ttl);
    else this.#handlers.onSendError(name, new Error('no socket'));
  }

  /** Hands on what waits in any socket, at once; false: there may be more. */
  readAll(): boolean {
    let isEmpty = true;
    for (const transport of this.#transports.values()) isEmpty = transport.readAll() && isEmpty;
    return isEmpty;
  }

  /** Resolves when every packet has been handed to the kernel. */
  async flushed(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((transport) => transport.flushed()));
  }

  close(): void {
    for (const key of [...this.#transports.keys()]) this.#close(key);
  }

  #openAt(key: string, place: WantedTransport, index: number, mtu: number): void {
    const { interface: name, receiveBuffer } = place;
    const hadFailed = this.#failed.delete(key);
    try {
      const handlers = {
        onDatagram: (datagram: Uint8Array, age: Micros) =>
          this.#handlers.onDatagram(name, datagram, age),
        onError: (error: Error) => this.#handlers.onSendError(name, error),
      };
      const transport = this.#open(place, index, handlers, bytesOf(receiveBuffer, mtu));
      this.#transports.set(key, transport);
      this.#mtus.set(key, mtu);
      if (hadFailed) this.#tell(key, true);
    } catch (error) {
      this.#failed.set(key, messageOf(error));
      this.#tell(key, false, messageOf(error));
    }
  }

  /** The groups or the buffer have changed. The new socket is there before the old one goes. */
  #reopen(key: string, place: WantedTransport): void {
    const old = this.#transports.get(key);
    if (!old) return;
    this.#openAt(key, place, old.interfaceIndex, this.#mtus.get(key) ?? 0);
    if (this.#transports.get(key) === old) this.#transports.delete(key);
    old.close();
  }

  #close(key: string): void {
    this.#transports.get(key)?.close();
    this.#transports.delete(key);
    this.#mtus.delete(key);
  }

  #tell(key: string, usable: boolean, reason?: string): void {
    const place = this.#wanted.get(key);
    if (place) this.#handlers.onChange(place.interface, place.family, usable, reason);
  }
}

function keyOf({ interface: name, family }: TransportPlace): string {
  return transportKey(name, family);
}
