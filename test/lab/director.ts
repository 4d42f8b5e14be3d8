/** A machine that runs tandem or keepalived. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { requestStatus } from '../../src/cli/control-client.js';
import type { DaemonStatus } from '../../src/control/status.js';
import { type Millis, now, sleep } from './clock.js';
import { Host } from './host.js';
import {
  parseConnections,
  parseTable,
  type TableConnection,
  type TableService,
} from './ipvs-table.js';
import { isRunning, kill, type Network } from './network.js';
import { type Ended, launch, run } from './program.js';
import type { HostSpec } from './topology/topology.js';

export type Product = 'tandem' | 'keepalived';
export type Role = 'main' | 'vrrp' | 'checker';

/** The checkout, seen from dist/test/lab. */
export const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));

const PID_FILES: Readonly<Record<Role, string>> = {
  main: 'main.pid',
  vrrp: 'vrrp.pid',
  checker: 'checkers.pid',
};
/** Before each daemon's own words in the log. */
const START_MARK = '=== started ';
const STOP_TIMEOUT_MS = 20_000;

/** How a daemon ended. */
export interface Stopped {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal to the end of the process. */
  readonly tookMs: Millis;
  /** When the signal was sent. */
  readonly at: Millis;
}

export class Director extends Host {
  readonly #folder: string;
  #daemon: ChildProcess | undefined;
  #product: Product = 'tandem';

