/** Why an instance is in its state, in sentences that a person can act on. */
import { toSeconds } from '../base/time.js';
import type { Transition } from '../control/history.js';
import type { AlarmSnapshot, InstanceSnapshot } from '../vrrp/snapshot.js';

/** So many of the last transitions are shown. */
const SHOWN = 5;

/** Says what an instance is, why, and what would change it; each sentence on a line of its own. */
export function explainInstance(
  instance: InstanceSnapshot,
  transitions: readonly Transition[] = [],
): string {
  return [
    ...stateLines(instance),
    ...instance.alarms.map(alarmLine),
    priorityLine(instance),
    ...trackLines(instance),
    ...heardLines(instance),
    ...peerLines(instance),
    ...intervalLines(instance),
    ...nextLines(instance),
    ...rejectedLines(instance),
    ...transitionLines(transitions),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The state and its cause now; then how it came about. */
function stateLines(instance: InstanceSnapshot): string[] {
  const { name, state, inStateFor, reason } = instance;
  const cause = state === 'BACKUP' ? backupCause(instance) : undefined;
  if (cause === undefined) return [`${name} is ${state} for ${seconds(inStateFor)}: ${reason}.`];
  return [
    `${name} is ${state} because ${cause}.`,
    `It came into this state ${seconds(inStateFor)} ago: ${reason}.`,
  ];
}

/** Who keeps a backup a backup; `undefined`: nobody is heard. */
function backupCause(instance: InstanceSnapshot): string | undefined {
  const { lastAdvert, effectivePriority: ours, preempt, preemptIn, masterDownIn } = instance;
  if (!lastAdvert || lastAdvert.priority === 0) return undefined;
  if (masterDownIn === undefined || masterDownIn <= 0) return undefined;
  const { source, priority } = lastAdvert;
  if (priority > ours) return `${source} is MASTER with priority ${priority}, ours is ${ours}`;
  if (priority === ours) return `${source} is MASTER with the same priority ${priority}`;
  const lower = `${source} is MASTER with lower priority ${priority}, ours is ${ours}`;
  if (!preempt) return `nopreempt and ${lower}`;
  if (preemptIn === undefined || preemptIn <= 0) return undefined;
  return `preempt_delay has another ${seconds(preemptIn)} to run and ${lower}`;
}

/** `ALARM: …; seen 20 times, first 1 min ago, last 0.40 s ago, its MAC is …`. */
export function alarmLine({ kind, text, mac, firstAgo, ago, sightings }: AlarmSnapshot): string {
  if (kind === 'never-heard-a-peer') return `WARNING: ${text}.`;
  const address = mac === undefined ? '' : `; its MAC is ${mac}`;
  return `ALARM: ${text}; seen ${sightings} times, first ${seconds(firstAgo)} ago, last ${seconds(ago)} ago${address}.`;
}

function peerLines({ peers }: InstanceSnapshot): string[] {
  return peers.map(
    ({ source, adverts, priority, firstAgo, ago }) =>
      `  ${source}: ${adverts} advert${adverts === 1 ? '' : 's'}, the last with priority ${priority}, first heard ${seconds(firstAgo)} ago, last ${seconds(ago)} ago.`,
  );
}

function intervalLines({ advertInterval, configuredInterval, state }: InstanceSnapshot): string[] {
  if (state !== 'BACKUP' || advertInterval === configuredInterval) return [];
  return [
    `It has learned the interval ${toSeconds(advertInterval)} s from its MASTER; its own advert_int is ${toSeconds(configuredInterval)} s.`,
  ];
}

function transitionLines(transitions: readonly Transition[]): string[] {
  if (transitions.length === 0) return [];
  return [
    'Its last transitions:',
    ...transitions
      .slice(-SHOWN)
      .map(({ at, from, to, reason }) => `  ${at} ${from} -> ${to}: ${reason}`),
  ];
}

function priorityLine({ priority, effectivePriority, standby }: InstanceSnapshot): string {
  if (standby) {
    return `Its priority is ${effectivePriority} instead of ${priority}: the operator has put it into standby.`;
  }
  if (priority === effectivePriority) return `Its priority is ${priority}, as configured.`;
  return `Its priority is ${effectivePriority} instead of ${priority} because of what it tracks.`;
}

function trackLines({ contributions }: InstanceSnapshot): string[] {
  return contributions.map(({ kind, name, value, weight }) => {
    const is =
      value === undefined
        ? 'has no result yet'
        : typeof value === 'number'
          ? `is ${value}`
          : value
            ? 'is up'
            : 'is down';
    const adds = weight === 0 ? '' : `, which makes ${weight > 0 ? '+' : ''}${weight}`;
    return `  ${kind} ${name} ${is}${adds}.`;
  });
}

function heardLines({ lastAdvert, advertsReceived, state }: InstanceSnapshot): string[] {
  if (lastAdvert) {
    return [
      `The last of ${advertsReceived} adverts heard came from ${lastAdvert.source}, priority ${lastAdvert.priority}, ${seconds(lastAdvert.ago)} ago.`,
    ];
  }
  if (state !== 'MASTER') return ['No advert of another router was ever heard.'];
  return [
    'No advert of another router was ever heard. If there is a backup, that is as it should be; if another node is MASTER too, adverts do not arrive: look for a filter on protocol 112, another interface, or another virtual_router_id.',
  ];
}

/** What would change the state. */
function nextLines(instance: InstanceSnapshot): string[] {
  const { state, pending, group, reason } = instance;
  switch (state) {
    case 'INIT':
      return pending === undefined ? [] : [`It starts when ${pending} has its first result.`];
    case 'FAULT':
      return [
        group !== undefined && reason.includes(`sync group ${group}`)
          ? `It leaves FAULT when no member of sync group ${group} has a fault.`
          : 'It leaves FAULT when that is repaired.',
      ];
    case 'MASTER':
      return [
        `It stays MASTER until a router with a priority above ${instance.effectivePriority} advertises (or with the same and a higher address), or until it has a fault.`,
      ];
    case 'BACKUP':
      return [...heldBackLines(instance), backupLine(instance)];
  }
}

/** Why the start takes longer than a master-down time (design/0017). */
function heldBackLines({ heldBack, interface: name }: InstanceSnapshot): string[] {
  if (heldBack === 'start-delay') {
    return [
      'vrrp_startup_delay or vrrp_delay_after_boot is not over: its master-down timer begins then.',
    ];
  }
  if (heldBack !== 'quiet-link') return [];
  return [
    `Nothing was received on ${name} since it exists, so that its switch may still hold the port back: with the first sign of traffic it waits a master-down time only.`,
  ];
}

function backupLine(instance: InstanceSnapshot): string {
  const { lastAdvert, effectivePriority, preempt, preemptIn, masterDownIn, group } = instance;
  const waits = masterDownIn === undefined ? '' : ` (in ${seconds(Math.max(0, masterDownIn))})`;
  const withGroup = group === undefined ? '' : `, together with sync group ${group}`;
  const takesOver = `It becomes MASTER${withGroup} when its master-down timer runs out${waits}`;
  if (!lastAdvert || lastAdvert.priority === 0) return `${takesOver}.`;
  if (lastAdvert.priority > effectivePriority) {
    return `${takesOver}, which each advert of ${lastAdvert.source} restarts, or when its priority is above ${lastAdvert.priority}.`;
  }
  if (lastAdvert.priority === effectivePriority) {
    return `${takesOver}; priorities are equal, and who is MASTER stays it.`;
  }
  if (!preempt) {
    return `${takesOver}. Its priority is higher than that of ${lastAdvert.source}, but nopreempt leaves a living MASTER alone.`;
  }
  if (preemptIn !== undefined && preemptIn > 0) {
    return `Its priority is higher: it preempts ${lastAdvert.source} when preempt_delay is over, in ${seconds(preemptIn)}.`;
  }
  return `${takesOver}: its priority is higher, and adverts of ${lastAdvert.source} do not restart it.`;
}

function rejectedLines({ rejected }: InstanceSnapshot): string[] {
  const reasons = Object.entries(rejected).filter(([, count]) => count > 0);
  if (reasons.length === 0) return [];
  const list = reasons.map(([reason, count]) => `${reason} ${count}`).join(', ');
  return [`Adverts for its virtual_router_id were rejected: ${list}.`];
}

function seconds(micros: number): string {
  const value = toSeconds(micros);
  if (value < 120) return `${value.toFixed(value < 10 ? 2 : 0)} s`;
  const minutes = Math.floor(value / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
