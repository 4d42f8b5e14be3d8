/**
 * Keeps the kernel's connection-sync daemons as the VRRP engine wants them. IPVS is not touched
 * before the configuration has asked for a daemon.
 */
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { IpvsClient } from '../ipvs/client.js';
import { Reconciler } from '../kernel/reconciler.js';
import { SyncDaemonReconciler, type SyncDaemonReport } from '../kernel/sync-daemons.js';
import type { DesiredSyncDaemon } from '../vrrp/desired.js';
import { openIpvs } from './ipvs-namespace.js';

export class SyncDaemonKeeper {
  readonly #logger: Logger;
  readonly #loop: Reconciler<SyncDaemonReport>;
  readonly #daemons: SyncDaemonReconciler;
  #client: IpvsClient | undefined;
  #desired: readonly DesiredSyncDaemon[] = [];
  #namespace: string | undefined;
  #needed = false;
  #lastError: string | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
    // The client is opened again after it failed: its family's number may have changed.
    const client = (): IpvsClient => this.#client as IpvsClient;
    this.#daemons = new SyncDaemonReconciler({
      readDaemons: () => client().readDaemons(),
      startDaemon: (daemon) => client().startDaemon(daemon),
      stopDaemon: (state) => client().stopDaemon(state),
    });
    this.#loop = new Reconciler<SyncDaemonReport>({
      pass: () => this.#pass(),
      isComplete: (report) => report.failed.length === 0,
      onError: (error) => this.#tell(messageOf(error)),
    });
  }

  /** `net_namespace_ipvs`, before the first wish; later it changes nothing. */
  enterNamespace(name: string | undefined): void {
    if (!this.#needed) this.#namespace = name;
  }

  /** Says which daemons are to run; none before the first wish for one. */
  want(desired: readonly DesiredSyncDaemon[]): void {
    this.#desired = desired;
    this.#needed ||= desired.length > 0;
    if (this.#needed) this.#loop.trigger();
  }

  /** Stops our daemons; resolves when that has been tried. Never rejects. */
  async stop(): Promise<void> {
    this.#desired = [];
    if (this.#needed) await this.#loop.reconcileNow().catch(() => {});
    await this.#loop.stop();
    this.#client?.close();
  }

  async #pass(): Promise<SyncDaemonReport> {
    try {
      this.#client ??= await openIpvs(this.#namespace);
      const report = await this.#daemons.reconcile(this.#desired);
      for (const { state, interface: name, syncId } of report.started) {
        this.#logger.notice(
          'sync-daemon-started',
          `IPVS sync daemon: ${state} started on ${name}, syncid ${syncId}`,
        );
      }
      this.#tell(report.failed[0]);
      return report;
    } catch (error) {
      this.#client?.close();
      this.#client = undefined;
      throw error;
    }
  }

  /** Logs a failure once as long as it stays the same. */
  #tell(error: string | undefined): void {
    if (error !== undefined && error !== this.#lastError) {
      this.#logger.error('sync-daemon-failed', `IPVS sync daemon: ${error}`);
    }
    this.#lastError = error;
  }
}
