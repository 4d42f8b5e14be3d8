/** From what the engine reports to notices, for instances and for the groups that they make. */
import type { Notice, NoticeEvent } from './notice.js';
import type { NotifySettings } from './settings.js';

type State = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';

/** What is known of the instances; changed in place. */
export interface Known {
  sequence: number;
  /** By instance. Bounded by the configuration. */
  readonly states: Map<string, State>;
  /** The effective priorities that were last heard, by instance. */
  readonly priorities: Map<string, number>;
  /** What each group was last told to be. */
  readonly groups: Map<string, State>;
}

export function nothingKnown(): Known {
  return { sequence: 0, states: new Map(), priorities: new Map(), groups: new Map() };
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
  known.priorities.set(instance, effectivePriority);
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
  known.priorities.set(instance, effectivePriority);
  if (state !== 'MASTER' && state !== 'BACKUP') return undefined;
  const reason = `effective priority ${effectivePriority}`;
  return notice(known, 'INSTANCE', instance, `${state}_PRIORITY`, effectivePriority, reason);
}

/** A MASTER heard an advert that loses against it. */
export function onLosingAdvert(
  known: Known,
  { instance, effectivePriority, source }: LosingAdvert,
): Notice {
  const reason = `${source} advertises a lower priority`;
  return notice(known, 'INSTANCE', instance, 'MASTER_RX_LOWER_PRI', effectivePriority, reason);
}

/** What each instance, and then each group, is: for readers who missed it (`fifo_write_vrrp_states_on_reload`). */
export function statesOf(known: Known, settings: NotifySettings): Notice[] {
  const found: Notice[] = [];
  const add = (subject: Notice['subject'], name: string, state: State | undefined): void => {
    if (state === undefined || state === 'INIT') return;
    const priority = subject === 'GROUP' ? 0 : (known.priorities.get(name) ?? 0);
    found.push(notice(known, subject, name, state, priority, 'reloaded'));
  };
  for (const name of Object.keys(settings.instances)) {
    add('INSTANCE', name, known.states.get(name));
  }
  for (const name of Object.keys(settings.groups)) add('GROUP', name, known.groups.get(name));
  return found;
}

interface LosingAdvert {
  readonly instance: string;
  readonly effectivePriority: number;
  readonly source: string;
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

/** What all are; nothing while they differ: they change together, and the group is told last. */
function groupState(states: readonly State[]): State | undefined {
  const [first] = states;
  return states.every((state) => state === first) ? first : undefined;
}
