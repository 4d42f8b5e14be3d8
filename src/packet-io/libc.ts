/**
 * The libc calls that Node does not offer. The only file that imports koffi.
 *
 * Every call here is one that returns at once: non-blocking sockets, no waiting. Except those of the
 * kernel socket ({@link openKernelSocket}), which is for commands.
 */

import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { TandemError } from '../base/errors.js';
import type { Family } from '../base/ip.js';
import { require } from '../base/packages.js';

const koffi = require('koffi') as typeof import('koffi');

/** linux/socket.h, linux/if_packet.h, linux/if_ether.h, asm-generic/socket.h */
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const AF_PACKET = 17;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_ATTACH_FILTER = 26;
const SO_MARK = 36;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const ARPHRD_ETHER = 1;
const ETH_P_ARP = 0x0806;
/** linux/in.h */
const IPPROTO_RAW = 255;

const libc = koffi.load('libc.so.6');

/**
 * A function for a file of its own in this folder.
 *
 * @param library `node`: of the program itself.
 * @param declaration as in C.
 * @throws Error when there is none
 */
export function nativeFunction(
  library: 'libc' | 'node',
  declaration: string,
): (...values: readonly unknown[]) => unknown {
  return (library === 'libc' ? libc : koffi.load(null)).func(declaration);
}

const socketCall = libc.func('int socket(int domain, int type, int protocol)');
const sendtoCall = libc.func(
  'intptr_t sendto(int fd, const void *data, size_t length, int flags, const void *address, uint32_t addressLength)',
);
const setsockoptCall = libc.func(
  'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
);
const getsockoptCall = libc.func(
  'int getsockopt(int fd, int level, int name, void *value, _Inout_ uint32_t *length)',
);
/** struct sock_fprog of packet(7). */
const SOCK_FPROG = koffi.struct('sock_fprog', { length: 'uint16_t', filter: 'void *' });
const attachFilterCall = libc.func('setsockopt', 'int', [
  'int',
  'int',
  'int',
  koffi.pointer(SOCK_FPROG),
  'uint32_t',
]);
const bindCall = libc.func('int bind(int fd, const void *address, uint32_t length)');
const connectCall = libc.func('int connect(int fd, const void *address, uint32_t length)');
const recvCall = libc.func('intptr_t recv(int fd, void *data, size_t length, int flags)');
const closeCall = libc.func('int close(int fd)');

/** struct iovec and struct msghdr of recvmsg(2). */
const IOVEC = koffi.struct('iovec', { base: 'void *', length: 'size_t' });
koffi.struct('msghdr', {
  name: 'void *',
  nameLength: 'uint32_t',
  iov: koffi.pointer(IOVEC),
  iovLength: 'size_t',
  control: 'void *',
  controlLength: 'size_t',
  flags: 'int',
});
const recvmsgCall = libc.func('intptr_t recvmsg(int fd, _Inout_ msghdr *message, int flags)');
const SIZE_T = koffi.sizeof('size_t');
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** A libc call that failed: `errno` and its name beside the call's. Code `SYSTEM_CALL`. */
export class SystemCallError extends TandemError {
  readonly errno: number;
  readonly errnoName: string;

  constructor(call: string, errno: number) {
    const name = nameOfErrno(errno);
    super('SYSTEM_CALL', `${call}: ${name}`, { call, errno, errnoName: name });
    this.name = 'SystemCallError';
    this.errno = errno;
    this.errnoName = name;
  }
}

/**
 * Opens a socket of the packet family that receives nothing (protocol 0) and sends whole Ethernet
 * frames (packet(7)). Needs CAP_NET_RAW.
 *
 * @returns the file descriptor.
 * @throws SystemCallError
 */
export function openPacketSocket(): number {
  return openSocket(AF_PACKET, SOCK_RAW);
}

/** An Ethernet frame, and where it leaves as sendto(2) takes it. */
export interface AddressedFrame {
  readonly frame: Uint8Array;
  readonly address: Uint8Array;
}

