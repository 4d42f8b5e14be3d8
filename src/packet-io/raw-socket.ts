/**
 * Raw IP sockets that receive. The only file that imports the `raw-socket` package, which works on a
 * process's main thread only.
 *
 * The package only says when there is something to read: what is there is read by recv(2), all of it in
 * one turn of the event loop. The package itself reads one packet a turn, and makes words of what is
 * known in bytes. Of IPv6 it reads neither hop limit nor destination, which both have to be checked, and
 * the kernel delivers no header: recvmsg(2) reads what belongs to a packet.
 */
import { closeSync, openSync, readdirSync } from 'node:fs';
import type raw from 'raw-socket';
import { type Family, familyOf, type Ip, ipToBytes } from '../base/ip.js';
import { require } from '../base/packages.js';
import type { Micros } from '../base/time.js';
import { packetAge } from './arrival.js';
import { getSocketOption, type ReceivedMessage, receiveFrame, receiveMessage } from './libc.js';

const { Socket, AddressFamily } = require('raw-socket') as typeof raw;
type Socket = raw.Socket;

/** asm-generic/socket.h, linux/in.h, linux/in6.h, linux/ipv6.h */
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
const IPPROTO_IP = 0;
const IP_ADD_MEMBERSHIP = 35;
const IP_MULTICAST_ALL = 49;
const IPPROTO_IPV6 = 41;
const IPV6_ADD_MEMBERSHIP = 20;
const IPV6_MULTICAST_ALL = 29;
const IPV6_RECVPKTINFO = 49;
const IPV6_PKTINFO = 50;
const IPV6_RECVHOPLIMIT = 51;
const IPV6_HOPLIMIT = 52;

/** Room for the adverts of some thousand instances that arrive while we are busy. */
const RECEIVE_BUFFER_BYTES = 1_048_576;
/** One turn of the event loop reads no more than this: timers have to get their turn in a flood. */
const MESSAGES_A_TURN = 64;

export interface ReceiveSocket {
  /** Reads what is there; false: there may be more, or it could not be read. */
  readAll(): boolean;
  close(): void;
}

/** An IPv6 packet without its header, and what of that the kernel tells. */
export interface ReceivedIpv6 {
  /** 16 bytes. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly hopLimit: number;
  readonly payload: Uint8Array;
}

export interface ReceiveOptions {
  readonly protocol: number;
  /** Empty: every interface. */
  readonly interface: string;
  readonly interfaceIndex: number;
  /** Multicast groups to join, of the socket's family. */
  readonly groups: readonly Ip[];
  /** Of the receive buffer; the kernel gives net.core.rmem_max at most. */
  readonly receiveBytes?: number;
  /** Receive errors; the socket stays open unless the package closes it. */
  readonly onError: (error: Error) => void;
}

/**
 * Opens a socket that receives one IP protocol over IPv4 on one interface.
 *
 * @param onPacket gets a copy of each datagram, with its header, and its age: {@link packetAge}.
 * @throws Error of the package when the socket cannot be opened or set up (no privilege, no such
 *   interface).
 */
export function openReceiveSocket(
  options: ReceiveOptions,
  onPacket: (datagram: Uint8Array, age: Micros) => void,
): ReceiveSocket {
  const socket = new ReadySocket(options.protocol, 4, (fd) => {
    const datagram = receiveFrame(fd);
    if (datagram) onPacket(datagram, packetAge(fd));
    return datagram !== undefined;
  });
  socket.open(options);
  return { readAll: () => socket.readAll(), close: () => socket.close() };
}

/**
 * Opens a socket that receives one IP protocol over IPv6 on one interface.
 *
 * @throws Error of the package, or SystemCallError
 */
export function openReceiveSocketIpv6(
  options: ReceiveOptions,
  onPacket: (packet: ReceivedIpv6, age: Micros) => void,
): ReceiveSocket {
  const socket = new ReadySocket(options.protocol, 6, (fd) => {
    const message = receiveMessage(fd);
    const packet = message && withHeaderFields(message);
    if (packet) onPacket(packet, packetAge(fd));
    return message !== undefined;
  });
  socket.open(options);
  return { readAll: () => socket.readAll(), close: () => socket.close() };
}

class ReadySocket extends Socket {
  readonly #family: Family;
  /** Receives one packet; false: there was none. */
  readonly #receive: (fd: number) => boolean;
  readonly #likely: number;
  #fd: number | undefined;
  #closed = false;

