/** What the parts of one virtual server are built from. */

import { type Family, familyOf } from '../../../base/ip.js';
import type { Micros } from '../../../base/time.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { realServer } from '../../grammar/lvs/real-server.js';
import type { VirtualServerName } from '../../grammar/lvs/service.js';
import type { virtualServer } from '../../grammar/lvs/virtual-server.js';
import type {
  GlobalConfig,
  TrackFileConfig,
  VirtualServerGroupConfig,
  VirtualServerId,
} from '../../model/index.js';
import type { Section } from '../interpret.js';
import type { Given, Picker } from '../pick.js';
import type { AlikeServers } from './server-rows.js';
import type { SharedBlocks } from './similar-servers.js';

export type VirtualServerSection = Section<typeof virtualServer>;
export type RealServerSection = Section<typeof realServer>;

/** What `global_defs` says for all services. */
export interface LvsDefaults {
  readonly smtpAlert?: Given<boolean> | undefined;
  readonly logAllFailures?: Given<boolean> | undefined;
  readonly drainTimeout?: Given<Micros> | undefined;
}

/** The defaults that a `global_defs` gives, with where it gives them. */
export function lvsDefaults({ mail, lvs, origins }: GlobalConfig): LvsDefaults {
  const given = <T>(keyword: string, value: T | undefined): Given<T> | undefined => {
    const at = origins[keyword];
    return at && value !== undefined ? { value, at } : undefined;
  };
  return {
    smtpAlert: given('smtp_alert_checker', mail.alertChecker) ?? given('smtp_alert', mail.alert),
    logAllFailures: given('checker_log_all_failures', lvs.logAllFailures),
    drainTimeout: given('lvs_drain_timeout', lvs.drainTimeout),
  };
}

/** What all services share. */
export interface LvsContext {
  readonly groups: ReadonlyMap<string, VirtualServerGroupConfig>;
  /** Those of which all entries could be read. */
  readonly wholeGroups: ReadonlySet<VirtualServerGroupConfig>;
  /** A `track_file` by its name. */
  readonly trackFile: (name: string) => TrackFileConfig | undefined;
  readonly defaults: LvsDefaults;
  readonly sink: Sink;
  /** What real servers share with others; nothing by default. */
  readonly shared?: SharedBlocks;
  /**
   * Takes servers that are like an earlier one of their service in all that a rule asks for. What stands
   * for them in the service is good for being judged, not for use.
   */
  readonly alike?: AlikeServers;
}

export interface Service extends LvsContext {
  /** How messages call it. */
  readonly label: string;
  readonly name: VirtualServerName;
  /** Of a service by group, if there is such a group. */
  readonly group: VirtualServerGroupConfig | undefined;
  readonly section: VirtualServerSection;
  readonly pick: Picker;
}

/** `group web`, `fwmark 5`, `192.0.2.1 80`. */
export function labelOfName(name: VirtualServerName): string {
  if (name.kind === 'group') return `group ${name.group}`;
  if (name.kind === 'fwmark') return `fwmark ${name.fwmark}`;
  return name.port === undefined ? name.address : `${name.address} ${name.port}`;
}

/** Whether packets come by addresses, of which a protocol must be known; of a wrong group: yes. */
export function hasAddresses({ name, group }: Service): boolean {
  if (name.kind !== 'group') return name.kind === 'address';
  const entries = group?.entries ?? [];
  return entries.length === 0 || entries.some(({ kind }) => kind === 'addresses');
}

/** Whether it is known how packets come: what is wrong with a group is told there. */
export function isKnown({ name, group, wholeGroups }: Service): boolean {
  return name.kind !== 'group' || (group !== undefined && wholeGroups.has(group));
}

/** Whether packets come by firewall marks. */
export function hasMarks({ name, group }: Service): boolean {
  if (name.kind !== 'group') return name.kind === 'fwmark';
  return group?.entries.some(({ kind }) => kind === 'fwmark') ?? false;
}

/** The ports of its addresses; 0: every port. */
export function portsOf({ name, group }: Service): readonly number[] {
  if (name.kind === 'address') return [name.port ?? 0];
  const ports = group?.entries.flatMap((entry) => (entry.kind === 'addresses' ? entry.port : []));
  return [...new Set(ports ?? [])];
}

/** The port that a server has which names none: the service's, 0 if that is not one port. */
export function ownPort(service: Service): number {
  if (service.name.kind === 'address') return service.name.port ?? 0;
  return 0;
}

/** The family of a service; of a group that of its masks and marks. */
export function familyOfService(id: VirtualServerId): Family {
  return id.kind === 'address' ? familyOf(id.address) : id.family;
}