/** @param interfaceIndex as in `ip link`. */
export function addressFrame(interfaceIndex: number, frame: Uint8Array): AddressedFrame {
  // struct sockaddr_ll: family u16, protocol be16, ifindex s32, hatype u16, pkttype u8, halen u8,
  // address 8 bytes.
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.set(frame.subarray(12, 14), 2);
  address.writeInt32LE(interfaceIndex, 4);
  address.writeUInt16LE(ARPHRD_ETHER, 8);
  address.writeUInt8(6, 11);
  address.set(frame.subarray(0, 6), 12);
  return { frame, address };
}

/**
 * Sends one Ethernet frame out of an interface. Does not block: a full queue is ENOBUFS.
 *
 * @throws SystemCallError
 */
export function sendFrame(fd: number, { frame, address }: AddressedFrame): void {
  send(fd, frame, address);
}

/**
 * Opens a socket of the packet family that receives the ARP frames of one interface. Needs
 * CAP_NET_RAW.
 *
 * @throws SystemCallError
 */
export function openArpSocket(interfaceIndex: number): number {
  // Without a protocol it receives nothing until it is bound, so that no other interface's are in it.
  const fd = openSocket(AF_PACKET, SOCK_RAW);
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ARP, 2);
  address.writeInt32LE(interfaceIndex, 4);
  if (bindCall(fd, address, address.length) !== 0) {
    const errno = koffi.errno();
    closeCall(fd);
    throw new SystemCallError('bind', errno);
  }
  return fd;
}

/**
 * Receives one frame of a packet socket, or one datagram of a raw socket of IPv4 with its header. Does
 * not block.
 *
 * @returns a copy; `undefined` when there is none.
 * @throws SystemCallError
 */
export function receiveFrame(fd: number): Uint8Array | undefined {
  const { data } = received;
  const length = Number(recvCall(fd, data, RECEIVED_BYTES, MSG_DONTWAIT));
  if (length >= 0) return data.slice(0, length);
  const errno = koffi.errno();
  if (errno === constants.errno.EAGAIN || errno === constants.errno.EINTR) return undefined;
  throw new SystemCallError('recv', errno);
}

/**
 * Opens an unbound datagram socket of the unix family, for sd_notify(3) and syslog(3).
 *
 * @throws SystemCallError
 */
export function openUnixDatagramSocket(): number {
  return openSocket(AF_UNIX, SOCK_DGRAM);
}

/**
 * Sends one datagram to a unix socket. Does not block: a full queue is EAGAIN.
 *
 * @param path a file's path; a leading `@` means the abstract namespace (unix(7)).
 * @throws SystemCallError
 */
export function sendUnixDatagram(fd: number, path: string, data: Uint8Array): void {
  const name = Buffer.from(path);
  // sun_path holds 108 bytes; a path also needs its closing NUL, an abstract name must not have it.
  if (name.length === 0 || name.length > 107)
    throw new SystemCallError('sendto', constants.errno.EINVAL);
  const abstract = path.startsWith('@');
  const address = Buffer.alloc(2 + name.length + (abstract ? 0 : 1));
  address.writeUInt16LE(AF_UNIX, 0);
  address.set(name, 2);
  if (abstract) address[2] = 0;
  send(fd, data, address);
}

/**
 * Opens a TCP socket whose packets carry a firewall mark (SO_MARK, socket(7)). Needs CAP_NET_ADMIN.
 *
 * @returns the file descriptor; it belongs to the caller.
 * @throws SystemCallError
 */
