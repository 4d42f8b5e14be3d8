/**
 * What is remembered of each router that was heard, by its source address: when, with which priority,
 * and how it sums version 3 over IPv4. Nothing is remembered of a packet that was rejected.
 */
import type { Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import type { Advert, ChecksumForm } from './advert.js';
import { log } from './instance.js';
import { admit, suppressedNote } from './log-limit.js';
import type { InstanceSettings } from './settings.js';
import type { Instance, Step } from './state.js';

export interface Peer {
  readonly source: Ip;
  /** When it was heard for the first time, and lately. */
  readonly firstAt: Micros;
  heardAt: Micros;
  /** Between its last two adverts; `undefined`: there was only one. */
  pause: Micros | undefined;
  /** Of its last advert that was not priority 0. */
  priority: number;
  adverts: number;
  checksum: ChecksumForm;
}

/** Of routers that are not configured unicast peers, those heard last are kept. */
const STRANGERS = 16;

/** Remembers a router by an advert that was accepted. */
export function rememberPeer(step: Step, instance: Instance, advert: Advert, source: Ip): void {
  const known = instance.peers.get(source);
  if (known) {
    known.pause = step.at - known.heardAt;
    known.heardAt = step.at;
    known.adverts++;
    if (advert.priority !== 0) known.priority = advert.priority;
    if (known.checksum === advert.checksum) return;
    known.checksum = advert.checksum;
    reportForm(step, instance, known);
    return;
  }
  const { priority, checksum } = advert;
  const peer: Peer = {
    source,
    firstAt: step.at,
    heardAt: step.at,
    pause: undefined,
    priority,
    adverts: 1,
    checksum,
  };
  instance.peers.set(source, peer);
  if (advert.version === 3 && checksum !== configuredForm(instance.settings)) {
    reportForm(step, instance, peer);
  }
  forgetOldest(instance);
}

/** Whether an address is a configured unicast peer. */
export function isUnicastPeer(settings: InstanceSettings, source: Ip): boolean {
  return settings.unicast?.peers.some(({ address }) => address === source) ?? false;
}

/**
 * How the checksum for a destination is made: as that peer makes its own, or as all make theirs that
 * were heard in the group; else as configured.
 */
export function checksumFor(instance: Instance, destination: Ip): ChecksumForm {
  const { settings, peers } = instance;
  if (settings.unicast) return peers.get(destination)?.checksum ?? configuredForm(settings);
  let common: ChecksumForm | undefined;
  for (const { checksum } of peers.values()) {
    if (common !== undefined && checksum !== common) return configuredForm(settings);
    common = checksum;
  }
  return common ?? configuredForm(settings);
}

function configuredForm(settings: InstanceSettings): ChecksumForm {
  const { checksum, unicast } = settings;
  if (unicast && checksum.oldUnicast === 'always') return 'group-pseudo-header';
  return checksum.plain ? 'plain' : 'pseudo-header';
}

function reportForm(step: Step, instance: Instance, { source, checksum }: Peer): void {
  const suppressed = admit(instance.logLimit, `checksum ${checksum}`, step.at);
  if (suppressed === undefined) return;
  const how = {
    plain: 'without a pseudo-header (RFC 9568)',
    'pseudo-header': 'with a pseudo-header (RFC 5798)',
    'group-pseudo-header':
      'with the multicast group in the pseudo-header (keepalived before 1.3.7)',
  }[checksum];
  const text = `${source} makes version 3 checksums ${how}; it is answered in the same way`;
  log(step, instance, 'warning', 'checksum-form', text + suppressedNote(suppressed), {
    source,
    form: checksum,
  });
}

function forgetOldest(instance: Instance): void {
  const { peers, settings } = instance;
  if (peers.size <= STRANGERS) return;
  const strangers = [...peers.values()].filter(({ source }) => !isUnicastPeer(settings, source));
  if (strangers.length <= STRANGERS) return;
  const oldest = strangers.reduce((a, b) => (b.heardAt < a.heardAt ? b : a));
  peers.delete(oldest.source);
}
