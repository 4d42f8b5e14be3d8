/** VRRP: instances, sync groups and what they hold. */
import type { Ip } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Position } from '../text/source.js';
import type { VirtualAddressConfig } from './addresses.js';
import type { Located } from './common.js';
import type { GarpConfig } from './global.js';
import type { RouteConfig } from './routes.js';
import type { RuleConfig } from './rules.js';

export interface SyncGroupConfig extends Located {
  readonly name: string;
  readonly instances: readonly { readonly name: string; readonly at: Position }[];
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
  readonly virtualRoutes: readonly RouteConfig[];
  readonly virtualRules: readonly RuleConfig[];
  readonly garp: GarpConfig;
  readonly trackPrimary: boolean;
}
