import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { vrrpSettings } from '../../../src/process/settings.js';
import type { Course, Happening } from '../../sim/happening.js';
import { Simulation } from '../../sim/simulation.js';
import { ROOT } from '../../support/root.js';
import { loadGood } from '../../unit/config/support.js';

interface Row {
  readonly state: 'MASTER' | 'BACKUP';
  readonly priority: number;
  readonly after: keyof typeof SITUATIONS;
  /** Who is MASTER in the end. */
  readonly master: 'this' | 'other';
  readonly why: string;
}

interface Situation {
  /** This node's priority until the reload. */
  readonly before?: number;
  readonly trackWeight?: number;
  /** When this node and the other one start, in intervals. */
  readonly starts: readonly [number, number];
  readonly happenings: (priority: number) => readonly Happening[];
}

const INTERVAL = 100_000;
const at = (intervals: number): number => intervals * INTERVAL;
const OTHER = 100;

/** The other node, with priority 100, is MASTER before this node comes back into the game. */
const SITUATIONS = {
  restart: {
    starts: [0, 5],
    happenings: () => [
      { at: at(7), kind: 'stop', node: 0 },
      { at: at(13), kind: 'start', node: 0 },
    ],
  },
  reboot: {
    starts: [0, 5],
    happenings: () => [
      { at: at(7), kind: 'crash', node: 0 },
      { at: at(13), kind: 'start', node: 0 },
    ],
  },
  'fault cleared': {
    starts: [0, 5],
    happenings: () => [
      { at: at(7), kind: 'link', node: 0, link: 0, up: false },
      { at: at(13), kind: 'link', node: 0, link: 0, up: true },
    ],
  },
  reload: {
    before: 50,
    starts: [5, 0],
    happenings: (priority) => [{ at: at(10), kind: 'reload', node: 0, priority }],
  },
  'script weight': {
    trackWeight: -60,
    starts: [5, 0],
    happenings: () => [
      { at: at(1), kind: 'track', node: 0, up: false },
      { at: at(10), kind: 'track', node: 0, up: true },
    ],
  },
} as const satisfies Record<string, Situation>;

/** `nopreempt` as the configuration has it, which an initial state MASTER clears. */
function preempts({ state, priority }: Row): boolean {
  const text = `vrrp_instance VI_1 {\n state ${state}\n nopreempt\n priority ${priority}\n
    interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n 192.0.2.100/24\n }\n}\n`;
  const config = loadGood(text);
  const instance = vrrpSettings(config).instances[0];
  if (!instance) throw new Error('the configuration is refused');
  return instance.preempt;
}

function courseOf(row: Row, preempt: boolean): Course {
  const situation: Situation = SITUATIONS[row.after];
  const node = { clockError: 0 };
  return {
    seed: 1,
    plan: {
      version: 3,
      family: 4,
      unicast: false,
      downTimerAdverts: 3,
      lowerPrioNoAdvert: false,
      higherPrioSendAdvert: false,
      interval: INTERVAL,
      preempt,
      preemptDelay: 0,
      grouped: false,
      ...(situation.trackWeight !== undefined && { trackWeight: situation.trackWeight }),
      nodes: [
        // The higher address: it is not the address that decides.
        {
          ...node,
          priority: situation.before ?? row.priority,
          host: 9,
          startsAt: at(situation.starts[0]),
        },
        { ...node, priority: OTHER, host: 2, startsAt: at(situation.starts[1]) },
      ],
    },
    happenings: situation.happenings(row.priority),
  };
}

/**
 * Who is MASTER with `nopreempt` after this node was away, or was worse, and the other one was MASTER?
 * The table is written by hand from keepalived.conf(5) and RFC 9568; test/oracle asks keepalived.
 */
describe('vrrp: nopreempt, a truth table', () => {
  const rows = JSON.parse(
    readFileSync(`${ROOT}test/conformance/nopreempt/nopreempt.json`, 'utf8'),
  ) as Row[];

  it('has every combination', () => {
    const keys = rows.map(({ state, priority, after }) => `${state} ${priority} ${after}`);
    assert.equal(new Set(keys).size, 2 * 3 * Object.keys(SITUATIONS).length);
  });

  for (const row of rows) {
    it(`state ${row.state}, priority ${row.priority} beside ${OTHER}, after ${row.after}: ${row.master} node`, () => {
      const simulation = new Simulation(courseOf(row, preempts(row))).run();
      assert.deepEqual(simulation.violations, [], row.why);
      const states = simulation.nodes.map((node) => node.state('VI_1'));
      const expected = row.master === 'this' ? ['MASTER', 'BACKUP'] : ['BACKUP', 'MASTER'];
      assert.deepEqual(states, expected, row.why);
      const wasMaster = simulation.history.some((line) => line.endsWith('n1 VI_1 MASTER'));
      assert.ok(wasMaster || row.priority === 255, 'the other node was MASTER meanwhile');
    });
  }
});
