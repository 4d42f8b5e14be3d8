/**
 * Requests to the kernel: one at a time on one socket, each with a time limit, answers matched by
 * sequence number. After an answer that failed to come, or after answers that were lost, the
 * socket is replaced, so that a late answer or a dump that is still under way cannot disturb the
 * next request.
 *
 * The queue is bounded by its callers: each waits for its own answer.
 */
import { constants } from 'node:os';
import { messageOf } from '../base/errors.js';
import { concat } from './attributes.js';
import {
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  NLMSG_OVERRUN,
} from './constants.js';
import { NetlinkError } from './errors.js';
import { decodeErrno, decodeMessages, encodeMessage, type NetlinkMessage } from './message.js';
import { type Scheduler, systemScheduler } from './scheduler.js';
import type { NetlinkTransport, OpenTransport } from './transport.js';

const { EBUSY, EINTR, EMSGSIZE, ENOBUFS } = constants.errno;

/** What is asked of the kernel. */
export interface NetlinkRequest {
  readonly type: number;
  /** NLM_F_* besides REQUEST, ACK and DUMP, which the method brings. */
  readonly flags?: number;
  readonly body: Uint8Array;
  /** In words, for errors: `RTM_NEWADDR 192.0.2.1/24`. */
  readonly operation: string;
}

/** The outcome of one request of a batch: `undefined` is success. */
export type BatchResult = NetlinkError | undefined;

export interface NetlinkSocketOptions {
  /** Milliseconds that one datagram's requests may take; 2000. */
  readonly timeoutMillis?: number;
  /** How often an interrupted or overrun dump is tried in all; 8. */
  readonly dumpAttempts?: number;
  readonly scheduler?: Scheduler;
}

/** Bounds of one batch datagram: the kernel works on it in one go while we stand still. */
const BATCH_BYTES = 32_768;
const BATCH_MESSAGES = 128;

interface Exchange {
  readonly operation: string;
  /** true: this was the last answer. */
  accept(message: NetlinkMessage): boolean;
  settle(error?: NetlinkError): void;
}

export class NetlinkSocket {
  readonly #open: OpenTransport;
  readonly #timeoutMillis: number;
  readonly #dumpAttempts: number;
  readonly #scheduler: Scheduler;
  #transport: NetlinkTransport | undefined;
  #sequence = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #active: Exchange | undefined;
  #closed = false;

  /** Opens the first socket at once. Throws NetlinkError NETLINK_SOCKET. */
  constructor(open: OpenTransport, options: NetlinkSocketOptions = {}) {
    this.#open = open;
    this.#timeoutMillis = options.timeoutMillis ?? 2000;
    this.#dumpAttempts = options.dumpAttempts ?? 8;
    this.#scheduler = options.scheduler ?? systemScheduler;
    this.#reopen();
  }

