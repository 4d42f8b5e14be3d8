/** Other work takes all of the processor and much of the memory: adverts at 1 s go on, nobody takes over. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { now, renderMillis, sleep } from './clock.js';
import { kill } from './network.js';
import { measured, startPair } from './steps.js';
import { labSuite, repeatInNoise } from './suite.js';

const LASTS = 20_000;
/** What competes with the directors, at their own priority (the lab's helpers have a lesser one). */
const BUSY = [
  'exec yes > /dev/null',
  'exec yes > /dev/null',
  'exec dd if=/dev/zero of=/dev/null bs=4k',
  // Without a line's end tail keeps all of it.
  'while true; do head -c 300000000 /dev/zero | tail > /dev/null; done',
];

labSuite('a starved machine', 'pair', function (lab) {
  repeatInNoise(this, lab);

  it('advert_int 1: no take-over while the processor is busy and memory is taken', async () => {
    const { capture, vip } = lab();
    const b = lab().director('b');
    await startPair(lab());
    const since = now();
    const busy = BUSY.map((command) =>
      spawn('nice', ['-n', '-10', 'sh', '-c', command], { stdio: 'ignore', detached: true }),
    );
    try {
      await sleep(LASTS);
      const shares = busy.map(({ pid }) => processorTime(pid));
      assert.ok(
        shares.slice(0, 3).every((ms) => ms > LASTS / 10),
        `they did compete: ${shares.join(', ')} ms`,
      );
    } finally {
      for (const { pid } of busy) if (pid !== undefined) kill(-pid, 'SIGKILL');
    }
    const times = capture.adverts('a', since).map(({ at }) => at);
    const late = times
      .map((at, i) => at - (times[i - 1] ?? at - 1000) - 1000)
      .sort((x, y) => y - x);
    measured(`${times.length} adverts; the latest came ${renderMillis(late[0] ?? 0)} late`);
    assert.ok(times.length >= LASTS / 1000 - 3, `${times.length} adverts`);
    assert.deepEqual(capture.adverts('b', since), []);
    assert.equal(b.state(), 'BACKUP');
    assert.deepEqual(capture.conflicts(vip, 1000, since), []);
  });
});

/** What a process has had of the processor, ms (proc(5): utime and stime, 100 a second). */
function processorTime(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
