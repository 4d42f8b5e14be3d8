/** Rules of a configuration: what netlink carries, and where it was written. */
import type { Rule } from '../../base/routing.js';
import type { Located } from './common.js';

export type { NumberRange, RuleAction } from '../../base/routing.js';

/** A rule of an instance, or a static one. */
export interface RuleConfig extends Located, Rule {
  /** Of a static one: the group of instances that fail when it is gone. */
  readonly trackGroup?: string;
}
