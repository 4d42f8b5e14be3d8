/**
 * The messages between the supervisor and its children: plain data with the configuration's
 * generation number, so that they can be recorded and replayed.
 */
import type { Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import type { ServerNotice } from '../checker/notices.js';
import type { CheckerSnapshot } from '../checker/snapshot.js';
import type { SavedSettings } from '../kernel/interface-settings.js';
import type { InstanceState } from '../vrrp/effects.js';
import type { VrrpSettings } from '../vrrp/settings.js';
import type { VrrpSnapshot } from '../vrrp/snapshot.js';
import type { PackedSettings } from './packed-settings.js';
import type { SchedulingSettings } from './scheduling-settings.js';

export type Role = 'vrrp' | 'checker';

export type ToVrrp =
  /** The operator wants another node to be MASTER of these, or lets them come back. */
  | { readonly kind: 'standby'; readonly instances: readonly string[]; readonly on: boolean }
  /** Those of these that are still MASTER in standby give up. */
  | { readonly kind: 'resign'; readonly instances: readonly string[] }
  /** SIGTERM: let another node take over, answer `left`. `shutdown` follows. */
  | { readonly kind: 'leave' }
  /** A tracked script, process or session is up or down; a file has this number. */
  | {
      readonly kind: 'tracked';
      readonly what: 'script' | 'file' | 'process' | 'bfd';
      readonly name: string;
      readonly value: boolean | number;
    }
  | {
      readonly kind: 'configure';
      readonly generation: number;
      readonly settings: VrrpSettings;
      /** What an earlier vrrp process has told with `interface-settings`. */
      readonly saved: SavedSettings;
      /** When the daemon was started, on the monotonic clock, which all its processes share. */
      readonly startedAt: Micros;
      readonly scheduling: SchedulingSettings;
    }
  | ToChild;

export type ToChecker =
  | {
      readonly kind: 'configure';
      readonly generation: number;
      readonly settings: PackedSettings;
      readonly scheduling: SchedulingSettings;
    }
  | ToChild;

export type ToChild =
  /** Are you alive? Answer `pong`; one that does not for long is killed and replaced. */
  | { readonly kind: 'ping' }
  | { readonly kind: 'status-request'; readonly id: number }
  /** `terminated` was heard: `leave` or `shutdown` comes when it is time. */
  | { readonly kind: 'noted' }
  /** Withdraw everything, answer `stopped`, exit 0. */
  | { readonly kind: 'shutdown' };

export type FromChild =
  /** The child can be configured. */
  | { readonly kind: 'ready' }
  /** The generation is in force: its first reconciliation has been tried. */
  | { readonly kind: 'configured'; readonly generation: number }
  | { readonly kind: 'pong' }
  /** SIGTERM came: to this process, or to all of them. */
  | { readonly kind: 'terminated' }
  | { readonly kind: 'stopped' };

export type FromVrrp =
  | FromChild
  /** Nothing is MASTER any more. */
  | { readonly kind: 'left' }
  | { readonly kind: 'status'; readonly id: number; readonly snapshot: VrrpSnapshot }
  | {
      readonly kind: 'state-changed';
      readonly instance: string;
      readonly from: InstanceState;
      readonly to: InstanceState;
      readonly effectivePriority: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'priority-changed';
      readonly instance: string;
      readonly priority: number;
      readonly effectivePriority: number;
    }
  | {
      readonly kind: 'losing-advert';
      readonly instance: string;
      readonly effectivePriority: number;
      readonly source: Ip;
    }
  /** What settings of other interfaces were before they were changed. */
  | { readonly kind: 'interface-settings'; readonly saved: SavedSettings };

export type FromChecker =
  | FromChild
  | { readonly kind: 'servers-changed'; readonly notices: readonly ServerNotice[] }
  | { readonly kind: 'status'; readonly id: number; readonly snapshot: CheckerSnapshot };
