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
import {
  decodeErrno,
  decodeMessages,
  encodeMessage,
  messageLength,
  type NetlinkMessage,
  writeMessage,
} from './message.js';
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
const BATCH_MESSAGES = 256;
/**
 * What the kernel counts for one waiting answer, at most: a refusal carries the request, which in
 * a batch is short. The answers of a whole batch must fit into the receive buffer, because they are
 * all written before we read the first.
 */
const ANSWER_BYTES = 2_560;

const NO_BODY = new Uint8Array(0);

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
   * @throws {NetlinkError} with EINTR if the kernel worked on it without an answer, as it does
   *   when the handler was interrupted (netlink_rcv_skb).
   */
  request(request: NetlinkRequest): Promise<NetlinkMessage[]> {
    return this.#inTurn(async () => {
      const { operation } = request;
      const answers: NetlinkMessage[] = [];
      const sequence = this.#nextSequence();
      const fence = this.#nextSequence();
      const datagram = concat([
        encodeRequest(request, NLM_F_REQUEST | NLM_F_ACK, sequence),
        encodeFence(fence),
      ]);
      let acknowledged = false;
      let refused: NetlinkError | undefined;
      await this.#exchange(operation, datagram, (message) => {
        if (message.sequence === fence) return true;
        if (message.sequence !== sequence) return false;
        if (message.type === NLMSG_ERROR) {
          acknowledged = true;
          refused = errorOf(operation, message.body);
        } else {
          answers.push(message);
        }
        return false;
      });
      if (refused) throw refused;
      if (!acknowledged) throw new NetlinkError('NETLINK_REFUSED', operation, EINTR);
      return answers;
    });
  }

  /**
   * A dump: every message of a multi-part answer. One that a change interrupted, or whose parts
   * were lost, is repeated.
   *
   * @throws {NetlinkError}
   */
  async dump(request: NetlinkRequest): Promise<NetlinkMessage[]> {
    let messages: NetlinkMessage[] = [];
    await this.dumpEach(request, () => {
      const fresh: NetlinkMessage[] = [];
      messages = fresh;
      return (message) => fresh.push(message);
    });
    return messages;
  }

  /**
   * A dump whose messages are looked at as they come, so that none is kept.
   *
   * @param begin called for each attempt; what it returns gets the attempt's messages and must not
   *   throw. What an earlier attempt gave is to be forgotten.
   * @throws {NetlinkError}
   */
  dumpEach(request: NetlinkRequest, begin: () => (message: NetlinkMessage) => void): Promise<void> {
    return this.#inTurn(async () => {
      for (let attempt = 1; ; attempt++) {
        const last = attempt >= this.#dumpAttempts;
        try {
          if (await this.#dumpOnce(request, begin())) return;
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
   * order, and one that fails does not stop the next. It always answers a request that failed; of
   * success only the fence at a datagram's end tells, for all before it. Answers that were lost
   * show as NETLINK_OVERRUN.
   *
   * @returns one outcome a request, in their order. Never rejects.
   */
  batch(requests: readonly NetlinkRequest[]): Promise<BatchResult[]> {
    return this.#inTurn(async () => {
      const results: BatchResult[] = [];
      let from = 0;
      while (from < requests.length) {
        const most = this.#batchMessages();
        let to = from;
        for (let bytes = 0; to < requests.length && to - from < most; to++) {
          bytes += 16 + (requests[to] as NetlinkRequest).body.length;
          if (bytes > BATCH_BYTES && to > from) break;
        }
        results.push(...(await this.#batchOnce(requests.slice(from, to))));
        from = to;
      }
      return results;
    });
  }

  /**
   * Requests that are carried out together or not at all, between two that say so (nfnetlink's
   * NFNL_MSG_BATCH_BEGIN and END). They travel in one datagram; what the kernel does not say about
   * them before the fence behind it went well.
   *
   * @throws {NetlinkError} what was wrong with the first request that was refused.
   */
  atomically(
    operation: string,
    begin: NetlinkRequest,
    requests: readonly NetlinkRequest[],
    end: NetlinkRequest,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const all = [begin, ...requests, end];
      const sequences = new Map(all.map((request) => [this.#nextSequence(), request.operation]));
      const fence = this.#nextSequence();
      let refused: NetlinkError | undefined;
      const parts = [...sequences.keys()].map((sequence, i) =>
        encodeRequest(all[i] as NetlinkRequest, NLM_F_REQUEST, sequence),
      );
      const accept = (message: NetlinkMessage): boolean => {
        const of = sequences.get(message.sequence);
        if (of !== undefined && message.type === NLMSG_ERROR) refused ??= errorOf(of, message.body);
        return message.sequence === fence;
      };
      await this.#exchange(operation, concat(parts), accept, encodeFence(fence));
      if (refused) throw refused;
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

  /** @returns whether nothing changed meanwhile. */
  async #dumpOnce(
    request: NetlinkRequest,
    each: (message: NetlinkMessage) => void,
  ): Promise<boolean> {
    let interrupted = false;
    let refused: NetlinkError | undefined;
    const sequence = this.#nextSequence();
    await this.#exchange(
      request.operation,
      encodeRequest(request, NLM_F_REQUEST | NLM_F_DUMP, sequence),
      (message) => {
        if (message.sequence !== sequence) return false;
        if ((message.flags & NLM_F_DUMP_INTR) !== 0) interrupted = true;
        if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
          // NLMSG_DONE without a body is success.
          if (message.body.length > 0) refused = errorOf(request.operation, message.body);
          return true;
        }
        each(message);
        return false;
      },
    );
    if (refused) throw refused;
    return !interrupted;
  }

  async #batchOnce(requests: readonly NetlinkRequest[]): Promise<BatchResult[]> {
    const datagram = new Uint8Array(
      requests.reduce((sum, { body }) => sum + messageLength(body), messageLength(NO_BODY)),
    );
    const sequences: number[] = [];
    let at = 0;
    for (const { type, flags = 0, body } of requests) {
      const sequence = this.#nextSequence();
      sequences.push(sequence);
      at = writeMessage(datagram, at, type, flags | NLM_F_REQUEST, sequence, body);
    }
    const fence = this.#nextSequence();
    datagram.set(encodeFence(fence), at);
    const more = requests.length > 1 ? ` and ${requests.length - 1} more` : '';
    const results: BatchResult[] = new Array(requests.length).fill(undefined);
    try {
      await this.#exchange(`${requests[0]?.operation}${more}`, datagram, (message) => {
        if (message.sequence === fence) return true;
        // Mostly nothing is refused.
        const i = sequences.indexOf(message.sequence);
        if (i >= 0 && message.type === NLMSG_ERROR) {
          results[i] = errorOf((requests[i] as NetlinkRequest).operation, message.body);
        }
        return false;
      });
    } catch (error) {
      const { code, errno } =
        error instanceof NetlinkError ? error : { code: 'NETLINK_SOCKET' as const, errno: 0 };
      return requests.map(
        (request, i) => results[i] ?? new NetlinkError(code, request.operation, errno),
      );
    }
    return results;
  }

  #batchMessages(): number {
    const room = this.#transport?.receiveBuffer ?? Number.POSITIVE_INFINITY;
    return Math.max(1, Math.min(BATCH_MESSAGES, Math.floor(room / ANSWER_BYTES)));
  }

  /**
   * Sends, and waits until `accept` has seen the last answer; it must not throw.
   *
   * @param next one more datagram.
   */
  #exchange(
    operation: string,
    datagram: Uint8Array,
    accept: (message: NetlinkMessage) => boolean,
    next?: Uint8Array,
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
      if (next) this.#transport?.send(next);
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
      if (active.accept(message)) active.settle();
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

/**
 * A message that does nothing and is acknowledged: when its answer is here, everything before it in
 * the datagram has been worked on, whether it was answered or not.
 */
function encodeFence(sequence: number): Uint8Array {
  const flags = NLM_F_REQUEST | NLM_F_ACK;
  return encodeMessage({ type: NLMSG_NOOP, flags, sequence, body: NO_BODY });
}

/** What NLMSG_ERROR or NLMSG_DONE says; `undefined` is success. */
function errorOf(operation: string, body: Uint8Array): NetlinkError | undefined {
  const errno = decodeErrno(body);
  if (errno === undefined) return new NetlinkError('NETLINK_MALFORMED', operation);
  return errno === 0 ? undefined : new NetlinkError('NETLINK_REFUSED', operation, errno);
}

function repeatable(error: NetlinkError): boolean {
  return error.code === 'NETLINK_OVERRUN' || error.errno === EINTR || error.errno === EBUSY;
}
