/**
 * Netlink for a command that has nothing else to do: it sends, and waits in recvmsg(2) for the
 * answer, without event loop, promises or an object for each message. For a table of 100,000
 * entries those cost more than the table. A daemon must not stand still: it has NetlinkSocket.
 */
import { viewOf } from '../base/bytes.js';
import { LITTLE_ENDIAN } from './attributes.js';
import {
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_OVERRUN,
} from './constants.js';
import { NetlinkError } from './errors.js';
import { encodeMessage, MESSAGE_HEADER } from './message.js';

/** A socket that talks to the kernel alone. Its methods throw errors with the system's `errno`. */
export interface BlockingSocket {
  /** Sends one datagram. */
  send(datagram: Uint8Array): void;
  /** Waits for one; returns its whole length, even where it did not fit. */
  receive(into: Uint8Array): number;
  close(): void;
}

/** What is asked of the kernel. */
export interface BlockingRequest {
  readonly type: number;
  readonly body: Uint8Array;
  /** For errors. */
  readonly operation: string;
}

/** Gets the place of a message's body in {@link BlockingNetlink.bytes}; it must not keep the bytes. */
export type EachBody = (from: number, to: number) => void;

/** The most that netlink_recvmsg makes of a dump's datagram. */
const DUMP_BUFFER = 32_768;
const DUMP_ATTEMPTS = 8;

export class BlockingNetlink {
  /** What came last. */
  readonly bytes: Buffer = Buffer.alloc(DUMP_BUFFER);
  readonly view: DataView = viewOf(this.bytes);
  readonly #socket: BlockingSocket;
  #sequence = 0;

  constructor(socket: BlockingSocket) {
    this.#socket = socket;
  }

  /** A request that the kernel answers with one message. @throws {NetlinkError} */
  request(request: BlockingRequest, each: EachBody): void {
    this.#exchange(request, NLM_F_ACK, each);
  }

  /**
   * A dump, repeated while changes interrupt it.
   *
   * @param begin called for each attempt; what an earlier attempt gave is to be forgotten.
   * @throws {NetlinkError} The socket is of no use afterwards.
   */
  dump(request: BlockingRequest, begin: () => EachBody): void {
    for (let attempt = 1; attempt <= DUMP_ATTEMPTS; attempt++) {
      if (this.#exchange(request, NLM_F_DUMP, begin())) return;
    }
    throw new NetlinkError('NETLINK_DUMP_INTERRUPTED', request.operation);
  }

  close(): void {
    this.#socket.close();
  }

  /** @returns whether nothing changed meanwhile. */
  #exchange({ type, body, operation }: BlockingRequest, flags: number, each: EachBody): boolean {
    const { view } = this;
    const sequence = ++this.#sequence;
    let whole = true;
    try {
      this.#socket.send(encodeMessage({ type, flags: NLM_F_REQUEST | flags, sequence, body }));
      for (;;) {
        const length = this.#socket.receive(this.bytes);
        if (length > this.bytes.length) throw new NetlinkError('NETLINK_MALFORMED', operation);
        for (let at = 0; at + MESSAGE_HEADER <= length; ) {
          const size = view.getUint32(at, LITTLE_ENDIAN);
          if (size < MESSAGE_HEADER || at + size > length) break;
          const kind = view.getUint16(at + 4, LITTLE_ENDIAN);
          if (view.getUint32(at + 8, LITTLE_ENDIAN) === sequence) {
            if ((view.getUint16(at + 6, LITTLE_ENDIAN) & NLM_F_DUMP_INTR) !== 0) whole = false;
            if (kind === NLMSG_ERROR || kind === NLMSG_DONE) {
              // NLMSG_DONE without a body is success.
              const told = size >= MESSAGE_HEADER + 4;
              const errno = told ? Math.abs(view.getInt32(at + MESSAGE_HEADER, LITTLE_ENDIAN)) : 0;
              if (errno !== 0) throw new NetlinkError('NETLINK_REFUSED', operation, errno);
              return whole;
            }
            each(at + MESSAGE_HEADER, at + size);
          }
          if (kind === NLMSG_OVERRUN) throw new NetlinkError('NETLINK_OVERRUN', operation);
          at += (size + 3) & ~3;
        }
      }
    } catch (error) {
      if (error instanceof NetlinkError) throw error;
      const { errno } = error as { errno?: unknown };
      const number = typeof errno === 'number' ? Math.abs(errno) : 0;
      throw new NetlinkError('NETLINK_SOCKET', operation, number);
    }
  }
}