  constructor(network: Network, spec: HostSpec, folder: string) {
    super(network, spec);
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  get product(): Product {
    return this.#product;
  }

  get configFile(): string {
    return path.join(this.#folder, 'director.conf');
  }

  startTandem(config: string, args: readonly string[] = []): void {
    this.start('tandem', config, args);
  }

  startKeepalived(config: string, args: readonly string[] = []): void {
    this.start('keepalived', config, args);
  }

  /** Starts a daemon in the foreground of its namespace. It is up when its log says so. */
  start(product: Product, config: string, args: readonly string[] = []): void {
    this.#product = product;
    this.writeConfig(config);
    appendFileSync(this.#file('log'), `${START_MARK}${product} ${args.join(' ')}\n`);
    const program = product === 'tandem' ? path.join(CHECKOUT, 'bin/tandemd') : 'keepalived';
    const options = ['-n', '-l', '-D', '-f', this.configFile];
    options.push('-p', this.#file('main.pid'), '-r', this.#file('vrrp.pid'));
    options.push('-c', this.#file('checkers.pid'));
    // Without a syslog daemon keepalived's messages would go to the kernel's console as well.
    if (product === 'keepalived') options.push('-G');
    // `ip netns exec` and not nsenter: the daemon sees its own namespace's /sys, too. It has the
    // priority that a daemon has on a machine of its own (job-prelude.sh lowered ours).
    this.#daemon = launch(
      ['nice', '-n', '-10', 'ip', 'netns', 'exec', this.netns, program, ...options, ...args],
      this.#file('log'),
      { TANDEM_RUN_DIR: this.#file('run') },
    );
    this.#daemon.unref();
  }

  /** Gives the machine IPv6, which the lab's have not, until it is switched off. */
  enableIpv6(device: string): void {
    // In this order: what comes first with `all` looks for duplicates for a second, in which
    // keepalived is MASTER without being able to say so.
    const values = [`${device}.accept_dad=0`, 'all.disable_ipv6=0', `${device}.disable_ipv6=0`];
    const words = values.map((value) => `net.ipv6.conf.${value}`);
    execFileSync('ip', ['netns', 'exec', this.netns, 'sysctl', '-qw', ...words]);
  }

  /** Replaces the configuration file; nothing notices until a signal says so. */
  writeConfig(config: string): void {
    writeFileSync(this.configFile, config);
  }

  /** Writes a configuration file and asks the daemon to read it. */
  reload(config: string): void {
    this.writeConfig(config);
    this.signal('SIGHUP');
  }

  signal(signal: NodeJS.Signals): void {
    const pid = this.pidOf('main');
    if (pid === undefined) throw new Error(`${this.name}: no daemon to signal`);
    kill(pid, signal);
  }

  /** Ends the daemon and waits until it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Stopped> {
    const daemon = this.#daemon;
    if (!daemon) throw new Error(`${this.name}: nothing was started`);
    const at = now();
    daemon.kill(signal);
    while (daemon.exitCode === null && daemon.signalCode === null) {
      if (now() - at > STOP_TIMEOUT_MS) throw new Error(`${this.name}: does not end on ${signal}`);
      await sleep(2);
    }
    return { code: daemon.exitCode, signal: daemon.signalCode, tookMs: now() - at, at };
  }

  /**
   * Kills one process of the daemon, or all of them at one moment.
   * @returns when.
   */
  kill(what: Role | 'all', signal: NodeJS.Signals = 'SIGKILL'): Millis {
    const pids = what === 'all' ? this.pids() : [this.pidOf(what)];
    if (pids.length === 0 || pids[0] === undefined) {
      throw new Error(`${this.name}: there is no ${what} process`);
    }
    // Stopped first: the death of one must not be seen by those that are next.
    if (what === 'all') for (const pid of pids) if (pid !== undefined) kill(pid, 'SIGSTOP');
    const at = now();
    for (const pid of pids) if (pid !== undefined) kill(pid, signal);
    return at;
  }

  /** The pid of a role that runs, by its pid file. */
  pidOf(role: Role): number | undefined {
    const daemon = this.#daemon;
    if (role === 'main') return daemon?.exitCode === null ? daemon.pid : undefined;
    try {
      const pid = Number(readFileSync(this.#file(PID_FILES[role]), 'utf8'));
      return isRunning(pid) ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether the daemon's first process lives. */
  isRunning(): boolean {
    return this.#daemon?.exitCode === null && this.#daemon.signalCode === null;
  }

  /** Cleans up what killed processes left, as the systemd unit does after a crash. */
  release(): Promise<Ended> {
    return this.tandem('tandemd', ['--release', '-f', this.configFile]);
  }

  /** Removes a file of tandem's run directory. */
  forget(file: string): void {
    rmSync(path.join(this.#file('run'), file), { force: true });
  }

  /** tandem's status, asked over its control socket: a Node less than `tandem status --json`. */
  status(): Promise<DaemonStatus> {
    return requestStatus(path.join(this.#file('run'), 'control.sock'));
  }

  /** The state of an instance by the daemon's own log: keepalived and tandem word it alike. */
  state(instance = 'VI_1'): string {
    const transitions = this.logs().matchAll(
      new RegExp(`\\(${instance}\\) Entering (\\w+) STATE`, 'g'),
    );
    return [...transitions].at(-1)?.[1] ?? 'none';
  }

  /** Runs one of tandem's commands on this machine. */
  tandem(command: 'tandem' | 'tandemd', args: readonly string[]): Promise<Ended> {
    return run([path.join(CHECKOUT, 'bin', command), ...args], {
      netns: this.netns,
      env: { TANDEM_RUN_DIR: this.#file('run') },
    });
  }

  /** `ipvsadm` with arguments, as a person would see it. */
  async ipvsadm(args = '-Ln'): Promise<string> {
    return (await this.run(`ipvsadm ${args}`)).stdout;
  }

  /** The IPVS table, read without a fork. */
  table(): TableService[] {
    return parseTable(this.procNet('ip_vs'));
  }

  /** One service of the table, `TCP 172.25.254.100:80`. */
  service(name: string): TableService | undefined {
    return this.table().find((service) => service.name === name);
  }

  /** Addresses of a service's servers in the table. */
  servers(name: string): string[] {
    return (this.service(name)?.servers ?? []).map(({ address }) => address).sort();
  }

  /** Connections in the table; those that came by sync only with `synced`. */
  connections(synced = false): TableConnection[] {
    return parseConnections(this.procNet(synced ? 'ip_vs_conn_sync' : 'ip_vs_conn'));
  }

  /** What the daemon said since it was started. */
  logs(): string {
    return this.#wholeLog().split(START_MARK).at(-1) ?? '';
  }

  override async powerOff(burialMs?: Millis): Promise<Millis> {
    const at = await super.powerOff(burialMs);
    this.#daemon = undefined;
    return at;
  }

  /** A machine boots with an empty /run: no pid files, no records. */
  override async powerOn(): Promise<void> {
    await super.powerOn();
    for (const name of [...Object.values(PID_FILES), 'run']) {
      rmSync(path.join(this.#folder, name), { recursive: true, force: true });
    }
  }

  override async report(): Promise<string> {
    const table = await this.ipvsadm();
    const daemons = await this.ipvsadm('-L --daemon');
    const log = this.#wholeLog().split('\n').slice(-80).join('\n');
    return [
      await super.report(),
      `--- ${this.name}: ipvsadm -Ln\n${table}${daemons}`,
      `--- ${this.name}: log of ${this.#product}\n${log}`,
    ].join('\n');
  }

  /** What all daemons of this machine said since the lab was built. */
  #wholeLog(): string {
    return existsSync(this.#file('log')) ? readFileSync(this.#file('log'), 'utf8') : '';
  }

  #file(name: string): string {
    const file = path.join(this.#folder, name);
    if (name === 'run') mkdirSync(file, { recursive: true });
    return file;
  }
}
