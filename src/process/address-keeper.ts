/**
 * Keeps the kernel's addresses as the VRRP engine wants them, tells the engine what a pass found,
 * and lets announcements wait until the addresses are in.
 */
import type { Ip } from '../base/ip.js';
import type { AddressReport, InstanceAddress } from '../kernel/addresses.js';
import { Reconciler } from '../kernel/reconciler.js';
import type { DesiredAddress } from '../vrrp/desired.js';

interface Target {
  readonly interface: string;
  readonly address: Ip;
}

interface Options {
  /** One pass over the kernel; passes do not overlap. See {@link AddressReconciler}. */
  reconcile(
    desired: readonly DesiredAddress[],
    onAdded: (held: readonly InstanceAddress[]) => void,
    hasNews: () => boolean,
  ): Promise<AddressReport>;
  desired(): readonly DesiredAddress[];
  announce(targets: readonly Target[], repeat: number): void;
  /** What a pass found for one instance: restored addresses, and those it could not put there. */
  onReconciled(report: {
    readonly instance: string;
    readonly restored: readonly Ip[];
    readonly failed: readonly { readonly address: Ip; readonly reason: string }[];
    /** Was there with other options, by someone else's hand if `drifted`; is now as wanted. */
    readonly corrected?: readonly {
      readonly address: Ip;
      readonly was: string;
      readonly drifted: boolean;
    }[];
    /** Is there, but not with the options that are wanted. */
    readonly uncorrected?: readonly { readonly address: Ip; readonly reason: string }[];
  }): void;
  onError(error: unknown): void;
}

export class AddressKeeper {
  readonly #options: Options;
  readonly #reconciler: Reconciler<AddressReport>;
  /** The pass that was asked for last; undefined when it has ended. */
  #pass: Promise<void> | undefined;
  /** Bounded: filled by transitions during a pass, emptied at its end. */
  #waiting: { readonly targets: readonly Target[]; readonly repeat: number }[] = [];
  /** What the last pass has put or found there; bounded by the configuration. */
  #held: ReadonlySet<string> = new Set();
  /** A pass was asked for in this turn of the event loop. */
  #ordered = false;
  /** A pass was asked for since the last one began: another follows. */
  #hasNews = false;
  /** What is to be there, as far as no pass was asked for since; made when it is needed. */
  #wanted: ReadonlySet<string> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#reconciler = new Reconciler<AddressReport>({
      pass: () => {
        this.#hasNews = false;
        const onAdded = (held: readonly InstanceAddress[]): void => {
          this.#hold(held);
          this.#announceHeld();
        };
        return options.reconcile(options.desired(), onAdded, () => this.#hasNews);
      },
      isComplete: (report) => report.failed.length === 0,
      onReport: (report) => this.#tell(report),
      onError: options.onError,
    });
  }

  /**
   * Asks for a pass with what is desired by then. It begins when the events that are at hand have been
   * heard: where hundreds of instances take over in one turn, it is one pass for all.
   */
  reconcile(): void {
    this.#wanted = undefined;
    this.#hasNews = true;
    if (this.#ordered) return;
    this.#ordered = true;
    const done = (): void => {
      if (this.#pass !== pass) return;
      this.#pass = undefined;
      this.#announceHeld();
      this.#waiting = [];
    };
    const begin = (): Promise<AddressReport> => {
      this.#ordered = false;
      return this.#reconciler.reconcileNow();
    };
    const pass = Promise.resolve().then(begin).then(done, done);
    this.#pass = pass;
  }

  /** No further passes; what is there stays. */
  stop(): void {
    void this.#reconciler.stop();
  }

  /** Whether addresses are to be announced as soon as a pass has put them there. */
  get isExpected(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when every pass that was asked for has been tried. */
  async settled(): Promise<void> {
    while (this.#pass) await this.#pass;
  }

  /**
   * Announces addresses as soon as the pass that was asked for has put them there; at once if there
   * is none. Those that it cannot put there are not announced.
   */
  announceWhenPresent(targets: readonly Target[], repeat: number): void {
    this.#waiting.push({ targets, repeat });
    if (this.#pass) return;
    this.#announceHeld();
    this.#waiting = [];
  }

  /** Whether it is to be there, after the last {@link reconcile}: no wish changes without one. */
  isWanted(target: Target): boolean {
    this.#wanted ??= new Set(
      this.#options
        .desired()
        .filter((entry) => entry.present)
        .map(({ address }) => keyOf(address)),
    );
    return this.#wanted.has(keyOf(target));
  }

  #hold(held: readonly InstanceAddress[]): void {
    this.#held = new Set(held.map(({ address }) => keyOf(address)));
  }

  #tell({ restored, failed, confirmed, corrected, uncorrected, endedEarly }: AddressReport): void {
    if (endedEarly) return;
    this.#hold(confirmed);
    const ofInstance =
      (name: string) =>
      ({ instance }: InstanceAddress): boolean =>
        instance === name;
    const told = [...restored, ...failed, ...corrected, ...uncorrected];
    for (const instance of new Set(told.map((entry) => entry.instance))) {
      const fixed = corrected
        .filter(ofInstance(instance))
        .map(({ address, was, drifted }) => ({ address: address.address, was, drifted }));
      const left = uncorrected
        .filter(ofInstance(instance))
        .map(({ address, reason }) => ({ address: address.address, reason }));
      this.#options.onReconciled({
        instance,
        restored: restored.filter(ofInstance(instance)).map(({ address }) => address.address),
        failed: failed
          .filter(ofInstance(instance))
          .map(({ address, reason }) => ({ address: address.address, reason })),
        ...(fixed.length === 0 ? {} : { corrected: fixed }),
        ...(left.length === 0 ? {} : { uncorrected: left }),
      });
    }
  }

  /** Announces what is there and still wanted; the rest goes on waiting. */
  #announceHeld(): void {
    if (this.#waiting.length === 0) return;
    const isReady = (target: Target): boolean =>
      this.isWanted(target) && this.#held.has(keyOf(target));
    const waiting = this.#waiting;
    this.#waiting = [];
    // Together: the last of hundreds is announced once before the first is repeated.
    const ready = new Map<number, Target[]>();
    for (const { targets, repeat } of waiting) {
      const rest: Target[] = [];
      for (const target of targets) {
        if (!isReady(target)) rest.push(target);
        else {
          const same = ready.get(repeat);
          if (same) same.push(target);
          else ready.set(repeat, [target]);
        }
      }
      if (rest.length > 0) this.#waiting.push({ targets: rest, repeat });
    }
    for (const [repeat, targets] of ready) this.#options.announce(targets, repeat);
  }
}

function keyOf({ interface: name, address }: Target): string {
  return `${name} ${address}`;
}
