/** A machine that serves: HTTP on 80, HTTPS on 443, TCP and UDP echo on 7. */
import path from 'node:path';
import { Agent } from './agent.js';
import type { Mood, RealServerOptions } from './agents/real-server.js';
import { CHECKOUT } from './director.js';
import { Host } from './host.js';

export type { Mood } from './agents/real-server.js';

export class RealServer extends Host {
  #agent: Agent | undefined;

  /** Starts its services. */
  async serve(): Promise<void> {
    this.#agent = await Agent.start(this.netns, 'real-server');
    const options: RealServerOptions = {
      name: this.name,
      certificateFile: path.join(CHECKOUT, 'test/lab/tls/lab-only.crt.pem'),
      keyFile: path.join(CHECKOUT, 'test/lab/tls/lab-only.key.pem'),
      udpAddresses: [this.address(), ...(this.spec.loopback ?? []).map((a) => a.split('/')[0]!)],
    };
    await this.#agent.call('start', options);
  }

  /** `ok`, `hang` (connections are taken, nothing is answered), `refuse`, `error500`. */
  async mood(mood: Mood): Promise<void> {
    await this.#agent?.call('mood', mood);
  }

  /** HTTP requests that came, checks included. */
  async requests(): Promise<number> {
    return (await this.#agent?.call<number>('requests')) ?? 0;
  }
}
