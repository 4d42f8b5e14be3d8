/** What kind of network a schedule plays in: plain data, so that a failing one can be written down. */
import type {
  HmacSettings,
  InstanceSettings,
  TrackSettings,
  VrrpSettings,
} from '../../src/vrrp/settings.js';
import { instanceSettings, linkState, unicast, virtualAddress } from '../unit/vrrp/fixture.js';
import type { Random } from './random.js';

/** What all nodes of a schedule have in common, and what each has of its own. */
export interface Plan {
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  readonly unicast: boolean;
  /** Adverts are signed; clocks are off by up to a second, and step. */
  readonly hmac?: 'time' | 'monotonic';
  readonly downTimerAdverts: number;
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
  /** µs. */
  readonly interval: number;
  readonly preempt: boolean;
  readonly preemptDelay: number;
  /** Two instances on two networks, in a sync group. */
  readonly grouped: boolean;
  /** Each node tracks a script: 0 is a fault, another weight is added to the priority. */
  readonly trackWeight?: number;
  readonly nodes: readonly NodePlan[];
}

export interface NodePlan {
  readonly priority: number;
  /** The last part of its addresses. */
  readonly host: number;
  /** When it starts for the first time, µs. */
  readonly startsAt: number;
  /** How far its wall clock is from the true time for good, µs. */
  readonly clockError: number;
}

/** The tracked script of a plan with `trackWeight`. */
export const SCRIPT = 'chk';

/** Draws a plan. */
export function drawPlan(random: Random): Plan {
  const version = random.pick([2, 3] as const);
  const family = version === 3 && random.chance(0.3) ? 6 : 4;
  const count = random.pick([2, 2, 2, 3, 3, 4, 5]);
  const grouped = random.chance(0.25);
  const interval = version === 2 ? 1_000_000 : random.pick([10_000, 100_000, 1_000_000]);
  const priorities = Array.from({ length: count }, () => random.int(1, 254));
  // Equal priorities in a group could be decided differently on its two networks.
  if (random.chance(0.3) && !grouped) priorities[1] = priorities[0] as number;
  if (grouped) {
    for (let i = 0; i < count; i++) priorities[i] = 20 + 40 * i + random.int(0, 30);
  }
  if (random.chance(0.1)) priorities[0] = 255;
  return {
    version,
    family,
    unicast: random.chance(0.3),
    ...(random.chance(0.12) && { hmac: random.pick(['time', 'monotonic'] as const) }),
    downTimerAdverts: random.chance(0.15) ? random.int(2, 5) : 3,
    lowerPrioNoAdvert: random.chance(0.2),
    higherPrioSendAdvert: random.chance(0.7),
    interval,
    preempt: random.chance(0.7),
    preemptDelay: random.chance(0.2) ? random.int(1, 5) * interval : 0,
    grouped,
    ...(random.chance(0.3) && { trackWeight: grouped ? 0 : random.pick([0, -60, 40]) }),
    nodes: priorities.map((priority, i) => ({
      priority,
      host: random.int(1, 45) * 5 + i,
      startsAt: random.int(0, 2 * interval),
      clockError: random.int(-1_000_000, 1_000_000),
    })),
  };
}

/** A node's address on one of the two networks. */
export function addressOf({ family }: Plan, link: 0 | 1, host: number): string {
  return family === 4 ? `10.${link}.0.${host}` : `fe80::${link + 1}:${host.toString(16)}`;
}

/** A node's interfaces. */
export function linksOf(plan: Plan, node: NodePlan): ReturnType<typeof linkState>[] {
  return [
    linkState({ addresses: [addressOf(plan, 0, node.host)] }),
    linkState({ index: 3, name: 'eth1', addresses: [addressOf(plan, 1, node.host)] }),
  ];
}

/** The names of a plan's instances. */
export function instancesOf(plan: Plan): readonly string[] {
  return plan.grouped ? ['VI_1', 'VI_2'] : ['VI_1'];
}

/** A node's settings; a reload changes some. */
export function settingsOf(
  plan: Plan,
  index: number,
  change: Partial<InstanceSettings> = {},
): VrrpSettings {
  const { version, family, interval, trackWeight } = plan;
  const { priority } = plan.nodes[index] as NodePlan;
  const tracks: TrackSettings[] =
    trackWeight === undefined
      ? []
      : [{ kind: 'script', name: SCRIPT, weight: trackWeight, reverse: false }];
  const common: Partial<InstanceSettings> = {
    version,
    family,
    priority,
    advertInterval: interval,
    preempt: plan.preempt,
    preemptDelay: plan.preemptDelay,
    downTimerAdverts: plan.downTimerAdverts,
    lowerPrioNoAdvert: plan.lowerPrioNoAdvert,
    higherPrioSendAdvert: plan.higherPrioSendAdvert,
    checksum: { plain: index % 2 === 1, oldUnicast: 'auto' },
    ...(plan.hmac && { hmac: hmacSettings(plan.hmac) }),
    tracks,
    garp: {
      masterDelay: interval,
      masterRepeat: 1,
      masterRefresh: 0,
      masterRefreshRepeat: 1,
      lowerPrioDelay: interval,
      lowerPrioRepeat: 1,
    },
    ...change,
  };
  const first = instanceSettings({
    ...common,
    ...unicastOf(plan, 0, index),
    virtualAddresses: [virtualAddress(family === 4 ? '10.0.0.100' : '2001:db8::100')],
  });
  if (!plan.grouped) return { instances: [first], syncGroups: [] };
  const vip = family === 4 ? '10.1.0.100' : '2001:db8:1::100';
  const second = instanceSettings({
    ...common,
    name: 'VI_2',
    interface: 'eth1',
    virtualRouterId: 52,
    ...unicastOf(plan, 1, index),
    virtualAddresses: [virtualAddress(vip, { interface: 'eth1' })],
  });
  return {
    instances: [first, second],
    syncGroups: [{ name: 'G', instances: ['VI_1', 'VI_2'] }],
  };
}

/** The longest that it takes until a backup is MASTER; a group may have to wait once more, µs. */
export function longestDownInterval({ version, interval, grouped, ...plan }: Plan): number {
  const down = plan.downTimerAdverts * interval + (version === 2 ? 1_000_000 : interval);
  return grouped ? 2 * down : down;
}

/** All others, in unicast plans. */
function unicastOf(plan: Plan, link: 0 | 1, index: number): Partial<InstanceSettings> {
  if (!plan.unicast) return {};
  const others = plan.nodes.flatMap(({ host }, i) =>
    i === index ? [] : addressOf(plan, link, host),
  );
  return { unicast: unicast(others, { checkSource: true }) };
}

function hmacSettings(antiReplay: 'time' | 'monotonic'): HmacSettings {
  return {
    mode: 'enforce',
    activeKey: 1,
    keys: [{ id: 1, secret: '5a'.repeat(32) }],
    antiReplay,
    timeWindow: 5,
  };
}
