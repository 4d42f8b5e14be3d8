/** Blocks about interfaces: announcements, polling, delays. */
import type { Micros } from '../../base/time.js';
import type { Position } from '../text/source.js';
import type { Located } from './common.js';

/** `garp_group`: the pace of announcements. */
export interface GarpGroupConfig extends Located {
  /** `undefined`: not limited. */
  readonly garpInterval?: Micros;
  readonly gnaInterval?: Micros;
  readonly interfaces: readonly { readonly name: string; readonly at: Position }[];
  /** The interfaces share one pace (`interfaces`), for they share a switch. */
  readonly shared: boolean;
}

/** An interface of `linkbeat_interfaces`. */
export interface LinkbeatInterfaceConfig {
  readonly at: Position;
  readonly name: string;
  /** What is asked first; `undefined`: MII, then ethtool, then the flags. */
  readonly type?: 'MII' | 'ETHTOOL' | 'IOCTL';
}

/** An interface of `interface_up_down_delays`. */
export interface InterfaceDelayConfig {
  readonly at: Position;
  readonly name: string;
  readonly down: Micros;
  readonly up: Micros;
}
