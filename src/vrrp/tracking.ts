/**
 * What the tracked things of an instance (interfaces, scripts, files, processes, BFD sessions) make
 * of its priority and of its fitness. A pure function of all inputs, so that no order of events can
 * leave a wrong priority behind.
 */
import type { InstanceSettings, TrackSettings } from './settings.js';

/**
 * What is known of a tracked thing: up or down, a file's number, or `undefined` before the first
 * result.
 */
export type TrackedValue = boolean | number | undefined;

/** What one tracked thing adds. */
export interface Contribution {
  readonly kind: TrackSettings['kind'];
  readonly name: string;
  readonly value: TrackedValue;
  /** Added to the priority; negative lowers it. */
  readonly weight: number;
}

export interface Verdict {
  /** 1 to 254; 255 for the owner of the addresses, whom no weight changes. */
  readonly effectivePriority: number;
  readonly contributions: readonly Contribution[];
  /** Why the instance cannot work, in keepalived's words. */
  readonly fault: string | undefined;
  /** What has no result yet: an instance that has not started waits for it. */
  readonly pending: string | undefined;
}

const OWNER = 255;
/** A weight beyond this is no weight any more: the instance is unfit (keepalived: a fault). */
const LARGEST_WEIGHT = 253;

/**
 * Judges an instance by what it tracks.
 *
 * @param known what is known of a tracked thing.
 */
export function judge(
  { priority, tracks = [] }: Pick<InstanceSettings, 'priority' | 'tracks'>,
  known: (track: TrackSettings) => TrackedValue,
): Verdict {
  const contributions: Contribution[] = [];
  let fault: string | undefined;
  let pending: string | undefined;
  let sum = 0;
  for (const track of tracks) {
    const value = known(track);
    if (value === undefined) {
      pending ??= `${track.kind} ${track.name}`;
      contributions.push({ kind: track.kind, name: track.name, value, weight: 0 });
      continue;
    }
    const { weight, unfit } = effectOf(track, value);
    if (unfit) fault ??= faultText(track, value);
    sum += weight;
    contributions.push({ kind: track.kind, name: track.name, value, weight });
  }
  const effectivePriority =
    priority === OWNER ? OWNER : Math.max(1, Math.min(OWNER - 1, priority + sum));
  return { effectivePriority, contributions, fault, pending };
}

/** keepalived.conf(5): a positive weight counts while up, a negative one while down. */
function effectOf(
  { kind, weight, reverse }: TrackSettings,
  value: boolean | number,
): { readonly weight: number; readonly unfit: boolean } {
  if (kind === 'file') {
    const number = Number(value);
    if (weight === 0) return { weight: 0, unfit: (number !== 0) !== reverse };
    const product = number * weight * (reverse ? -1 : 1);
    if (product < -LARGEST_WEIGHT) return { weight: -LARGEST_WEIGHT, unfit: true };
    return { weight: Math.min(LARGEST_WEIGHT, product) + 0, unfit: false };
  }
  const isUp = Boolean(value) !== reverse;
  if (weight === 0) return { weight: 0, unfit: !isUp };
  return { weight: isUp === weight > 0 ? weight : 0, unfit: false };
}

function faultText({ kind, name, reverse }: TrackSettings, value: boolean | number): string {
  if (kind === 'file') return `track file ${name} is ${value}`;
  return `${kind === 'interface' ? 'interface' : `track ${kind}`} ${name} ${reverse ? 'up' : 'down'}`;
}

/** The key under which the engine keeps a tracked thing's value. */
export function trackKey({ kind, name }: Pick<TrackSettings, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
