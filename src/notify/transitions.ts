/** From what the engine reports to notices, for instances and for the groups that they make. */
import type { Notice, NoticeEvent } from './notice.js';
import type { NotifySettings } from './settings.js';

type State = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';

/** What is known of the instances; changed in place. */
export interface Known {
  sequence: number;
  /** By instance. Bounded by the configuration. */
  readonly states: Map<string, State>;
  /** What each group was last told to be. */
  readonly groups: Map<string, State>;
}

export function nothingKnown(): Known {
  return { sequence: 0, states: new Map(), groups: new Map() };
}

/**
 * An instance changed its state.
 *
 * @param leaving what INIT means now: the daemon stops, or the configuration has dropped it.
 * @returns the notice of the instance, and those of its groups that have changed with it.
 */
export function onStateChanged(
  known: Known,
  settings: NotifySettings,
  change: {
    readonly instance: string;
    readonly to: State;
    readonly effectivePriority: number;
    readonly reason: string;
  },
  leaving: 'STOP' | 'DELETED' | 'FAULT',
): Notice[] {
  const { instance, to, effectivePriority, reason } = change;
  known.states.set(instance, to);
  const event = to === 'INIT' ? leaving : to;
  const notices = [notice(known, 'INSTANCE', instance, event, effectivePriority, reason)];
  for (const [name, { members }] of Object.entries(settings.groups)) {
    if (!members.includes(instance)) continue;
    const state = groupState(members.map((member) => known.states.get(member) ?? 'INIT'));
    if (state === undefined || state === (known.groups.get(name) ?? 'INIT')) continue;
    known.groups.set(name, state);
    notices.push(notice(known, 'GROUP', name, state === 'INIT' ? leaving : state, 0, reason));
  }
  return notices;
}

/** An instance's effective priority changed; nothing is said in other states. */
export function onPriorityChanged(
  known: Known,
  instance: string,
  effectivePriority: number,
): Notice | undefined {
  const state = known.states.get(instance);
  if (state !== 'MASTER' && state !== 'BACKUP') return undefined;
  const reason = `effective priority ${effectivePriority}`;
  return notice(known, 'INSTANCE', instance, `${state}_PRIORITY`, effectivePriority, reason);
}

function notice(
  known: Known,
  subject: Notice['subject'],
  name: string,
  event: NoticeEvent,
  priority: number,
  reason: string,
): Notice {
  known.sequence++;
  return { subject, name, event, priority, reason, sequence: known.sequence };
}

/** FAULT as soon as one is faulty, otherwise what all are; nothing while they differ. */
function groupState(states: readonly State[]): State | undefined {
  if (states.includes('FAULT')) return 'FAULT';
  const [first] = states;
  return states.every((state) => state === first) ? first : undefined;
}
