/** Carries out what a command line of `tandem ipvs` asks for. */
import { messageOf } from '../../base/errors.js';
import type { Ip } from '../../base/ip.js';
import type { IpvsClient } from '../../ipvs/client.js';
import type { IpvsInfo } from '../../ipvs/control-codec.js';
import { destinationKey, type ServiceId, serviceKey } from '../../ipvs/model.js';
import { type IpvsOperation, operationTarget } from '../../ipvs/operations.js';
import type { DestinationRow, ServiceRow } from '../../ipvs/rows.js';
import { NetlinkError } from '../../netlink/errors.js';
import {
  addressesOf,
  parseConnections,
  renderConnection,
  renderConnectionHead,
} from './connections.js';
import { connectionsJson, serviceJson, tableJson } from './json.js';
import {
  renderDaemons,
  renderHead,
  renderInfo,
  renderService,
  renderTimeouts,
  sortServices,
} from './listing.js';
import { type Naming, NUMERIC } from './names.js';
import { parseIpvsCommand } from './parse.js';
import { isPlainList, type PlainTable } from './plain-table.js';
import { type IpvsRequest, type ListFormat, PLAIN, type Refusal, STATUS } from './request.js';
import type { NameService } from './resolver.js';
import { LineBuffer, wordsOfLine } from './restore.js';
import { describeRefusal, generalMeaning } from './words.js';

/** The kernel, as far as this is concerned with it. */
export type IpvsKernel = Pick<
  IpvsClient,
  | 'apply'
  | 'flush'
  | 'zero'
  | 'setTimeouts'
  | 'readTimeouts'
  | 'startDaemon'
  | 'stopDaemon'
  | 'readDaemons'
  | 'readInfo'
  | 'readServiceRows'
  | 'readServiceRow'
  | 'readDestinationRows'
  | 'close'
>;

/** Services that were changed, or all that there are. */
export type Changed = readonly ServiceId[] | 'all';

/** The world around the command. */
export interface IpvsSurroundings {
  /** @throws NetlinkError when there is no IPVS, or none for this user. */
  open(): Promise<IpvsKernel>;
  /**
   * What lists the whole table in numbers without `open`, as quickly as can be.
   *
   * @throws NetlinkError as `open`, which is called then.
   */
  openPlain?(): PlainTable;
  /** Writes pieces of such a list: it has them when this returns. */
  stdoutBytes?(bytes: Uint8Array): void;
  readonly names: NameService;
  stdin(): AsyncIterable<string>;
  stdout(text: string): void;
  stderr(text: string): void;
  /** The text of /proc/net/ip_vs_conn; throws the system's error. */
  connections(): string;
  /** What to say about changes of services that a daemon owns; nothing if there is none. */
  drift(changed: Changed): Promise<string | undefined>;
  /** What `--help` prints. */
  help(): string | Promise<string>;
}

/** What scripts compare `ipvsadm -v` with: the version whose command line this is. */
const VERSION_LINE = 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n';

/** Text that is written in one go; a table is not kept as a whole. */
const CHUNK = 65_536;
/** So many changes of a restore go to the kernel at once. */
const BATCH = 4_096;

/** Runs one command line; returns the exit code. */
export async function runIpvs(
  words: readonly string[],
  surroundings: IpvsSurroundings,
): Promise<number> {
  const session = new Session(surroundings);
  try {
    return await session.run(words);
  } finally {
    session.close();
  }
}

interface Pending {
  readonly operation: IpvsOperation;
  readonly line: number;
}

class Session {
  readonly #around: IpvsSurroundings;
  #kernel: IpvsKernel | undefined;
  #info: IpvsInfo | undefined;
  /** By key; bounded by what one command changes. */
  readonly #changed = new Map<string, ServiceId>();
  #cleared = false;
  /** Whether the kernel takes types of tunnels was looked at: it does, or it was told. */
  #tunnelsLookedAt = false;

  constructor(surroundings: IpvsSurroundings) {
    this.#around = surroundings;
  }

  close(): void {
    this.#kernel?.close();
  }

  async run(words: readonly string[]): Promise<number> {
    const parsed =
      words.length === 0
        ? ({ kind: 'list-table', format: PLAIN } as const)
        : await this.#parse(words);
    if ('status' in parsed) return this.#refuse(parsed);
    if (parsed.kind === 'help' || parsed.kind === 'version') return this.#tell(parsed.kind);
    if (isPlainList(parsed)) {
      const status = this.#listPlainly(parsed.format);
      if (status !== undefined) return status;
    }
    try {
      this.#kernel = await this.#around.open();
      this.#info = await this.#kernel.readInfo();
    } catch (error) {
      const meaning = error instanceof NetlinkError ? generalMeaning(error.errnoName) : undefined;
      this.#complain(`cannot use the kernel's IPVS: ${meaning ?? messageOf(error)}`);
      return STATUS.illegal;
    }
    const status =
      parsed.kind === 'restore' ? await this.#restore() : await this.#execute(parsed, 0);
    await this.#tellDrift();
    return status;
  }

