/**
 * VRRP packets in and out of one interface, of one family: protocol 112 (RFC 9568 5.1).
 *
 *     engine --send-advert--> send() --> IP header + packet --> raw socket (sends only)
 *     raw socket (receives only) --> IP header + packet --> onDatagram() --> engine: packet-received
 *
 * Multicast and unicast share the sockets: the engine tells them apart by their destination.
 */
import { type Family, type Ip, ipToBytes } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import { encodeIp, identify } from '../vrrp/ip-header.js';
import { PROTOCOL_VRRP } from '../vrrp/ip-packet.js';
import { openReceiveSocket, openReceiveSocketIpv6, type ReceiveSocket } from './raw-socket.js';
import { SendQueue } from './send-queue.js';
import { SendSocket } from './send-socket.js';

/** How long a full send buffer is left to empty itself. */
const RETRY_MILLIS = 1;

/** Which packets a transport carries. */
export interface TransportPlace {
  /** Empty: unicast on whatever interface. */
  readonly interface: string;
  readonly family: Family;
  /** The multicast groups to join. */
  readonly groups: readonly Ip[];
}

export interface TransportHandlers {
  /** A datagram as received, IP header included, and how long ago it came. */
  onDatagram(datagram: Uint8Array, age: Micros): void;
  onError(error: Error): void;
}

interface Addressed {
  readonly datagram: Uint8Array;
  readonly source: Ip;
  readonly destination: Ip;
  readonly ttl: number;
}

export class AdvertTransport {
  readonly interfaceIndex: number;
  readonly #receiver: ReceiveSocket;
  readonly #sender: SendSocket;
  readonly #queue: SendQueue<{ readonly datagram: Uint8Array; readonly destination: Ip }>;
  readonly #handlers: TransportHandlers;
  /** By packet, which the engine keeps as long as its content is the same. */
  readonly #datagrams = new WeakMap<Uint8Array, Addressed>();
  #identification = 0;

  /**
   * Opens the two sockets. Needs CAP_NET_RAW.
   *
   * @param receiveBytes size of the receive buffer, up to net.core.rmem_max; absent: 1 MiB.
   * @throws Error when a socket cannot be had or set up
   */
  constructor(
    place: TransportPlace,
    index: number,
    handlers: TransportHandlers,
    receiveBytes?: number,
  ) {
    this.interfaceIndex = index;
    this.#handlers = handlers;
    this.#receiver = openReceiver(place, index, handlers, receiveBytes);
    try {
      this.#sender = new SendSocket(place.family, place.interface, index);
    } catch (error) {
      this.#receiver.close();
      throw error;
    }
    this.#queue = new SendQueue({
      send: ({ datagram, destination }) => this.#sender.send(datagram, destination),
      later: (run) => setTimeout(run, RETRY_MILLIS),
      onError: (error) => handlers.onError(error),
    });
  }

  /** Hands a VRRP packet from `source` to the kernel. Failures go to `onError`. */
  send(packet: Uint8Array, source: Ip, destination: Ip, ttl: number): void {
    try {
      this.#queue.push({
        datagram: this.#datagramOf(packet, source, destination, ttl),
        destination,
      });
    } catch (error) {
      this.#handlers.onError(error as Error);
    }
  }

  /** A packet that was sent before has its datagram; another number says that it is another one. */
  #datagramOf(packet: Uint8Array, source: Ip, destination: Ip, ttl: number): Uint8Array {
    this.#identification = (this.#identification + 1) & 0xffff;
    const known = this.#datagrams.get(packet);
    if (known?.source === source && known.destination === destination && known.ttl === ttl) {
      identify(known.datagram, this.#identification);
      return known.datagram;
    }
    const datagram = encodeIp({
      source: ipToBytes(source),
      destination: ipToBytes(destination),
      ttl,
      payload: packet,
      identification: this.#identification,
    });
    this.#datagrams.set(packet, { datagram, source, destination, ttl });
    return datagram;
  }

  /** Hands on what has come, without waiting for the event loop; false: there may be more. */
  readAll(): boolean {
    return this.#receiver.readAll();
  }

  /** Resolves when everything given to {@link send} has been handed to the kernel. */
  flushed(): Promise<void> {
    return this.#queue.flushed();
  }

  close(): void {
    this.#queue.close();
    this.#receiver.close();
    this.#sender.close();
  }
}

function openReceiver(
  { interface: name, family, groups }: TransportPlace,
  interfaceIndex: number,
  handlers: TransportHandlers,
  receiveBytes: number | undefined,
): ReceiveSocket {
  const options = {
    protocol: PROTOCOL_VRRP,
    interface: name,
    interfaceIndex,
    groups,
    ...(receiveBytes === undefined ? {} : { receiveBytes }),
    onError: (error: Error) => handlers.onError(error),
  };
  if (family === 4) {
    return openReceiveSocket(options, (datagram, age) => handlers.onDatagram(datagram, age));
  }
  return openReceiveSocketIpv6(options, ({ source, destination, hopLimit, payload }, age) =>
    handlers.onDatagram(encodeIp({ source, destination, ttl: hopLimit, payload }), age),
  );
}