export function openMarkedTcpSocket(family: 4 | 6, mark: number): number {
  const fd = openSocket(family === 4 ? AF_INET : AF_INET6, SOCK_STREAM);
  const value = Buffer.alloc(4);
  value.writeUInt32LE(mark);
  try {
    setSocketOption(fd, SOL_SOCKET, SO_MARK, value);
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
  return fd;
}

/**
 * Opens a raw IP socket that only sends, whole datagrams with their header (raw(7): IPPROTO_RAW).
 * Needs CAP_NET_RAW.
 *
 * @throws SystemCallError
 */
export function openRawSendSocket(family: Family): number {
  return openSocket(family === 4 ? AF_INET : AF_INET6, SOCK_RAW, IPPROTO_RAW);
}

/**
 * Sends one datagram that begins with its IP header. Does not block: a full queue is ENOBUFS or
 * EAGAIN.
 *
 * @param address of the destination, by {@link rawAddress}.
 * @throws SystemCallError
 */
export function sendRawDatagram(fd: number, datagram: Uint8Array, address: Uint8Array): void {
  send(fd, datagram, address);
}

/**
 * A destination as sendto(2) takes it.
 *
 * @param destination 4 or 16 bytes.
 * @param interfaceIndex the scope of a link-local destination; 0: none.
 */
export function rawAddress(destination: Uint8Array, interfaceIndex: number): Uint8Array {
  // struct sockaddr_in: family u16, port u16, address 4 bytes, 8 zero. struct sockaddr_in6: family
  // u16, port u16, flow u32, address 16 bytes, scope u32.
  const isIpv4 = destination.length === 4;
  const address = Buffer.alloc(isIpv4 ? 16 : 28);
  address.writeUInt16LE(isIpv4 ? AF_INET : AF_INET6, 0);
  address.set(destination, isIpv4 ? 4 : 8);
  if (!isIpv4) address.writeUInt32LE(interfaceIndex, 24);
  return address;
}

/** What recvmsg(2) gave. The bytes are copies. */
export interface ReceivedMessage {
  readonly data: Uint8Array;
  /** The sender's address, 16 bytes. */
  readonly source: Uint8Array;
  /** Control messages by `level/type` (cmsg(3)). */
  readonly control: ReadonlyMap<string, Uint8Array>;
}

const RECEIVED_BYTES = 9_216;
const received = {
  data: new Uint8Array(RECEIVED_BYTES),
  name: new Uint8Array(28),
  control: Buffer.alloc(256),
};

/**
 * Receives one message of an IPv6 socket. Does not block.
 *
 * @returns `undefined` when there is none.
 * @throws SystemCallError
 */
export function receiveMessage(fd: number): ReceivedMessage | undefined {
  const { data, name, control } = received;
  const message = {
    name,
    nameLength: name.length,
    iov: [{ base: data, length: data.length }],
    iovLength: 1,
    control,
    controlLength: control.length,
    flags: 0,
  };
  const length = Number(recvmsgCall(fd, message, MSG_DONTWAIT));
  if (length < 0) {
    const errno = koffi.errno();
    if (errno === constants.errno.EAGAIN || errno === constants.errno.EINTR) return undefined;
    throw new SystemCallError('recvmsg', errno);
  }
  return {
    data: data.slice(0, length),
    source: name.slice(8, 24),
    control: decodeControl(control.subarray(0, Number(message.controlLength))),
  };
}

/** struct cmsghdr: length size_t (header included), level s32, type s32, data; each aligned. */
function decodeControl(bytes: Buffer): ReadonlyMap<string, Uint8Array> {
  const messages = new Map<string, Uint8Array>();
  const header = SIZE_T + 8;
  for (let offset = 0; offset + header <= bytes.length; ) {
    const length = bytes.readUInt32LE(offset);
    if (length < header || offset + length > bytes.length) break;
    const level = bytes.readInt32LE(offset + SIZE_T);
    const type = bytes.readInt32LE(offset + SIZE_T + 4);
    messages.set(
      `${level}/${type}`,
      Uint8Array.from(bytes.subarray(offset + header, offset + length)),
    );
    offset += Math.ceil(length / SIZE_T) * SIZE_T;
  }
  return messages;
}

/** setsockopt(2) on a descriptor of this process. @throws SystemCallError */
export function setSocketOption(fd: number, level: number, name: number, value: Uint8Array): void {
  if (setsockoptCall(fd, level, name, value, value.length) !== 0) {
    throw new SystemCallError('setsockopt', koffi.errno());
  }
}

/**
 * Lets through only the datagrams that a program of the classic packet filter accepts (packet(7)).
 *
 * @param program struct sock_filter: code, jump if true, jump if false, operand.
 * @throws SystemCallError
 */
export function attachFilter(
  fd: number,
  program: readonly (readonly [number, number, number, number])[],
): void {
  const filter = Buffer.alloc(8 * program.length);
  program.forEach(([code, ifTrue, ifFalse, operand], i) => {
    new Uint16Array(filter.buffer, filter.byteOffset + 8 * i, 1)[0] = code;
    filter[8 * i + 2] = ifTrue;
    filter[8 * i + 3] = ifFalse;
    new Uint32Array(filter.buffer, filter.byteOffset + 8 * i + 4, 1)[0] = operand;
  });
  const prog = { length: program.length, filter };
  const size = koffi.sizeof(SOCK_FPROG);
  if (attachFilterCall(fd, SOL_SOCKET, SO_ATTACH_FILTER, prog, size) !== 0) {
    throw new SystemCallError('setsockopt', koffi.errno());
  }
}

/**
 * getsockopt(2) on a descriptor of this process.
 *
 * @returns the option's value, at most `length` bytes.
 * @throws SystemCallError
 */
export function getSocketOption(
  fd: number,
  level: number,
  name: number,
  length: number,
): Uint8Array {
  const value = new Uint8Array(length);
  const size = [length];
  if (getsockoptCall(fd, level, name, value, size) !== 0) {
    throw new SystemCallError('getsockopt', koffi.errno());
  }
  return value.subarray(0, size[0]);
}

/**
 * Opens a netlink socket that waits for its answers, each as long as it may take. It is connected to
 * the kernel: other processes cannot send to it.
 *
 * @param protocol a NETLINK_* number.
 * @param seconds how long to wait for an answer; then EAGAIN.
 * @throws SystemCallError
 */
export function openKernelSocket(protocol: number, seconds: number): number {
  const fd = socketCall(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol) as number;
  if (fd < 0) throw new SystemCallError('socket', koffi.errno());
  // struct sockaddr_nl: family u16, padding, port and groups u32, which are 0 for the kernel.
  const address = new Uint8Array(12);
  address.set(new Uint8Array(Uint16Array.of(AF_NETLINK).buffer));
  // struct timeval: two longs.
  const limit = new Uint8Array(2 * SIZE_T);
  limit.set(new Uint8Array(Uint32Array.of(seconds).buffer), LITTLE_ENDIAN ? 0 : SIZE_T - 4);
  try {
    if (connectCall(fd, address, address.length) !== 0) {
      throw new SystemCallError('connect', koffi.errno());
    }
    setSocketOption(fd, SOL_SOCKET, SO_RCVTIMEO, limit);
  } catch (error) {
    closeCall(fd);
    throw error;
  }
  return fd;
}

/** Sends one datagram to the kernel, which works on it before this returns. @throws SystemCallError */
export function sendToKernel(fd: number, datagram: Uint8Array): void {
  for (;;) {
    const sent = sendtoCall(fd, datagram, datagram.length, MSG_NOSIGNAL, null, 0);
    if (Number(sent) >= 0) return;
    const errno = koffi.errno();
    if (errno !== constants.errno.EINTR) throw new SystemCallError('sendto', errno);
  }
}

/**
 * Waits for a datagram from the kernel.
 *
 * @returns its length, which is more than the room for it when it was cut.
 * @throws SystemCallError
 */
export function receiveFromKernel(fd: number, into: Uint8Array): number {
  for (;;) {
    const length = Number(recvCall(fd, into, into.length, MSG_TRUNC));
    if (length >= 0) return length;
    const errno = koffi.errno();
    if (errno !== constants.errno.EINTR) throw new SystemCallError('recv', errno);
  }
}

/** Closes a descriptor that one of the functions above opened. */
export function closeSocket(fd: number): void {
  closeCall(fd);
}

function openSocket(domain: number, type: number, protocol = 0): number {
  const fd = socketCall(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol) as number;
  if (fd < 0) throw new SystemCallError('socket', koffi.errno());
  return fd;
}

function send(fd: number, data: Uint8Array, address: Uint8Array): void {
  const sent = sendtoCall(
    fd,
    data,
    data.length,
    MSG_DONTWAIT | MSG_NOSIGNAL,
    address,
    address.length,
  );
  if (Number(sent) < 0) throw new SystemCallError('sendto', koffi.errno());
}

function nameOfErrno(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `errno ${errno}`;
  }
}

