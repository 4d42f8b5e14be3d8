/**
 * Raw IP sockets. The only file that imports the `raw-socket` package, which works on a process's
 * main thread only.
 *
 * Sending and receiving never share a socket: the package serves a socket that is both readable
 * and writable as readable only, so a flood of packets would hold back our adverts.
 */
import raw from 'raw-socket';

/** asm-generic/socket.h, linux/in.h */
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_PRIORITY = 12;
const SO_BINDTODEVICE = 25;
const IPPROTO_IP = 0;
const IP_MULTICAST_IF = 32;
const IP_MULTICAST_TTL = 33;
const IP_MULTICAST_LOOP = 34;
const IP_ADD_MEMBERSHIP = 35;
/** raw(7): implies IP_HDRINCL and receives nothing. */
const IPPROTO_RAW = 255;

/** linux/pkt_sched.h: adverts leave before whatever else queues on a busy link. */
const TC_PRIO_CONTROL = 7;

/** Room for the adverts of some thousand instances that arrive while we are busy. */
const RECEIVE_BUFFER_BYTES = 1_048_576;
/** An advert of 255 addresses of IPv6 fits twice. */
const PACKET_BYTES = 9_216;

export interface ReceiveSocket {
  close(): void;
}

/**
 * Opens a socket that receives one IP protocol on one interface, joined to a multicast group.
 *
 * @param onPacket gets a copy of each datagram, with its IPv4 header.
 * @param onError gets receive errors; the socket stays open unless the package closes it.
 * @throws Error of the package when the socket cannot be opened or set up (no privilege, no such
 *   interface).
 */
export function openReceiveSocket(options: {
  readonly protocol: number;
  readonly interface: string;
  readonly interfaceIndex: number;
  readonly group: Uint8Array;
  readonly onPacket: (datagram: Uint8Array) => void;
  readonly onError: (error: Error) => void;
}): ReceiveSocket {
  const socket = raw.createSocket({ protocol: options.protocol, bufferSize: PACKET_BYTES });
  try {
    bindToDevice(socket, options.interface);
    setNumber(socket, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    socket.setOption(
      IPPROTO_IP,
      IP_ADD_MEMBERSHIP,
      mreqn(options.group, undefined, options.interfaceIndex),
      MREQN_BYTES,
    );
  } catch (error) {
    socket.close();
    throw error;
  }
  // The package hands out slices of one buffer that the next packet overwrites.
  socket.on('message', (packet: Buffer) => options.onPacket(Uint8Array.from(packet)));
  socket.on('error', options.onError);
  return { close: () => socket.close() };
}

export interface SendSocket {
  /**
   * Sends one datagram with the IPv4 header that it begins with.
   *
   * @param done gets the error of the kernel, if any.
   */
  send(datagram: Uint8Array, destination: string, done: (error: Error | null) => void): void;
  close(): void;
}

/**
 * Opens a socket that sends whole IPv4 datagrams out of one interface, multicast included, and
 * receives nothing.
 *
 * @throws Error of the package
 */
export function openSendSocket(options: {
  readonly interface: string;
  readonly interfaceIndex: number;
  readonly onError: (error: Error) => void;
}): SendSocket {
  const socket = raw.createSocket({ protocol: IPPROTO_RAW, bufferSize: 64 });
  try {
    bindToDevice(socket, options.interface);
    socket.setOption(
      IPPROTO_IP,
      IP_MULTICAST_IF,
      mreqn(undefined, undefined, options.interfaceIndex),
      MREQN_BYTES,
    );
    setNumber(socket, IPPROTO_IP, IP_MULTICAST_TTL, 255);
    setNumber(socket, SOL_SOCKET, SO_PRIORITY, TC_PRIO_CONTROL);
    setNumber(socket, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.pauseRecv();
  socket.on('error', options.onError);
  return {
    send(datagram, destination, done) {
      const buffer = Buffer.from(datagram);
      socket.send(buffer, 0, buffer.length, destination, (error) => done(error));
    },
    close: () => socket.close(),
  };
}

const MREQN_BYTES = 12;

/** struct ip_mreqn: group, local address, interface index. */
function mreqn(
  group: Uint8Array | undefined,
  local: Uint8Array | undefined,
  index: number,
): Buffer {
  const bytes = Buffer.alloc(MREQN_BYTES);
  if (group) bytes.set(group, 0);
  if (local) bytes.set(local, 4);
  bytes.writeInt32LE(index, 8);
  return bytes;
}

function bindToDevice(socket: raw.Socket, name: string): void {
  const bytes = Buffer.from(`${name}\0`);
  socket.setOption(SOL_SOCKET, SO_BINDTODEVICE, bytes, bytes.length);
}

function setNumber(socket: raw.Socket, level: number, option: number, value: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  socket.setOption(level, option, bytes, bytes.length);
}
