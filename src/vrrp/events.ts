/**
 * What can happen to the VRRP engine. Every event says when it happened (monotonic microseconds), and
 * what the wall clock said then, which signed adverts carry; the engine asks for nothing else.
 */
import type { Family, Ip } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import type { Micros } from '../base/time.js';
import type { StartConditions } from './hold-back.js';
import type { TrackSettings, VrrpSettings } from './settings.js';
import type { TimerKey } from './timers.js';

/** An interface as the engine needs to know it. */
export interface LinkState {
  readonly index: number;
  readonly name: string;
  /** IFF_UP and IFF_RUNNING both: packets can pass. */
  readonly up: boolean;
  readonly mac: Mac;
  readonly mtu: number;
  /**
   * The interface's own addresses (never a virtual one of ours, never one that the kernel does not
   * use yet or any more) in the kernel's order.
   */
  readonly addresses: readonly Ip[];
}

/** `utc`: the wall clock, µs since 1970; absent: as far from `at` as it was before. */
export type VrrpEvent = { readonly utc?: Micros } & EventBody;

type EventBody =
  /** The first configuration, or a reload: what stayed the same keeps its state. */
  | {
      readonly kind: 'configured';
      readonly at: Micros;
      readonly generation: number;
      readonly settings: VrrpSettings;
      readonly links: readonly LinkState[];
      /** Absent: nothing holds back. */
      readonly start?: StartConditions;
    }
  /** An interface that was told of as quiet has received something. */
  | { readonly kind: 'traffic-seen'; readonly at: Micros; readonly interface: string }
  /**
   * A datagram of protocol 112 with its IP header, of either family. `interface` is the one whose
   * socket it came from. The engine decodes it and counts what it rejects.
   */
  | {
      readonly kind: 'packet-received';
      readonly at: Micros;
      readonly interface: string;
      readonly datagram: Uint8Array;
    }
  /** A timer that an `arm-timer` effect asked for; `dueAt` is what it was armed with. */
  | {
      readonly kind: 'timer-expired';
      readonly at: Micros;
      readonly dueAt: Micros;
      readonly timer: TimerKey;
    }
  /** An interface appeared or changed (state, MAC or own addresses). */
  | { readonly kind: 'link-changed'; readonly at: Micros; readonly link: LinkState }
  | { readonly kind: 'link-removed'; readonly at: Micros; readonly name: string }
  /** The socket of an interface and family cannot be opened or used (FAULT), or works again. */
  | {
      readonly kind: 'transport-changed';
      readonly at: Micros;
      readonly interface: string;
      readonly family: Family;
      readonly usable: boolean;
      readonly reason?: string;
    }
  /** What a pass over routes and rules found for one instance; '' for the static ones. */
  | {
      readonly kind: 'routing-reconciled';
      readonly at: Micros;
      readonly instance: string;
      /** In ip(8)'s words; something else had removed them. */
      readonly restored: readonly string[];
      /** What is not as wanted, as far as that is news. */
      readonly failed: readonly { readonly what: string; readonly reason: string }[];
    }
  /**
   * What a reconciliation of the addresses found: an address of ours that something else had
   * removed was restored, so that it must be announced again; or it could not be put there.
   */
  | {
      readonly kind: 'addresses-reconciled';
      readonly at: Micros;
      readonly instance: string;
      readonly restored: readonly Ip[];
      readonly failed: readonly { readonly address: Ip; readonly reason: string }[];
      /** Was there with other options, changed by someone else if `drifted`; is now as wanted. */
      readonly corrected?: readonly {
        readonly address: Ip;
        /** In ip(8)'s words: `label eth0:1`. */
        readonly was: string;
        readonly drifted: boolean;
      }[];
      /** Is there with other options, and stays so; told once. */
      readonly uncorrected?: readonly { readonly address: Ip; readonly reason: string }[];
    }
  /** A tracked script, process or session is up or down, or a tracked file has this number. */
  | {
      readonly kind: 'tracked';
      readonly at: Micros;
      readonly what: Exclude<TrackSettings['kind'], 'interface'>;
      readonly name: string;
      readonly value: boolean | number;
    }
  /**
   * The operator wants the addresses elsewhere, or lets them come back: the instances, with their
   * sync groups, go on with the lowest priority.
   */
  | {
      readonly kind: 'standby';
      readonly at: Micros;
      readonly instances: readonly string[];
      readonly on: boolean;
    }
  /** Nobody has taken over in time: those of the instances that are MASTER give up (priority 0). */
  | { readonly kind: 'resign'; readonly at: Micros; readonly instances: readonly string[] }
  /**
   * SIGTERM, first half (see `departure.ts`): a MASTER tells its backups, serves until one of them has
   * taken over or the time is up, and is in INIT then. Only `shutdown` can follow.
   */
  | { readonly kind: 'stop-requested'; readonly at: Micros }
  /** SIGTERM: give up mastership with priority 0 (RFC 9568 6.4.3) and forget every address. */
  | { readonly kind: 'shutdown'; readonly at: Micros };
