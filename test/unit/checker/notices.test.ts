import assert from 'node:assert/strict';
import { createCheckerEngine, step } from '../../../src/checker/engine.js';
import type { CheckerEvent } from '../../../src/checker/events.js';
import { noticesOf } from '../../../src/checker/notices.js';
import type { VirtualServerSettings } from '../../../src/checker/settings.js';
import {
  FAILURE,
  httpCheck,
  realServer,
  SORRY,
  SUCCESS,
  tcpCheck,
  virtualServer,
} from './harness.js';

/** An engine, and what is told of each of its steps, in short. */
class Told {
  #state = createCheckerEngine();
  #at = 0;
  #generation = 0;
  readonly #startsToo: boolean;

  constructor(startsToo = true) {
    this.#startsToo = startsToo;
  }

  configure(...virtualServers: VirtualServerSettings[]): string[] {
    this.#generation++;
    const settings = { virtualServers, flushAtStart: false, flushAtStop: false };
    const generation = this.#generation;
    return this.#step({ kind: 'configured', at: this.#at, generation, settings, seed: 1 });
  }

  /** The check of a server, by its place, comes to its end. */
  check(server: number, result: typeof SUCCESS, check = 0): string[] {
    const found = this.#state.services[0]?.servers.at(server)?.checks[check];
    assert.ok(found?.dueAt !== undefined);
    this.#at = Math.max(this.#at, found.dueAt);
    const timer = `check/${found.key}` as const;
    const started = this.#step({ kind: 'timer-expired', at: this.#at, dueAt: found.dueAt, timer });
    assert.deepEqual(started, []);
    const { running } = this.#state.services[0]?.servers.at(server)?.checks[check] ?? {};
    assert.ok(running);
    const { attempt } = running;
    return this.#step({ kind: 'probe-finished', at: this.#at, check: found.key, attempt, result });
  }

  stop(): string[] {
    return this.#step({ kind: 'shutdown', at: this.#at });
  }

  #step(event: CheckerEvent): string[] {
    const before = this.#state;
    this.#state = step(before, event).state;
    const how = { isStopping: event.kind === 'shutdown', startsToo: this.#startsToo };
    return noticesOf(before, this.#state, how).map((notice) => {
      const { subject, event: to, cause, reason, serviceName } = notice;
      if (subject === 'VS') return `VS ${serviceName} ${to} ${cause}: ${reason}`;
      const name = notice.serverName.replace(/^\[10\.0\.0\.(\d)\].*/, '$1');
      const how = subject === 'CHECK' ? ` ${notice.isGood}${notice.isDecisive ? '!' : ''}` : '';
      return `${subject} ${name} ${to} ${cause}${how}`;
    });
  }
}

const VS = 'VS [192.0.2.100]:tcp:80';
const two = (change: Partial<VirtualServerSettings> = {}) =>
  virtualServer([realServer('10.0.0.1'), realServer('10.0.0.2')], change);

describe('checker: what is told of servers', () => {
  it('the start, a failure that costs the quorum, the recovery', () => {
    const told = new Told();
    assert.deepEqual(told.configure(two({ quorum: 2 })), [
      'RS 1 UP start',
      'RS 2 UP start',
      `${VS} UP start: Gained quorum 2+0=2 <= 2`,
    ]);
    assert.deepEqual(new Told(false).configure(two({ quorum: 2 })), [
      `${VS} UP start: Gained quorum 2+0=2 <= 2`,
    ]);
    assert.deepEqual(told.check(0, FAILURE), [
      'RS 1 DOWN check',
      'CHECK 1 DOWN check false!',
      `${VS} DOWN check: Lost quorum 2-0=2 > 1`,
    ]);
    assert.deepEqual(told.check(0, FAILURE), []);
    assert.deepEqual(told.check(1, SUCCESS), []);
    assert.deepEqual(told.check(0, SUCCESS), [
      'RS 1 UP check',
      'CHECK 1 UP check true!',
      `${VS} UP check: Gained quorum 2+0=2 <= 2`,
    ]);
  });

  it('a second check that fails tells of itself only', () => {
    const told = new Told();
    const checks = [tcpCheck('10.0.0.1'), httpCheck('10.0.0.1', '/')];
    told.configure(virtualServer([realServer('10.0.0.1', { checks })]));
    assert.equal(told.check(0, FAILURE, 0).length, 3);
    assert.deepEqual(told.check(0, FAILURE, 1), ['CHECK 1 DOWN check false']);
    assert.deepEqual(told.check(0, SUCCESS, 0), ['CHECK 1 DOWN check true']);
    assert.equal(told.check(0, SUCCESS, 1).length, 3);
  });

  it('a quorum that is down from the start is told where the sorry server serves', () => {
    const alpha = [realServer('10.0.0.1', { alpha: true })];
    assert.deepEqual(new Told().configure(virtualServer(alpha)), []);
    assert.deepEqual(new Told().configure(virtualServer(alpha, { sorryServer: SORRY })), [
      `${VS} DOWN start: Starting with quorum down 1+0=1 > 0`,
    ]);
  });

  it('a reload tells of what it removes and adds, and of nothing that stays', () => {
    const told = new Told();
    told.configure(two());
    assert.deepEqual(told.configure(two()), []);
    const other = virtualServer([realServer('10.0.0.2'), realServer('10.0.0.3')]);
    assert.deepEqual(told.configure(other), ['RS 3 UP start', 'RS 1 DOWN removed']);
    assert.deepEqual(told.configure(), [
      'RS 2 DOWN removed',
      'RS 3 DOWN removed',
      `${VS} DOWN removed: Removing`,
    ]);
  });

  it('the end is told of services with omega', () => {
    const told = new Told();
    told.configure(two());
    assert.deepEqual(told.stop(), []);
    const omega = new Told();
    omega.configure(two({ omega: true }));
    omega.check(0, FAILURE);
    assert.deepEqual(omega.stop(), ['RS 2 DOWN stopping', `${VS} DOWN stopping: Shutting down`]);
    assert.deepEqual(omega.stop(), [], 'once');
  });
});