  /**
   * One request with NLM_F_ACK.
   *
   * @returns the messages that came before the acknowledgement.
   * @throws {NetlinkError}
   */
  request(request: NetlinkRequest): Promise<NetlinkMessage[]> {
    return this.#inTurn(async () => {
      const answers: NetlinkMessage[] = [];
      const sequence = this.#nextSequence();
      await this.#exchange(
        request.operation,
        encodeRequest(request, NLM_F_REQUEST | NLM_F_ACK, sequence),
        (message) => {
          if (message.sequence !== sequence) return false;
          if (message.type !== NLMSG_ERROR) {
            answers.push(message);
            return false;
          }
          throwErrno(request.operation, message.body);
          return true;
        },
      );
      return answers;
    });
  }

  /**
   * A dump: every message of a multi-part answer. One that a change interrupted, or whose parts
   * were lost, is repeated.
   *
   * @throws {NetlinkError}
   */
  dump(request: NetlinkRequest): Promise<NetlinkMessage[]> {
    return this.#inTurn(async () => {
      for (let attempt = 1; ; attempt++) {
        const last = attempt >= this.#dumpAttempts;
        try {
          const messages = await this.#dumpOnce(request);
          if (messages) return messages;
        } catch (error) {
          if (last || !(error instanceof NetlinkError) || !repeatable(error)) throw error;
          if (error.errno === EBUSY) this.#reopen();
        }
        if (last) throw new NetlinkError('NETLINK_DUMP_INTERRUPTED', request.operation);
      }
    });
  }

  /**
   * Many requests, packed into as few datagrams as their bounds allow. The kernel works them off in
   * order, and one that fails does not stop the next. It always answers a request that failed; only
   * the last of a datagram asks for an acknowledgement of success too, which says that all before
   * it are done. Answers that were lost show as NETLINK_OVERRUN.
   *
   * @returns one outcome a request, in their order. Never rejects.
   */
  batch(requests: readonly NetlinkRequest[]): Promise<BatchResult[]> {
    return this.#inTurn(async () => {
      const results: BatchResult[] = [];
      let from = 0;
      while (from < requests.length) {
        let to = from;
        for (let bytes = 0; to < requests.length && to - from < BATCH_MESSAGES; to++) {
          bytes += 16 + (requests[to] as NetlinkRequest).body.length;
          if (bytes > BATCH_BYTES && to > from) break;
        }
        results.push(...(await this.#batchOnce(requests.slice(from, to))));
        from = to;
      }
      return results;
    });
  }

  /** Closes the socket; what waits is rejected with NETLINK_CLOSED. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#transport?.close();
    this.#transport = undefined;
    const active = this.#active;
    active?.settle(new NetlinkError('NETLINK_CLOSED', active.operation));
  }

  async #dumpOnce(request: NetlinkRequest): Promise<NetlinkMessage[] | undefined> {
    const messages: NetlinkMessage[] = [];
    let interrupted = false;
    const sequence = this.#nextSequence();
    await this.#exchange(
      request.operation,
      encodeRequest(request, NLM_F_REQUEST | NLM_F_DUMP, sequence),
      (message) => {
        if (message.sequence !== sequence) return false;
        if ((message.flags & NLM_F_DUMP_INTR) !== 0) interrupted = true;
        if (message.type === NLMSG_ERROR) {
          throwErrno(request.operation, message.body);
          return true;
        }
        if (message.type === NLMSG_DONE) {
          if (message.body.length > 0) throwErrno(request.operation, message.body);
          return true;
        }
        messages.push(message);
        return false;
      },
    );
    return interrupted ? undefined : messages;
  }

  async #batchOnce(requests: readonly NetlinkRequest[]): Promise<BatchResult[]> {
    const first = this.#nextSequence();
    const parts = requests.map((request, i) => {
      if (i > 0) this.#nextSequence();
      const flags = i === requests.length - 1 ? NLM_F_REQUEST | NLM_F_ACK : NLM_F_REQUEST;
      return encodeRequest(request, flags, (first + i) >>> 0);
    });
    const results: BatchResult[] = new Array(requests.length).fill(undefined);
    const answered = new Set<number>();
    try {
      await this.#exchange(
        `${requests[0]?.operation}${requests.length > 1 ? ` and ${requests.length - 1} more` : ''}`,
        concat(parts),
        (message) => {
          const index = (message.sequence - first) >>> 0;
          const request = requests[index];
          if (message.type !== NLMSG_ERROR || !request) return false;
          answered.add(index);
          const errno = decodeErrno(message.body);
          if (errno === undefined) {
            results[index] = new NetlinkError('NETLINK_MALFORMED', request.operation);
          } else if (errno !== 0) {
            results[index] = new NetlinkError('NETLINK_REFUSED', request.operation, errno);
          }
          return index === requests.length - 1;
        },
      );
    } catch (error) {
      const { code, errno } =
        error instanceof NetlinkError ? error : { code: 'NETLINK_SOCKET' as const, errno: 0 };
      requests.forEach((request, i) => {
        if (!answered.has(i)) results[i] = new NetlinkError(code, request.operation, errno);
      });
    }
    return results;
  }

  /** Sends and waits until `accept` has seen the last answer. A NetlinkError it throws rejects. */
  #exchange(
    operation: string,
    datagram: Uint8Array,
    accept: (message: NetlinkMessage) => boolean,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new NetlinkError('NETLINK_CLOSED', operation);
      if (!this.#transport) this.#reopen();
      const exchange: Exchange = {
        operation,
        accept,
        settle: (error) => {
          if (this.#active !== exchange) return;
          this.#active = undefined;
          cancel();
          if (error) reject(error);
          else resolve();
        },
      };
      this.#active = exchange;
      const cancel = this.#scheduler.after(this.#timeoutMillis, () =>
        // After a stall the timer runs before the answers that have long been there are read.
        this.#scheduler.afterInput(() => {
          if (this.#active !== exchange) return;
          this.#drop();
          exchange.settle(new NetlinkError('NETLINK_TIMEOUT', operation));
        }),
      );
      this.#transport?.send(datagram);
    });
  }

  #onDatagram(datagram: Uint8Array): void {
    for (const message of decodeMessages(datagram)) {
      const active = this.#active;
      if (!active) return;
      if (message.type === NLMSG_NOOP) continue;
      if (message.type === NLMSG_OVERRUN) {
        this.#onError(ENOBUFS, 'NLMSG_OVERRUN');
        return;
      }
      try {
        if (active.accept(message)) active.settle();
      } catch (error) {
        active.settle(
          error instanceof NetlinkError
            ? error
            : new NetlinkError('NETLINK_MALFORMED', active.operation, 0, String(error)),
        );
      }
    }
  }

  #onError(errno: number, message: string): void {
    this.#drop();
    const active = this.#active;
    if (!active) return;
    const lost = errno === ENOBUFS || errno === EMSGSIZE;
    active.settle(
      new NetlinkError(
        lost ? 'NETLINK_OVERRUN' : 'NETLINK_SOCKET',
        active.operation,
        errno,
        lost ? `answers were lost: ${message}` : message,
      ),
    );
  }

  #drop(): void {
    this.#transport?.close();
    this.#transport = undefined;
  }

  #reopen(): void {
    this.#drop();
    try {
      this.#transport = this.#open({
        onDatagram: (datagram) => this.#onDatagram(datagram),
        onError: (errno, message) => this.#onError(errno, message),
      });
    } catch (error) {
      const { errno } = error as { errno?: unknown };
      const number = typeof errno === 'number' ? Math.abs(errno) : 0;
      throw new NetlinkError('NETLINK_SOCKET', 'open socket', number, messageOf(error));
    }
  }

  #nextSequence(): number {
    // 0 is what the kernel puts on notifications.
    this.#sequence = this.#sequence >= 0xffff_ffff ? 1 : this.#sequence + 1;
    return this.#sequence;
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function encodeRequest(request: NetlinkRequest, flags: number, sequence: number): Uint8Array {
  return encodeMessage({
    type: request.type,
    flags: (request.flags ?? 0) | flags,
    sequence,
    body: request.body,
  });
}

function throwErrno(operation: string, body: Uint8Array): void {
  const errno = decodeErrno(body);
  if (errno === undefined) throw new NetlinkError('NETLINK_MALFORMED', operation);
  if (errno !== 0) throw new NetlinkError('NETLINK_REFUSED', operation, errno);
}

function repeatable(error: NetlinkError): boolean {
  return error.code === 'NETLINK_OVERRUN' || error.errno === EINTR || error.errno === EBUSY;
}
