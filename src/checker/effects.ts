/**
 * What the checker engine orders. Plain data; the checker process executes a step's effects in the
 * order of this union.
 */
import type { Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import type { ServiceId } from '../ipvs/model.js';
import type { CheckerTimerKey } from './events.js';
import type { CheckSettings } from './settings.js';

export type LogLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error';

export type CheckerEffect =
  /** Forget the attempt: close its socket, report nothing. */
  | { readonly kind: 'cancel-probe'; readonly check: string; readonly attempt: number }
  | { readonly kind: 'cancel-timer'; readonly timer: CheckerTimerKey }
  /** Arm, or re-arm, the timer for an absolute instant; a past one fires at once. */
  | { readonly kind: 'arm-timer'; readonly timer: CheckerTimerKey; readonly dueAt: Micros }
  /** Make one attempt; whatever happens, its result comes by `deadline`. */
  | {
      readonly kind: 'start-probe';
      readonly check: string;
      readonly attempt: number;
      readonly spec: CheckSettings;
      readonly deadline: Micros;
    }
  /** The desired table (`desired.ts`) may have changed: reconcile now. */
  | { readonly kind: 'reconcile-table' }
  /** Tell how many connections draining servers have. */
  | { readonly kind: 'count-connections'; readonly services: readonly CountedService[] }
  /** One line for the log. `event` is its stable name; `text` uses keepalived's words. */
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly event: string;
      readonly text: string;
      readonly fields: Readonly<Record<string, string | number | boolean>>;
    };

/** A service, and its servers whose connections are to be counted. */
export interface CountedService {
  readonly id: ServiceId;
  readonly servers: readonly { readonly address: Ip; readonly port: number }[];
}

type Of<K extends CheckerEffect['kind']> = Extract<CheckerEffect, { kind: K }>;

/** Collects the effects of one step, in any order, and hands them out in the order of the union. */
export class Orders {
  readonly #cancels: CheckerEffect[] = [];
  readonly #timers: CheckerEffect[] = [];
  readonly #probes: CheckerEffect[] = [];
  readonly #log: CheckerEffect[] = [];
  #reconcile = false;
  #count: readonly CountedService[] = [];

  cancelProbe(check: string, attempt: number): void {
    this.#cancels.push({ kind: 'cancel-probe', check, attempt });
  }

  /** Arms the timer of draining servers, or cancels it. */
  armDrainTimer(dueAt: Micros | undefined): void {
    this.#timers.push(
      dueAt === undefined
        ? { kind: 'cancel-timer', timer: 'drain' }
        : { kind: 'arm-timer', timer: 'drain', dueAt },
    );
  }

  countConnections(services: readonly CountedService[]): void {
    this.#count = services;
  }

  cancelTimer(check: string): void {
    this.#cancels.push({ kind: 'cancel-timer', timer: checkTimer(check) });
  }

  armTimer(check: string, dueAt: Micros): void {
    this.#timers.push({ kind: 'arm-timer', timer: checkTimer(check), dueAt });
  }

  startProbe(order: Omit<Of<'start-probe'>, 'kind'>): void {
    this.#probes.push({ kind: 'start-probe', ...order });
  }

  reconcileTable(): void {
    this.#reconcile = true;
  }

  log(level: LogLevel, event: string, text: string, fields: Of<'log'>['fields'] = {}): void {
    this.#log.push({ kind: 'log', level, event, text, fields });
  }

  /** Everything that was ordered, in the order in which it is to be executed. */
  effects(): readonly CheckerEffect[] {
    const reconcile: CheckerEffect[] = this.#reconcile ? [{ kind: 'reconcile-table' }] : [];
    const count: CheckerEffect[] =
      this.#count.length > 0 ? [{ kind: 'count-connections', services: this.#count }] : [];
    return [
      ...this.#cancels,
      ...this.#timers,
      ...this.#probes,
      ...reconcile,
      ...count,
      ...this.#log,
    ];
  }
}

/** The timer of a check, by the check's key. */
export function checkTimer(check: string): CheckerTimerKey {
  return `check/${check}`;
}
