/**
 * Makes the IPVS table true: adopts services that are there already, changes in place, repairs
 * what others changed, and leaves services alone that were never wanted.
 *
 * A pass goes from service to service: it reads one, plans it, and sends what is to be changed when
 * that fills some datagrams. So its memory does not grow with the table, and wishes that change while a
 * long pass is under way are met at once, before the rest of it. A pass over what changed since the
 * last one reads and changes those services only.
 */
import type { FoundService, IpvsClient, OperationResult } from '../ipvs/client.js';
import type { FoundDestination } from '../ipvs/codec.js';
import { type IpvsService, type ServiceId, serviceKey } from '../ipvs/model.js';
import { type IpvsOperation, operationTarget } from '../ipvs/operations.js';
import { planService, sameService } from '../ipvs/plan.js';
import { describeFailure, IgnoredTunnels, type TableFailure } from './ipvs-failure.js';

/** What a pass did and found. Lists hold the first {@link LISTED}, for the log; counts count all. */
export interface TableReport {
  /** Operations that the kernel carried out. */
  readonly applied: readonly IpvsOperation[];
  readonly changes: number;
  /** What could not be done, with the reason in words. */
  readonly failed: readonly TableFailure[];
  readonly failures: number;
  /**
   * Operations that were needed though the wishes are those of the last pass: someone else had
   * changed the table.
   */
  readonly drift: readonly IpvsOperation[];
  readonly drifts: number;
  /** Services that were looked at. */
  readonly services: number;
}

/** How far a long pass is. */
export interface TableProgress {
  readonly looked: number;
  readonly of: number;
  readonly changes: number;
}

/** What is needed of the kernel. */
export type TableKernel = Pick<
  IpvsClient,
  'readServices' | 'readService' | 'readFoundDestinations' | 'apply' | 'flush'
>;

export interface PassOptions {
  /** Only what changed since the last pass is looked at, if that one was complete. */
  readonly onlyChanged?: boolean;
  /** Asked between services: the newest wishes, if there are others than those that were given. */
  readonly news?: () => readonly IpvsService[] | undefined;
  readonly onProgress?: (progress: TableProgress) => void;
}

/** How often a pass looks at a service again because it changed under it. */
const ROUNDS = 4;
/** Operations that are collected before they are sent. */
const COLLECTED = 1_024;
/** The longest lists of a report. */
export const LISTED = 1_000;

export class IpvsTableReconciler {
  readonly #kernel: TableKernel;
  readonly #onOwned: (keys: readonly string[]) => void;
  /**
   * Keys of services that were wanted at some time and may still be in the table; bounded by the
   * configurations of this process's life, pruned when they are gone from the kernel.
   */
  readonly #owned = new Set<string>();
  #flush: boolean;
  /** Wishes that were met when they were looked at last, by key; bounded by the wishes. */
  readonly #settled = new Map<string, IpvsService>();
  readonly #tunnels = new IgnoredTunnels();
  /** The last pass met every wish. */
  #complete = false;

  /**
   * @param options.flushAtStart the first pass deletes every service before (`lvs_flush`).
   * @param options.onOwned told the keys of all services that this process answers for: before one of
   *   them is made, and after one is gone.
   */
  constructor(
    kernel: TableKernel,
    options: {
      readonly flushAtStart?: boolean;
      readonly onOwned?: (keys: readonly string[]) => void;
    } = {},
  ) {
    this.#kernel = kernel;
    this.#flush = options.flushAtStart ?? false;
    this.#onOwned = options.onOwned ?? (() => {});
  }

  /** Keys of services that this process answers for. */
  get owned(): ReadonlySet<string> {
    return this.#owned;
  }

  /** Takes responsibility for services that an earlier configuration or process had. */
  adopt(keys: Iterable<string>): void {
    for (const key of keys) this.#owned.add(key);
    this.#complete = false;
  }