  /** `undefined`: another way has to be found. */
  #listPlainly(format: ListFormat): number | undefined {
    const { openPlain, stdoutBytes } = this.#around;
    if (!openPlain || !stdoutBytes) return undefined;
    let table: PlainTable;
    try {
      table = openPlain();
    } catch {
      // `open` may load the module; if not, it fails for the same reason, which is told then.
      return undefined;
    }
    try {
      table.print(format, stdoutBytes);
      return STATUS.ok;
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      this.#complain(error.message);
      return STATUS.unreadable;
    } finally {
      table.close();
    }
  }

  async #parse(words: readonly string[]): Promise<IpvsRequest | Refusal> {
    for (;;) {
      const parsed = parseIpvsCommand(words, this.#around.names.names);
      if (parsed.kind === 'request') return parsed.request;
      if (parsed.kind === 'refusal') return parsed.refusal;
      // Each round learns one name more, and a command line has few.
      await this.#around.names.learnHost(parsed.name);
    }
  }

  async #restore(): Promise<number> {
    let status: number = STATUS.ok;
    let number = 0;
    let pending: Pending[] = [];
    const flush = async (): Promise<void> => {
      if (pending.length === 0) return;
      status = await this.#apply(pending);
      pending = [];
    };
    /** @returns whether to go on. */
    const take = async (line: string): Promise<boolean> => {
      number++;
      const words = wordsOfLine(line);
      if (words.length === 0) return true;
      const parsed = await this.#parse(words);
      if ('operation' in parsed) {
        pending.push({ operation: parsed.operation, line: number });
        if (pending.length >= BATCH) await flush();
        return true;
      }
      await flush();
      if ('status' in parsed) {
        status = this.#refuse(parsed, number);
        return !parsed.fatal;
      }
      if (parsed.kind === 'restore') {
        status = STATUS.refused;
        this.#complain('--restore inside what is restored', number);
        return false;
      }
      if (parsed.kind === 'help' || parsed.kind === 'version') {
        status = await this.#tell(parsed.kind);
        return false;
      }
      status = await this.#execute(parsed, number);
      // A list that cannot be read ends the program.
      return status !== STATUS.unreadable;
    };
    const buffer = new LineBuffer();
    for await (const piece of this.#around.stdin()) {
      for (const line of buffer.push(piece)) if (!(await take(line))) return status;
      // Whoever writes line by line finds what was written done.
      await flush();
    }
    for (const line of buffer.end()) if (!(await take(line))) return status;
    await flush();
    return status;
  }

  async #execute(
    request: Exclude<IpvsRequest, { kind: 'restore' | 'help' | 'version' }>,
    line: number,
  ): Promise<number> {
    const kernel = this.#kernel as IpvsKernel;
    switch (request.kind) {
      case 'apply':
        return this.#apply([{ operation: request.operation, line }]);
      case 'clear':
        this.#cleared = true;
        return this.#attempt('the table cannot be cleared', line, () => kernel.flush());
      case 'zero':
        return this.#attempt(
          request.id ? serviceKey(request.id) : 'the counters cannot be zeroed',
          line,
          () => kernel.zero(request.id),
        );
      case 'set-timeouts':
        return this.#attempt('the timeouts cannot be set', line, () =>
          kernel.setTimeouts(request.timeouts),
        );
      case 'start-daemon':
        return this.#attempt(`the ${request.daemon.state} daemon cannot be started`, line, () =>
          kernel.startDaemon(request.daemon),
        );
      case 'stop-daemon':
        return this.#attempt(`the ${request.state} daemon cannot be stopped`, line, () =>
          kernel.stopDaemon(request.state),
        );
      default:
        try {
          await this.#list(kernel, request);
          return STATUS.ok;
        } catch (error) {
          const missing = error instanceof NetlinkError && error.is('ESRCH');
          this.#complain(missing ? 'there is no such service (ESRCH)' : messageOf(error), line);
          return STATUS.unreadable;
        }
    }
  }

  async #apply(pending: readonly Pending[]): Promise<number> {
    const kernel = this.#kernel as IpvsKernel;
    const results = await kernel.apply(pending.map(({ operation }) => operation));
    let status: number = STATUS.ok;
    for (const [i, { operation, error }] of results.entries()) {
      status = error ? STATUS.refused : STATUS.ok;
      if (error) this.#complain(describeRefusal(operation, error), pending[i]?.line);
      else {
        const id = operationTarget(operation);
        this.#changed.set(serviceKey(id), id);
        await this.#lookAtTunnel(kernel, operation, pending[i]?.line);
      }
    }
    return status;
  }

  /** A kernel before 5.2 makes a server without its tunnel, and says nothing. */
  async #lookAtTunnel(kernel: IpvsKernel, operation: IpvsOperation, line = 0): Promise<void> {
    if (this.#tunnelsLookedAt) return;
    if (operation.kind !== 'add-destination' && operation.kind !== 'set-destination') return;
    const { id, destination } = operation;
    if (destination.method !== 'TUN' || !destination.tunnel) return;
    this.#tunnelsLookedAt = true;
    // Who cannot read the table hears of it when something is listed.
    const rows = await kernel.readDestinationRows(id, { counts: false }).catch(() => []);
    const { address, port, tunnel } = destination;
    const made = rows.find((row) => row.address === address && row.port === port);
    if (made?.tunnelType !== 0) return;
    const what = `${serviceKey(id)} -> ${destinationKey(destination)}`;
    const type = tunnel.type.toUpperCase();
    this.#complain(
      `${what}: the kernel knows no ${type} tunnels, which come with Linux 5.2: its packets go by IPIP`,
      line,
    );
  }

  async #attempt(what: string, line: number, run: () => Promise<void>): Promise<number> {
    try {
      await run();
      return STATUS.ok;
    } catch (error) {
      this.#complain(`${what}: ${reasonOf(error)}`, line);
      return STATUS.refused;
    }
  }

  async #list(
    kernel: IpvsKernel,
    request: Extract<IpvsRequest, { kind: `list-${string}` }>,
  ): Promise<void> {
    const { stdout } = this.#around;
    const { format } = request;
    switch (request.kind) {
      case 'list-timeouts': {
        const timeouts = await kernel.readTimeouts();
        stdout(format.json ? `${JSON.stringify(timeouts)}\n` : renderTimeouts(timeouts));
        return;
      }
      case 'list-daemons': {
        const daemons = await kernel.readDaemons();
        stdout(format.json ? `${JSON.stringify({ daemons })}\n` : renderDaemons(daemons));
        return;
      }
      case 'list-connections':
        return this.#listConnections(format);
      case 'list-service':
        return this.#listServices(kernel, [await kernel.readServiceRow(request.id)], format);
      case 'list-table': {
        if (!format.rules && !format.json) stdout(renderInfo(this.#info as IpvsInfo));
        const rows = await kernel.readServiceRows();
        return this.#listServices(kernel, format.sorted ? sortServices(rows) : rows, format);
      }
    }
  }

  async #listServices(
    kernel: IpvsKernel,
    rows: readonly ServiceRow[],
    format: ListFormat,
  ): Promise<void> {
    const counts = format.stats || format.rate || format.json;
    const json: string[] = [];
    let text = format.json ? '' : renderHead(format);
    try {
      for (const row of rows) {
        const { id } = row.service;
        const destinations = await kernel.readDestinationRows(id, { counts });
        if (format.json) json.push(serviceJson(row, destinations));
        else {
          const naming = await this.#naming(() => addressesIn(id, destinations), format);
          text += renderService(row, destinations, format, naming);
        }
        if (text.length < CHUNK) continue;
        this.#around.stdout(text);
        text = '';
      }
    } finally {
      if (text !== '') this.#around.stdout(text);
    }
    if (format.json) this.#around.stdout(tableJson(this.#info as IpvsInfo, json));
  }

  async #listConnections(format: ListFormat): Promise<void> {
    const connections = parseConnections(this.#around.connections());
    if (format.json) {
      this.#around.stdout(connectionsJson(connections));
      return;
    }
    const naming = await this.#naming(() => addressesOf(connections), format);
    let text = renderConnectionHead(format);
    for (const connection of connections) {
      text += renderConnection(connection, format, naming);
      if (text.length < CHUNK) continue;
      this.#around.stdout(text);
      text = '';
    }
    this.#around.stdout(text);
  }

  async #naming(addresses: () => readonly Ip[], format: ListFormat): Promise<Naming> {
    if (format.numeric) return NUMERIC;
    await this.#around.names.learnAddresses(addresses());
    return this.#around.names.naming;
  }

  async #tellDrift(): Promise<void> {
    if (!this.#cleared && this.#changed.size === 0) return;
    const words = await this.#around.drift(this.#cleared ? 'all' : [...this.#changed.values()]);
    if (words !== undefined) this.#complain(words);
  }

  async #tell(kind: 'help' | 'version'): Promise<number> {
    this.#around.stdout(kind === 'help' ? await this.#around.help() : VERSION_LINE);
    return STATUS.ok;
  }

  #refuse({ status, message }: Refusal, line = 0): number {
    this.#complain(message, line);
    return status;
  }

  /** @param line of a restore; 0: it is none. */
  #complain(message: string, line = 0): void {
    this.#around.stderr(`tandem ipvs: ${line > 0 ? `line ${line}: ` : ''}${message}\n`);
  }
}

function addressesIn(id: ServiceId, destinations: readonly DestinationRow[]): Ip[] {
  const addresses = destinations.map(({ address }) => address);
  return id.kind === 'address' ? [id.address, ...addresses] : addresses;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof NetlinkError)) return messageOf(error);
  const meaning = {
    EEXIST: 'one of its kind runs already',
    ESRCH: 'there is none',
  }[error.errnoName];
  const words = meaning ?? generalMeaning(error.errnoName);
  return words === undefined ? error.message : `${words} (${error.errnoName})`;
}
