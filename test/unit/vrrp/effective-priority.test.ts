/**
 * Scenario 19: whatever flips, in whatever state, the priority and the fitness are what a second,
 * independent reckoning makes of the inputs of that moment.
 */
import assert from 'node:assert/strict';
import type { VrrpEvent } from '../../../src/vrrp/events.js';
import type { TrackSettings } from '../../../src/vrrp/settings.js';
import { Random } from '../../sim/random.js';
import { Bench, instanceSettings, linkState, SECOND, virtualAddress } from './fixture.js';

const SEEDS = 120;
const STEPS = 200;
const GROUPED = ['VI_1', 'VI_2'];

/** Everything that is known, kept apart from the engine. */
interface World {
  readonly values: Map<string, boolean | number>;
  readonly links: Map<string, boolean>;
  /** Addresses that could not be set, by instance. */
  readonly unaddressed: Set<string>;
  readonly standby: Set<string>;
}

/** keepalived.conf(5), word for word: what one tracked thing does. */
function reckon(track: TrackSettings, world: World): { add: number; faulty: boolean } {
  if (track.kind === 'file') {
    const number = Number(world.values.get(`file ${track.name}`));
    if (track.weight === 0) return { add: 0, faulty: track.reverse ? number === 0 : number !== 0 };
    const add = track.reverse ? 0 - number * track.weight : number * track.weight;
    return { add: Math.max(-253, Math.min(253, add)), faulty: add <= -254 };
  }
  const isUp =
    track.kind === 'interface'
      ? world.links.get(track.name) === true
      : world.values.get(`${track.kind} ${track.name}`) === true;
  const good = track.reverse ? !isUp : isUp;
  if (track.weight === 0) return { add: 0, faulty: !good };
  if (good) return { add: track.weight > 0 ? track.weight : 0, faulty: false };
  return { add: track.weight < 0 ? track.weight : 0, faulty: false };
}

function randomTracks(random: Random): TrackSettings[] {
  const tracks: TrackSettings[] = [];
  for (const kind of ['script', 'process', 'file', 'interface'] as const) {
    for (let i = random.int(0, 2); i > 0; i--) {
      const weight = random.chance(0.3) ? 0 : random.int(-120, 120);
      const name = kind === 'interface' ? `eth${i}` : `${kind}${i}`;
      tracks.push({ kind, name, weight, reverse: random.chance(0.3) });
    }
  }
  return tracks;
}

describe('tracking: scenario 19, the effective priority after any order of events', () => {
  it(`is what a second reckoning says: ${SEEDS} seeds of ${STEPS} events`, function () {
    this.timeout(60_000);
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= SEEDS; seed++) runSeed(seed, seen);
    // A run that never gets somewhere shows nothing of it.
    for (const state of ['MASTER', 'BACKUP', 'FAULT', 'held down']) {
      assert.ok((seen.get(state) ?? 0) > 100, `${state}: ${seen.get(state)}`);
    }
  });

  it('an owner that comes back from standby takes its group with it, none with the priority of standby', () => {
    const bench = new Bench();
    const settings = GROUPED.map((name, i) =>
      instanceSettings({ name, virtualRouterId: 51 + i, priority: 255 }),
    );
    bench.configure(0, {
      instances: settings,
      syncGroups: [{ name: 'G', instances: GROUPED }],
    });
    bench.do({ kind: 'standby', at: SECOND, instances: GROUPED, on: true });
    bench.receive(2 * SECOND, { priority: 150 });
    assert.deepEqual(
      GROUPED.map((name) => bench.state(name)),
      ['BACKUP', 'BACKUP'],
    );
    bench.do({ kind: 'standby', at: 3 * SECOND, instances: GROUPED, on: false });
    assert.deepEqual(
      GROUPED.map((name) => bench.state(name)),
      ['MASTER', 'MASTER'],
    );
    const said = bench.of('send-advert').map(({ packet }) => packet[2]);
    assert.ok(said.length >= 2);
    assert.deepEqual(new Set(said), new Set([255]));
  });
});

