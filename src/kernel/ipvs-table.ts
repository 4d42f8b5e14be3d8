/**
 * Makes the IPVS table true: adopts services that are there already, changes in place, repairs
 * what others changed, and leaves services alone that were never wanted.
 */
import type { IpvsClient, OperationResult } from '../ipvs/client.js';
import type { KernelService } from '../ipvs/codec.js';
import { type IpvsService, serviceKey } from '../ipvs/model.js';
import { type IpvsOperation, operationTarget, renderOperation } from '../ipvs/operations.js';
import { planTable } from '../ipvs/plan.js';

/** What a pass did and found. */
export interface TableReport {
  /** Operations that the kernel carried out. */
  readonly applied: readonly IpvsOperation[];
  /** What could not be done, with the reason in words. */
  readonly failed: readonly { readonly operation: IpvsOperation; readonly reason: string }[];
  /**
   * Operations that were needed though the wishes are those of the last complete pass: someone else
   * had changed the table.
   */
  readonly drift: readonly IpvsOperation[];
  /** The table at the end of the pass, foreign services included, with counters. */
  readonly table: readonly KernelService[];
}

/** What is needed of the kernel. */
export type TableKernel = Pick<IpvsClient, 'readTable' | 'apply' | 'flush'>;

/** How often a pass reads again because the table changed under it. */
const ROUNDS = 4;

export class IpvsTableReconciler {
  readonly #kernel: TableKernel;
  /**
   * Keys of services that were wanted at some time and may still be in the table; bounded by the
   * configurations of this process's life, pruned when they are gone from the kernel.
   */
  readonly #owned = new Set<string>();
  #flush: boolean;
  /** The wishes of the last pass that was complete, as text. */
  #settled = '';

  /** @param options.flushAtStart the first pass deletes every service before (`lvs_flush`). */
  constructor(kernel: TableKernel, options: { readonly flushAtStart?: boolean } = {}) {
    this.#kernel = kernel;
    this.#flush = options.flushAtStart ?? false;
  }

  /** Keys of services that this process answers for. */
  get owned(): ReadonlySet<string> {
    return this.#owned;
  }

  /** Takes responsibility for services that an earlier configuration or process had. */
  adopt(keys: Iterable<string>): void {
    for (const key of keys) this.#owned.add(key);
  }

  /**
   * One pass. Passes must not overlap.
   *
   * @throws {NetlinkError} the kernel could not be read.
   */
  async reconcile(desired: readonly IpvsService[]): Promise<TableReport> {
    if (this.#flush) {
      await this.#kernel.flush();
      this.#flush = false;
    }
    for (const service of desired) this.#owned.add(serviceKey(service.id));

    const wishes = JSON.stringify(desired);
    const applied: IpvsOperation[] = [];
    let drift: readonly IpvsOperation[] = [];
    let table = await this.#kernel.readTable();
    let failed: OperationResult[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const operations = planTable(table, desired, { owned: this.#owned });
      if (round === 1 && wishes === this.#settled) drift = operations;
      if (operations.length === 0) {
        failed = [];
        break;
      }
      const results = await this.#kernel.apply(operations);
      failed = [];
      for (const result of results) {
        if (result.error === undefined || isAlready(result)) applied.push(result.operation);
        else failed.push(result);
      }
      table = await this.#kernel.readTable();
      // Another round mends a stale picture; what the kernel refuses it refuses again.
      if (failed.length > 0 && !failed.some(isStale)) break;
    }

    const there = new Set(table.map((service) => serviceKey(service.id)));
    const wanted = new Set(desired.map((service) => serviceKey(service.id)));
    for (const key of this.#owned) {
      if (!there.has(key) && !wanted.has(key)) this.#owned.delete(key);
    }
    this.#settled = failed.length === 0 ? wishes : '';
    return { applied, failed: failed.map(describeFailure), drift, table };
  }

  /** Deletes every service that this process answers for, at the end of its life. */
  withdraw(): Promise<TableReport> {
    return this.reconcile([]);
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

function describeFailure({ operation, error }: OperationResult): {
  operation: IpvsOperation;
  reason: string;
} {
  const name = serviceKey(operationTarget(operation));
  if (error?.is('ENOENT') && 'service' in operation) {
    return {
      operation,
      reason: `${name}: the kernel has no scheduler ${operation.service.scheduler}`,
    };
  }
  return { operation, reason: error?.message ?? `${renderOperation(operation)}: failed` };
}
