/** What the cases share: a pair of one product, the wire, and a client that asks every millisecond. */
import { sleep } from '../../lab/clock.js';
import { directorConfig, masterDownInterval } from '../../lab/config-text.js';
import type { Product } from '../../lab/director.js';
import type { Lab } from '../../lab/lab.js';
import { HIGH, LOW, settled } from '../../lab/steps.js';

export interface BenchOptions {
  /** Repetitions of what is measured once. */
  readonly rounds: number;
  /** Length of what is measured over a time. */
  readonly seconds: number;
  readonly instances: number;
}

/** One product in the laboratory. */
export interface Bench extends BenchOptions {
  readonly lab: Lab;
  readonly product: Product;
}

/** How often the client asks, ms. */
export const KNOCK_MILLIS = 1;

/** The configuration of one of the pair; below a second adverts are of version 3. */
export function configText(name: 'a' | 'b', advertInt: number, globals: readonly string[]): string {
  return directorConfig({
    topology: 'pair',
    priority: name === 'a' ? HIGH : LOW,
    advertInt,
    version: advertInt < 1 ? 3 : 2,
    globals,
  });
}

/** Starts both and waits until `a` is MASTER. */
export async function startBoth(
  { lab, product }: Bench,
  advertInt: number,
  globals: readonly string[] = [],
): Promise<void> {
  for (const name of ['a', 'b'] as const) {
    lab.director(name).start(product, configText(name, advertInt, globals));
  }
  await settled(lab, 'a', 'b');
  await sleep(500);
}

/** Ends both: the next case begins with machines that were switched off and on. */
export async function restart({ lab }: Bench): Promise<void> {
  for (const director of lab.directors) {
    await director.powerOff();
    await director.powerOn();
  }
}

/** The RFC's Master_Down_Interval of `b`, ms. */
export function masterDown(advertInt: number): number {
  return masterDownInterval(LOW, advertInt, advertInt < 1 ? 3 : 2);
}