function runSeed(seed: number, seen: Map<string, number>): void {
  const random = new Random(seed);
  const common = randomTracks(random);
  const isGrouped = random.chance(0.5);
  const settings = GROUPED.map((name, i) =>
    instanceSettings({
      name,
      virtualRouterId: 51 + i,
      version: 3,
      priority: random.pick([1, 100, 200, 254, 255]),
      preempt: random.chance(0.7),
      virtualAddresses: [virtualAddress(`10.0.0.${100 + i}`)],
      // A sync group's tracks are tracked by each member.
      tracks: isGrouped ? common : randomTracks(random),
    }),
  );
  const world: World = {
    values: new Map(),
    links: new Map(['eth0', 'eth1', 'eth2'].map((name) => [name, true])),
    unaddressed: new Set(),
    standby: new Set(),
  };
  const bench = new Bench();
  let at = 0;
  bench.configure(
    at,
    { instances: settings, syncGroups: isGrouped ? [{ name: 'G', instances: GROUPED }] : [] },
    [...world.links].map(([name, up], i) => linkState({ name, up, index: i + 2 })),
  );
  const tracked = settings.flatMap(({ tracks }) => tracks ?? []);
  const flip = (track: TrackSettings): void => {
    const { kind, name } = track;
    if (kind === 'interface') {
      const up = !world.links.get(name);
      world.links.set(name, up);
      bench.do({ kind: 'link-changed', at, link: linkState({ name, up, index: 9 }) });
      return;
    }
    const value = kind === 'file' ? random.int(-5, 5) : random.chance(0.6);
    world.values.set(`${kind} ${name}`, value);
    bench.do({ kind: 'tracked', at, what: kind, name, value });
  };
  for (const track of tracked) if (track.kind !== 'interface') flip(track);
  for (let i = 0; i < STEPS; i++) {
    at += random.int(1, SECOND);
    act(bench, world, random, at, () => tracked.length > 0 && flip(random.pick(tracked)));
    for (const one of settings) compare(one.name, `seed ${seed}, event ${i}`);
  }

  function compare(name: string, where: string): void {
    const instance = bench.engine.instances.get(name);
    const one = settings.find((each) => each.name === name);
    assert.ok(instance && one);
    let sum: number = one.priority;
    for (const track of one.tracks ?? []) sum += reckon(track, world).add;
    const bounded = sum < 1 ? 1 : sum > 254 ? 254 : sum;
    const expected = world.standby.has(name) ? 1 : one.priority === 255 ? 255 : bounded;
    assert.equal(instance.effectivePriority, expected, `${name}, ${where}`);
    const unfit = (each: typeof one): boolean =>
      (each.tracks ?? []).some((track) => reckon(track, world).faulty) ||
      world.links.get('eth0') === false ||
      bench.engine.instances.get(each.name)?.missingAddress?.fault !== undefined;
    const isFaulty = isGrouped ? settings.some(unfit) : unfit(one);
    assert.equal(instance.state === 'FAULT', isFaulty, `${name} ${instance.state}, ${where}`);
    seen.set(instance.state, (seen.get(instance.state) ?? 0) + 1);
    if (bench.engine.instances.get(name)?.missingAddress?.fault !== undefined) {
      seen.set('held down', (seen.get('held down') ?? 0) + 1);
    }
    for (const advert of bench.of('send-advert')) {
      // The third byte is the priority; 0 gives up.
      const said = advert.packet[2];
      if (advert.instance !== name || said === 0) continue;
      // A backup with nopreempt asks with the lowest one.
      if (said === 1 && instance.asking) continue;
      assert.equal(said, expected, `${name} advertises, ${where}`);
    }
  }
}

/** Something happens. */
function act(bench: Bench, world: World, random: Random, at: number, flip: () => void): void {
  const dice = random.next();
  if (dice < 0.4) flip();
  else if (dice < 0.5) {
    const up = !world.links.get('eth0') || random.chance(0.5);
    world.links.set('eth0', up);
    bench.do({ kind: 'link-changed', at, link: linkState({ up }) });
  } else if (dice < 0.6) {
    const version = 3;
    bench.receive(at, {
      version,
      vrid: random.int(51, 52),
      addresses: [`10.0.0.${random.int(100, 101)}`],
      priority: random.pick([0, 50, 150, 254]),
    });
  } else if (dice < 0.9) {
    const [timer, dueAt] = random.pick([...bench.timers, ['', 0]] as [string, number][]);
    if (timer !== '') {
      bench.do({ kind: 'timer-expired', at, dueAt, timer } as VrrpEvent);
    }
  } else if (dice < 0.96) {
    const instance = random.pick(GROUPED);
    const address = `10.0.0.${instance === 'VI_1' ? 100 : 101}`;
    const failed = random.chance(0.7) ? [{ address, reason: 'EPERM' }] : [];
    bench.do({ kind: 'addresses-reconciled', at, instance, restored: [], failed });
  } else {
    const on = random.chance(0.3);
    // A group goes as a whole.
    for (const name of GROUPED) {
      if (on) world.standby.add(name);
      else world.standby.delete(name);
    }
    bench.do({ kind: 'standby', at, instances: GROUPED, on });
  }
}
