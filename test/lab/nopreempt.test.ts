/**
 * nopreempt end to end: who is MASTER after what, for both products as a written table. `a` has the
 * higher priority and nopreempt; `b` took over and is MASTER.
 */
import assert from 'node:assert/strict';
import { sleep } from './clock.js';
import type { Product } from './director.js';
import type { Lab } from './lab.js';
import {
  HIGH,
  LOW,
  type PairOptions,
  pairConfig,
  START_TIMEOUT,
  settled,
  speakTo,
  startDirector,
} from './steps.js';
import { labSuite } from './suite.js';

/** Seconds. */
const ADVERT_INT = 0.3;
/** Longer than any timer that could make one take over. */
const LONG_ENOUGH = ADVERT_INT * 5000;
const SCRIPT = '/run/tandem-lab/nopreempt-weight';

/** The two, with nopreempt. */
function options(a: Product, more: readonly string[] = []): PairOptions {
  return {
    version: 3,
    advertInt: ADVERT_INT,
    a,
    instance: ['nopreempt', ...more],
  };
}

type Step = readonly [
  what: string,
  take: (lab: Lab, product: Product) => Promise<void>,
  master: 'a' | 'b',
];

const STEPS: readonly Step[] = [
  [
    'the daemon of the better one is started again',
    async (lab, product) => {
      await lab.director('a').stop();
      await settledAlone(lab, 'b');
      startDirector(lab, 'a', options(product));
    },
    'b',
  ],
  [
    'its machine is booted again',
    async (lab, product) => {
      await lab.director('a').powerOff();
      await lab.director('a').powerOn();
      startDirector(lab, 'a', options(product));
    },
    'b',
  ],
  [
    'its interface fails and is repaired',
    async (lab) => {
      const a = lab.director('a');
      await a.run('ip link set eth0 down');
      await lab.eventually(() => a.state() === 'FAULT', START_TIMEOUT, 'FAULT');
      await a.run('ip link set eth0 up');
      await lab.eventually(() => a.state() === 'BACKUP', START_TIMEOUT, 'BACKUP');
    },
    'b',
  ],
  [
    'a reload raises its priority',
    async (lab, product) => {
      const config = pairConfig(lab, 'a', options(product));
      lab.director('a').reload(config.replace(`priority ${HIGH}`, 'priority 200'));
    },
    'b',
  ],
  [
    'the MASTER lowers its own by a reload',
    async (lab) => {
      const config = pairConfig(lab, 'b', options('tandem'));
      lab.director('b').reload(config.replace(`priority ${LOW}`, 'priority 90'));
    },
    'b',
  ],
  [
    "the MASTER's daemon ends",
    async (lab) => {
      await lab.director('b').stop();
    },
    'a',
  ],
  ['the lesser one returns', async (lab) => startDirector(lab, 'b', options('tandem')), 'a'],
];

labSuite('nopreempt', 'pair', function (lab) {
  this.retries(2);
  afterEach(async () => {
    await lab().reboot();
  });

  for (const product of ['tandem', 'keepalived'] as const) {
    it(`${product}: the truth table`, async () => {
      startDirector(lab(), 'b', options('tandem'));
      speakTo(lab(), lab().director('b'));
      await settledAlone(lab(), 'b');
      startDirector(lab(), 'a', options(product));
      await settled(lab(), 'b', 'a');
      for (const [what, take, master] of STEPS) {
        await take(lab(), product);
        const other = master === 'a' ? 'b' : 'a';
        if (lab().director(other).isRunning()) await settled(lab(), master, other);
        else await settledAlone(lab(), master);
        await sleep(LONG_ENOUGH);
        assert.deepEqual(lab().owners(), [master], what);
      }
    });
  }

  it('a script that raises the priority of the better one moves nothing; of the owner all', async () => {
    await lab().director('a').run(`rm -f ${SCRIPT}`);
    const script = `vrrp_script better {\n    script "/usr/bin/test -e ${SCRIPT}"\n    interval 1\n    weight 60\n}\n`;
    const tracked = (): string =>
      `${script}${pairConfig(lab(), 'a', options('tandem', ['track_script {', '    better', '}']))}`;
    startDirector(lab(), 'b', options('tandem'));
    speakTo(lab(), lab().director('b'));
    await settledAlone(lab(), 'b');
    const a = lab().director('a');
    a.startTandem(tracked().replace(`priority ${HIGH}`, 'priority 80'));
    await settled(lab(), 'b', 'a');
    await a.run(`touch ${SCRIPT}`);
    await lab().eventually(
      async () => (await a.status()).vrrp?.instances[0]?.effectivePriority === 140,
      START_TIMEOUT,
      'the script has raised it',
    );
    await sleep(LONG_ENOUGH);
    assert.deepEqual(lab().owners(), ['b']);

    // The owner of the address preempts, whatever it says.
    a.reload(tracked().replace(`priority ${HIGH}`, 'priority 255'));
    await settled(lab(), 'a', 'b');
    await a.run(`rm -f ${SCRIPT}`);
  });
});

/** Waits until one is MASTER; the other does not run. */
async function settledAlone(lab: Lab, name: 'a' | 'b'): Promise<void> {
  const director = lab.director(name);
  await lab.eventually(
    () => director.holds(lab.vip) && director.state() === 'MASTER',
    START_TIMEOUT,
    `${name} is MASTER`,
  );
}
