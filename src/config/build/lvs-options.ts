/** The options of a service: scheduler, its flags, persistence. */
import { type Family, maxPrefixLength } from '../../base/ip.js';
import { DEFAULT_PERSISTENCE_SECONDS } from '../grammar/virtual-server.js';
import type { ServiceFlags, VirtualServerConfig, VirtualServerId } from '../model/index.js';
import type { Position } from '../text/source.js';
import type { Service } from './lvs.js';

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
  const { section, pick, label, sink } = service;
  const plain = (word: 'ops' | 'flag-1' | 'flag-2' | 'flag-3'): boolean =>
    pick.value<boolean>(word, false, section.get(word));
  const ofScheduler = (word: 'sh-port' | 'sh-fallback' | 'mh-port' | 'mh-fallback'): boolean => {
    const given = section.get(word);
    if (!given) return false;
    const owner = word.slice(0, 2);
    if (scheduler === owner) {
      pick.origins[word] = given.at;
      return true;
    }
    sink.report('CONFIG_WITHOUT_EFFECT', given.at, {
      message: `virtual_server ${label}: '${word}' belongs to the scheduler ${owner}, with ${scheduler} it is ignored`,
    });
    return false;
  };
  let ops = plain('ops');
  if (ops && id.kind === 'address' && id.protocol !== 'UDP') {
    sink.report('CONFIG_WITHOUT_EFFECT', pick.origins['ops'] ?? section.at, {
      message: `virtual_server ${label}: one packet scheduling needs UDP or a firewall mark, with ${id.protocol} 'ops' is ignored`,
    });
    ops = false;
  }
  const fallbacks = [plain('flag-1'), ofScheduler('sh-fallback'), ofScheduler('mh-fallback')];
  const ports = [plain('flag-2'), ofScheduler('sh-port'), ofScheduler('mh-port')];
  return {
    ops,
    flag1: fallbacks.includes(true),
    flag2: ports.includes(true),
    flag3: plain('flag-3'),
  };
}

/** Persistence in seconds (0: none) and its mask; a service without a port is always persistent. */
export function buildPersistence(
  service: Service,
  id: VirtualServerId,
  family: Family,
  at: Position,
): Pick<VirtualServerConfig, 'persistenceTimeout' | 'persistencePrefix'> {
  const { section, pick, label, sink } = service;
  const mask = section.get('persistence_granularity');
  const longest = maxPrefixLength(family);
  let persistencePrefix = longest;
  if (mask) {
    pick.origins['persistence_granularity'] = mask.at;
    if (mask.value.family === family) {
      persistencePrefix = mask.value.prefixLength;
    } else {
      sink.report('CONFIG_FAMILY_MISMATCH', mask.at, {
        message: `virtual_server ${label}: persistence_granularity is not of the service's family`,
        expected:
          family === 4
            ? 'an IPv4 netmask, for example 255.255.255.0'
            : 'a prefix length from 1 to 128',
      });
    }
  }
  const fallback = mask ? DEFAULT_PERSISTENCE_SECONDS : 0;
  let persistenceTimeout = pick.value(
    'persistence_timeout',
    fallback,
    section.get('persistence_timeout'),
  );
  if (persistenceTimeout === 0 && id.kind === 'address' && id.port === 0) {
    sink.report('CONFIG_PORT_NEEDS_PERSISTENCE', at, {
      message: `virtual_server ${label}: a service without a port must be persistent, persistence_timeout ${DEFAULT_PERSISTENCE_SECONDS} is used`,
      expected: "a port, or 'persistence_timeout'",
    });
    persistenceTimeout = DEFAULT_PERSISTENCE_SECONDS;
  }
  return { persistenceTimeout, persistencePrefix };
}
