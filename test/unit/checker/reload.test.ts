import assert from 'node:assert/strict';
import { desiredTable } from '../../../src/checker/desired.js';
import type { RealServerSettings } from '../../../src/checker/settings.js';
import type { IpvsService } from '../../../src/ipvs/model.js';
import {
  FAILURE,
  Harness,
  httpCheck,
  INCONCLUSIVE,
  realServer,
  SECOND,
  SORRY,
  SUCCESS,
  tcpCheck,
  virtualServer,
} from './harness.js';

const A = '10.0.0.1';
const B = '10.0.0.2';
const OTHER_ID = { kind: 'address', protocol: 'UDP', address: '192.0.2.100', port: 80 } as const;

/** A pair of servers of which B has failed. */
function pairWithFailedB(change: Partial<RealServerSettings> = {}): Harness {
  const h = new Harness();
  h.configure([virtualServer([realServer(A, change), realServer(B, change)])]);
  h.check(A, SUCCESS);
  h.check(B, FAILURE);
  assert.equal(h.table(), `${A}=1`);
  h.log.length = 0;
  return h;
}

describe('checker: reload', () => {
  it('the same configuration changes nothing: no timer, no probe, no log', () => {
    const h = pairWithFailedB();
    h.tick();
    const timers = [...h.timers];
    const effects = h.configure([virtualServer([realServer(A), realServer(B)])]);
    assert.deepEqual(effects, [{ kind: 'reconcile-table' }]);
    assert.deepEqual([...h.timers], timers);
    assert.equal(h.probes.size, 1, 'the attempt under way goes on');
    assert.equal(h.table(), `${A}=1`);
  });

  it('another order of servers and checks changes nothing either', () => {
    const h = new Harness();
    const checks = [tcpCheck(A), httpCheck(A, '/')];
    h.configure([virtualServer([realServer(A, { checks }), realServer(B)])]);
    h.tick();
    const keys = [...h.timers.keys()].sort();
    h.configure([virtualServer([realServer(B), realServer(A, { checks: checks.toReversed() })])]);
    assert.deepEqual([...h.timers.keys()].sort(), keys);
    h.answer(A, FAILURE, 0, 1);
    assert.equal(h.table(), `${B}=1`, 'the answer finds its check');
  });

  it('weight, method and limits change in place, and a weight is told', () => {
    const h = pairWithFailedB();
    h.configure([
      virtualServer([
        realServer(A, { weight: 9, method: 'DR', upperThreshold: 50 }),
        realServer(B, { weight: 2 }),
      ]),
    ]);
    assert.deepEqual(desiredTable(h.state)[0]?.destinations, [
      { address: A, port: 80, method: 'DR', weight: 9, upperThreshold: 50, lowerThreshold: 0 },
    ]);
    assert.deepEqual(h.log, [
      `Changing weight from 1 to 9 for active service [${A}]:tcp:80 of VS [192.0.2.100]:tcp:80`,
      `Changing weight from 1 to 2 for inactive service [${B}]:tcp:80 of VS [192.0.2.100]:tcp:80`,
    ]);
    h.check(B, SUCCESS);
    assert.equal(h.table(), `${A}=9 ${B}=2`);
  });

  it('a server that goes leaves the table, and its attempt is cancelled', () => {
    const h = new Harness();
    h.configure([virtualServer([realServer(A), realServer(B)])]);
    h.tick();
    h.tick();
    h.configure([virtualServer([realServer(A)])]);
    assert.equal(h.table(), `${A}=1`);
    assert.equal(h.of('cancel-probe').length, 1);
    assert.equal(h.probes.size, 1);
    assert.ok(h.log.includes(`service [${B}]:tcp:80 no longer exist`));
  });

  it('a server that comes is in at once, with alpha after its first success', () => {
    for (const [alpha, table] of [
      [false, `${A}=1 ${B}=1`],
      [true, `${A}=1`],
    ] as const) {
      const h = new Harness();
      h.configure([virtualServer([realServer(A)])]);
      h.configure([virtualServer([realServer(A), realServer(B, { alpha })])]);
      assert.equal(h.table(), table);
      h.check(B, SUCCESS);
      assert.equal(h.table(), `${A}=1 ${B}=1`);
    }
  });

  it('alpha on a server that is known takes it neither out nor in', () => {
    const h = pairWithFailedB();
    h.configure([virtualServer([realServer(A, { alpha: true }), realServer(B, { alpha: true })])]);
    assert.equal(h.table(), `${A}=1`);
  });

  it('inhibit_on_failure on a failed server puts it in with weight 0', () => {
    const h = pairWithFailedB();
    h.configure([virtualServer([realServer(A), realServer(B, { inhibitOnFailure: true })])]);
    assert.equal(h.table(), `${A}=1 ${B}=0`);
  });

  it('a changed check starts anew, from the state of its server', () => {
    const h = pairWithFailedB();
    const checks = (address: string) => [httpCheck(address, '/new')];
    h.configure([
      virtualServer([realServer(A, { checks: checks(A) }), realServer(B, { checks: checks(B) })]),
    ]);
    assert.equal(h.table(), `${A}=1`, 'a failed server is not in before it has succeeded');
    h.check(A, FAILURE);
    assert.equal(h.table(), '');
    h.check(B, SUCCESS);
    assert.equal(h.table(), `${B}=1`);
  });

  it('the answer to a check that was replaced is nobody’s', () => {
    const h = new Harness();
    h.configure([virtualServer([realServer(A)])]);
    h.tick();
    const [probe] = h.of('start-probe');
    h.configure([virtualServer([realServer(A, { checks: [httpCheck(A, '/')] })])]);
    const { check, attempt } = probe!;
    assert.deepEqual(
      h.send({ kind: 'probe-finished', at: h.now, check, attempt, result: FAILURE }),
      [],
    );
  });

  it('a failed check that goes takes its failure along', () => {
    const h = new Harness();
    const both = [tcpCheck(A), httpCheck(A, '/')];
    h.configure([virtualServer([realServer(A, { checks: both })])]);
    h.check(A, SUCCESS, 0);
    h.check(A, FAILURE, 1);
    assert.equal(h.table(), '');
    h.configure([virtualServer([realServer(A, { checks: [tcpCheck(A)] })])]);
    assert.equal(h.table(), `${A}=1`);
    assert.ok(h.log.includes(`Adding service [${A}]:tcp:80 to VS [192.0.2.100]:tcp:80`));
  });

  it('a shorter delay_loop holds from now on, a longer one from the next attempt on', () => {
    const h = new Harness();
    const configure = (delayLoop: number): void => {
      h.configure([virtualServer([realServer(A, { checks: [tcpCheck(A, { delayLoop })] })])]);
    };
    configure(60 * SECOND);
    h.check(A, SUCCESS);
    configure(2 * SECOND);
    assert.deepEqual([...h.timers.values()], [2 * SECOND]);
    configure(90 * SECOND);
    assert.deepEqual([...h.timers.values()], [2 * SECOND]);
    h.check(A, INCONCLUSIVE);
    configure(1 * SECOND);
    assert.deepEqual([...h.timers.values()], [3 * SECOND]);
  });

  it('fewer retries than failures so far: the next failure counts', () => {
    const h = new Harness();
    const configure = (retry: number): void => {
      h.configure([virtualServer([realServer(A, { checks: [tcpCheck(A, { retry })] })])]);
    };
    configure(5);
    for (let i = 0; i < 3; i++) h.check(A, FAILURE);
    configure(1);
    assert.equal(h.table(), `${A}=1`);
    h.check(A, FAILURE);
    assert.equal(h.table(), '');
  });

  it('a virtual server that goes takes everything along; another one is another one', () => {
    const h = pairWithFailedB();
    h.configure([virtualServer([realServer(A), realServer(B)], { id: OTHER_ID })]);
    assert.ok(h.log.includes('Removing Virtual Server [192.0.2.100]:tcp:80'));
    assert.deepEqual(
      desiredTable(h.state).map(({ id }) => id),
      [OTHER_ID],
    );
    assert.equal(h.table(), `${A}=1 ${B}=1`, 'its servers start as new ones');
    assert.equal(h.timers.size, 2);
    h.configure([]);
    assert.equal(h.timers.size, 0);
    assert.deepEqual(desiredTable(h.state), []);
  });

  it('quorum and sorry server follow their new settings', () => {
    const h = pairWithFailedB();
    const servers = [realServer(A), realServer(B)];
    const configure = (change: object): string => {
      h.log.length = 0;
      h.configure([virtualServer(servers, change)]);
      return h.table();
    };
    assert.equal(configure({ quorum: 2, sorryServer: SORRY }), `${SORRY.address}=1`);
    assert.ok(h.log.some((line) => line.startsWith('Lost quorum 2-0=2 > 1')));
    const other = { ...SORRY, address: '10.0.0.8' };
    assert.equal(configure({ quorum: 2, sorryServer: other }), '10.0.0.8=1');
    assert.deepEqual(
      h.log.filter((line) => line.includes('sorry')),
      [
        'Removing sorry server [10.0.0.9]:tcp:80 from VS [192.0.2.100]:tcp:80',
        'Adding sorry server [10.0.0.8]:tcp:80 to VS [192.0.2.100]:tcp:80',
      ],
    );
    assert.equal(configure({ quorum: 2 }), `${A}=1`, 'without one the living are in again');
    assert.equal(configure({ quorum: 2, sorryServer: SORRY }), `${SORRY.address}=1`);
    assert.equal(configure({ quorum: 1, sorryServer: SORRY }), `${A}=1`);
  });

  describe('after a crash: the table that was found', () => {
    const C = '10.0.0.3';
    const servers = (change: Partial<RealServerSettings> = {}): RealServerSettings[] => [
      realServer(A, change),
      realServer(B, change),
      realServer(C, { ...change, weight: 0 }),
    ];
    /** The table of a pair of which B has failed, C is drained. */
    function found(change: Partial<RealServerSettings> = {}): readonly IpvsService[] {
      const h = new Harness();
      h.configure([virtualServer(servers(change))]);
      h.check(A, SUCCESS);
      h.check(B, FAILURE);
      h.check(C, SUCCESS);
      return desiredTable(h.state);
    }

    for (const change of [{}, { alpha: true }, { inhibitOnFailure: true }]) {
      it(`is wanted again, with ${JSON.stringify(change)}`, () => {
        const table = found(change);
        const h = new Harness();
        h.configure([virtualServer(servers(change))], 1, table);
        assert.deepEqual(desiredTable(h.state), table);
      });
    }

    it('a service that was not there starts as usual', () => {
      const h = new Harness();
      h.configure([virtualServer([realServer(A), realServer(B)], { id: OTHER_ID })], 1, found());
      assert.equal(h.table(), `${A}=1 ${B}=1`);
    });

    it('a sorry server in service stays in service', () => {
      const service = virtualServer([realServer(A)], { sorryServer: SORRY });
      const before = new Harness();
      before.configure([service]);
      before.check(A, FAILURE);
      const h = new Harness();
      h.configure([service], 1, desiredTable(before.state));
      assert.equal(h.table(), `${SORRY.address}=1`);
      h.check(A, SUCCESS);
      assert.equal(h.table(), `${A}=1`);
    });
  });

  it('what is configured twice counts once, and is told', () => {
    const h = new Harness();
    h.configure([
      virtualServer([realServer(A, { weight: 3 }), realServer(A, { weight: 5 })]),
      virtualServer([realServer(B)]),
    ]);
    assert.equal(desiredTable(h.state).length, 1);
    assert.equal(h.table(), `${A}=3`);
    assert.equal(h.log.filter((line) => line.includes('configured twice')).length, 2);
    assert.equal(h.timers.size, 1);
  });
});
