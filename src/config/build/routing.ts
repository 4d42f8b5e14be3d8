/** Everything of addresses, routes and rules that is not of one instance alone. */
import type { Sink } from '../diagnostics/diagnostics.js';
import type { grammar } from '../grammar/index.js';
import type { Config, RuleConfig, StaticAddressConfig, TrackGroupConfig } from '../model/index.js';
import type { RoutingNames } from '../names.js';
import type { Position, Statement, Word } from '../text/source.js';
import { buildStaticAddresses } from './addresses.js';
import type { Section, Setting } from './interpret.js';
import { buildStaticRoutes } from './routes.js';
import { buildStaticRules, buildVirtualRules, Preferences } from './rules.js';

type Top = Section<typeof grammar>;

/** What is known of the machine while the model is built; what is not known is `undefined`. */
export interface Machine {
  /** What it calls its routing tables and the like. */
  readonly names?: RoutingNames;
  /** The bytes of the largest packet of each interface. */
  readonly mtus?: ReadonlyMap<string, number>;
}

/** What the lines of an instance's blocks are read with. */
export interface Routing extends Machine {
  readonly names: RoutingNames;
  /** The rules of each block, by its lines. */
  readonly rules: ReadonlyMap<readonly Statement[], readonly RuleConfig[]>;
}

/** Builds all rules, in the order of the text: those without a preference are numbered by it. */
export function buildRouting(top: Top, machine: Machine, sink: Sink): Routing {
  const { names = {} } = machine;
  const preferences = new Preferences();
  const rules = new Map<readonly Statement[], readonly RuleConfig[]>();
  const blocks = [
    ...top.all('static_rules').map(({ order, entries }) => ({
      order,
      build: () => rules.set(entries, buildStaticRules(entries, preferences, names, sink)),
    })),
    ...top.all('vrrp_instance').map(({ order, section }) => ({
      order,
      build() {
        for (const { entries } of section.all('virtual_rules')) {
          rules.set(entries, buildVirtualRules(entries, preferences, names, sink));
        }
      },
    })),
  ];
  for (const { build } of blocks.sort((a, b) => a.order - b.order)) build();
  return { ...machine, names, rules };
}

type Statics = Pick<Config, 'staticAddresses' | 'staticRoutes' | 'staticRules' | 'trackGroups'>;

/**
 * Builds what does not move: addresses, routes, rules, and the groups of instances that track them.
 *
 * @param defaultInterface for addresses without `dev`.
 */
export function buildStatics(
  top: Top,
  { names, rules }: Routing,
  defaultInterface: string,
  sink: Sink,
): Statics {
  const groups = top.all('track_group');
  const early = new EarlyGroups(groups, sink);
  const flat = <T extends Tracked>(
    keyword: 'static_ipaddress' | 'static_routes' | 'static_rules',
    build: (entries: readonly Statement[]) => readonly T[],
  ): T[] =>
    top.all(keyword).flatMap(({ entries, order }) => {
      const built = build(entries);
      for (const entry of built) early.check(entry, order);
      return built;
    });
  return {
    staticAddresses: flat('static_ipaddress', (entries) =>
      buildStaticAddresses(entries, defaultInterface, names, sink),
    ),
    staticRoutes: flat('static_routes', (entries) => buildStaticRoutes(entries, names, sink)),
    staticRules: flat('static_rules', (entries) => rules.get(entries) ?? []),
    trackGroups: groups.map((setting) => buildTrackGroup(setting)),
  };
}

/** What a track group can be named by. */
type Tracked = Pick<StaticAddressConfig, 'trackGroup' | 'origins' | 'at'>;

/** keepalived knows only the groups that stand before what they track. */
class EarlyGroups {
  private readonly orders = new Map<string, number>();
  private readonly sink: Sink;

  constructor(groups: readonly Setting<(typeof grammar)['track_group']>[], sink: Sink) {
    this.sink = sink;
    for (const { value, order } of groups) {
      const name = (value as Word | undefined)?.text ?? '';
      if (!this.orders.has(name)) this.orders.set(name, order);
    }
  }

  check({ trackGroup, origins, at }: Tracked, order: number): void {
    if (trackGroup === undefined || (this.orders.get(trackGroup) ?? order) <= order) return;
    this.sink.report('CONFIG_KEEPALIVED_DIFFERS', origins['track_group'] ?? at, {
      message: `track_group ${trackGroup} stands further down: keepalived would not find it, and nothing would be tracked`,
      expected: `'track_group ${trackGroup} {' above this block`,
    });
  }
}

function buildTrackGroup({
  at,
  value,
  section,
}: Setting<(typeof grammar)['track_group']>): TrackGroupConfig {
  const instances: { name: string; at: Position }[] = [];
  for (const { entries } of section.all('group')) {
    for (const { keyword, args } of entries) {
      for (const word of [keyword, ...args]) instances.push({ name: word.text, at: word.at });
    }
  }
  const listed = section.get('group');
  return {
    at,
    name: (value as Word | undefined)?.text ?? '',
    instances,
    origins: listed ? { group: listed.at } : {},
  };
}
