/** The kernel's IPVS table, timeouts and sync daemons, read and changed over generic netlink. */
import { type Attributes, decodeAttributes } from '../netlink/attributes.js';
import { NetlinkError } from '../netlink/errors.js';
import { decodeGeneric, encodeGeneric, genericTransport, resolveFamily } from '../netlink/genl.js';
import type { NetlinkMessage } from '../netlink/message.js';
import {
  type NetlinkRequest,
  NetlinkSocket,
  type NetlinkSocketOptions,
} from '../netlink/socket.js';
import type { NetlinkTransport, OpenTransport } from '../netlink/transport.js';
import {
  decodeDestination,
  decodeFoundDestination,
  decodeService,
  encodeOperation,
  encodeServiceId,
  type FoundDestination,
  type KernelDestination,
  type KernelService,
  serviceFamily,
} from './codec.js';
import {
  IPVS_CMD_DEL_DAEMON,
  IPVS_CMD_FLUSH,
  IPVS_CMD_GET_CONFIG,
  IPVS_CMD_GET_DAEMON,
  IPVS_CMD_GET_DEST,
  IPVS_CMD_GET_INFO,
  IPVS_CMD_GET_SERVICE,
  IPVS_CMD_NEW_DAEMON,
  IPVS_CMD_SET_CONFIG,
  IPVS_CMD_ZERO,
  IPVS_GENL_NAME,
  IPVS_GENL_VERSION,
} from './constants.js';
import {
  decodeDaemon,
  decodeInfo,
  decodeTimeouts,
  encodeDaemon,
  encodeTimeouts,
  type IpvsInfo,
  type IpvsTimeouts,
  type SyncDaemon,
} from './control-codec.js';
import { DestinationBodies } from './destination-bodies.js';
import { type ServiceId, serviceKey } from './model.js';
import { type IpvsOperation, renderOperation } from './operations.js';
import {
  type DestinationRow,
  decodeDestinationRow,
  decodeServiceRow,
  type ServiceRow,
} from './rows.js';

/** The outcome of one operation; without an error it is done. */
export interface OperationResult {
  readonly operation: IpvsOperation;
  readonly error?: NetlinkError;
}

/** What the kernel tells of a service by itself. */
export type FoundService = Omit<KernelService, 'destinations'>;

const RECEIVE_BUFFER = 1_048_576;

/** Its words are made when something goes wrong: there are a hundred thousand of them. */
class OperationRequest implements NetlinkRequest {
  readonly type: number;
  readonly body: Uint8Array;
  readonly #ordered: IpvsOperation;

  constructor(type: number, body: Uint8Array, ordered: IpvsOperation) {
    this.type = type;
    this.body = body;
    this.#ordered = ordered;
  }

  get operation(): string {
    return `IPVS ${renderOperation(this.#ordered)}`;
  }
}

/** Every method rejects with NetlinkError unless it says otherwise. */
export class IpvsClient {
  readonly #socket: NetlinkSocket;
  readonly #family: number;

  private constructor(socket: NetlinkSocket, family: number) {
    this.#socket = socket;
    this.#family = family;
  }

  /**
   * Opens a socket and finds the family's number.
   *
   * @param options.transport a fake kernel in tests.
   * @param options.within runs what opens a socket: in another network namespace, for example.
   * @throws {NetlinkError} `IPVS_NOT_IN_KERNEL` if the kernel has no IPVS (its module is not
   *   loaded); loading modules is the supervisor's.
   */
  static async open(
    options: NetlinkSocketOptions & {
      readonly transport?: OpenTransport;
      readonly within?: (open: () => NetlinkTransport) => NetlinkTransport;
    } = {},
  ): Promise<IpvsClient> {
    const { within = (open) => open() } = options;
    const transport = options.transport ?? genericTransport(RECEIVE_BUFFER);
    const socket = new NetlinkSocket((handlers) => within(() => transport(handlers)), options);
    try {
      return new IpvsClient(socket, await resolveFamily(socket, IPVS_GENL_NAME));
    } catch (error) {
      socket.close();
      if (error instanceof NetlinkError && error.is('ENOENT')) {
        throw new NetlinkError(
          'IPVS_NOT_IN_KERNEL',
          error.operation,
          error.errno,
          'the kernel has no IPVS: modprobe ip_vs',
        );
      }
      throw error;
    }
  }

