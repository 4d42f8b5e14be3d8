/**
 * A kernel at the level of netlink messages: rtnetlink's links and addresses, and IPVS. It takes the
 * datagrams that a socket would send and answers as Linux does, shows its state as the lines of `ip`
 * and `ipvsadm -Ln`, and can be told to fail.
 */
import { constants } from 'node:os';
import { viewOf } from '../../src/base/bytes.js';
import { concat, LITTLE_ENDIAN } from '../../src/netlink/attributes.js';
import {
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../../src/netlink/constants.js';
import { decodeMessages, encodeMessage, type NetlinkMessage } from '../../src/netlink/message.js';
import type { OpenTransport, TransportHandlers } from '../../src/netlink/transport.js';
import { FakeIpvs } from './kernel-ipvs.js';
import { Errno, type FakeAnswer, type FakeProtocol } from './kernel-protocol.js';
import { FakeRoute } from './kernel-route.js';

export type Fault =
  /** Refused, and not done. */
  | { readonly errno: keyof typeof constants.errno }
  /** Done, and never answered (what a handler's EINTR comes to). */
  | 'silent'
  /** Done, but no answer of the whole datagram arrives, not even later. */
  | 'deaf'
  /** Done, and the answers of the whole datagram are lost with ENOBUFS. */
  | 'overrun'
  /** A dump that says that it was interrupted. */
  | 'interrupted';

export class FakeKernel {
  readonly route = new FakeRoute((answer) => this.#notify(answer));
  readonly ipvs = new FakeIpvs();
  /** Names of all requests so far, one list for each datagram. */
  readonly datagrams: string[][] = [];
  /** Asked for each request; the first that answers decides. */
  readonly faults: ((name: string) => Fault | undefined)[] = [];
  /** Sockets opened so far. */
  opened = 0;
  readonly #monitors = new Set<TransportHandlers>();

  /** Names of all requests so far. */
  get requests(): string[] {
    return this.datagrams.flat();
  }

  /** Lets the next request of a name (or any) fail. */
  failNext(fault: Fault, name?: string): void {
    const once = (request: string): Fault | undefined => {
      if (name !== undefined && request !== name) return undefined;
      this.faults.splice(this.faults.indexOf(once), 1);
      return fault;
    };
    this.faults.push(once);
  }

  /** For RouteClient. */
  readonly routeTransport: OpenTransport = (handlers) => this.#socket(this.route, handlers);

  /** For IpvsClient. */
  readonly genericTransport: OpenTransport = (handlers) => this.#socket(this.ipvs, handlers);

  /** For NetlinkMonitor. */
  readonly monitorTransport: OpenTransport = (handlers) => {
    this.opened++;
    this.#monitors.add(handlers);
    return { send() {}, close: () => void this.#monitors.delete(handlers) };
  };

  /** Tells the monitors that notifications were lost, or another error. */
  failMonitors(errno: number): void {
    for (const handlers of [...this.#monitors]) handlers.onError(errno, 'fake');
  }

  #notify(answer: FakeAnswer): void {
    const datagram = encodeMessage({ ...answer, flags: 0, sequence: 0 });
    for (const handlers of this.#monitors) queueMicrotask(() => handlers.onDatagram(datagram));
  }

  #socket(protocol: FakeProtocol, handlers: TransportHandlers): ReturnType<OpenTransport> {
    let open = true;
    this.opened++;
    return {
      send: (datagram) => {
        if (!open) throw new Error('sent on a closed socket');
        const names: string[] = [];
        this.datagrams.push(names);
        const answers: Uint8Array[] = [];
        let fate: Fault | undefined;
        for (const request of decodeMessages(datagram)) {
          const fault = this.#work(protocol, request, names, answers);
          if (fault === 'deaf' || fault === 'overrun') fate = fault;
        }
        setImmediate(() => {
          if (!open || fate === 'deaf') return;
          if (fate === 'overrun') handlers.onError(constants.errno.ENOBUFS, 'fake');
          else for (const answer of answers) if (open) handlers.onDatagram(answer);
        });
      },
      close: () => {
        open = false;
      },
    };
  }

  #work(
    protocol: FakeProtocol,
    request: NetlinkMessage,
    names: string[],
    answers: Uint8Array[],
  ): Fault | undefined {
    if ((request.flags & NLM_F_REQUEST) === 0) return undefined;
    const { sequence } = request;
    const acknowledge = (errno: number): void => {
      answers.push(encodeMessage({ type: NLMSG_ERROR, flags: 0, sequence, body: s32(-errno) }));
    };
    const control = request.type < 16;
    const name = control ? 'NLMSG_NOOP' : protocol.nameOf(request.type, request.body);
    if (!control) names.push(name);
    const fault = control ? undefined : this.#fault(name);
    const dump = (request.flags & NLM_F_DUMP) === NLM_F_DUMP && name.includes('GET');
    try {
      if (typeof fault === 'object') throw new Errno(fault.errno);
      const parts = control ? [] : protocol.handle(request.type, request.flags, request.body);
      const flags = dump ? NLM_F_MULTI | (fault === 'interrupted' ? NLM_F_DUMP_INTR : 0) : 0;
      for (const part of parts) answers.push(encodeMessage({ ...part, flags, sequence }));
      if (dump) {
        answers.push(encodeMessage({ type: NLMSG_DONE, flags, sequence, body: s32(0) }));
      } else if (fault !== 'silent' && (request.flags & NLM_F_ACK) !== 0) acknowledge(0);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      acknowledge(error.errno);
    }
    return fault;
  }

  #fault(name: string): Fault | undefined {
    for (const fault of [...this.faults]) {
      const found = fault(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function s32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setInt32(0, value, LITTLE_ENDIAN);
  return concat([bytes]);
}
