/** A machine of the lab: what can be done with any of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Millis, now, sleep, wallToMonotonic } from './clock.js';
import { kill, type Network } from './network.js';
import { type Ended, inNetns, run } from './program.js';
import type { HostSpec } from './topology/topology.js';

/** From a machine's death to the end of its processes: longer than any short take-over. */
const BURIAL_MS = 1_500;

/** An address that came or went, as the kernel reported it. */
export interface AddressEvent {
  readonly at: Millis;
  readonly added: boolean;
  readonly address: string;
  readonly device: string;
}

export class Host {
  readonly name: string;
  readonly spec: HostSpec;
  protected readonly network: Network;
  /** Our own helpers in the namespace: not part of the machine. */
  protected readonly helpers = new Set<number>();
  #burial: Promise<void> | undefined;

  constructor(network: Network, spec: HostSpec) {
    this.network = network;
    this.spec = spec;
    this.name = spec.name;
  }

  get netns(): string {
    return this.network.netnsOf(this.name);
  }

  /** The host's first address in a segment, without prefix length. */
  address(segment?: string): string {
    const nic = this.spec.nics.find((each) => segment === undefined || each.segment === segment);
    if (!nic) throw new Error(`${this.name} has no cable to ${segment}`);
    return nic.address.replace(/\/.*$/, '');
  }

  /** Runs a shell command on the host to its end. */
  run(command: string): Promise<Ended> {
    return run(['sh', '-c', command], { netns: this.netns });
  }

  /** A file of the host's /proc/net; empty when the machine is off. */
  procNet(file: string): string {
    try {
      return readFileSync(`/proc/${this.network.anchorOf(this.name)}/net/${file}`, 'utf8');
    } catch {
      return '';
    }
  }

  /** The IPv4 addresses that the host answers for, loopback's own not among them. No fork. */
  addresses(): string[] {
    const found = new Set<string>();
    let last = '';
    for (const line of this.procNet('fib_trie').split('\n')) {
      last = /\|-- ([\d.]+)/.exec(line)?.[1] ?? last;
      if (/\/32 host LOCAL/.test(line) && !last.startsWith('127.')) found.add(last);
    }
    return [...found];
  }

  /** Whether the host has an address now. */
  holds(address: string): boolean {
    return this.addresses().includes(address);
  }

  /** Pulls the host's cables out at the switch, all or those to one segment. */
  unplug(segment?: string): Promise<void> {
    return this.network.setCables(this.spec, false, segment);
  }

  /** Plugs them in again. */
  plug(segment?: string): Promise<void> {
    return this.network.setCables(this.spec, true, segment);
  }

  /**
   * The machine dies: nothing of it reaches the wire any more, and nothing in it goes on.
   *
   * Its processes are stopped at once and killed a moment later: taking them apart is work for the
   * one processor that the survivors run on, too, and on machines of their own they would not
   * notice.
   * @param burialMs the moment; 0 where nobody is to take over.
   * @returns when it died.
   */
  async powerOff(burialMs: Millis = BURIAL_MS): Promise<Millis> {
    const pids = this.network.pidsOf(this.name);
    const at = now();
    await this.unplug();
    for (const pid of pids) kill(pid, 'SIGSTOP');
    this.#burial = sleep(burialMs).then(() => this.network.killAll(this.name));
    return at;
  }

  /** The machine boots: a new kernel state, addresses from its topology, no daemons. */
  async powerOn(): Promise<void> {
    await this.#burial;
    this.helpers.clear();
    await this.network.raze(this.spec);
    await this.network.raise([this.spec]);
  }

  /** Processes of the machine, our own helpers not among them. */
  pids(): number[] {
    const anchor = this.network.anchorOf(this.name);
    return this.network.pidsOf(this.name).filter((pid) => pid !== anchor && !this.helpers.has(pid));
  }

  /** Begins to record addresses that come and go, to the microsecond. */
  watchAddresses(): AddressWatch {
    const watch = new AddressWatch(this.netns);
    if (watch.pid !== undefined) this.helpers.add(watch.pid);
    return watch;
  }

  /** What a person would look at first, for the report of a failed test. */
  async report(): Promise<string> {
    const address = await this.run('ip -br addr; ip route');
    return `--- ${this.name}: ip addr, ip route\n${address.stdout}${address.stderr}`;
  }
}

/** `ip monitor address` on a host. */
export class AddressWatch {
  readonly events: AddressEvent[] = [];
  readonly #child: ChildProcess;

  constructor(netns: string) {
    const offset = wallToMonotonic();
    const [program = 'ip', ...words] = inNetns(netns, ['ip', '-ts', '-o', 'monitor', 'address']);
    this.#child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, TZ: 'UTC' },
    });
    this.#child.unref();
    if (!this.#child.stdout) return;
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const [, stamp = '', deleted, device = '', address = ''] =
        /^\[([^\]]+)\] ?(Deleted )?\d+: (\S+)\s+inet ([\d.]+)/.exec(line) ?? [];
      if (address === '') return;
      const [seconds = '', micros = '0'] = stamp.split('.');
      const wall = Date.parse(`${seconds}Z`) + Number(micros) / 1000;
      this.events.push({ at: wall + offset, added: deleted === undefined, address, device });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The first time at or after `since` that an address went (or, with `added`, came). */
  first(address: string, since: Millis, added = false): Millis | undefined {
    return this.events.find(
      (event) => event.address === address && event.added === added && event.at >= since,
    )?.at;
  }

  stop(): void {
    this.#child.kill();
  }
}
