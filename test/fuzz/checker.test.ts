/**
 * Seeded random histories: reloads, results, stale and foreign events, time. After each step the
 * state must agree with itself; seeds are fixed, so that a failure comes back.
 */
import assert from 'node:assert/strict';
import { desiredTable } from '../../src/checker/desired.js';
import { HttpAnswer } from '../../src/checker/probe/http-answer.js';
import type { ProbeResult } from '../../src/checker/probe-result.js';
import { nextRandom } from '../../src/checker/schedule.js';
import type { RealServerSettings, VirtualServerSettings } from '../../src/checker/settings.js';
import { destinationKey } from '../../src/ipvs/model.js';
import {
  FAILURE,
  Harness,
  httpCheck,
  INCONCLUSIVE,
  realServer,
  SORRY,
  SUCCESS,
  tcpCheck,
  virtualServer,
} from '../unit/checker/harness.js';

class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(n: number): number {
    const { state, value } = nextRandom(this.#state);
    this.#state = state;
    return Math.floor(value * n);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

function randomServer(dice: Dice): RealServerSettings {
  const address = `10.0.0.${1 + dice.below(5)}`;
  const all = [
    tcpCheck(address, { retry: dice.below(3), warmup: dice.below(5) * 1_000_000 }),
    httpCheck(address, dice.pick(['/', '/a'])),
    tcpCheck(address),
  ];
  return realServer(address, {
    weight: dice.below(4),
    inhibitOnFailure: dice.below(3) === 0,
    alpha: dice.below(3) === 0,
    checks: all.slice(0, dice.below(4)),
  });
}

function randomService(dice: Dice): VirtualServerSettings {
  const port = 80 + dice.below(3);
  const sorry = { ...SORRY, address: `10.0.0.${1 + dice.below(9)}`, inhibit: dice.below(2) === 0 };
  const servers = Array.from({ length: dice.below(6) }, () => randomServer(dice));
  const unchecked = dice.below(3) === 0;
  return virtualServer(unchecked ? servers.map((server) => ({ ...server, checks: [] })) : servers, {
    id: { kind: 'address', protocol: 'TCP', address: '192.0.2.100', port },
    quorum: dice.below(4),
    hysteresis: dice.below(2),
    omega: dice.below(2) === 0,
    ...(dice.below(2) === 0 ? { sorryServer: sorry } : {}),
  });
}

function checkInvariants(h: Harness): void {
  const checks = h.state.services.flatMap((s) => [...s.servers].flatMap((server) => server.checks));
  assert.equal(new Set(checks.map((check) => check.key)).size, checks.length, 'keys are unique');
  assert.equal(h.timers.size, checks.length, 'every check has its timer, and nothing else has');
  for (const check of checks) {
    assert.equal(h.timers.get(`check/${check.key}`), check.dueAt);
    assert.equal(h.probes.get(check.key)?.attempt, check.running?.attempt);
  }
  assert.equal(h.probes.size, checks.filter((check) => check.running).length);
  for (const [i, wanted] of desiredTable(h.state).entries()) {
    const service = h.state.services[i]!;
    const destinations = [...wanted.destinations];
    assert.equal(destinations.length, wanted.destinations.length);
    const keys = destinations.map(destinationKey);
    assert.equal(new Set(keys).size, keys.length, 'a destination is wanted once');
    const { sorryServer } = service.settings;
    if (sorryServer) {
      const entry = destinations.find((d) => destinationKey(d) === destinationKey(sorryServer));
      if (!service.quorumUp) assert.equal(entry?.weight, 1, 'the sorry server serves');
    }
    const carrying = destinations.filter((d) => d.weight > 0);
    for (const destination of carrying) {
      const server = [...service.servers].find(
        (s) => destinationKey(s.settings) === destinationKey(destination),
      );
      const isSorry = sorryServer && destinationKey(sorryServer) === destinationKey(destination);
      const alive = server?.checks.every((check) => check.up);
      assert.ok(alive || isSorry, 'only living servers carry load');
    }
  }
}

describe('fuzz: checker', () => {
  const RESULTS: readonly ProbeResult[] = [SUCCESS, SUCCESS, FAILURE, FAILURE, INCONCLUSIVE];

  for (let seed = 1; seed <= 20; seed++) {
    it(`engine, seed ${seed}`, () => {
      const dice = new Dice(seed);
      const h = new Harness();
      for (let i = 0; i < 400; i++) {
        const dieRoll = dice.below(100);
        if (dieRoll < 6 || h.state.phase === 'idle') {
          const services = Array.from({ length: dice.below(4) }, () => randomService(dice));
          h.configure(services, dice.below(1e9));
        } else if (dieRoll < 10) {
          h.send({
            kind: 'probe-finished',
            at: h.now,
            check: dice.pick(['', 'x', [...h.timers.keys()][0]?.slice(6) ?? 'y']),
            attempt: dice.below(1_000) + 10_000,
            result: dice.pick(RESULTS),
          });
        } else if (dieRoll < 55 && h.timers.size > 0) {
          h.tick();
        } else if (h.probes.size > 0) {
          const probe = dice.pick([...h.probes.values()]);
          h.probes.delete(probe.check);
          h.now += dice.below(1_000_000);
          const { check, attempt } = probe;
          const result = dice.pick(RESULTS);
          h.send({ kind: 'probe-finished', at: h.now, check, attempt, result });
        }
        checkInvariants(h);
      }
      h.send({ kind: 'shutdown', at: h.now });
      assert.equal(h.timers.size + h.probes.size, 0);
      assert.deepEqual(desiredTable(h.state), []);
    });
  }

  it('HTTP answers, mutated and cut anywhere, end in a verdict and never throw', () => {
    const samples = [
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      'HTTP/1.0 404 No\r\n\r\nbody without length',
      'HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      'HTTP/1.1 204 No\nA: b\n\n',
    ];
    const dice = new Dice(7);
    for (let i = 0; i < 4_000; i++) {
      const bytes = Buffer.from(dice.pick(samples), 'latin1');
      for (let n = dice.below(4); n > 0; n--) bytes[dice.below(bytes.length)] = dice.below(256);
      const whole = new HttpAnswer(true);
      whole.push(Buffer.from(bytes));
      const pieces = new HttpAnswer(true);
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + dice.below(7);
        pieces.push(bytes.subarray(at, at + size));
        at += size;
      }
      assert.equal(pieces.error, whole.error, bytes.toString('latin1'));
      assert.equal(pieces.head?.status, whole.head?.status);
      assert.equal(pieces.done, whole.done);
      assert.equal(pieces.bodyBytes, whole.bodyBytes);
    }
  });
});
