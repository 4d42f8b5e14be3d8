import assert from 'node:assert/strict';
import { desiredTable } from '../../../src/checker/desired.js';
import { COUNT_EVERY, COUNT_PATIENCE } from '../../../src/checker/drain.js';
import { createCheckerEngine, step } from '../../../src/checker/engine.js';
import type { CheckerSettings, VirtualServerSettings } from '../../../src/checker/settings.js';
import { snapshot } from '../../../src/checker/snapshot.js';
import type { IpvsService } from '../../../src/ipvs/model.js';
import { FAILURE, Harness, realServer, SECOND, SUCCESS, virtualServer } from './harness.js';

const A = '10.0.0.1';
const B = '10.0.0.2';
const LIMIT = 30 * SECOND;
const SERVICE = virtualServer([]).id as IpvsService['id'];

function service(
  servers: readonly string[],
  change: Partial<VirtualServerSettings> = {},
): VirtualServerSettings {
  return virtualServer(
    servers.map((address) => realServer(address)),
    { drainTimeout: LIMIT, ...change },
  );
}

/** `address=weight` of each service of the wanted table. */
function table(h: Harness): string[] {
  return desiredTable(h.state).map(({ destinations }) =>
    [...destinations].map(({ address, weight }) => `${address}=${weight}`).join(' '),
  );
}

/** Services A and B in service, then another configuration. */
function changed(next: readonly VirtualServerSettings[]): Harness {
  const h = new Harness();
  h.configure([service([A, B])]);
  h.check(A, SUCCESS);
  h.check(B, SUCCESS);
  h.configure(next);
  return h;
}

function count(h: Harness, connections: number | undefined, weight = 0) {
  const there = connections === undefined ? {} : { connections, weight };
  return h.send({
    kind: 'connections-counted',
    at: h.now,
    counts: [{ service: SERVICE, address: B, port: 80, ...there }],
  });
}

/** Lets the timer of draining servers expire. */
function due(h: Harness) {
  const dueAt = h.state.drainDueAt;
  assert.ok(dueAt !== undefined);
  h.now = dueAt;
  h.timers.delete('drain');
  return h.send({ kind: 'timer-expired', at: dueAt, dueAt, timer: 'drain' });
}