/** linux/sched.h */
const CLONE_NEWNET = 0x40000000;
const setnsCall = libc.func('int setns(int fd, int type)');

/**
 * Runs something in another network namespace and comes back. What it opens stays there. It must
 * not wait for anything: this process is in that namespace until it returns.
 *
 * @param path of the namespace: `/proc/PID/ns/net`.
 * @throws SystemCallError, or what open(2) gives
 */
export function inNetworkNamespace<T>(path: string, run: () => T): T {
  const own = openSync('/proc/thread-self/ns/net', 'r');
  try {
    const other = openSync(path, 'r');
    try {
      enterNetworkNamespace(other);
      try {
        return run();
      } finally {
        enterNetworkNamespace(own);
      }
    } finally {
      closeSync(other);
    }
  } finally {
    closeSync(own);
  }
}

/**
 * Puts this thread into a network namespace: sockets that it opens, and processes that it starts from
 * now on, are there. Needs CAP_SYS_ADMIN.
 *
 * @param fd an open `/run/netns/NAME` or `/proc/PID/ns/net`.
 * @throws SystemCallError
 */
export function enterNetworkNamespace(fd: number): void {
  if (setnsCall(fd, CLONE_NEWNET) !== 0) throw new SystemCallError('setns', koffi.errno());
}

