/** A worker of `pool.ts`. */
import { parentPort } from 'node:worker_threads';
import { playSeeds } from './pool.js';

parentPort?.on('message', ({ from, count }: { from: number; count: number }) => {
  parentPort?.postMessage(playSeeds(from, count));
});
