/**
 * Runs a scratch engine through a router's life, so that the code of a take-over is compiled before
 * the first one that counts: V8 compiles a function when it is first called, and the first take-over
 * of a process would otherwise be its slowest by tens of milliseconds.
 */
import { internetChecksum } from '../base/checksum.js';
import { ipToBytes } from '../base/ip.js';
import { MICROS_PER_SECOND, type Micros } from '../base/time.js';
import { encodeGratuitousArp } from './arp.js';
import { desiredKernel } from './desired.js';
import { createEngine, step } from './engine.js';
import type { LinkState, VrrpEvent } from './events.js';
import { MULTICAST_GROUP_IPV4, PROTOCOL_VRRP, REQUIRED_TTL } from './ipv4.js';
import { releaseAdvert } from './release-advert.js';
import type { InstanceSettings, VrrpSettings, VrrpVersion } from './settings.js';
import { snapshot } from './snapshot.js';
import type { TimerKey } from './timers.js';

/** Addresses for documentation (RFC 5737): nothing of this leaves the process. */
const OWN = '192.0.2.1';
const PEER = '192.0.2.2';
const LINK: LinkState = {
  index: 1,
  name: 'rehearsal',
  up: true,
  mac: '02:00:00:00:00:01',
  mtu: 1500,
  addresses: [OWN],
};

/** Some dozen events a life; no effect of them is executed. */
export function rehearse(): void {
  for (const version of [2, 3] as const) rehearseVersion(version);
}

function rehearseVersion(version: VrrpVersion): void {
  const engine = createEngine();
  const timers = new Map<TimerKey, Micros>();
  let at = 0;
  const happen = (event: VrrpEvent): void => {
    for (const effect of step(engine, event).effects) {
      if (effect.kind === 'arm-timer') timers.set(effect.timer, effect.dueAt);
      if (effect.kind === 'cancel-timer') timers.delete(effect.timer);
    }
    desiredKernel(engine);
  };
  /** Lets the earliest timers run out, one after the other. */
  const pass = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const [next] = [...timers].sort(([, a], [, b]) => a - b);
      if (!next) return;
      const [timer, dueAt] = next;
      timers.delete(timer);
      at = Math.max(at, dueAt);
      happen({ kind: 'timer-expired', at, dueAt, timer });
    }
  };
  const hear = (priority: number): void => {
    const datagram = peerDatagram(version, priority);
    happen({ kind: 'packet-received', at, interface: LINK.name, datagram });
  };
  const settings: VrrpSettings = {
    instances: [instance('a', version, 100), instance('b', version, 100)],
    syncGroups: [{ name: 'group', instances: ['a', 'b'] }],
    syncDaemon: { interface: LINK.name, instance: 'a', syncId: 1 },
  };
  happen({ kind: 'configured', at, generation: 1, settings, links: [LINK] });
  for (const priority of [200, 50, 0]) {
    pass(4);
    hear(priority);
    hear(0);
  }
  pass(8);
  happen({ kind: 'link-changed', at, link: { ...LINK, up: false } });
  happen({ kind: 'link-changed', at, link: LINK });
  pass(4);
  const restored = { instance: 'a', restored: ['192.0.2.100'], failed: [] };
  happen({ kind: 'addresses-reconciled', at, ...restored });
  happen({ kind: 'configured', at, generation: 2, settings, links: [LINK] });
  snapshot(engine, at);
  encodeGratuitousArp(LINK.mac, OWN);
  happen({ kind: 'shutdown', at });
}

function instance(name: string, version: VrrpVersion, priority: number): InstanceSettings {
  const garp = {
    masterDelay: MICROS_PER_SECOND,
    masterRepeat: 5,
    masterRefresh: MICROS_PER_SECOND,
    masterRefreshRepeat: 1,
    lowerPrioDelay: MICROS_PER_SECOND,
    lowerPrioRepeat: 5,
  };
  const virtualAddress = {
    address: '192.0.2.100',
    prefixLength: 32,
    interface: LINK.name,
    scope: 0,
  };
  return {
    name,
    interface: LINK.name,
    virtualRouterId: name === 'a' ? 1 : 2,
    version,
    family: 4,
    initialState: 'BACKUP',
    priority,
    advertInterval: MICROS_PER_SECOND,
    preempt: true,
    preemptDelay: 0,
    virtualAddresses: [virtualAddress],
    excludedAddresses: [],
    garp,
    trackPrimary: true,
  };
}

/** An advert of a peer of instance `a`, with its IPv4 header. */
function peerDatagram(version: VrrpVersion, priority: number): Uint8Array {
  const { packet } = releaseAdvert(instance('a', version, 100), PEER);
  const advert = packet.slice();
  advert[2] = priority;
  advert.set([0, 0], 6);
  const header = new Uint8Array(20);
  header.set([
    0x45,
    0xc0,
    0,
    header.length + advert.length,
    0,
    1,
    0,
    0,
    REQUIRED_TTL,
    PROTOCOL_VRRP,
  ]);
  header.set(ipToBytes(PEER), 12);
  header.set(ipToBytes(MULTICAST_GROUP_IPV4), 16);
  const sum = internetChecksum(advert);
  advert.set([sum >> 8, sum & 0xff], 6);
  return new Uint8Array([...header, ...advert]);
}