/**
 * struct sigaction of glibc and musl on 64-bit machines but MIPS and s390x: handler, mask of 128
 * bytes, flags, restorer.
 */
const SIGACTION = koffi.struct('tandem_sigaction', {
  handler: 'void *',
  mask: koffi.array('uint8_t', 128),
  flags: 'int',
  restorer: 'void *',
});
const SIGACTION_BYTES = 152;
const SA_SIGINFO = 4;
const SA_RESTART = 0x10000000;
const SIG_IGN = 1n;
const F_GETFD = 1;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const sigactionCall = libc.func(
  'int sigaction(int signal, const tandem_sigaction *action, void *old)',
);
const pipe2Call = libc.func('int pipe2(_Out_ int *ends, int flags)');
const dup3Call = libc.func('int dup3(int from, int to, int flags)');
const fcntlCall = libc.func('int fcntl(int fd, int command)');
const dlsymCall = koffi.load(null).func('void *dlsym(void *handle, const char *name)');

/**
 * Makes a signal that Node knows no name for (a real-time signal) readable. Its handler is
 * eventfd_write(3): called with the signal's number as its first argument, it writes 8 bytes to the
 * descriptor of that number, which is the end of a pipe. So no JavaScript runs in a handler, and
 * whichever thread is interrupted, nothing is lost.
 *
 * @returns the descriptor to read from: 8 bytes a signal, their value means nothing. It is
 *   non-blocking and belongs to the caller.
 * @throws SystemCallError, EBUSY when the descriptor of that number is in use
 */
export function catchSignal(signal: number): number {
  if (koffi.sizeof(SIGACTION) !== SIGACTION_BYTES) {
    throw new SystemCallError('sigaction', constants.errno.ENOSYS);
  }
  if (fcntlCall(signal, F_GETFD) !== -1) throw new SystemCallError('dup3', constants.errno.EBUSY);
  const handler: unknown = dlsymCall(null, 'eventfd_write');
  if (!handler) throw new SystemCallError('dlsym', constants.errno.ENOSYS);
  const ends = [0, 0];
  if (pipe2Call(ends, O_NONBLOCK | O_CLOEXEC) !== 0) {
    throw new SystemCallError('pipe2', koffi.errno());
  }
  const [readEnd, writeEnd] = ends as [number, number];
  const moved = dup3Call(writeEnd, signal, O_CLOEXEC);
  const errno = koffi.errno();
  closeCall(writeEnd);
  if (moved < 0) {
    closeCall(readEnd);
    throw new SystemCallError('dup3', errno);
  }
  setHandler(signal, handler);
  return readEnd;
}

