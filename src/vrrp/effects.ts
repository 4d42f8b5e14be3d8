/**
 * What the VRRP engine orders. Plain data; the vrrp process executes a step's effects in the order
 * of this union: packets, timers, kernel, announcements, then reports and log.
 */
import type { Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import type { TimerKey } from './timers.js';

export type InstanceState = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';

export type LogLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error';

export type VrrpEffect =
  /** Send a VRRP packet, without IP header, to `destination`. */
  | {
      readonly kind: 'send-advert';
      readonly instance: string;
      readonly interface: string;
      readonly source: Ip;
      readonly destination: Ip;
      /** The hop limit in IPv6. */
      readonly ttl: number;
      readonly packet: Uint8Array;
    }
  /** Arm, or re-arm, the timer for an absolute instant; a past one fires at once. */
  | { readonly kind: 'arm-timer'; readonly timer: TimerKey; readonly dueAt: Micros }
  | { readonly kind: 'cancel-timer'; readonly timer: TimerKey }
  /** The desired kernel state (`desired.ts`) has changed: reconcile now. */
  | { readonly kind: 'reconcile' }
  /**
   * Announce addresses by gratuitous ARP or neighbour advertisement (RFC 9568 6.4.2), `repeat`
   * packets each, once the
   * reconciliation that is due or under way has put them there; dropped if the instance has left
   * MASTER by then.
   */
  | {
      readonly kind: 'announce';
      readonly instance: string;
      readonly addresses: readonly { readonly interface: string; readonly address: Ip }[];
      readonly repeat: number;
    }
  /** An instance changed state: for status, notify scripts and the other processes. */
  | {
      readonly kind: 'state-changed';
      readonly instance: string;
      readonly from: InstanceState;
      readonly to: InstanceState;
      /** At that moment. */
      readonly effectivePriority: number;
      readonly reason: string;
    }
  /** What an instance advertises changed: for `notify_priority_changes` and the status. */
  | {
      readonly kind: 'priority-changed';
      readonly instance: string;
      readonly priority: number;
      readonly effectivePriority: number;
    }
  /** A MASTER heard an advert that loses against it: for scripts and pipes. */
  | {
      readonly kind: 'losing-advert';
      readonly instance: string;
      readonly effectivePriority: number;
      readonly source: Ip;
    }
  /** One line for the log. `event` is its stable name; `text` uses keepalived's words. */
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly event: string;
      readonly text: string;
      readonly fields: Readonly<Record<string, string | number | boolean>>;
    };
