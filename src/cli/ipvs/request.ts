/** What a command line of `tandem ipvs` asks for, as data. */
import type { IpvsTimeouts, SyncDaemon } from '../../ipvs/control-codec.js';
import type { ServiceId } from '../../ipvs/model.js';
import type { IpvsOperation } from '../../ipvs/operations.js';

/** How a list is printed. Of stats, rate, thresholds, … the first in this order counts. */
export interface ListFormat {
  readonly numeric: boolean;
  readonly stats: boolean;
  readonly rate: boolean;
  readonly thresholds: boolean;
  readonly persistentConnections: boolean;
  readonly tunnels: boolean;
  readonly exact: boolean;
  readonly sorted: boolean;
  /** As commands that restore the table. */
  readonly rules: boolean;
  readonly json: boolean;
}

export const PLAIN: ListFormat = {
  numeric: false,
  stats: false,
  rate: false,
  thresholds: false,
  persistentConnections: false,
  tunnels: false,
  exact: false,
  sorted: true,
  rules: false,
  json: false,
};

export type IpvsRequest =
  | { readonly kind: 'apply'; readonly operation: IpvsOperation }
  | { readonly kind: 'clear' }
  /** Without an id: every service. */
  | { readonly kind: 'zero'; readonly id?: ServiceId }
  | { readonly kind: 'set-timeouts'; readonly timeouts: IpvsTimeouts }
  | { readonly kind: 'start-daemon'; readonly daemon: SyncDaemon }
  | { readonly kind: 'stop-daemon'; readonly state: SyncDaemon['state'] }
  | { readonly kind: 'list-table'; readonly format: ListFormat }
  | { readonly kind: 'list-service'; readonly id: ServiceId; readonly format: ListFormat }
  | { readonly kind: 'list-connections'; readonly format: ListFormat }
  | { readonly kind: 'list-timeouts'; readonly format: ListFormat }
  | { readonly kind: 'list-daemons'; readonly format: ListFormat }
  | { readonly kind: 'restore' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

/** ipvsadm's exit codes: a command line that cannot be run. */
export const STATUS = {
  ok: 0,
  /** A list could not be read. */
  unreadable: 1,
  /** The options do not fit together, or a value is none. */
  illegal: 2,
  /** The words are no options, or the kernel refused (-1 as a byte). */
  refused: 255,
} as const;

export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** Ends a restore; otherwise only its line fails. */
  readonly fatal: boolean;
}

export type Parsed =
  | { readonly kind: 'request'; readonly request: IpvsRequest }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  /** Ask for this name's address, and parse again. */
  | { readonly kind: 'name'; readonly name: string };
