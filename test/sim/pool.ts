/** Plays many seeds on all processors. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { drawCourse, Simulation, type Violation } from './simulation.js';

export interface Failure {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

export interface Played {
  readonly seeds: number;
  readonly failures: readonly Failure[];
}

/** Seeds that a worker plays before it asks for more. */
const BLOCK = 250;
/** Enough to see what is wrong. */
const MAX_FAILURES = 10;

/** Plays seeds one after the other. */
export function playSeeds(from: number, count: number): Failure[] {
  const failures: Failure[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const { violations } = new Simulation(drawCourse(seed)).run();
    if (violations.length > 0) failures.push({ seed, violations });
  }
  return failures;
}

/**
 * Plays the seeds from `from` on, a worker a processor. Ends early after some failures, and when
 * `isOver` says so.
 */
export async function playAll(
  from: number,
  count: number,
  onProgress: (played: number) => void = () => {},
  isOver: () => boolean = () => false,
): Promise<Played> {
  const end = from + count;
  let next = from;
  let played = 0;
  const failures: Failure[] = [];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.js', import.meta.url));
      let given = 0;
      const give = (): void => {
        given = Math.min(BLOCK, end - next);
        if (given <= 0 || failures.length >= MAX_FAILURES || isOver()) {
          void worker.terminate().then(() => resolve());
          return;
        }
        worker.postMessage({ from: next, count: given });
        next += given;
      };
      worker.on('message', (found: Failure[]) => {
        played += given;
        failures.push(...found);
        onProgress(played);
        give();
      });
      worker.on('error', reject);
      give();
    });
  const workers = Math.max(1, Math.min(availableParallelism(), Math.ceil(count / BLOCK)));
  await Promise.all(Array.from({ length: workers }, work));
  failures.sort((a, b) => a.seed - b.seed);
  return { seeds: played, failures };
}