  constructor(protocol: number, family: Family, receive: (fd: number) => boolean) {
    const likely = nextDescriptor();
    const addressFamily = family === 4 ? AddressFamily.IPv4 : AddressFamily.IPv6;
    super({ protocol, addressFamily, bufferSize: 1 });
    this.#likely = likely;
    this.#family = family;
    this.#receive = receive;
  }

  /** Sets it up; until then nothing is received. @throws Error */
  open(options: ReceiveOptions): void {
    prepare(this, this.#family, options);
    try {
      this.#fd = descriptorOf(this, this.#likely);
    } catch (error) {
      this.close();
      throw error;
    }
    this.on('error', options.onError);
  }

  override onRecvReady(): void {
    this.readAll();
  }

  /** See {@link ReceiveSocket}. */
  readAll(): boolean {
    try {
      for (let i = 0; i < MESSAGES_A_TURN; i++) {
        if (this.#closed || this.#fd === undefined || !this.#receive(this.#fd)) return true;
      }
    } catch (error) {
      this.emit('error', error);
    }
    return false;
  }

  override close(): this {
    this.#closed = true;
    return super.close();
  }
}

function withHeaderFields({ data, source, control }: ReceivedMessage): ReceivedIpv6 | undefined {
  const hopLimit = control.get(`${IPPROTO_IPV6}/${IPV6_HOPLIMIT}`);
  // struct in6_pktinfo: address 16 bytes, interface index u32.
  const destination = control.get(`${IPPROTO_IPV6}/${IPV6_PKTINFO}`)?.subarray(0, 16);
  if (!hopLimit || !destination) return undefined;
  return { source, destination, hopLimit: hopLimit[0] as number, payload: data };
}

/**
 * The descriptor behind a socket of the package, which does not tell it: the one that bears the mark
 * that was just given to the socket. The mark, which nothing else on a receiving socket uses, is taken
 * away again.
 *
 * @param likely looked at first.
 */
function descriptorOf(socket: Socket, likely: number): number {
  marks = (marks + 1) % 0x1000;
  const mark = 0x7a_6d_00_00 + marks;
  setNumber(socket, SOL_SOCKET, SO_MARK, mark);
  try {
    if (markOf(likely) === mark) return likely;
    for (const name of readdirSync('/proc/self/fd')) {
      if (markOf(Number(name)) === mark) return Number(name);
    }
  } finally {
    setNumber(socket, SOL_SOCKET, SO_MARK, 0);
  }
  throw new Error('the descriptor of a raw socket was not found');
}

let marks = 0;

/** The kernel gives the lowest that is free: what the next socket gets, unless another thread is quicker. */
function nextDescriptor(): number {
  const fd = openSync('/dev/null', 'r');
  closeSync(fd);
  return fd;
}

function markOf(fd: number): number | undefined {
  try {
    return Buffer.from(getSocketOption(fd, SOL_SOCKET, SO_MARK, 4)).readUInt32LE();
  } catch {
    return undefined;
  }
}

function prepare(socket: Socket, family: Family, options: ReceiveOptions): void {
  try {
    if (options.interface !== '') {
      const name = Buffer.from(`${options.interface}\0`);
      socket.setOption(SOL_SOCKET, SO_BINDTODEVICE, name, name.length);
    }
    setNumber(socket, SOL_SOCKET, SO_RCVBUF, options.receiveBytes ?? RECEIVE_BUFFER_BYTES);
    // Of multicast only what this socket has joined, not what any socket of the machine has.
    if (family === 4) setNumber(socket, IPPROTO_IP, IP_MULTICAST_ALL, 0);
    else {
      setNumber(socket, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
      setNumber(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
      setNumber(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    }
    for (const group of options.groups) join(socket, group, options.interfaceIndex);
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** struct ip_mreqn: group, local address, interface index. struct ipv6_mreq: group, index. */
function join(socket: Socket, group: Ip, interfaceIndex: number): void {
  const isIpv4 = familyOf(group) === 4;
  const bytes = Buffer.alloc(isIpv4 ? 12 : 20);
  bytes.set(ipToBytes(group), 0);
  bytes.writeInt32LE(interfaceIndex, isIpv4 ? 8 : 16);
  const level = isIpv4 ? IPPROTO_IP : IPPROTO_IPV6;
  const option = isIpv4 ? IP_ADD_MEMBERSHIP : IPV6_ADD_MEMBERSHIP;
  socket.setOption(level, option, bytes, bytes.length);
}

function setNumber(socket: Socket, level: number, option: number, value: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  socket.setOption(level, option, bytes, bytes.length);
}
