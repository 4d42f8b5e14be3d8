/**
 * Makes the kernel's connection-sync daemons true. One of each state can run in a network
 * namespace; with an instance one at a time is wanted: the master daemon while it is MASTER, the
 * backup daemon otherwise.
 *
 * The new one is started before the old one is stopped, so that no message is missed: the kernel
 * allows both, and they do not hear each other (multicast loopback is off on the sender).
 */
import { messageOf } from '../base/errors.js';
import { familyOf } from '../base/ip.js';
import type { IpvsClient } from '../ipvs/client.js';
import type { SyncDaemon } from '../ipvs/control-codec.js';
import { NetlinkError } from '../netlink/errors.js';

/** The kernel's own (net/netfilter/ipvs/ip_vs_sync.c). */
const IPVS_SYNC_GROUP = '224.0.0.81';
const IPVS_SYNC_PORT = 8848;

/** What a pass did and found. */
export interface SyncDaemonReport {
  readonly started: readonly SyncDaemon[];
  readonly stopped: readonly SyncDaemon[];
  /** In words; empty: all is as wanted. */
  readonly failed: readonly string[];
  /** What runs at the end of the pass. */
  readonly running: readonly SyncDaemon[];
}

/** What is needed of the kernel. */
export type SyncDaemonKernel = Pick<IpvsClient, 'readDaemons' | 'startDaemon' | 'stopDaemon'>;

export class SyncDaemonReconciler {
  readonly #kernel: SyncDaemonKernel;
  /** Whether we have ever been told to run one: otherwise the daemons are another's. */
  #ours = false;
  /** What we asked for when we started the one that runs, by state. */
  readonly #asked = new Map<SyncDaemon['state'], SyncDaemon>();

  constructor(kernel: SyncDaemonKernel) {
    this.#kernel = kernel;
  }

  /**
   * One pass. Passes must not overlap. Starting and stopping block the caller inside the kernel.
   *
   * @param desired those that are to run, one of each state at most. Nothing is touched before the
   *   first wish for one.
   * @throws {NetlinkError} the kernel could not be read.
   */
  async reconcile(desired: readonly SyncDaemon[]): Promise<SyncDaemonReport> {
    if (desired.length > 0) this.#ours = true;
    if (!this.#ours) return { started: [], stopped: [], failed: [], running: [] };
    const running = await this.#kernel.readDaemons();
    const started: SyncDaemon[] = [];
    const stopped: SyncDaemon[] = [];
    const failed: string[] = [];
    const attempt = async (run: () => Promise<void>, harmless: string): Promise<boolean> => {
      try {
        await run();
        return true;
      } catch (error) {
        if (!(error instanceof NetlinkError && error.is(harmless))) failed.push(messageOf(error));
        return false;
      }
    };
    const stop = async (daemon: SyncDaemon): Promise<void> => {
      this.#asked.delete(daemon.state);
      if (await attempt(() => this.#kernel.stopDaemon(daemon.state), 'ESRCH')) stopped.push(daemon);
    };

    for (const wanted of desired) {
      const same = running.find(({ state }) => state === wanted.state);
      if (same && this.#isAsWanted(same, wanted)) continue;
      // What a daemon speaks cannot be changed: it makes room for its successor.
      if (same) await stop(same);
      // EEXIST: another one between our reading and here; the reading below shows whose.
      if (!(await attempt(() => this.#kernel.startDaemon(wanted), 'EEXIST'))) continue;
      started.push(wanted);
      this.#asked.set(wanted.state, wanted);
    }
    for (const daemon of running) {
      if (!desired.some(({ state }) => state === daemon.state)) await stop(daemon);
    }
    const settled = desired.every((wanted) => running.some(({ state }) => state === wanted.state));
    if (settled && started.length + stopped.length + failed.length === 0) {
      return { started, stopped, failed, running };
    }
    const after = await this.#kernel.readDaemons();
    if (failed.length > 0) return { started, stopped, failed, running: after };
    for (const wanted of desired) {
      if (after.some((daemon) => this.#isAsWanted(daemon, wanted))) continue;
      failed.push(`a ${wanted.state} daemon of something else runs in the place of ours`);
    }
    return { started, stopped, failed, running: after };
  }

  /**
   * Whether the daemon that runs is the wanted one. What is not wanted in particular is the kernel's
   * default, except for the length of messages, which follows the interface: there any will do that
   * we have not asked for ourselves.
   */
  #isAsWanted(running: SyncDaemon, wanted: SyncDaemon): boolean {
    const length = wanted.maxLength === undefined ? undefined : allowedLength(wanted);
    const before = this.#asked.get(wanted.state)?.maxLength;
    return (
      running.state === wanted.state &&
      running.interface === wanted.interface &&
      running.syncId === wanted.syncId &&
      fits(running.maxLength, length ?? running.maxLength) &&
      (length !== undefined || before === undefined) &&
      fits(running.group, wanted.group ?? IPVS_SYNC_GROUP) &&
      fits(running.port, wanted.port ?? IPVS_SYNC_PORT) &&
      fits(running.ttl, wanted.ttl ?? 1)
    );
  }
}

/**
 * What the kernel makes of a length: a backup takes messages of 1024 bytes at least, and nothing is
 * longer than a datagram (start_sync_thread).
 */
function allowedLength({ state, maxLength = 0, group = IPVS_SYNC_GROUP }: SyncDaemon): number {
  const headers = familyOf(group) === 6 ? 48 : 28;
  return Math.min(Math.max(maxLength, state === 'backup' ? 1024 : 1), 65_535 - headers);
}

/** Kernels before 4.3 do not tell, and cannot be told. */
function fits<T>(running: T | undefined, wanted: T | undefined): boolean {
  return running === undefined || running === wanted;
}
