/** The options of a service: scheduler, its flags, ha_suspend. */
import type { ServiceFlags, VirtualServerId } from '../../model/index.js';
import type { Position } from '../../text/source.js';
import { hasAddresses, hasMarks, type Service } from './service.js';

/** The kernel's default too. */
const DEFAULT_SCHEDULER = 'wlc';

/** The scheduler's name, wlc with a warning if none is set. */
export function buildScheduler({ section, pick, label, sink }: Service, at: Position): string {
  if (!section.mentions('lvs_sched')) {
    sink.report('CONFIG_DEFAULTED', at, {
      message: `virtual_server ${label}: no scheduler is set, ${DEFAULT_SCHEDULER} is used`,
      expected: "'lvs_sched <SCHEDULER>'",
    });
  }
  return pick.value<string>('lvs_sched', DEFAULT_SCHEDULER, section.get('lvs_sched'));
}

/** The flags that count: those of another scheduler, and `ops` where it cannot be, are left out. */
export function buildFlags(service: Service, id: VirtualServerId, scheduler: string): ServiceFlags {
  const { pick, label, sink } = service;
  const plain = (word: 'ops' | 'flag-1' | 'flag-2' | 'flag-3'): boolean =>
    pick.value<boolean>(word, false, service.section.get(word));
  let ops = plain('ops');
  if (ops && id.kind !== 'fwmark' && id.protocol !== 'UDP' && hasAddresses(service)) {
    sink.report('CONFIG_WITHOUT_EFFECT', pick.origins['ops'] ?? service.section.at, {
      message: `virtual_server ${label}: one packet scheduling needs UDP or a firewall mark, with ${id.protocol} 'ops' is ignored`,
    });
    ops = false;
  }
  const fallback = [
    plain('flag-1'),
    ofScheduler('sh-fallback', scheduler, service),
    ofScheduler('mh-fallback', scheduler, service),
  ];
  const port = [
    plain('flag-2'),
    ofScheduler('sh-port', scheduler, service),
    ofScheduler('mh-port', scheduler, service),
  ];
  return {
    ops,
    flag1: fallback.includes(true),
    flag2: port.includes(true),
    flag3: plain('flag-3'),
  };
}

/** A flag of a scheduler, which keepalived takes only behind the line that chooses it. */
function ofScheduler(
  word: 'sh-port' | 'sh-fallback' | 'mh-port' | 'mh-fallback',
  scheduler: string,
  { section, pick, label, sink }: Service,
): boolean {
  const given = section.get(word);
  if (!given) return false;
  const owner = word.slice(0, 2);
  const chosen = section.get('lvs_sched');
  // A wrong scheduler was reported.
  if (!chosen && section.mentions('lvs_sched')) return false;
  const late = chosen !== undefined && chosen.order > given.order;
  if (scheduler === owner && !late) {
    pick.origins[word] = given.at;
    return true;
  }
  sink.report('CONFIG_WITHOUT_EFFECT', given.at, {
    message:
      scheduler === owner
        ? `virtual_server ${label}: '${word}' before 'lvs_sched ${owner}' is ignored`
        : `virtual_server ${label}: '${word}' belongs to the scheduler ${owner}, with ${scheduler} it is ignored`,
  });
  return false;
}

/** Whether checks rest while the address is elsewhere; a firewall mark has no address. */
export function buildHaSuspend(service: Service): boolean {
  const given = service.section.get('ha_suspend');
  if (given && hasMarks(service)) {
    service.sink.report('CONFIG_WITHOUT_EFFECT', given.at, {
      message: `virtual_server ${service.label}: a firewall mark has no address to look for, 'ha_suspend' is ignored`,
    });
    return false;
  }
  return service.pick.value<boolean>('ha_suspend', false, given);
}
