/**
 * What a configuration means: typed, with defaults filled in by keepalived's rules of inheritance.
 * Durations are microseconds, addresses canonical text. Each object has the place it was written at,
 * and `origins`: where each of its values was given, by keyword - for an inherited value the place
 * it comes from, for a default none.
 */
import type { StaticAddressConfig, TrackGroupConfig } from './addresses.js';
import type { BfdInstanceConfig } from './bfd.js';
import type { GlobalConfig } from './global.js';
import type {
  GarpGroupConfig,
  InterfaceDelayConfig,
  LinkbeatInterfaceConfig,
} from './interfaces.js';
import type { SslConfig, VirtualServerConfig, VirtualServerGroupConfig } from './lvs.js';
import type { RouteConfig } from './routes.js';
import type { RuleConfig } from './rules.js';
import type { TrackFileConfig, TrackProcessConfig, TrackScriptConfig } from './tracking.js';
import type { InstanceConfig, SyncGroupConfig } from './vrrp.js';

export type * from './addresses.js';
export type * from './bfd.js';
export type * from './checks.js';
export type * from './common.js';
export type * from './global.js';
export type * from './interfaces.js';
export type * from './lvs.js';
export type * from './notify.js';
export type * from './routes.js';
export type * from './rules.js';
export type * from './tracking.js';
export type * from './vrrp.js';

export interface Config {
  readonly global: GlobalConfig;
  readonly garpGroups: readonly GarpGroupConfig[];
  readonly linkbeatInterfaces: readonly LinkbeatInterfaceConfig[];
  readonly interfaceDelays: readonly InterfaceDelayConfig[];
  readonly bfdInstances: readonly BfdInstanceConfig[];
  readonly trackScripts: readonly TrackScriptConfig[];
  readonly trackFiles: readonly TrackFileConfig[];
  readonly trackProcesses: readonly TrackProcessConfig[];
  readonly syncGroups: readonly SyncGroupConfig[];
  readonly instances: readonly InstanceConfig[];
  readonly virtualServerGroups: readonly VirtualServerGroupConfig[];
  readonly virtualServers: readonly VirtualServerConfig[];
  readonly ssl?: SslConfig;
  readonly staticAddresses: readonly StaticAddressConfig[];
  readonly staticRoutes: readonly RouteConfig[];
  readonly staticRules: readonly RuleConfig[];
  readonly trackGroups: readonly TrackGroupConfig[];
}
