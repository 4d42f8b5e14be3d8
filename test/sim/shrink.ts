/** Makes a failing schedule as small as it can be and still break the same rule. */
import { type Core, TANDEM } from './core.js';
import type { Course } from './happening.js';
import type { Plan } from './plan.js';
import { Simulation } from './simulation.js';

/** Runs of the simulation that a shrinking may take. */
const MAX_RUNS = 600;

/** Simpler networks, each tried by itself. */
const SIMPLER: readonly ((plan: Plan) => Plan)[] = [
  ({ hmac: _, ...plan }) => plan,
  ({ trackWeight: _, ...plan }) => plan,
  (plan) => ({ ...plan, grouped: false }),
  (plan) => ({ ...plan, unicast: false }),
  (plan) => ({ ...plan, family: 4 }),
  (plan) => ({ ...plan, preemptDelay: 0 }),
  (plan) => ({ ...plan, downTimerAdverts: 3 }),
  (plan) => ({ ...plan, lowerPrioNoAdvert: false, higherPrioSendAdvert: false }),
  (plan) => ({ ...plan, nodes: plan.nodes.map((node) => ({ ...node, clockError: 0 })) }),
  (plan) => ({ ...plan, nodes: plan.nodes.map((node) => ({ ...node, startsAt: 0 })) }),
];

/** The smallest schedule that was found; the same one if it breaks no rule. */
export function shrink(course: Course, core: Core = TANDEM): Course {
  let runs = 0;
  const rule = brokenRule(course, core);
  if (rule === undefined) return course;
  const fails = (candidate: Course): boolean =>
    runs++ < MAX_RUNS && brokenRule(candidate, core) === rule;
  let smallest = course;
  const attempt = (candidate: Course): boolean => {
    if (!fails(candidate)) return false;
    smallest = candidate;
    return true;
  };
  for (let before = -1; before !== sizeOf(smallest) && runs < MAX_RUNS; ) {
    before = sizeOf(smallest);
    dropHappenings(() => smallest, attempt);
    dropNodes(() => smallest, attempt);
    for (const simpler of SIMPLER) {
      const plan = simpler(smallest.plan);
      if (JSON.stringify(plan) !== JSON.stringify(smallest.plan)) attempt({ ...smallest, plan });
    }
  }
  return smallest;
}

/** The first rule that a schedule breaks. */
export function brokenRule(course: Course, core: Core = TANDEM): string | undefined {
  return new Simulation(course, core).run().violations[0]?.rule;
}

/** Larger parts first, then single ones. */
function dropHappenings(current: () => Course, attempt: (course: Course) => boolean): void {
  for (let part = Math.max(1, current().happenings.length >> 1); part >= 1; part >>= 1) {
    for (let i = 0; i < current().happenings.length; ) {
      const { happenings } = current();
      const rest = [...happenings.slice(0, i), ...happenings.slice(i + part)];
      if (!attempt({ ...current(), happenings: rest })) i += part;
    }
  }
}

function dropNodes(current: () => Course, attempt: (course: Course) => boolean): void {
  for (let i = current().plan.nodes.length - 1; i >= 0; i--) {
    const { plan, happenings, seed } = current();
    if (plan.nodes.length <= 2) return;
    const renumber = (node: number): number => (node > i ? node - 1 : node);
    attempt({
      seed,
      plan: { ...plan, nodes: plan.nodes.filter((_, j) => j !== i) },
      happenings: happenings.flatMap((happening) => {
        if ('node' in happening) {
          return happening.node === i ? [] : { ...happening, node: renumber(happening.node) };
        }
        if (happening.kind !== 'cut') return happening;
        const ways = happening.ways.flatMap((way) => {
          const [a = 0, b = 0] = way.split('>').map(Number);
          return a === i || b === i ? [] : `${renumber(a)}>${renumber(b)}`;
        });
        return { ...happening, ways };
      }),
    });
  }
}

function sizeOf({ plan, happenings }: Course): number {
  return 1000 * happenings.length + JSON.stringify(plan).length;
}
