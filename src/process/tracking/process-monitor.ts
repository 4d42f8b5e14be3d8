/**
 * The process connector's events. Where the kernel has none for us (no CONFIG_PROC_EVENTS, another
 * process namespace, no right to it) whoever listens is told so, and has to look for himself.
 *
 * The connector answers in the machine's first network namespace only. A daemon in another one opens
 * its socket in that of process 1, which a socket keeps for its life.
 */
import { constants } from 'node:os';
import { messageOf } from '../../base/errors.js';
import {
  CN_IDX_PROC,
  decodeProcessEvents,
  encodeListen,
  NETLINK_CONNECTOR,
  type ProcessEvent,
} from '../../netlink/process-events.js';
import { type NetlinkTransport, rawTransport } from '../../netlink/transport.js';
import { getSocketOption, inNetworkNamespace, setSocketOption } from '../../packet-io/libc.js';

export interface ProcessMonitorHandlers {
  onEvent(event: ProcessEvent): void;
  /** From now on there are events: what came before may have been missed. */
  onListening(): void;
  /** Events were lost: read everything again. */
  onOverrun(): void;
  /** There are no events, and will be none. */
  onUnavailable(why: string): void;
}

/** A burst of forks while the supervisor is busy; the guard raises it further where it may. */
const RECEIVE_BUFFER = 1_048_576;
/** A kernel that does not know us does not answer. */
const ANSWER_MILLIS = 1_000;
const FIRST_NAMESPACE = '/proc/1/ns/net';

export class ProcessMonitor {
  readonly #handlers: ProcessMonitorHandlers;
  #transport: NetlinkTransport | undefined;
  #answer: NodeJS.Timeout | undefined;
  #triedFirst = false;

  /** Listens from now on: read the processes after this, not before. */
  constructor(handlers: ProcessMonitorHandlers) {
    this.#handlers = handlers;
    try {
      this.#ask(this.#open());
    } catch (error) {
      this.#fail(messageOf(error));
    }
  }

  #ask(transport: NetlinkTransport): void {
    this.#transport = transport;
    if (this.#answer) clearTimeout(this.#answer);
    this.#answer = setTimeout(() => this.#fail('the kernel does not answer'), ANSWER_MILLIS);
    transport.send(encodeListen());
  }

  /** Nobody listens to us in this network namespace. */
  #askInFirstNamespace(): void {
    this.#triedFirst = true;
    this.#transport?.close();
    try {
      this.#ask(inNetworkNamespace(FIRST_NAMESPACE, () => this.#open()));
    } catch (error) {
      this.#fail(`not in this network namespace, and in the first one: ${messageOf(error)}`);
    }
  }

  close(): void {
    if (this.#answer) clearTimeout(this.#answer);
    this.#transport?.close();
    this.#transport = undefined;
  }

  #open(): NetlinkTransport {
    return rawTransport({
      protocol: NETLINK_CONNECTOR,
      groups: 1 << (CN_IDX_PROC - 1),
      receiveBuffer: RECEIVE_BUFFER,
      receive: 'exact',
      socketOptions: { set: setSocketOption, get: getSocketOption },
    })({
      onDatagram: (datagram) => {
        for (const event of decodeProcessEvents(datagram)) this.#take(event);
      },
      onError: (errno, message) => {
        if (errno === constants.errno.ENOBUFS) this.#handlers.onOverrun();
        else if (errno === constants.errno.ECONNREFUSED && !this.#triedFirst) {
          this.#askInFirstNamespace();
        } else this.#fail(message);
      },
    });
  }

  #take(event: ProcessEvent): void {
    // Others that begin to listen are answered on the same group.
    if (event.kind !== 'listening') {
      this.#handlers.onEvent(event);
      return;
    }
    if (!this.#answer) return;
    clearTimeout(this.#answer);
    this.#answer = undefined;
    if (event.errno === 0) this.#handlers.onListening();
    else this.#fail(`errno ${event.errno}`);
  }

  /** On a later turn, so that nobody is told before he has what he constructs. */
  #fail(why: string): void {
    this.close();
    setImmediate(() => this.#handlers.onUnavailable(why));
  }
}
