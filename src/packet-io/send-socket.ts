/**
 * A raw IP socket that sends whole datagrams, with the header that they begin with, and receives
 * nothing. It is not the socket that receives, so that a flood of packets cannot hold back adverts;
 * and it sends at once, not when the event loop next polls.
 */
import { constants } from 'node:os';
import { type Family, ipToBytes } from '../base/ip.js';
import {
  closeSocket,
  openRawSendSocket,
  rawAddress,
  SystemCallError,
  sendRawDatagram,
  setSocketOption,
} from './libc.js';

/** asm-generic/socket.h, linux/in.h, linux/in6.h */
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_PRIORITY = 12;
const SO_SNDBUFFORCE = 32;
const SO_BINDTODEVICE = 25;
const IPPROTO_IP = 0;
const IP_MULTICAST_IF = 32;
const IP_MULTICAST_LOOP = 34;
const IPPROTO_IPV6 = 41;
const IPV6_MULTICAST_IF = 17;
const IPV6_MULTICAST_LOOP = 19;
/** linux/pkt_sched.h: adverts leave before whatever else queues on a busy link. */
const TC_PRIO_CONTROL = 7;
/** Some thousand adverts. */
const SEND_BUFFER_BYTES = 4_194_304;
/** Destinations that are kept ready. */
const MAX_ADDRESSES = 8_192;

export class SendSocket {
  readonly #fd: number;
  readonly #interfaceIndex: number;
  /** By destination: groups, and unicast peers of this configuration and earlier ones. */
  readonly #addresses = new Map<string, Uint8Array>();

  /**
   * Needs CAP_NET_RAW.
   *
   * @param name empty: whatever interface the routes say.
   * @throws SystemCallError
   */
  constructor(family: Family, name: string, interfaceIndex: number) {
    this.#fd = openRawSendSocket(family);
    this.#interfaceIndex = interfaceIndex;
    try {
      setSocketOption(this.#fd, SOL_SOCKET, SO_PRIORITY, number(TC_PRIO_CONTROL));
      enlargeBuffer(this.#fd);
      if (name !== '') {
        setSocketOption(this.#fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${name}\0`));
      }
      if (family === 4) {
        // struct ip_mreqn: group, local address, interface index.
        const interfaceOption = Buffer.concat([Buffer.alloc(8), number(interfaceIndex)]);
        setSocketOption(this.#fd, IPPROTO_IP, IP_MULTICAST_IF, interfaceOption);
        setSocketOption(this.#fd, IPPROTO_IP, IP_MULTICAST_LOOP, number(0));
      } else {
        setSocketOption(this.#fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, number(interfaceIndex));
        setSocketOption(this.#fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, number(0));
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Sends one datagram.
   *
   * @returns false: the buffer is full; try again a little later.
   * @throws SystemCallError
   */
  send(datagram: Uint8Array, destination: string): boolean {
    try {
      sendRawDatagram(this.#fd, datagram, this.#addressOf(destination));
      return true;
    } catch (error) {
      if (error instanceof SystemCallError && error.errno === constants.errno.EAGAIN) return false;
      throw error;
    }
  }

  #addressOf(destination: string): Uint8Array {
    const known = this.#addresses.get(destination);
    if (known) return known;
    if (this.#addresses.size >= MAX_ADDRESSES) this.#addresses.clear();
    const address = rawAddress(ipToBytes(destination), this.#interfaceIndex);
    this.#addresses.set(destination, address);
    return address;
  }

  close(): void {
    closeSocket(this.#fd);
  }
}

/** Beyond net.core.wmem_max with CAP_NET_ADMIN, else up to it. */
function enlargeBuffer(fd: number): void {
  try {
    setSocketOption(fd, SOL_SOCKET, SO_SNDBUFFORCE, number(SEND_BUFFER_BYTES));
  } catch {
    setSocketOption(fd, SOL_SOCKET, SO_SNDBUF, number(SEND_BUFFER_BYTES));
  }
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
