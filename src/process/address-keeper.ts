/**
 * Keeps the kernel's addresses as the VRRP engine wants them: one reconciliation at a time, another
 * one after it if something changed meanwhile, again after a failure, and now and then in case a
 * notification was lost. Announcements wait until the addresses are in.
 */
import type { Ip } from '../base/ip.js';
import type { AddressReport } from '../kernel/addresses.js';
import type { DesiredAddress } from '../vrrp/desired.js';

const PERIOD_MILLIS = 10_000;
const RETRY_MILLIS = 500;

interface Target {
  readonly interface: string;
  readonly address: Ip;
}

interface Options {
  desired(): readonly DesiredAddress[];
  announce(targets: readonly Target[], repeat: number): void;
  /** What a pass found for one instance: restored addresses, and those it could not put there. */
  onReconciled(report: {
    readonly instance: string;
    readonly restored: readonly Ip[];
    readonly failed: readonly { readonly address: Ip; readonly reason: string }[];
  }): void;
  onError(error: unknown): void;
}

export class AddressKeeper {
  readonly #reconciler: { reconcile(desired: readonly DesiredAddress[]): Promise<AddressReport> };
  readonly #options: Options;
  #running: Promise<void> | undefined;
  #again = false;
  #retry: NodeJS.Timeout | undefined;
  /** Bounded: emptied at the end of each pass, filled by transitions during one. */
  #waiting: { readonly instance: string; readonly targets: readonly Target[]; readonly repeat: number }[] =
    [];

  constructor(
    reconciler: { reconcile(desired: readonly DesiredAddress[]): Promise<AddressReport> },
    options: Options,
  ) {
    this.#reconciler = reconciler;
    this.#options = options;
    setInterval(() => this.reconcile(), PERIOD_MILLIS).unref();
  }

  /** Asks for a pass; it begins now, or when the one under way has ended. */
  reconcile(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#announceWaiting();
    });
  }

  /** Resolves when no pass is under way or asked for. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Announces addresses that `instance` holds, after the pass under way; at once if there is none. */
  announceWhenPresent(instance: string, targets: readonly Target[], repeat: number): void {
    this.#waiting.push({ instance, targets, repeat });
    if (!this.#running) this.#announceWaiting();
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      try {
        const report = await this.#reconciler.reconcile(this.#options.desired());
        this.#tell(report);
        if (report.failed.length > 0) this.#retryLater();
      } catch (error) {
        this.#options.onError(error);
        this.#retryLater();
      }
    } while (this.#again);
  }

  #tell(report: AddressReport): void {
    const instances = new Set([...report.restored, ...report.failed].map((entry) => entry.instance));
    for (const instance of instances) {
      this.#options.onReconciled({
        instance,
        restored: report.restored.filter((r) => r.instance === instance).map((r) => r.address),
        failed: report.failed.filter((f) => f.instance === instance),
      });
    }
  }

  #announceWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const held = new Set(
      this.#options
        .desired()
        .filter((entry) => entry.present)
        .map(({ address }) => `${address.interface} ${address.address}`),
    );
    for (const { targets, repeat } of waiting) {
      const still = targets.filter((target) => held.has(`${target.interface} ${target.address}`));
      if (still.length > 0) this.#options.announce(still, repeat);
    }
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.reconcile();
    }, RETRY_MILLIS).unref();
  }
}