  /** Every service, without its destinations. */
  async readServices(): Promise<FoundService[]> {
    const services = await this.#dump(
      IPVS_CMD_GET_SERVICE,
      [],
      'IPVS_CMD_GET_SERVICE',
      decodeService,
    );
    return services.filter((service) => service !== undefined);
  }

  /** One service without its destinations; `undefined`: the kernel has none of that name. */
  async readService(id: ServiceId): Promise<FoundService | undefined> {
    const operation = `IPVS_CMD_GET_SERVICE ${serviceKey(id)}`;
    try {
      const answer = await this.#command(IPVS_CMD_GET_SERVICE, [encodeServiceId(id)], operation);
      return one(operation, answer, decodeService);
    } catch (error) {
      if (error instanceof NetlinkError && error.is('ESRCH')) return undefined;
      throw error;
    }
  }

  /** Every service with its destinations and counters. */
  async readTable(): Promise<KernelService[]> {
    const services = await this.readServices();
    const table: KernelService[] = [];
    for (const service of services) {
      table.push({ ...service, destinations: await this.readDestinations(service.id) });
    }
    return table;
  }

  /** The destinations of a service; none if there is no such service. */
  async readDestinations(id: ServiceId): Promise<KernelDestination[]> {
    const family = serviceFamily(id);
    const destinations = await this.#dump(
      IPVS_CMD_GET_DEST,
      [encodeServiceId(id)],
      `IPVS_CMD_GET_DEST ${serviceKey(id)}`,
      (command) => decodeDestination(command, family),
    );
    return destinations.filter((destination) => destination !== undefined);
  }

  /** The same without counters, which takes half the time. */
  async readFoundDestinations(id: ServiceId): Promise<FoundDestination[]> {
    const family = serviceFamily(id);
    const destinations = await this.#dump(
      IPVS_CMD_GET_DEST,
      [encodeServiceId(id)],
      `IPVS_CMD_GET_DEST ${serviceKey(id)}`,
      (command) => decodeFoundDestination(command, family),
    );
    return destinations.filter((destination) => destination !== undefined);
  }

  /** Every service as a row of a list, in the kernel's order. */
  async readServiceRows(): Promise<ServiceRow[]> {
    const operation = 'IPVS_CMD_GET_SERVICE';
    const rows = await this.#dump(IPVS_CMD_GET_SERVICE, [], operation, decodeServiceRow);
    return rows.filter((row) => row !== undefined);
  }

  /** One service as a row: ESRCH if there is none. */
  async readServiceRow(id: ServiceId): Promise<ServiceRow> {
    const operation = `IPVS_CMD_GET_SERVICE ${serviceKey(id)}`;
    const answers = await this.#command(IPVS_CMD_GET_SERVICE, [encodeServiceId(id)], operation);
    return one(operation, answers, decodeServiceRow);
  }

  /**
   * The destinations of a service as rows, in the kernel's order; none if there is no such service.
   * Its messages are decoded as they come.
   */
  async readDestinationRows(
    id: ServiceId,
    options: { readonly counts: boolean },
  ): Promise<DestinationRow[]> {
    const family = serviceFamily(id);
    const operation = `IPVS_CMD_GET_DEST ${serviceKey(id)}`;
    let rows: DestinationRow[] = [];
    await this.#socket.dumpEach(
      this.#request(IPVS_CMD_GET_DEST, [encodeServiceId(id)], operation),
      () => {
        const fresh: DestinationRow[] = [];
        rows = fresh;
        return ({ body }) => {
          const row = decodeDestinationRow(body, family, options.counts);
          if (row) fresh.push(row);
        };
      },
    );
    return rows;
  }

  /** Carries operations out in their order, many in a datagram. Never rejects. */
  async apply(operations: readonly IpvsOperation[]): Promise<OperationResult[]> {
    const bodies = new DestinationBodies(encodeBody);
    const results = await this.#socket.batch(
      operations.map((operation) => {
        const body = bodies.encode(operation) ?? encodeBody(operation);
        return new OperationRequest(this.#family, body, operation);
      }),
    );
    return operations.map((operation, i) => {
      const error = results[i];
      return error ? { operation, error } : { operation };
    });
  }

  /** The sync daemons that run: none, one, or one of each state. */
  async readDaemons(): Promise<SyncDaemon[]> {
    const daemons = await this.#dump(IPVS_CMD_GET_DAEMON, [], 'IPVS_CMD_GET_DAEMON', decodeDaemon);
    return daemons.filter((daemon) => daemon !== undefined);
  }

  /** Starts a sync daemon: EEXIST if one of that state runs, ENODEV without the interface. */
  async startDaemon(daemon: SyncDaemon): Promise<void> {
    await this.#command(
      IPVS_CMD_NEW_DAEMON,
      [encodeDaemon(daemon)],
      `IPVS_CMD_NEW_DAEMON ${daemon.state} ${daemon.interface} ${daemon.syncId}`,
    );
  }

  /** Stops the sync daemon of a state: ESRCH if none runs. */
  async stopDaemon(state: SyncDaemon['state']): Promise<void> {
    const attributes = [encodeDaemon({ state })];
    try {
      await this.#command(IPVS_CMD_DEL_DAEMON, attributes, `IPVS_CMD_DEL_DAEMON ${state}`);
    } catch (error) {
      // A thread that is stopped before it ever ran makes kthread_stop answer EINTR, which netlink
      // does not pass on; the daemon is gone all the same.
      if (!(error instanceof NetlinkError && error.is('EINTR'))) throw error;
    }
  }

  /** Deletes every service, whoever made it. */
  async flush(): Promise<void> {
    await this.#command(IPVS_CMD_FLUSH, [], 'IPVS_CMD_FLUSH');
  }

  /** Zeroes the counters of a service, or of all. */
  async zero(id?: ServiceId): Promise<void> {
    await this.#command(IPVS_CMD_ZERO, id ? [encodeServiceId(id)] : [], 'IPVS_CMD_ZERO');
  }

  async readTimeouts(): Promise<IpvsTimeouts> {
    const operation = 'IPVS_CMD_GET_CONFIG';
    return one(operation, await this.#command(IPVS_CMD_GET_CONFIG, [], operation), decodeTimeouts);
  }

  async setTimeouts(timeouts: IpvsTimeouts): Promise<void> {
    await this.#command(IPVS_CMD_SET_CONFIG, encodeTimeouts(timeouts), 'IPVS_CMD_SET_CONFIG');
  }

  async readInfo(): Promise<IpvsInfo> {
    const operation = 'IPVS_CMD_GET_INFO';
    return one(operation, await this.#command(IPVS_CMD_GET_INFO, [], operation), decodeInfo);
  }

  close(): void {
    this.#socket.close();
  }

  #request(command: number, attributes: readonly Uint8Array[], operation: string): NetlinkRequest {
    const body = encodeGeneric(command, IPVS_GENL_VERSION, attributes);
    return { type: this.#family, body, operation };
  }

  #command(
    command: number,
    attributes: readonly Uint8Array[],
    operation: string,
  ): Promise<NetlinkMessage[]> {
    return this.#socket.request(this.#request(command, attributes, operation));
  }

  async #dump<T>(
    command: number,
    attributes: readonly Uint8Array[],
    operation: string,
    decode: (command: Attributes) => T,
  ): Promise<T[]> {
    const messages = await this.#socket.dump(this.#request(command, attributes, operation));
    return messages.map((message) => decode(attributesOf(message)));
  }
}

function encodeBody(operation: IpvsOperation): Uint8Array {
  const { command, attributes } = encodeOperation(operation);
  return encodeGeneric(command, IPVS_GENL_VERSION, attributes);
}

function attributesOf(message: NetlinkMessage): Attributes {
  return decodeAttributes(decodeGeneric(message.body)?.attributes ?? new Uint8Array(0));
}

function one<T>(
  operation: string,
  messages: readonly NetlinkMessage[],
  decode: (command: Attributes) => T | undefined,
): T {
  for (const message of messages) {
    const value = decode(attributesOf(message));
    if (value !== undefined) return value;
  }
  throw new NetlinkError('NETLINK_MALFORMED', operation);
}
