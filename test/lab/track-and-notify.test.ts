/** Scripts that misbehave and a wire that flaps: the VIP goes where it should, and the hook is told the end. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { must } from './program.js';
import { sharedPair } from './shared-pair.js';
import { type PairOptions, pairConfig, START_TIMEOUT, settled, speakTo } from './steps.js';
import { labSuite } from './suite.js';

/** Seconds. */
const ADVERT_INT = 0.3;
const FOLDER = '/run/tandem-lab';
const MOOD = `${FOLDER}/script-mood`;
const TOLD = `${FOLDER}/told`;

/** What a check script can do wrong; each is a failure, and none leaves processes behind. */
const MOODS = {
  'exits 1 while it prints 0': 'echo 0; exit 1',
  'hangs, ignores SIGTERM, and its child keeps the pipe open':
    "trap '' TERM; sleep 600 & sleep 600",
  'is not there any more': undefined,
} as const;
const GOOD = 'exit 0';

/** b tracks nothing. */
const TRACKING = `vrrp_script works {
    script "${MOOD}"
    interval 1
    timeout 1
    weight -60
}
`;
const HOOK = `${FOLDER}/hook`;
const INSTANCE = ['track_script {', '    works', '}', `notify ${HOOK}`];

labSuite('scripts and notifies', 'pair', function (lab) {
  const QUICK: PairOptions = { version: 3, advertInt: ADVERT_INT };
  const ready = sharedPair(this, lab);

  async function tracked(): Promise<void> {
    program(MOOD, GOOD);
    program(HOOK, `echo "$TANDEM_SEQUENCE $3" >> ${TOLD}`);
    writeFileSync(TOLD, '');
    await ready(QUICK);
    lab()
      .director('a')
      .reload(TRACKING + pairConfig(lab(), 'a', { ...QUICK, instance: INSTANCE }));
    await priority(150);
  }

  it('the weight of a script that fails moves the VIP, whatever is wrong with it', async () => {
    await tracked();
    const a = lab().director('a');
    const before = a.pids().length;
    for (const [what, text] of Object.entries(MOODS)) {
      if (text === undefined) await a.run(`rm ${MOOD}`);
      else program(MOOD, text);
      await settled(lab(), 'b', 'a');
      await priority(90);
      program(MOOD, GOOD);
      await settled(lab(), 'a', 'b');
      // The script itself may be running when we look.
      await lab().eventually(
        () => a.pids().length <= before,
        START_TIMEOUT,
        `${what}: no process is left behind`,
      );
    }
  });

  it('an interface goes down and up a hundred times: the hook ends in the true state', async () => {
    await tracked();
    const [a, b] = [lab().director('a'), lab().director('b')];
    const flap = 'for i in $(seq 50); do ip link set eth0 down; ip link set eth0 up; done';
    await must(['sh', '-c', flap], { netns: a.netns, timeoutMs: 90_000 });
    await settled(lab(), 'a', 'b');
    const told = (): string[] => readFileSync(TOLD, 'utf8').trimEnd().split('\n');
    await lab().eventually(
      () => told().at(-1)?.endsWith(' MASTER'),
      START_TIMEOUT,
      'the hook was told the true state last',
    );
    const sequence = told().map((line) => Number(line.split(' ')[0]));
    console.log(`      told: ${told().length} of ${sequence.at(-1)} transitions`);
    assert.deepEqual(
      sequence.toSorted((x, y) => x - y),
      sequence,
      'in order',
    );
    assert.ok(sequence.length > 1);
    assert.equal(b.state(), 'BACKUP');
    assert.deepEqual(lab().owners(), ['a']);
  });

  async function priority(expected: number): Promise<void> {
    const a = lab().director('a');
    await lab().eventually(
      async () => (await a.status()).vrrp?.instances[0]?.effectivePriority === expected,
      START_TIMEOUT,
      `an effective priority of ${expected}`,
      200,
    );
  }
});

labSuite('the first state is told', 'pair', (lab) => {
  it('FAULT from the start reaches the hook', async () => {
    program(HOOK, `echo "$3" >> ${TOLD}`);
    writeFileSync(TOLD, '');
    const a = lab().director('a');
    await a.run('ip link set eth0 down');
    a.startTandem(
      pairConfig(lab(), 'a', { instance: [`notify ${HOOK}`], version: 3, advertInt: ADVERT_INT }),
    );
    await lab().eventually(
      () => readFileSync(TOLD, 'utf8') === 'FAULT\n',
      START_TIMEOUT,
      'the hook was told FAULT, once',
    );
    await a.run('ip link set eth0 up');
    speakTo(lab(), a);
    await lab().eventually(
      () => readFileSync(TOLD, 'utf8').endsWith('MASTER\n'),
      START_TIMEOUT,
      'and where it ended',
    );
  });
});

/** An executable file of the lab's own file system; replaced at one moment. */
function program(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}
