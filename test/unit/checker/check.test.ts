import assert from 'node:assert/strict';
import {
  FAILURE,
  Harness,
  INCONCLUSIVE,
  realServer,
  SECOND,
  SUCCESS,
  tcpCheck,
  virtualServer,
} from './harness.js';

const A = '10.0.0.1';
const RESULTS = { '+': SUCCESS, '-': FAILURE, '?': INCONCLUSIVE } as const;

describe('checker: one check, a column for each attempt', () => {
  // results: + success, - failure, ? inconclusive. up: after the attempt. wait: seconds until the
  // next start (delay_loop 6, delay_before_retry 1).
  const rows: {
    name: string;
    retry: number;
    alpha?: boolean;
    results: string;
    up: string;
    wait: string;
  }[] = [
    {
      name: 'stays up while it succeeds',
      retry: 0,
      results: '+ + +',
      up: 'u u u',
      wait: '6 6 6',
    },
    {
      name: 'no retry: down at the first failure, up at the first success',
      retry: 0,
      results: '+ - - + -',
      up: 'u d d u d',
      wait: '6 6 6 6 6',
    },
    {
      name: 'two retries: the third failure in a row counts',
      retry: 2,
      results: '+ - - - - +',
      up: 'u u u d d u',
      wait: '6 1 1 6 6 6',
    },
    {
      name: 'a success between failures starts the count again',
      retry: 2,
      results: '- - + - - -',
      up: 'u u u u u d',
      wait: '1 1 6 1 1 6',
    },
    {
      name: 'no retries while it is down',
      retry: 3,
      results: '- - - - - -',
      up: 'u u u d d d',
      wait: '1 1 1 6 6 6',
    },
    {
      name: 'alpha: down until the first success, failures are not retried',
      retry: 2,
      alpha: true,
      results: '- - + -',
      up: 'd d u u',
      wait: '6 6 6 1',
    },
    {
      name: 'inconclusive attempts change nothing and are made again soon',
      retry: 1,
      results: '? ? + - ? - ? +',
      up: 'u u u u u d d u',
      wait: '1 1 6 1 1 6 1 6',
    },
    {
      name: 'alpha and inconclusive: stays out',
      retry: 0,
      alpha: true,
      results: '? + ?',
      up: 'd u u',
      wait: '1 6 1',
    },
  ];
  for (const { name, retry, alpha = false, results, up, wait } of rows) {
    it(name, () => {
      const h = new Harness();
      h.configure([virtualServer([realServer(A, { alpha, checks: [tcpCheck(A, { retry })] })])]);
      const seen: string[] = [];
      const waits: string[] = [];
      for (const result of results.split(' ')) {
        h.tick();
        h.answer(A, RESULTS[result as '+' | '-' | '?'], 200_000);
        seen.push(h.state.services[0]!.servers.at(0)!.checks[0]!.up ? 'u' : 'd');
        waits.push(String((h.of('arm-timer')[0]!.dueAt - h.now) / SECOND));
      }
      assert.equal(seen.join(' '), up);
      assert.equal(waits.join(' '), wait);
    });
  }
});

describe('checker: an attempt', () => {
  it('has the whole connect_timeout as its deadline, and starts when its timer expires', () => {
    const h = new Harness();
    h.now = 1_000;
    h.configure([virtualServer([realServer(A)])]);
    assert.deepEqual([...h.timers.values()], [1_000]);
    h.tick();
    const [probe] = h.of('start-probe');
    assert.equal(probe?.deadline, 1_000 + 5 * SECOND);
    assert.equal(probe?.attempt, 1);
  });

  it('is ignored when it was answered already, or was another one', () => {
    const h = new Harness();
    h.configure([virtualServer([realServer(A)])]);
    h.tick();
    const check = h.checkKey(A);
    const late = { kind: 'probe-finished', at: h.now, check, attempt: 1, result: FAILURE } as const;
    h.answer(A, SUCCESS);
    const before = h.state;
    assert.deepEqual(h.send(late), []);
    assert.equal(h.state, before);
    assert.deepEqual(h.send({ ...late, check: 'none' }), []);
  });

  it('is not started by a timer that was re-armed since', () => {
    const h = new Harness();
    h.configure([virtualServer([realServer(A)])]);
    const timer = `check/${h.checkKey(A)}` as const;
    assert.deepEqual(h.send({ kind: 'timer-expired', at: 5, dueAt: 3, timer }), []);
  });

  it('is given up when the probe never answers, and made again', () => {
    const h = new Harness();
    h.configure([virtualServer([realServer(A)])]);
    h.tick();
    h.tick();
    assert.equal(h.now, 10 * SECOND, 'five seconds after the deadline');
    assert.equal(h.of('cancel-probe').length, 1);
    assert.equal(h.table(), `${A}=1`, 'the server keeps its state');
    h.tick();
    assert.equal(h.of('start-probe')[0]?.attempt, 2);
  });

  it('is spread over the warm-up by the seed', () => {
    const servers = Array.from({ length: 200 }, (_, i) => {
      const address = `10.0.1.${i}`;
      return realServer(address, { checks: [tcpCheck(address, { warmup: 10 * SECOND })] });
    });
    const first = new Harness();
    first.configure([virtualServer(servers)], 42);
    const dues = [...first.timers.values()];
    assert.ok(dues.every((due) => due >= 0 && due < 10 * SECOND));
    for (let second = 0; second < 10; second++) {
      const n = dues.filter((due) => Math.floor(due / SECOND) === second).length;
      assert.ok(n >= 8 && n <= 35, `${n} of 200 in second ${second}`);
    }
    const again = new Harness();
    again.configure([virtualServer(servers)], 42);
    assert.deepEqual([...again.timers.values()], dues, 'the same seed, the same schedule');
  });

  it('never leaves less than ten milliseconds to the next one', () => {
    const h = new Harness();
    const checks = [tcpCheck(A, { delayLoop: 0, delayBeforeRetry: 0 })];
    h.configure([virtualServer([realServer(A, { checks })])]);
    h.check(A, SUCCESS);
    assert.equal(h.of('arm-timer')[0]!.dueAt, h.now + 10_000);
    h.check(A, FAILURE);
    assert.equal(h.of('arm-timer')[0]!.dueAt, h.now + 10_000);
  });
});
