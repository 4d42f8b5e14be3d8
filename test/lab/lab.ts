/** A laboratory: one topology, running, with everything a scenario needs at hand. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { asserted } from '../support/asserted.js';
import { Capture } from './capture.js';
import { Client } from './client.js';
import { type Millis, now, sleep } from './clock.js';
import { Director } from './director.js';
import { Host } from './host.js';
import { macOf, Network } from './network.js';
import { watchNoise } from './noise.js';
import { RealServer } from './real-server.js';
import { type TopologyName, topologies } from './topology/index.js';
import type { Topology } from './topology/topology.js';

/** Topologies that were closed and can be used again: building one takes seconds. */
const idle = new Map<TopologyName, Lab[]>();
const POLL_MS = 20;
const LOG_TIMEOUT_MS = 5_000;
/** How much longer than it should take something is waited for. */
const PATIENCE = 3;
let captures = 0;

export class Lab {
  readonly name: TopologyName;
  readonly topology: Topology;
  readonly network: Network;
  readonly hosts: ReadonlyMap<string, Host>;
  #capture: Capture | undefined;

  private constructor(name: TopologyName, network: Network, hosts: ReadonlyMap<string, Host>) {
    this.name = name;
    this.topology = network.topology;
    this.network = network;
    this.hosts = hosts;
  }

  /**
   * A running topology: machines on, real servers serving, no daemon on the directors, a capture
   * on the VIP's segment. Runs inside the lab kernel only.
   */
  static async build(name: TopologyName): Promise<Lab> {
    if (process.env['TANDEM_IN_LAB'] !== '1') {
      throw new Error('this runs inside the lab kernel: node test/lab/kernel/boot.mjs -- COMMAND');
    }
    watchNoise();
    const lab = idle.get(name)?.pop() ?? (await Lab.#make(name));
    lab.#capture = await Capture.start(
      lab.network.switchNetns,
      lab.topology.vipSegment,
      path.join(folderOf(lab.network), `${++captures}.pcap`),
      lab.topology.vip,
      (mac) => lab.#hostOf(mac),
    );
    return lab;
  }

  static async #make(name: TopologyName): Promise<Lab> {
    const network = await Network.build(topologies[name]);
    const hosts = new Map<string, Host>();
    for (const spec of network.topology.hosts) {
      const folder = path.join(folderOf(network), spec.name);
      const make = {
        client: () => new Client(network, spec),
        director: () => new Director(network, spec, folder),
        'real-server': () => new RealServer(network, spec),
        router: () => new Host(network, spec),
      }[spec.role];
      hosts.set(spec.name, make());
    }
    await Promise.all(
      [...hosts.values()].map(async (host) => {
        if (host instanceof Client) await host.ready();
        if (host instanceof RealServer) await host.serve();
      }),
    );
    return new Lab(name, network, hosts);
  }

  /** The virtual address that clients use. */
  get vip(): string {
    return this.topology.vip;
  }

  get client(): Client {
    return this.#find('client', Client);
  }

  director(name: 'a' | 'b'): Director {
    return this.#find(name, Director);
  }

  get directors(): Director[] {
    return [...this.hosts.values()].filter((host) => host instanceof Director);
  }

  realServer(name: 'r1' | 'r2'): RealServer {
    return this.#find(name, RealServer);
  }

  get realServers(): RealServer[] {
    return [...this.hosts.values()].filter((host) => host instanceof RealServer);
  }

  /** What is on the VIP's segment since the lab was built. */
  get capture(): Capture {
    if (!this.#capture) throw new Error('the lab is closed');
    return this.#capture;
  }

  /** Directors that have the VIP now. */
  owners(): string[] {
    return this.directors.filter((director) => director.holds(this.vip)).map(({ name }) => name);
  }

  /**
   * Waits until something is so, looking every 20 ms (or `pollMs`). Whoever compares a time asks for
   * the instants that it is made of: this only tells what takes long from what never happens, and
   * waits for a machine that is busy with something else, for three times the time.
   * @param what said when it does not become so in time.
   * @returns what the predicate returned.
   */
  async eventually<T>(
    predicate: () => T | Promise<T>,
    timeoutMs: Millis,
    what: string,
    pollMs: Millis = POLL_MS,
  ): Promise<NonNullable<T>> {
    const deadline = now() + timeoutMs * PATIENCE;
    for (;;) {
      const result = await predicate();
      if (result) {
        asserted();
        return result;
      }
      if (now() > deadline) throw new Error(`not within ${timeoutMs * PATIENCE} ms: ${what}`);
      await sleep(pollMs);
    }
  }

  /** Waits for a line of a director's log: it is written a moment after what it tells has been done. */
  async logged(director: Director, pattern: RegExp): Promise<void> {
    const what = `${director.name} logs ${pattern}`;
    await this.eventually(() => pattern.test(director.logs()), LOG_TIMEOUT_MS, what);
  }

  /** Fails if something is not so at any moment of a time. */
  async always(predicate: () => boolean, durationMs: Millis, what: string): Promise<void> {
    const end = now() + durationMs;
    while (now() < end) {
      if (!predicate()) throw new Error(`for ${durationMs} ms, but not always: ${what}`);
      await sleep(POLL_MS);
    }
    asserted();
  }

  /** Everything one wants to see when a scenario failed. */
  async report(): Promise<string> {
    const parts: string[] = [];
    for (const host of this.hosts.values()) {
      if (!(host instanceof RealServer)) parts.push(await host.report());
    }
    parts.push(`--- capture on ${this.topology.vipSegment}\n${await this.#capture?.text()}`);
    return parts.join('\n');
  }

  /** Switches directors off and on again: nothing runs on them, and nothing is left of before. */
  async reboot(directors: readonly Director[] = this.directors): Promise<void> {
    for (const director of directors) await director.powerOff(0);
    for (const director of directors) await director.powerOn();
  }

  /** Ends what runs. The machines are kept for the next scenario, directors newly booted. */
  async close(): Promise<void> {
    await this.#capture?.stop();
    this.#capture = undefined;
    await this.client.rest();
    for (const server of this.realServers) {
      await server.mood('ok');
      await server.plug();
    }
    await this.reboot();
    const others = idle.get(this.name) ?? [];
    others.push(this);
    idle.set(this.name, others);
  }

  #find<T extends Host>(name: string, kind: abstract new (...args: never[]) => T): T {
    const host = this.hosts.get(name);
    if (host instanceof kind) return host;
    throw new Error(`there is no ${name} in topology ${this.name}`);
  }

  #hostOf(mac: string): string {
    for (const spec of this.topology.hosts) {
      if (spec.nics.some((nic) => macOf(nic.address) === mac)) return spec.name;
    }
    return mac;
  }
}

function folderOf(network: Network): string {
  const folder = path.join('/run/tandem-lab', network.prefix);
  mkdirSync(folder, { recursive: true });
  return folder;
}
