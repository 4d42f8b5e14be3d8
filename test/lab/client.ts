/** The machine that uses the service, and measures what it loses. */
import { Agent } from './agent.js';
import type { EchoReport } from './agents/echo-connection.js';
import type { KnockReport } from './agents/knocker.js';
import type { BurstOptions, Tally } from './agents/probe.js';
import { Host } from './host.js';

export type { EchoReport } from './agents/echo-connection.js';
export type { KnockReport, Outage } from './agents/knocker.js';
export type { Tally } from './agents/probe.js';

/** An echo connection that is open. */
export interface Echo {
  /** Begins to measure the longest gap anew. */
  mark(): Promise<void>;
  report(): Promise<EchoReport>;
  close(): Promise<EchoReport>;
  /** Ends it with a reset, so that no director remembers it for long. */
  reset(): Promise<EchoReport>;
}

/** Somebody who knocks at an address until told to stop. */
export interface Knocking {
  /** What happened at or after an instant (monotonic ms). */
  report(since?: number): Promise<KnockReport>;
  stop(since?: number): Promise<KnockReport>;
}

/** A port on which nobody serves, and for which there is no virtual service. */
const CLOSED_PORT = 9;

export class Client extends Host {
  #agent: Agent | undefined;

  /** Starts its probe. */
  async ready(): Promise<void> {
    this.#agent = await Agent.start(this.netns, 'probe', true);
  }

  /** Requests, each on a connection of its own; who answered how often. */
  burst(options: BurstOptions): Promise<Tally> {
    return this.#call<Tally>('burst', options);
  }

  /** Whether an UDP echo came back. */
  udp(host: string, port = 7, timeoutMs = 500): Promise<boolean> {
    return this.#call<boolean>('udp', { host, port, timeoutMs });
  }

  /** Opens a connection that says something every few milliseconds and listens for its echo. */
  async openEcho(host: string, port = 7, intervalMs = 20): Promise<Echo> {
    const id = await this.#call<number>('echoOpen', { host, port, intervalMs });
    return {
      mark: () => this.#call('echoMark', id),
      report: () => this.#call('echoReport', id),
      close: () => this.#call('echoClose', id),
      reset: () => this.#call('echoReset', id),
    };
  }

  /** Knocks at an address every few milliseconds. */
  async knock(host: string, intervalMs = 5): Promise<Knocking> {
    const id = await this.#call<number>('knockStart', { host, port: CLOSED_PORT, intervalMs });
    return {
      report: (since = 0) => this.#call('knockReport', { id, since }),
      stop: (since = 0) => this.#call('knockStop', { id, since }),
    };
  }

  /** Ends everything that the probe does. */
  async rest(): Promise<void> {
    await this.#agent?.call('reset');
  }

  #call<T>(action: string, argument?: unknown): Promise<T> {
    if (!this.#agent) throw new Error('the client has no probe');
    return this.#agent.call<T>(action, argument);
  }
}
