/** Why an instance is in its state, in sentences that a person can act on. */
import { toSeconds } from '../base/time.js';
import type { InstanceSnapshot } from '../vrrp/snapshot.js';

/** Says what an instance is, why, and what would change it; each sentence on a line of its own. */
export function explainInstance(instance: InstanceSnapshot): string {
  return [
    `${instance.name} is ${instance.state} for ${seconds(instance.inStateFor)}: ${instance.reason}.`,
    priorityLine(instance),
    ...trackLines(instance),
    ...heardLines(instance),
    ...nextLines(instance),
    ...rejectedLines(instance),
  ]
    .map((line) => `${line}\n`)
    .join('');
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
      return [backupLine(instance)];
  }
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
