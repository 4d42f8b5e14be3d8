/** Rules of policy routing (linux/fib_rules.h). */
import type { Family } from '../../base/ip.js';
import type { Located } from './common.js';
import type { Prefix, Realms } from './routes.js';

/** What happens to a packet that a rule is for. */
export type RuleAction =
  | { readonly kind: 'table'; readonly table: number }
  /** The table of the interface's VRF. */
  | { readonly kind: 'l3mdev' }
  | { readonly kind: 'goto'; readonly target: number }
  | { readonly kind: 'nop' | 'blackhole' | 'unreachable' | 'prohibit' };

/** Both ends included. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** A rule of an instance, or a static one. What is not given is not looked at. */
export interface RuleConfig extends Located {
  readonly family: Family;
  /** `not`: it is for the other packets. */
  readonly invert?: true;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly action: RuleAction;
  /** FRA_PRIORITY: the lowest comes first. */
  readonly preference: number;
  readonly tos?: number;
  readonly firewallMark?: { readonly mark: number; readonly mask?: number };
  readonly realms?: Realms;
  readonly suppressPrefixLength?: number;
  readonly suppressGroup?: number;
  readonly incomingInterface?: string;
  readonly outgoingInterface?: string;
  /** 64 bits, decimal. */
  readonly tunnelId?: string;
  readonly userIds?: NumberRange;
  /** RTPROT_*; 18 keepalived. */
  readonly protocol: number;
  /** IPPROTO_*. */
  readonly ipProtocol?: number;
  readonly sourcePorts?: NumberRange;
  readonly destinationPorts?: NumberRange;
  readonly noTrack?: true;
  /** Of a static one: the group of instances that fail when it is gone. */
  readonly trackGroup?: string;
}
