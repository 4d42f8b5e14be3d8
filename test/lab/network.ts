/**
 * Namespaces, cables and switches. Every host of a topology is a network namespace; every segment
 * is a bridge in one more namespace, the switch, so that cables can be pulled from outside a host
 * and a capture sees what is on the wire and not what a host says of itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { inNetns, must, run } from './program.js';
import type { HostSpec, Topology } from './topology/topology.js';

/** A host of the network that is switched on. */
export interface Plugged {
  readonly netns: string;
  /** A process that does nothing in the host's namespace: /proc/PID/net shows what is in it. */
  readonly anchor: ChildProcess;
}

const CABLE_TIMEOUT_MS = 5_000;
let networks = 0;

export class Network {
  readonly topology: Topology;
  readonly prefix: string;
  readonly switchNetns: string;
  readonly #plugged = new Map<string, Plugged>();
  #cables: CableRoom | undefined;

  private constructor(topology: Topology) {
    this.topology = topology;
    this.prefix = `lab${process.pid}-${++networks}`;
    this.switchNetns = `${this.prefix}-switch`;
  }

  /** Builds all of a topology, every host switched on. */
  static async build(topology: Topology): Promise<Network> {
    const network = new Network(topology);
    await must(['ip', 'netns', 'add', network.switchNetns]);
    const bridges = topology.segments.map((segment) =>
      [
        `link add ${segment} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
        `link set ${segment} up`,
      ].join('\n'),
    );
    await must(
      inNetns(network.switchNetns, [
        'sh',
        '-c',
        'sysctl -qew net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1; exec ip -batch -',
      ]),
      { input: bridges.join('\n') },
    );
    await network.raise(topology.hosts);
    return network;
  }

  /** Makes hosts that are off (or new): namespace, cables, addresses, an anchor process. */
  async raise(specs: readonly HostSpec[]): Promise<void> {
    const make = specs.flatMap((spec) => [
      `netns add ${this.netnsOf(spec.name)}`,
      ...spec.nics.map(
        (nic, i) =>
          `link add name eth${i} netns ${this.netnsOf(spec.name)} address ${macOf(nic.address)} ` +
          `type veth peer name ${portOf(spec.name, nic.segment)} netns ${this.switchNetns}`,
      ),
    ]);
    await must(['ip', '-batch', '-'], { input: `${make.join('\n')}\n` });
    // Its `ip` remembers which number a name had, and these names have new ones now.
    this.#cables?.close();
    this.#cables = new CableRoom(this.switchNetns);
    const ports = specs.flatMap((spec) =>
      spec.nics.map((nic) => `link set ${portOf(spec.name, nic.segment)} master ${nic.segment} up`),
    );
    await must(['ip', '-batch', '-'], { netns: this.switchNetns, input: `${ports.join('\n')}\n` });
    for (const spec of specs) {
      const netns = this.netnsOf(spec.name);
      this.#plugged.set(spec.name, { netns, anchor: await configure(netns, spec) });
    }
  }

  /** Takes a host's namespace away, with whatever is left in it. */
  async raze(spec: HostSpec): Promise<void> {
    this.killAll(spec.name);
    this.#plugged.delete(spec.name);
    // Deleting a cable's end in the switch takes the other end out of the host at once; the
    // namespace itself is taken apart by the kernel later.
    const cables = spec.nics.map((nic) => `link del ${portOf(spec.name, nic.segment)}`);
    await run(['ip', '-force', '-batch', '-'], {
      netns: this.switchNetns,
      input: `${cables.join('\n')}\n`,
    });
    await run(['ip', 'netns', 'del', this.netnsOf(spec.name)]);
  }

  netnsOf(host: string): string {
    return `${this.prefix}-${host}`;
  }

  /** A pid whose /proc/PID/net is the host's; undefined while it is off. */
  anchorOf(host: string): number | undefined {
    return this.#plugged.get(host)?.anchor.pid;
  }

  /** Plugs all cables of a host in or pulls them, at the switch. */
  async setCables(spec: HostSpec, up: boolean, segment?: string): Promise<void> {
    const ports = spec.nics
      .filter((nic) => segment === undefined || nic.segment === segment)
      .map((nic) => portOf(spec.name, nic.segment));
    await this.#cables?.set(ports, up);
  }

  /** All processes in the host's namespace. */
  pidsOf(host: string): number[] {
    const anchor = this.anchorOf(host);
    if (anchor === undefined) return [];
    const netns = netnsLink(String(anchor));
    if (netns === undefined) return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && netnsLink(name) === netns)
      .map(Number);
  }

  /** SIGKILL to all processes of a host, repeated until none is left (they might be forking). */
  killAll(host: string): void {
    for (let round = 0; round < 10; round++) {
      const pids = this.pidsOf(host);
      // The anchor last: without it we do not find the others.
      const anchor = this.anchorOf(host);
      const others = pids.filter((pid) => pid !== anchor && !isZombie(pid));
      for (const pid of others) kill(pid, 'SIGKILL');
      if (others.length === 0) {
        if (anchor !== undefined) kill(anchor, 'SIGKILL');
        return;
      }
    }
  }
}

/** The Ethernet address of the NIC with an IPv4 address: 02 00 and the address. */
export function macOf(address: string): string {
  const bytes = address.replace(/\/.*$/, '').split('.').map(Number);
  return ['02', '00', ...bytes.map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** Sends a signal to a process that may be gone. */
export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Whether a process runs (a zombie does not). */
export function isRunning(pid: number): boolean {
  return kill(pid, 0 as unknown as NodeJS.Signals) && !isZombie(pid);
}

/** The name of the cable's end in the switch. */
export function portOf(host: string, segment: string): string {
  return `${host}.${segment}`;
}

async function configure(netns: string, spec: HostSpec): Promise<ChildProcess> {
  const sysctls: Record<string, string> = {
    // Later topologies that want IPv6 say so in their own sysctls.
    'net.ipv6.conf.all.disable_ipv6': '1',
    'net.ipv6.conf.default.disable_ipv6': '1',
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.icmp_ratelimit': '0',
    // A kernel before 6.12 has one for all namespaces, and not in them.
    'net.ipv4.icmp_msgs_per_sec': '100000',
    'net.ipv4.icmp_msgs_burst': '100000',
  };
  spec.nics.forEach((_, i) => {
    sysctls[`net.ipv4.conf.eth${i}.rp_filter`] = '0';
  });
  Object.assign(sysctls, spec.sysctls);
  const lines = ['link set lo up'];
  for (const address of spec.loopback ?? []) lines.push(`addr add ${address} dev lo`);
  spec.nics.forEach((nic, i) => {
    lines.push(`link set eth${i} up`, `addr add ${nic.address} brd + dev eth${i}`);
  });
  if (spec.gateway) lines.push(`route add default via ${spec.gateway}`);
  const script = [
    `sysctl -qew ${Object.entries(sysctls)
      .map(([key, value]) => `'${key}=${value}'`)
      .join(' ')}`,
    `ip -batch - <<'EOF' || exit 1\n${lines.join('\n')}\nEOF`,
    'echo ready',
    'exec sleep infinity',
  ].join('\n');
  const [program = 'sh', ...words] = inNetns(netns, ['sh', '-c', script]);
  const anchor = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    anchor.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    anchor.stdout.once('data', () => resolve());
    anchor.once('exit', () => reject(new Error(`host ${spec.name} cannot be set up: ${said}`)));
    anchor.once('error', reject);
  });
  anchor.unref();
  for (const stream of [anchor.stdout, anchor.stderr]) stream.destroy();
  return anchor;
}

/**
 * One `ip` process that waits for commands: pulling a cable takes a millisecond instead of a fork
 * and an exec, which are slow in User Mode Linux.
 */
class CableRoom {
  readonly #ip: ChildProcess;
  readonly #waiting: (() => void)[] = [];

  constructor(netns: string) {
    const [program = 'ip', ...words] = inNetns(netns, ['ip', '-o', '-force', '-batch', '-']);
    this.#ip = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#ip.unref();
    if (this.#ip.stdout) {
      createInterface({ input: this.#ip.stdout }).on('line', () => this.#waiting.shift()?.());
    }
  }

  async set(ports: readonly string[], up: boolean): Promise<void> {
    const orders = ports.map((port) => `link set ${port} ${up ? 'up' : 'down'}\n`).join('');
    // One line of output says that everything before it was done.
    const done = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`cables ${ports.join(', ')}: no answer`)),
        CABLE_TIMEOUT_MS,
      );
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#ip.stdin?.write(`${orders}link show dev ${ports[0]}\n`);
    await done;
  }

  close(): void {
    this.#ip.kill('SIGKILL');
  }
}

function netnsLink(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
