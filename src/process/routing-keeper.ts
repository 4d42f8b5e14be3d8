/**
 * Keeps the kernel's routes and rules as the VRRP engine wants them. They have a netlink socket of
 * their own, which is opened with the first of them: addresses must not wait behind a thousand
 * routes. A second one hears when the kernel drops one of ours.
 */
import { Reconciler } from '../kernel/reconciler.js';
import { RoutingReconciler, type RoutingReport } from '../kernel/routing.js';
import { openRoute, type RouteClient } from '../netlink/route.js';
import type { LinkNames } from '../netlink/route-codec.js';
import { RouteMonitor } from '../netlink/route-monitor.js';
import { attachFilter, getSocketOption, setSocketOption } from '../packet-io/libc.js';
import type { DesiredRouting } from '../vrrp/desired-routing.js';

interface Options {
  readonly links: LinkNames;
  desired(): readonly DesiredRouting[];
  /** What a pass found for one instance, if anything; '' for what is static. */
  onReconciled(report: {
    readonly instance: string;
    readonly restored: readonly string[];
    readonly failed: readonly { readonly what: string; readonly reason: string }[];
  }): void;
  onError(error: unknown): void;
}

export class RoutingKeeper {
  readonly #options: Options;
  #route: RouteClient | undefined;
  #reconciler: Reconciler<RoutingReport> | undefined;
  #monitor: RouteMonitor | undefined;
  #pass: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Asks for a pass with what is desired by then; nothing happens until something is. */
  reconcile(): void {
    if (!this.#reconciler) {
      if (this.#options.desired().length === 0) return;
      try {
        this.#reconciler = this.#open();
      } catch (error) {
        this.#options.onError(error);
        return;
      }
    }
    const done = (): void => {
      if (this.#pass === pass) this.#pass = undefined;
    };
    const pass = this.#reconciler.reconcileNow().then(done, done);
    this.#pass = pass;
  }

  /** Resolves when every pass that was asked for has been tried. */
  async settled(): Promise<void> {
    while (this.#pass) await this.#pass;
  }

  /** No further passes; what is there stays. */
  close(): void {
    void this.#reconciler?.stop();
    this.#monitor?.close();
    this.#route?.close();
  }

  #open(): Reconciler<RoutingReport> {
    this.#route = openRoute();
    try {
      const onRemoved = (): void => this.reconcile();
      this.#monitor = new RouteMonitor(onRemoved, {
        socketOptions: { set: setSocketOption, get: getSocketOption },
        attachFilter,
      });
    } catch (error) {
      // The regular passes find what is missing, only later.
      this.#options.onError(error);
    }
    const routing = new RoutingReconciler(this.#route, this.#options.links);
    return new Reconciler<RoutingReport>({
      pass: () => routing.reconcile(this.#options.desired()),
      isComplete: ({ failed }) => failed.length === 0,
      onReport: (report) => this.#tell(report),
      onError: this.#options.onError,
    });
  }

  #tell({ restored, newlyFailed }: RoutingReport): void {
    for (const instance of new Set([...restored, ...newlyFailed].map((each) => each.instance))) {
      this.#options.onReconciled({
        instance,
        restored: restored.filter((each) => each.instance === instance).map(({ what }) => what),
        failed: newlyFailed
          .filter((each) => each.instance === instance)
          .map(({ what, reason }) => ({ what, reason })),
      });
    }
  }
}
