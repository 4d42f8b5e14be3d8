/** `global_defs` and the single settings at the top. */
import type { Micros } from '../../base/time.js';
import type { Located, Origins } from './common.js';

/** Gratuitous ARP timing (`garp_*`); pauses of 0 mean: not at all. */
export interface GarpConfig {
  readonly masterDelay: Micros;
  readonly masterRepeat: number;
  readonly masterRefresh: Micros;
  readonly masterRefreshRepeat: number;
  readonly lowerPrioDelay: Micros;
  readonly lowerPrioRepeat: number;
}

export interface GlobalConfig {
  readonly origins: Origins;
  readonly routerId?: string;
  readonly vrrpVersion: 2 | 3;
  readonly garp: GarpConfig;
  readonly syncDaemon?: SyncDaemonConfig;
  readonly lvsFlush: boolean;
  /** all: the whole table; services: those of this configuration, which happens anyway. */
  readonly lvsFlushOnStop: 'no' | 'services' | 'all';
}

export interface SyncDaemonConfig extends Located {
  readonly interface: string;
  readonly instance: string;
  /** 0 to 255. */
  readonly syncId: number;
}