  /**
   * One pass. Passes must not overlap.
   *
   * @throws {NetlinkError} the kernel could not be read.
   */
  async reconcile(
    desired: readonly IpvsService[],
    options: PassOptions = {},
  ): Promise<TableReport> {
    if (this.#flush) {
      await this.#kernel.flush();
      this.#flush = false;
    }
    const wishes = this.#take(desired);
    const pass = new Pass(this.#kernel, this.#settled, this.#tunnels);
    const scoped = (options.onlyChanged ?? false) && this.#complete;
    this.#complete = false;
    let current = wishes;
    if (scoped) pass.hurry(differences(this.#settled, current));
    else await pass.begin(current, this.#owned);

    for (let key = pass.next(); key !== undefined; key = pass.next()) {
      await pass.look(key, current.get(key));
      if (pass.queue.size === 0) await pass.send();
      options.onProgress?.(pass.progress());
      const news = options.news?.();
      if (!news) continue;
      const newest = this.#take(news);
      pass.hurry(differences(current, newest));
      current = newest;
    }
    this.#prune(pass.gone, current);
    this.#complete = pass.failures === 0;
    return pass.report();
  }

  /** Deletes every service that this process answers for, at the end of its life. */
  withdraw(options: Pick<PassOptions, 'onProgress'> = {}): Promise<TableReport> {
    return this.reconcile([], options);
  }

  /** Wishes by key, of two of the same service the first; they are ours from now on. */
  #take(desired: readonly IpvsService[]): Map<string, IpvsService> {
    const wishes = new Map<string, IpvsService>();
    const before = this.#owned.size;
    for (const service of desired) {
      const key = serviceKey(service.id);
      if (wishes.has(key)) continue;
      wishes.set(key, service);
      this.#owned.add(key);
    }
    if (this.#owned.size !== before) this.#onOwned([...this.#owned]);
    return wishes;
  }

  #prune(gone: ReadonlySet<string>, wishes: ReadonlyMap<string, IpvsService>): void {
    const before = this.#owned.size;
    for (const key of gone) if (!wishes.has(key)) this.#owned.delete(key);
    for (const key of this.#settled.keys()) if (!wishes.has(key)) this.#settled.delete(key);
    if (this.#owned.size !== before) this.#onOwned([...this.#owned]);
  }
}

/** Keys of what is new or other in `after`, then of what it lacks. */
function differences(
  before: ReadonlyMap<string, IpvsService>,
  after: ReadonlyMap<string, IpvsService>,
): string[] {
  const keys: string[] = [];
  for (const [key, wish] of after) {
    const old = before.get(key);
    if (!old || !sameService(old, wish)) keys.push(key);
  }
  for (const key of before.keys()) if (!after.has(key)) keys.push(key);
  return keys;
}

/** One pass: a queue of services to look at, and what came of it. */
class Pass {
  readonly #kernel: TableKernel;
  readonly #settled: Map<string, IpvsService>;
  readonly #tunnels: IgnoredTunnels;
  /** Keys in their order. Bounded by wishes and owned services. */
  queue = new Set<string>();
  /** Owned services that the kernel has no more. */
  readonly gone = new Set<string>();
  failures = 0;
  /** As a whole pass has found them; taken when they are looked at. */
  #found: Map<string, FoundService> | undefined;
  readonly #seen = new Set<string>();
  /** How often a service was looked at in vain, and its name for the next time. */
  readonly #tried = new Map<string, { readonly rounds: number; readonly id: ServiceId }>();
  #collected: IpvsOperation[] = [];
  /** Wishes that are met if all that was collected goes well. */
  #waiting = new Map<string, IpvsService | undefined>();
  #looked = 0;
  #changes = 0;
  #drifts = 0;
  readonly #applied: IpvsOperation[] = [];
  readonly #failed: TableFailure[] = [];
  readonly #drift: IpvsOperation[] = [];

  constructor(kernel: TableKernel, settled: Map<string, IpvsService>, tunnels: IgnoredTunnels) {
    this.#kernel = kernel;
    this.#tunnels = tunnels;
    this.#settled = settled;
  }

  /** Everything is to be looked at: what is wanted, then what is ours and is not. */
  async begin(wishes: ReadonlyMap<string, IpvsService>, owned: ReadonlySet<string>): Promise<void> {
    const services = await this.#kernel.readServices();
    this.#found = new Map(services.map((service) => [serviceKey(service.id), service]));
    for (const key of wishes.keys()) this.queue.add(key);
    for (const key of owned) if (!wishes.has(key)) this.queue.add(key);
  }

  next(): string | undefined {
    const { value } = this.queue.values().next();
    if (value !== undefined) this.queue.delete(value);
    return value;
  }

  /** Puts services before all others. */
  hurry(keys: readonly string[]): void {
    if (keys.length > 0) this.queue = new Set([...keys, ...this.queue]);
  }

  progress(): TableProgress {
    const of = this.#looked + this.queue.size;
    return { looked: this.#looked, of, changes: this.#changes };
  }

  report(): TableReport {
    return {
      applied: this.#applied,
      changes: this.#changes,
      failed: this.#failed,
      failures: this.failures,
      drift: this.#drift,
      drifts: this.#drifts,
      services: this.#looked,
    };
  }

  /** Reads a service and plans it. */
  async look(key: string, wish: IpvsService | undefined): Promise<void> {
    this.#looked++;
    // What was collected for it is not in the kernel yet.
    if (this.#waiting.has(key)) await this.send();
    const known = this.#settled.get(key);
    const isFirst = !this.#seen.has(key);
    this.#seen.add(key);
    const id = (wish ?? known)?.id ?? this.#tried.get(key)?.id;
    const found =
      this.#found && isFirst ? this.#takeFound(key) : id && (await this.#kernel.readService(id));
    if (!wish) {
      if (!found) {
        this.gone.add(key);
        this.#settled.delete(key);
        return;
      }
      await this.#collect(key, undefined, [{ kind: 'delete-service', id: found.id }]);
      return;
    }
    const destinations: readonly FoundDestination[] = found
      ? await this.#kernel.readFoundDestinations(wish.id)
      : [];
    const planned = planService(found && { ...found, destinations }, wish);
    const { operations, failed } = this.#tunnels.judge(wish.id, destinations, planned);
    this.failures += failed.length;
    list(this.#failed, failed);
    if (known && operations.length > 0 && isFirst && sameService(known, wish)) {
      this.#drifts += operations.length;
      list(this.#drift, operations);
    }
    if (operations.length === 0) this.#settled.set(key, wish);
    else await this.#collect(key, wish, operations);
  }

  #takeFound(key: string): FoundService | undefined {
    const found = this.#found?.get(key);
    this.#found?.delete(key);
    return found;
  }

  async #collect(
    key: string,
    wish: IpvsService | undefined,
    operations: readonly IpvsOperation[],
  ): Promise<void> {
    this.#waiting.set(key, wish);
    for (const operation of operations) this.#collected.push(operation);
    if (this.#collected.length >= COLLECTED) await this.send();
  }

  /** Sends what was collected, and judges the answers service by service. */
  async send(): Promise<void> {
    const waiting = this.#waiting;
    const operations = this.#collected;
    this.#waiting = new Map();
    this.#collected = [];
    if (operations.length === 0) return;
    const refused = new Map<string, OperationResult[]>();
    for (const result of await this.#kernel.apply(operations)) {
      if (result.error === undefined) {
        this.#changes++;
        if (this.#applied.length < LISTED) this.#applied.push(result.operation);
        continue;
      }
      const key = serviceKey(operationTarget(result.operation));
      const others = refused.get(key);
      if (others) others.push(result);
      else refused.set(key, [result]);
    }
    for (const [key, wish] of waiting) this.#judge(key, wish, refused.get(key) ?? []);
  }

  #judge(key: string, wish: IpvsService | undefined, refused: readonly OperationResult[]): void {
    if (refused.length === 0) {
      if (wish) this.#settled.set(key, wish);
      else {
        this.#settled.delete(key);
        this.gone.add(key);
      }
      return;
    }
    this.#settled.delete(key);
    const rounds = (this.#tried.get(key)?.rounds ?? 0) + 1;
    const id = operationTarget((refused[0] as OperationResult).operation);
    this.#tried.set(key, { rounds, id });
    // Without its service a server is refused as well, which says nothing.
    const whole = refused.find(({ operation }) => 'service' in operation);
    const reasons = whole && !isStale(whole) ? [whole] : refused;
    // Another round mends a stale picture; what the kernel refuses it refuses again.
    if (rounds < ROUNDS && reasons.some((each) => isStale(each) || isAlready(each))) {
      this.queue.add(key);
      return;
    }
    this.failures += reasons.length;
    list(this.#failed, reasons.map(describeFailure));
  }
}

function list<T>(all: T[], more: readonly T[]): void {
  for (const one of more) {
    if (all.length >= LISTED) return;
    all.push(one);
  }
}

/** Deleting what is gone is success. */
function isAlready({ operation, error }: OperationResult): boolean {
  if (operation.kind === 'delete-service') return error?.is('ESRCH') ?? false;
  if (operation.kind === 'delete-destination') {
    return (error?.is('ENOENT') || error?.is('ESRCH')) ?? false;
  }
  return false;
}

/** Whether the error says that the table was not as it was read, so that reading again helps. */
function isStale({ operation, error }: OperationResult): boolean {
  if (!error) return false;
  if (error.code === 'NETLINK_OVERRUN' || error.code === 'NETLINK_TIMEOUT') return true;
  if (error.is('EEXIST') || error.is('ESRCH')) return true;
  // Of a service ENOENT is about its scheduler, which does not come by reading again.
  return error.is('ENOENT') && operation.kind === 'set-destination';
}
