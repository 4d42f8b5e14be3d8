/**
 * VRRP packets in and out of one interface: protocol 112, group 224.0.0.18, TTL 255
 * (RFC 9568 5.1.1).
 *
 *     engine --send-advert--> send() --> IPv4 header + packet --> raw socket (sends only)
 *     raw socket (receives only) --> onDatagram() --> engine: packet-received
 */

import { viewOf } from '../base/bytes.js';
import { type Ip, ipToBytes } from '../base/ip.js';
import { MULTICAST_GROUP_IPV4, PROTOCOL_VRRP, REQUIRED_TTL } from '../vrrp/ipv4.js';
import {
  openReceiveSocket,
  openSendSocket,
  type ReceiveSocket,
  type SendSocket,
} from './raw-socket.js';

const IPV4_HEADER_BYTES = 20;
/** Network control, as routers send their protocols (RFC 791: precedence 6). */
const TOS_INTERNETCONTROL = 0xc0;

export interface TransportHandlers {
  /** A datagram as received, IPv4 header included. */
  onDatagram(datagram: Uint8Array): void;
  onError(error: Error): void;
}

export class AdvertTransport {
  readonly interface: string;
  readonly interfaceIndex: number;
  readonly #receiver: ReceiveSocket;
  readonly #sender: SendSocket;
  readonly #handlers: TransportHandlers;
  #identification = 0;
  #unsent = 0;
  #whenSent: (() => void)[] = [];

  /**
   * Opens the two sockets of an interface. Needs CAP_NET_RAW.
   *
   * @throws Error when a socket cannot be had or set up
   */
  constructor(name: string, index: number, handlers: TransportHandlers) {
    this.interface = name;
    this.interfaceIndex = index;
    this.#handlers = handlers;
    this.#receiver = openReceiveSocket({
      protocol: PROTOCOL_VRRP,
      interface: name,
      interfaceIndex: index,
      group: ipToBytes(MULTICAST_GROUP_IPV4),
      onPacket: (datagram) => handlers.onDatagram(datagram),
      onError: (error) => handlers.onError(error),
    });
    try {
      this.#sender = openSendSocket({
        interface: name,
        interfaceIndex: index,
        onError: (error) => handlers.onError(error),
      });
    } catch (error) {
      this.#receiver.close();
      throw error;
    }
  }

  /** Sends a VRRP packet from `source` with TTL 255. Failures go to `onError`. */
  send(packet: Uint8Array, source: Ip, destination: Ip): void {
    this.#identification = (this.#identification + 1) & 0xffff;
    const datagram = encodeDatagram(packet, source, destination, this.#identification);
    this.#unsent++;
    this.#sender.send(datagram, destination, (error) => {
      this.#unsent--;
      if (error) this.#handlers.onError(error);
      if (this.#unsent === 0) {
        for (const resolve of this.#whenSent.splice(0)) resolve();
      }
    });
  }

  /** Resolves when everything given to {@link send} has been handed to the kernel. */
  flushed(): Promise<void> {
    if (this.#unsent === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenSent.push(resolve));
  }

  close(): void {
    this.#receiver.close();
    this.#sender.close();
  }
}

/** An IPv4 header (RFC 791 3.1) before a VRRP packet; the kernel fills in the header's checksum. */
function encodeDatagram(packet: Uint8Array, source: Ip, destination: Ip, id: number): Uint8Array {
  const datagram = new Uint8Array(IPV4_HEADER_BYTES + packet.length);
  const view = viewOf(datagram);
  view.setUint8(0, 0x45);
  view.setUint8(1, TOS_INTERNETCONTROL);
  view.setUint16(2, datagram.length);
  view.setUint16(4, id);
  view.setUint8(8, REQUIRED_TTL);
  view.setUint8(9, PROTOCOL_VRRP);
  datagram.set(ipToBytes(source), 12);
  datagram.set(ipToBytes(destination), 16);
  datagram.set(packet, IPV4_HEADER_BYTES);
  return datagram;
}
