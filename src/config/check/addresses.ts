/** Rules about what does not move, and about the routes and rules of instances. */
import type { Sink } from '../diagnostics/diagnostics.js';
import { suggest } from '../diagnostics/nearest.js';
import type { AddressConfig, Config, RouteConfig, RuleConfig } from '../model/index.js';
import { type Position, renderPosition } from '../text/source.js';
import type { Environment } from './index.js';
import { checkInterface, knownInterfaces } from './interfaces.js';

export function checkRouting(config: Config, environment: Environment, sink: Sink): void {
  const known = knownInterfaces(config, environment);
  for (const route of [
    ...config.staticRoutes,
    ...config.instances.flatMap(({ virtualRoutes }) => virtualRoutes),
  ]) {
    checkRouteInterfaces(route, known, sink);
  }
  for (const rule of [
    ...config.staticRules,
    ...config.instances.flatMap(({ virtualRules }) => virtualRules),
  ]) {
    checkRuleInterfaces(rule, known, sink);
  }
  checkStaticAddresses(config, known, sink);
  checkTrackGroups(config, sink);
}

function checkRouteInterfaces(
  route: RouteConfig,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
): void {
  const without = 'the route could not be added';
  for (const { interface: name, origins, at } of [route, ...route.nextHops]) {
    checkInterface(name ?? '', origins['dev'] ?? at, without, known, sink);
  }
  checkInterface(route.vrf ?? '', route.origins['vrf'] ?? route.at, without, known, sink);
}

function checkRuleInterfaces(
  rule: RuleConfig,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
): void {
  for (const [name, option] of [
    [rule.incomingInterface, 'iif'],
    [rule.outgoingInterface, 'oif'],
  ] as const) {
    const at = rule.origins[option] ?? rule.at;
    checkInterface(name ?? '', at, 'the rule would be for no packet', known, sink);
  }
}

/** An address as the kernel tells them apart. */
function identity({ interface: name, address, prefixLength }: AddressConfig): string {
  return `${name} ${address}/${prefixLength}`;
}

function checkStaticAddresses(
  config: Config,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
): void {
  const virtual = new Map<string, { readonly name: string; readonly at: Position }>();
  for (const { name, virtualAddresses, excludedAddresses } of config.instances) {
    for (const { address, at } of [...virtualAddresses, ...excludedAddresses]) {
      if (!virtual.has(address)) virtual.set(address, { name, at });
    }
  }
  const first = new Map<string, Position>();
  for (const address of config.staticAddresses) {
    const { origins, at } = address;
    checkInterface(
      address.interface,
      origins['dev'] ?? config.global.origins['default_interface'] ?? at,
      `${address.address} could not be added`,
      known,
      sink,
    );
    const moving = virtual.get(address.address);
    if (moving) {
      sink.report('CONFIG_DUPLICATE_ADDRESS', at, {
        message: `${address.address} belongs to vrrp_instance ${moving.name} too (${renderPosition(moving.at)}): this node would hold it even while another is MASTER`,
      });
    }
    const earlier = first.get(identity(address));
    if (!earlier) first.set(identity(address), at);
    else {
      sink.report('CONFIG_DUPLICATE_ADDRESS', at, {
        message: `${address.address} is there already (${renderPosition(earlier)})`,
      });
    }
  }
}

function checkTrackGroups(config: Config, sink: Sink): void {
  const groups = new Map<string, Position>();
  const instances = new Set(config.instances.map(({ name }) => name));
  for (const { name, at, instances: members } of config.trackGroups) {
    const earlier = groups.get(name);
    if (earlier) {
      sink.report('CONFIG_DUPLICATE_NAME', at, {
        message: `track_group '${name}' is there already (${renderPosition(earlier)}): keepalived leaves this one out`,
      });
    } else groups.set(name, at);
    if (members.length === 0) {
      sink.report('CONFIG_WITHOUT_EFFECT', at, {
        message: `track_group ${name} lists no instance: nothing tracks what is in it`,
        expected: "'group { <VRRP_INSTANCE> }'",
      });
    }
    for (const member of members) {
      if (instances.has(member.name)) continue;
      // keepalived says so in its log only and goes on.
      sink.report('CONFIG_UNKNOWN_REFERENCE', member.at, {
        message: `track_group ${name}: there is no vrrp_instance '${member.name}': it is left out`,
        suggestion: suggest(member.name, instances),
        severity: 'warning',
      });
    }
  }
  for (const { trackGroup, origins, at } of [
    ...config.staticAddresses,
    ...config.staticRoutes,
    ...config.staticRules,
  ]) {
    if (trackGroup === undefined || groups.has(trackGroup)) continue;
    sink.report('CONFIG_UNKNOWN_REFERENCE', origins['track_group'] ?? at, {
      message: `there is no track_group '${trackGroup}': no instance would fail with it`,
      suggestion: suggest(trackGroup, groups.keys()),
    });
  }
}
