/** Routes, rules and what is static, from the configuration model to values without positions. */
import type { NextHop, Route, RoutingEntry, Rule } from '../base/routing.js';
import type {
  Config,
  InstanceConfig,
  NextHopConfig,
  RouteConfig,
  RuleConfig,
} from '../config/model/index.js';
import type { StaticSettings } from '../vrrp/settings.js';
import { withoutRepeats } from './address-settings.js';

/** The routes, then the rules of an instance; none: no field. */
export function routingSettings({ virtualRoutes, virtualRules }: InstanceConfig): {
  readonly routing?: readonly RoutingEntry[];
} {
  const routing = entries(virtualRoutes, virtualRules);
  return routing.length === 0 ? {} : { routing };
}

/** What does not move; nothing: no field. */
export function staticSettings(config: Config): { readonly statics?: StaticSettings } {
  const addresses = withoutRepeats(config.staticAddresses);
  const routing = entries(config.staticRoutes, config.staticRules);
  return addresses.length === 0 && routing.length === 0 ? {} : { statics: { addresses, routing } };
}

/** The interfaces that instances with `promote_secondaries` are on; none: no field. */
export function promoteSecondaries(instances: readonly InstanceConfig[]): {
  readonly promoteSecondaries?: readonly string[];
} {
  const names = instances.flatMap((instance) =>
    instance.promoteSecondaries && instance.interface !== '' ? [instance.interface] : [],
  );
  return names.length === 0 ? {} : { promoteSecondaries: [...new Set(names)] };
}

function entries(routes: readonly RouteConfig[], rules: readonly RuleConfig[]): RoutingEntry[] {
  return [
    ...routes.map((config): RoutingEntry => ({ kind: 'route', route: routeSettings(config) })),
    ...rules.map((config): RoutingEntry => ({ kind: 'rule', rule: ruleSettings(config) })),
  ];
}

function routeSettings({ at, origins, trackGroup, nextHops, ...route }: RouteConfig): Route {
  return { ...route, nextHops: nextHops.map(nextHopSettings) };
}

function nextHopSettings({ at, origins, ...hop }: NextHopConfig): NextHop {
  return hop;
}

function ruleSettings({ at, origins, trackGroup, ...rule }: RuleConfig): Rule {
  return rule;
}

/**
 * The interfaces that an instance needs to be MASTER: those of its addresses, routes and rules, and
 * of what its track groups name, as with keepalived. What has `no_track` needs none. Its own
 * interface is not among them: `dont_track_primary` decides of that.
 */
export function neededInterfaces(
  instance: InstanceConfig,
  { staticAddresses, staticRoutes, staticRules, trackGroups }: Config,
): readonly string[] {
  const groups = new Set(
    trackGroups
      .filter(({ instances }) => instances.some(({ name }) => name === instance.name))
      .map(({ name }) => name),
  );
  const inGroup = ({ trackGroup }: { readonly trackGroup?: string }): boolean =>
    trackGroup !== undefined && groups.has(trackGroup);
  const addresses = [
    ...instance.virtualAddresses,
    ...instance.excludedAddresses,
    ...staticAddresses.filter(inGroup),
  ];
  const routes = [...instance.virtualRoutes, ...staticRoutes.filter(inGroup)];
  const rules = [...instance.virtualRules, ...staticRules.filter(inGroup)];
  const tracked = ({ noTrack }: { readonly noTrack?: true }): boolean => noTrack !== true;
  const names = [
    ...[...addresses, ...routes].filter(tracked).map((entry) => entry.interface),
    ...rules.filter(tracked).flatMap((rule) => [rule.incomingInterface, rule.outgoingInterface]),
  ];
  return [
    ...new Set(
      names.flatMap((name) =>
        name === undefined || name === '' || name === instance.interface ? [] : [name],
      ),
    ),
  ];
}
