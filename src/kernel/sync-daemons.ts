/**
 * Makes the kernel's connection-sync daemons true. One of each state can run in a network
 * namespace; keepalived's way, and ours, is one at a time: the master daemon while the instance is
 * MASTER, the backup daemon otherwise.
 *
 * The new one is started before the old one is stopped, so that no message is missed: the kernel
 * allows both, and they do not hear each other (multicast loopback is off on the sender).
 */
import { messageOf } from '../base/errors.js';
import type { IpvsClient } from '../ipvs/client.js';
import type { SyncDaemon } from '../ipvs/control-codec.js';
import { NetlinkError } from '../netlink/errors.js';

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

  constructor(kernel: SyncDaemonKernel) {
    this.#kernel = kernel;
  }

  /**
   * One pass. Passes must not overlap. Starting and stopping block the caller inside the kernel.
   *
   * @param desired the one that is to run; `undefined`: none. Nothing is touched before the first
   *   wish for one.
   * @throws {NetlinkError} the kernel could not be read.
   */
  async reconcile(desired: SyncDaemon | undefined): Promise<SyncDaemonReport> {
    if (desired) this.#ours = true;
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
      if (await attempt(() => this.#kernel.stopDaemon(daemon.state), 'ESRCH')) stopped.push(daemon);
    };

    const same = running.find((daemon) => daemon.state === desired?.state);
    if (desired) {
      // A daemon's interface and id cannot be changed: it makes room for its successor.
      if (same && !isSame(same, desired)) await stop(same);
      if (!same || !isSame(same, desired)) {
        // EEXIST: another one between our reading and here; the reading below shows whose.
        if (await attempt(() => this.#kernel.startDaemon(desired), 'EEXIST')) started.push(desired);
      }
    }
    for (const daemon of running) {
      if (daemon.state !== desired?.state) await stop(daemon);
    }
    const settled = same !== undefined || desired === undefined;
    if (settled && started.length + stopped.length + failed.length === 0) {
      return { started, stopped, failed, running };
    }
    const after = await this.#kernel.readDaemons();
    if (desired && failed.length === 0 && !after.some((daemon) => isSame(daemon, desired))) {
      failed.push(`a ${desired.state} daemon of something else runs in the place of ours`);
    }
    return { started, stopped, failed, running: after };
  }
}

/** Whether the daemon that runs is the wanted one; what is not wanted in particular may be anything. */
function isSame(running: SyncDaemon, wanted: SyncDaemon): boolean {
  return (
    running.state === wanted.state &&
    running.interface === wanted.interface &&
    running.syncId === wanted.syncId &&
    fits(running.maxLength, wanted.maxLength) &&
    fits(running.group, wanted.group) &&
    fits(running.port, wanted.port) &&
    fits(running.ttl, wanted.ttl)
  );
}

function fits<T>(running: T | undefined, wanted: T | undefined): boolean {
  return wanted === undefined || running === undefined || running === wanted;
}
