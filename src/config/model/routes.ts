/** Routes of a configuration: what netlink carries, and where it was written. */
import type { NextHop, Route } from '../../base/routing.js';
import type { Located } from './common.js';

export type {
  Encapsulation,
  Lockable,
  Prefix,
  Realms,
  RouteMetrics,
  RouteType,
} from '../../base/routing.js';

/** One of the ways of a route with several. */
export interface NextHopConfig extends Located, NextHop {}

/** A route of an instance, or a static one. */
export interface RouteConfig extends Located, Route {
  readonly nextHops: readonly NextHopConfig[];
  /** Of a static one: the group of instances that fail when it is gone. */
  readonly trackGroup?: string;
}
