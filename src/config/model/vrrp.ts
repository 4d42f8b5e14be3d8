/** VRRP: instances, sync groups and what they hold. */
import type { Ip } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Position } from '../text/source.js';
import type { Located } from './common.js';
import type { GarpConfig } from './global.js';

export interface SyncGroupConfig extends Located {
  readonly name: string;
  readonly instances: readonly { readonly name: string; readonly at: Position }[];
}

export interface VirtualAddressConfig {
  readonly at: Position;
  readonly address: Ip;
  readonly prefixLength: number;
  /** `dev`, or the instance's interface. */
  readonly interface: string;
  /** RT_SCOPE_*: 0 global, 200 site, 253 link, 254 host, 255 nowhere. */
  readonly scope: number;
  readonly broadcast?: Ip;
  readonly label?: string;
}

export interface InstanceConfig extends Located {
  readonly name: string;
  readonly interface: string;
  /** 1 to 255. */
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  readonly state: 'MASTER' | 'BACKUP';
  /** 1 to 255. */
  readonly priority: number;
  readonly advertInterval: Micros;
  readonly preempt: boolean;
  readonly preemptDelay: Micros;
  readonly sourceAddress?: Ip;
  readonly authentication?: { readonly type: 'PASS'; readonly password: string };
  readonly virtualAddresses: readonly VirtualAddressConfig[];
  readonly excludedAddresses: readonly VirtualAddressConfig[];
  readonly garp: GarpConfig;
  readonly trackPrimary: boolean;
}
