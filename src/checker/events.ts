/**
 * What can happen to the checker engine. Every event says when it happened (monotonic
 * microseconds); the engine asks for nothing else.
 */
import type { Micros } from '../base/time.js';
import type { IpvsService } from '../ipvs/model.js';
import type { ConnectionCount } from './drain.js';
import type { ProbeResult } from './probe-result.js';
import type { CheckerSettings } from './settings.js';

/** `check/<key of the check>`, or that of draining servers; a key names at most one armed timer. */
export type CheckerTimerKey = `check/${string}` | 'drain';

export type CheckerEvent =
  /** The first configuration, or a reload: what stayed the same keeps its state and schedule. */
  | {
      readonly kind: 'configured';
      readonly at: Micros;
      readonly generation: number;
      readonly settings: CheckerSettings;
      /** 32 random bits: they spread the first checks over their warm-up. */
      readonly seed: number;
      /**
       * With the first configuration: the IPVS table as it was found. Where an earlier process left
       * a service, its servers start as they are in there.
       */
      readonly found?: readonly IpvsService[];
      /** With the first configuration: keys of services that an earlier process answered for. */
      readonly owned?: readonly string[];
    }
  /** A timer that an `arm-timer` effect asked for; `dueAt` is what it was armed with. */
  | {
      readonly kind: 'timer-expired';
      readonly at: Micros;
      readonly dueAt: Micros;
      readonly timer: CheckerTimerKey;
    }
  /** The answer to `start-probe`: exactly one for each attempt that is not cancelled. */
  | {
      readonly kind: 'probe-finished';
      readonly at: Micros;
      readonly check: string;
      readonly attempt: number;
      readonly result: ProbeResult;
    }
  /** The answer to `count-connections`. */
  | {
      readonly kind: 'connections-counted';
      readonly at: Micros;
      readonly counts: readonly ConnectionCount[];
    }
  /** SIGTERM: stop every check, want nothing in the table any more. */
  | { readonly kind: 'shutdown'; readonly at: Micros };