describe('checker: drain', () => {
  it('a server that leaves the configuration stays with weight 0 while it has connections', () => {
    const h = changed([service([A])]);
    assert.deepEqual(table(h), [`${A}=1 ${B}=0`]);
    assert.equal(h.state.drainDueAt, h.now + COUNT_EVERY);
    const ordered = due(h).filter(({ kind }) => kind === 'count-connections');
    assert.deepEqual(ordered, [
      {
        kind: 'count-connections',
        services: [{ id: SERVICE, servers: [{ address: B, port: 80 }] }],
      },
    ]);
    assert.equal(h.state.drainDueAt, h.now + COUNT_PATIENCE);
    count(h, 2);
    assert.deepEqual(table(h), [`${A}=1 ${B}=0`]);
    const [draining] = snapshot(h.state, [], h.now).draining ?? [];
    assert.deepEqual(draining, {
      service: SERVICE,
      address: B,
      port: 80,
      connections: 2,
      since: SECOND,
      left: LIMIT - SECOND,
    });
  });

  it('it goes with its last connection, and the timer with it', () => {
    const h = changed([service([A])]);
    count(h, 2);
    const effects = count(h, 0);
    assert.deepEqual(table(h), [`${A}=1`]);
    assert.equal(h.state.drainDueAt, undefined);
    assert.ok(effects.some(({ kind }) => kind === 'reconcile-table'));
    assert.ok(effects.some((each) => each.kind === 'cancel-timer' && each.timer === 'drain'));
    assert.ok(effects.some((each) => each.kind === 'log' && each.event === 'server-drained'));
  });

  it('no connection means nothing before its weight is 0 in the kernel', () => {
    const h = changed([service([A])]);
    count(h, 0, 1);
    assert.deepEqual(table(h), [`${A}=1 ${B}=0`]);
  });

  it('one that something else has deleted is not made again', () => {
    const h = changed([service([A])]);
    count(h, undefined);
    assert.deepEqual(table(h), [`${A}=1`]);
  });

  it('it goes when the limit is up, not a tick before', () => {
    const h = changed([service([A])]);
    const end = h.now + LIMIT;
    while ((h.state.drainDueAt ?? end) < end) {
      due(h);
      count(h, 3);
    }
    assert.deepEqual(table(h), [`${A}=1 ${B}=0`]);
    assert.equal(h.state.drainDueAt, end);
    const effects = due(h);
    assert.deepEqual(table(h), [`${A}=1`]);
    assert.ok(
      effects.some((each) => each.kind === 'log' && each.text.includes('with 3 connections left')),
    );
  });

  it('counts that never come do not stop it', () => {
    const h = changed([service([A])]);
    const start = h.now;
    let steps = 0;
    while (h.state.draining.size > 0 && steps++ < 100) due(h);
    assert.equal(h.now, start + LIMIT);
  });

  it('a service that leaves stays with all its servers on their way out', () => {
    const h = changed([]);
    assert.deepEqual(table(h), [`${A}=0 ${B}=0`]);
    count(h, 0);
    assert.deepEqual(table(h), [`${A}=0`]);
  });

  it('one that comes back goes on, with its limit forgotten', () => {
    const h = changed([service([A])]);
    due(h);
    h.configure([service([A, B])]);
    assert.deepEqual(table(h), [`${A}=1 ${B}=1`]);
    assert.equal(h.state.draining.size, 0);
    assert.equal(h.state.drainDueAt, undefined);
  });

  it('a reload meanwhile does not begin the limit again, and may shorten it', () => {
    const h = changed([service([A])]);
    const end = h.now + LIMIT;
    due(h);
    h.configure([service([A], { quorum: 2 })]);
    assert.equal([...h.state.draining.values()][0]?.dueAt, end);
    h.configure([service([A], { drainTimeout: 0 })]);
    assert.deepEqual(table(h), [`${A}=1`]);
  });

  it('without a limit servers go at once, as in keepalived', () => {
    const h = changed([service([A], { drainTimeout: 0 })]);
    assert.deepEqual(table(h), [`${A}=1`]);
    assert.equal(h.state.drainDueAt, undefined);
  });

  it('a server that was found dead goes at once', () => {
    const h = new Harness();
    const inhibited = realServer(B, { inhibitOnFailure: true });
    h.configure([service([A], { realServers: [realServer(A), inhibited] })]);
    h.check(A, SUCCESS);
    h.check(B, FAILURE);
    assert.deepEqual(table(h), [`${A}=1 ${B}=0`]);
    h.configure([service([A])]);
    assert.deepEqual(table(h), [`${A}=1`]);
  });

  it('a failed server is no drained one: it leaves as ever', () => {
    const h = changed([service([A, B])]);
    h.check(B, FAILURE);
    assert.deepEqual(table(h), [`${A}=1`]);
  });

  it('after a crash servers and services that are not configured any more drain', () => {
    const left = (id: IpvsService['id'], servers: readonly string[]): IpvsService => ({
      id,
      scheduler: 'rr',
      flags: 0,
      persistenceTimeout: 0,
      persistencePrefix: 32,
      destinations: servers.map((address) => ({
        address,
        port: 80,
        method: 'NAT',
        weight: 1,
        upperThreshold: 0,
        lowerThreshold: 0,
      })),
    });
    const other = (port: number): IpvsService['id'] => ({
      kind: 'address',
      protocol: 'TCP',
      address: '192.0.2.9',
      port,
    });
    const settings: CheckerSettings = {
      virtualServers: [service([A])],
      drainTimeout: LIMIT,
      flushAtStart: false,
      flushAtStop: false,
    };
    const { state } = step(createCheckerEngine(), {
      kind: 'configured',
      at: 0,
      generation: 1,
      settings,
      seed: 1,
      found: [left(SERVICE, [A, B]), left(other(80), [A]), left(other(81), [A])],
      owned: ['TCP 192.0.2.9:80'],
    });
    assert.deepEqual(
      desiredTable(state).map(({ id, destinations }) => [
        id.kind === 'address' && id.port,
        [...destinations].map(({ address, weight }) => `${address}=${weight}`).join(' '),
      ]),
      [
        [80, `${A}=1 ${B}=0`],
        [80, `${A}=0`],
      ],
    );
    assert.deepEqual(desiredTable(state)[1]?.id, other(80));
  });
});
