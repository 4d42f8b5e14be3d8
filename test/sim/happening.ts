/** What goes wrong, or is done, in a schedule: plain data, one line each when it is written down. */
import type { Plan } from './plan.js';
import type { Random } from './random.js';

export type Happening = { readonly at: number } & (
  | { readonly kind: 'start' | 'crash'; readonly node: number }
  /** SIGTERM; the second one does not wait. */
  | { readonly kind: 'stop'; readonly node: number }
  /** Nothing of the process runs for so many µs. */
  | { readonly kind: 'stall'; readonly node: number; readonly duration: number }
  | { readonly kind: 'link'; readonly node: number; readonly link: 0 | 1; readonly up: boolean }
  /** These ways (`0>1`) carry nothing any more. */
  | { readonly kind: 'cut'; readonly ways: readonly string[] }
  | { readonly kind: 'mend' }
  | { readonly kind: 'wire'; readonly loss: number; readonly duplication: number }
  /** SIGHUP with another priority, or with none. */
  | {
      readonly kind: 'reload';
      readonly node: number;
      readonly priority?: number;
      readonly preempt?: boolean;
    }
  /** The tracked script fails, or works again. */
  | { readonly kind: 'track'; readonly node: number; readonly up: boolean }
  /** `tandem failover`, `tandem failback`. */
  | { readonly kind: 'standby'; readonly node: number; readonly on: boolean }
  /** Somebody sends again what a node has received; `which` counts from the oldest. */
  | { readonly kind: 'replay'; readonly which: number }
  | { readonly kind: 'clock'; readonly node: number; readonly step: number }
);

/** A whole schedule. The seed still decides about each packet and each timer's lateness. */
export interface Course {
  readonly seed: number;
  readonly plan: Plan;
  readonly happenings: readonly Happening[];
}

/** In intervals: how long things go wrong. */
export const TROUBLE = 20;

/** Draws what happens while things go wrong. */
export function drawHappenings(random: Random, plan: Plan): Happening[] {
  const { interval } = plan;
  const end = TROUBLE * interval;
  const happenings: Happening[] = [];
  for (let at = random.int(0, 2 * interval); at < end; ) {
    const happening = draw(random, plan, at, end - at);
    if (happening) happenings.push(happening);
    at += random.int(interval / 10, 4 * interval);
  }
  return happenings;
}

function draw(random: Random, plan: Plan, at: number, left: number): Happening | undefined {
  const { interval } = plan;
  const count = plan.nodes.length;
  const node = random.int(0, count - 1);
  switch (random.int(0, plan.hmac ? 15 : 12)) {
    case 0: {
      // One-way or both ways, between some.
      const ways: string[] = [];
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) if (a !== b && random.chance(0.4)) ways.push(`${a}>${b}`);
      }
      return { at, kind: 'cut', ways };
    }
    case 1:
    case 2:
      return { at, kind: 'mend' };
    case 3: {
      const duration = Math.min(left, random.int(interval / 10, 8 * interval));
      return { at, kind: 'stall', node, duration };
    }
    case 4:
      return { at, kind: 'crash', node };
    case 5:
    case 6:
      return { at, kind: 'stop', node };
    case 7:
    case 8:
      return { at, kind: 'start', node };
    case 9: {
      const link = plan.grouped ? (random.int(0, 1) as 0 | 1) : 0;
      return { at, kind: 'link', node, link, up: random.chance(0.5) };
    }
    case 10: {
      const duplication = random.pick([0, 0.2]);
      return { at, kind: 'wire', loss: random.pick([0, 0.1, 0.3, 0.9]), duplication };
    }
    case 11:
      if (plan.grouped) return { at, kind: 'reload', node };
      return {
        at,
        kind: 'reload',
        node,
        priority: random.int(1, 254),
        ...(random.chance(0.2) && { preempt: !plan.preempt }),
      };
    case 12:
      if (plan.trackWeight !== undefined && random.chance(0.6)) {
        return { at, kind: 'track', node, up: random.chance(0.4) };
      }
      return { at, kind: 'standby', node, on: random.chance(0.6) };
    case 13:
    case 14:
      return { at, kind: 'replay', which: random.int(0, 199) };
    default: {
      // `monotonic` does not survive a restart on a clock that went back.
      const isTime = plan.hmac === 'time';
      const step = isTime ? random.pick([-1, 1]) * random.int(3600, 7200) * 1_000_000 : 0;
      return { at, kind: 'clock', node, step };
    }
  }
}
