/**
 * Keeps IPVS's timeouts as `lvs_timeouts` says, and puts back at the end what was there before.
 * IPVS is not touched before the configuration has asked for it.
 */
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { IpvsTimeouts } from '../ipvs/control-codec.js';
import {
  IpvsTimeoutReconciler,
  type TimeoutKernel,
  type TimeoutReport,
} from '../kernel/ipvs-timeouts.js';
import { Reconciler } from '../kernel/reconciler.js';

/** The kernel as long as it is open. */
export type OpenTimeoutKernel = TimeoutKernel & { close(): void };

interface Options {
  readonly logger: Logger;
  /** Opens the kernel: when it is needed first, and again after it failed. */
  readonly open: () => Promise<OpenTimeoutKernel>;
}

export class TimeoutKeeper {
  readonly #options: Options;
  readonly #loop: Reconciler<TimeoutReport>;
  readonly #timeouts: IpvsTimeoutReconciler;
  #kernel: OpenTimeoutKernel | undefined;
  #wanted: Partial<IpvsTimeouts> = {};
  #needed = false;
  /** The first change is ours, later ones undo another's. */
  #settled = false;
  #lastError: string | undefined;

  constructor(options: Options) {
    this.#options = options;
    const kernel = (): OpenTimeoutKernel => this.#kernel as OpenTimeoutKernel;
    this.#timeouts = new IpvsTimeoutReconciler({
      readTimeouts: () => kernel().readTimeouts(),
      setTimeouts: (timeouts) => kernel().setTimeouts(timeouts),
    });
    this.#loop = new Reconciler<TimeoutReport>({
      pass: () => this.#pass(),
      isComplete: () => true,
      onError: (error) => this.#tell(messageOf(error)),
    });
  }

  /** Says which times are wanted, in seconds. */
  want(timeouts: Partial<IpvsTimeouts>): void {
    this.#wanted = timeouts;
    this.#settled = false;
    this.#needed ||= Object.values(timeouts).some((seconds) => seconds > 0);
    if (this.#needed) this.#loop.trigger();
  }

  /** Puts back what was there before; resolves when that has been tried. Never rejects. */
  async stop(): Promise<void> {
    this.want({});
    if (this.#needed) await this.#loop.reconcileNow().catch(() => {});
    await this.#loop.stop();
    this.#kernel?.close();
  }

  /** No further passes; the times stay as they are. */
  abandon(): Promise<void> {
    return this.#loop.stop();
  }

  async #pass(): Promise<TimeoutReport> {
    try {
      this.#kernel ??= await this.#options.open();
      const report = await this.#timeouts.reconcile(this.#wanted);
      this.#report(report);
      this.#settled = true;
      this.#lastError = undefined;
      return report;
    } catch (error) {
      this.#kernel?.close();
      this.#kernel = undefined;
      throw error;
    }
  }

  #report({ changed }: TimeoutReport): void {
    if (!changed) return;
    const { tcp, tcpFin, udp } = changed;
    const now = `tcp ${tcp}, tcpfin ${tcpFin}, udp ${udp} seconds`;
    const { logger } = this.#options;
    if (this.#settled) {
      logger.warning('ipvs-drift', `IPVS: something else changed the timeouts, repaired: ${now}`, {
        ...changed,
      });
    } else logger.info('ipvs-timeouts', `IPVS: timeouts are ${now}`, { ...changed });
  }

  #tell(error: string): void {
    if (error !== this.#lastError) {
      this.#options.logger.error('ipvs-failed', `IPVS: timeouts cannot be set: ${error}`);
    }
    this.#lastError = error;
  }
}