/** Ignores a signal by its number. @throws SystemCallError */
export function ignoreSignal(signal: number): void {
  setHandler(signal, SIG_IGN);
}

function setHandler(signal: number, handler: unknown): void {
  const action = {
    handler,
    mask: new Uint8Array(128),
    flags: SA_SIGINFO | SA_RESTART,
    restorer: null,
  };
  if (sigactionCall(signal, action, null) !== 0) {
    throw new SystemCallError('sigaction', koffi.errno());
  }
}

/** linux/sched.h, asm-generic/resource.h; CPU_SETSIZE of sched.h in bytes. */
const SCHED_OTHER = 0;
const SCHED_RR = 2;
const SCHED_RESET_ON_FORK = 0x40000000;
const RLIMIT_RTTIME = 15;
const CPU_SET_BYTES = 128;
const schedSetschedulerCall = libc.func(
  'int sched_setscheduler(int thread, int policy, const void *parameters)',
);
const schedSetaffinityCall = libc.func(
  'int sched_setaffinity(int thread, size_t size, const void *cpus)',
);
const schedGetaffinityCall = libc.func(
  'int sched_getaffinity(int thread, size_t size, _Out_ void *cpus)',
);
const setrlimitCall = libc.func('int setrlimit(int resource, const void *limit)');

/**
 * Gives a thread real-time scheduling in turns (SCHED_RR, sched(7)). Processes that it starts have
 * ordinary scheduling. Needs CAP_SYS_NICE.
 *
 * @param thread its id; 0: this one.
 * @param priority 1 to 99.
 * @throws SystemCallError
 */
export function setRoundRobin(thread: number, priority: number): void {
  setScheduler(thread, SCHED_RR | SCHED_RESET_ON_FORK, priority);
}

/** Gives a thread ordinary scheduling. @throws SystemCallError */
export function setOrdinary(thread: number): void {
  setScheduler(thread, SCHED_OTHER, 0);
}

function setScheduler(thread: number, policy: number, priority: number): void {
  const parameters = Buffer.alloc(4);
  parameters.writeInt32LE(priority);
  if (schedSetschedulerCall(thread, policy, parameters) !== 0) {
    throw new SystemCallError('sched_setscheduler', koffi.errno());
  }
}

/** The processors that this thread may run on, ascending. @throws SystemCallError */
export function getAffinity(): readonly number[] {
  const set = Buffer.alloc(CPU_SET_BYTES);
  if (schedGetaffinityCall(0, set.length, set) !== 0) {
    throw new SystemCallError('sched_getaffinity', koffi.errno());
  }
  const numbers = Array.from({ length: 8 * CPU_SET_BYTES }, (_, cpu) => cpu);
  return numbers.filter((cpu) => ((set[cpu >> 3] ?? 0) & (1 << (cpu & 7))) !== 0);
}

/**
 * Sets the processors that a thread may run on.
 *
 * @param cpus numbers below 1024.
 * @throws SystemCallError, EINVAL when the machine has none of them
 */
export function setAffinity(thread: number, cpus: readonly number[]): void {
  const set = Buffer.alloc(CPU_SET_BYTES);
  for (const cpu of cpus) set[cpu >> 3] = (set[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  if (schedSetaffinityCall(thread, set.length, set) !== 0) {
    throw new SystemCallError('sched_setaffinity', koffi.errno());
  }
}

/**
 * Limits how long this process may run with real-time scheduling from one wait to the next
 * (RLIMIT_RTTIME, getrlimit(2)), in microseconds: SIGXCPU at the first, SIGKILL at the second. A
 * second that is higher than before needs CAP_SYS_RESOURCE.
 *
 * @throws SystemCallError
 */
export function limitRealtime(soft: number, hard: number): void {
  const limit = Buffer.alloc(16);
  limit.writeBigUInt64LE(BigInt(soft), 0);
  limit.writeBigUInt64LE(BigInt(hard), 8);
  if (setrlimitCall(RLIMIT_RTTIME, limit) !== 0) {
    throw new SystemCallError('setrlimit', koffi.errno());
  }
}
