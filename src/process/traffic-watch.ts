/**
 * Whether the interfaces of instances pass traffic: see `vrrp/hold-back.ts`.
 *
 * A sign is a packet that the kernel has counted as received, unless it counted it as multicast: a
 * switch speaks to the ports that it holds back, too (spanning tree, LLDP, LACP), always to multicast
 * addresses. So that two nodes that start on a silent wire see each other, each says something to all
 * once a second. Counters are of this process's network namespace, and begin with the interface.
 */
import { readFileSync } from 'node:fs';
import type { VrrpSettings } from '../vrrp/settings.js';

/** Who waits has time, and there may be thousands of interfaces. */
const LOOK_MILLIS = 200;
const LOOKS_A_PROBE = 5;
const COUNTERS = '/proc/self/net/dev';
/** linux/if.h: IFF_LOOPBACK, IFF_NOARP */
const NO_NEIGHBOURS = 0x8 | 0x80;

interface Options {
  /** Interfaces that are still waited for. */
  quiet(): readonly string[];
  onTraffic(name: string): void;
  /** Sends something to all on an interface. */
  probe(name: string): void;
  /** The interfaces' counters (proc_net(5)); for tests. */
  readCounters?(): string;
}

export class TrafficWatch {
  readonly #options: Options;
  /** Bounded by the configuration. */
  #passed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The interfaces of instances that have not received anything. */
  quietOf({ instances }: VrrpSettings): string[] {
    const names = new Set(instances.map((instance) => instance.interface));
    this.#passed = new Set([...this.#passed].filter((name) => names.has(name)));
    const received = this.#read();
    for (const name of names) {
      if (name === '' || (received.get(name) ?? 0) > 0 || !hasNeighbours(name)) {
        this.#passed.add(name);
      }
    }
    return [...names].filter((name) => !this.#passed.has(name));
  }

  /** Begins to look, if there is something to look for. */
  start(): void {
    if (this.#timer || this.#options.quiet().length === 0) return;
    this.#looks = 0;
    this.#timer = setInterval(() => this.#look(), LOOK_MILLIS);
    this.#look();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const quiet = this.#options.quiet();
    const received = this.#read();
    for (const name of quiet) {
      if ((received.get(name) ?? 0) > 0) {
        this.#passed.add(name);
        this.#options.onTraffic(name);
      } else if (this.#looks % LOOKS_A_PROBE === 0) this.#options.probe(name);
    }
    this.#looks++;
    if (this.#options.quiet().length === 0) this.stop();
  }

  #read(): Map<string, number> {
    try {
      return parseReceived(this.#options.readCounters?.() ?? readFileSync(COUNTERS, 'latin1'));
    } catch {
      return new Map();
    }
  }
}

/**
 * Packets received less those to multicast addresses, by interface. Behind `NAME:` are bytes, packets,
 * errors, dropped, fifo, frame, compressed and multicast (proc_net(5)); some drivers count no multicast.
 */
export function parseReceived(text: string): Map<string, number> {
  const received = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^\s*(\S+):\s*(.*)$/.exec(line);
    const fields = match?.[2]?.split(/\s+/).map(Number);
    const [packets, multicast] = [fields?.[1], fields?.[7]];
    if (match?.[1] === undefined || packets === undefined || multicast === undefined) continue;
    received.set(match[1], packets - multicast);
  }
  return received;
}

/** Whether anybody can be on the other side: not of loopback, dummy or tunnel interfaces. */
function hasNeighbours(name: string): boolean {
  try {
    const flags = Number(readFileSync(`/sys/class/net/${name}/flags`, 'latin1').trim());
    return (flags & NO_NEIGHBOURS) === 0;
  } catch {
    // Another namespace's /sys, or none.
    return name !== 'lo';
  }
}
