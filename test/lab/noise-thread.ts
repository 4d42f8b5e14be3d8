/** The thread of noise.ts: sleeps and notes by how much it overslept. */
import { workerData } from 'node:worker_threads';
import { now } from './clock.js';

const { notes, tick, usual, slots } = workerData as {
  readonly notes: Float64Array;
  readonly tick: number;
  readonly usual: number;
  readonly slots: number;
};
const never = new Int32Array(new SharedArrayBuffer(4));

let before = now();
for (;;) {
  Atomics.wait(never, 0, 0, tick);
  const after = now();
  const late = after - before - tick;
  before = after;
  if (late <= usual) continue;
  const count = notes[0] as number;
  const at = 1 + 2 * (count % slots);
  notes[at] = after;
  notes[at + 1] = late;
  notes[0] = count + 1;
}
