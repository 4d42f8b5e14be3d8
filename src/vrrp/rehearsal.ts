/**
 * Runs a scratch engine through a router's life, so that the code of a take-over is compiled before
 * the first one that counts: V8 compiles a function when it is first called, and the first take-over
 * of a process would otherwise be its slowest by tens of milliseconds.
 */
import { ipToBytes } from '../base/ip.js';
import { MICROS_PER_SECOND, type Micros } from '../base/time.js';
import { encodeAdvert } from './advert.js';
import { encodeGratuitousArp } from './arp.js';
import { NO_AUTH } from './auth.js';
import { desiredKernel } from './desired.js';
import { createEngine, step } from './engine.js';
import type { LinkState, VrrpEvent } from './events.js';
import { encodeIp } from './ip-header.js';
import { REQUIRED_TTL, standardGroup } from './ip-packet.js';
import { encodeNeighbourAdvertisement } from './ndp.js';
import {
  type HmacSettings,
  type InstanceSettings,
  PROTOCOL_DEFAULTS,
  type VrrpSettings,
} from './settings.js';
import { snapshot } from './snapshot.js';
import type { TimerKey } from './timers.js';

/** Addresses for documentation (RFC 5737, RFC 3849): nothing of this leaves the process. */
const ADDRESSES = {
  4: { own: '192.0.2.1', peer: '192.0.2.2', virtual: '192.0.2.100' },
  6: { own: 'fe80::1', peer: 'fe80::2', virtual: '2001:db8::100' },
} as const;
const LINK: LinkState = {
  index: 1,
  name: 'rehearsal',
  up: true,
  mac: '02:00:00:00:00:01',
  mtu: 1500,
  addresses: [ADDRESSES[4].own, ADDRESSES[6].own],
};
/** Keys are never used: the HMAC is computed in one of the rehearsed lives only. */
const HMAC: HmacSettings = {
  mode: 'permissive',
  activeKey: 1,
  keys: [{ id: 1, secret: '00'.repeat(32) }],
  antiReplay: 'monotonic',
  timeWindow: 5,
};

/** Fast adverts are of version 3 only: where there is little time that is rehearsed first. */
const LIVES: readonly Life[] = [
  { version: 3, family: 4, hmac: HMAC },
  { version: 2, family: 4 },
  { version: 3, family: 6 },
];

/**
 * Some dozen events a life; no effect of them is executed.
 *
 * @param isEnough asked after each life.
 */
export function rehearse(isEnough: () => boolean = () => false): void {
  for (const life of LIVES) {
    rehearseLife(life);
    if (isEnough()) return;
  }
}

/** What differs between the lives. */
type Life = Pick<InstanceSettings, 'version' | 'family' | 'hmac'>;

function rehearseLife(life: Life): void {
  const { own, virtual } = ADDRESSES[life.family];
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
    const datagram = peerDatagram(life, priority);
    happen({ kind: 'packet-received', at, interface: LINK.name, datagram });
  };
  const settings: VrrpSettings = {
    instances: [instance('a', life), instance('b', life)],
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
  const restored = { instance: 'a', restored: [virtual], failed: [] };
  happen({ kind: 'addresses-reconciled', at, ...restored });
  happen({ kind: 'configured', at, generation: 2, settings, links: [LINK] });
  snapshot(engine, at);
  if (life.family === 4) encodeGratuitousArp(LINK.mac, own);
  else encodeNeighbourAdvertisement(LINK.mac, own, true);
  happen({ kind: 'shutdown', at });
}

function instance(name: string, life: Life): InstanceSettings {
  const garp = {
    masterDelay: MICROS_PER_SECOND,
    masterRepeat: 5,
    masterRefresh: MICROS_PER_SECOND,
    masterRefreshRepeat: 1,
    lowerPrioDelay: MICROS_PER_SECOND,
    lowerPrioRepeat: 5,
  };
  const virtualAddress = {
    address: ADDRESSES[life.family].virtual,
    prefixLength: life.family === 4 ? 32 : 128,
    interface: LINK.name,
    scope: 0,
  };
  return {
    name,
    interface: LINK.name,
    virtualRouterId: name === 'a' ? 1 : 2,
    ...life,
    initialState: 'BACKUP',
    priority: 100,
    ...PROTOCOL_DEFAULTS,
    advertInterval: MICROS_PER_SECOND,
    preempt: true,
    preemptDelay: 0,
    virtualAddresses: [virtualAddress],
    excludedAddresses: [],
    garp,
    trackPrimary: true,
  };
}

/** An advert of a peer of instance `a`, with its IP header. */
function peerDatagram(life: Life, priority: number): Uint8Array {
  const content = {
    version: life.version,
    virtualRouterId: 1,
    priority,
    interval: MICROS_PER_SECOND,
    addressBytes: ipToBytes(ADDRESSES[life.family].virtual),
    addressCount: 1,
    auth: NO_AUTH,
  };
  const source = ipToBytes(ADDRESSES[life.family].peer);
  const destination = ipToBytes(standardGroup(life.family));
  const payload = encodeAdvert(content, { source, destination });
  return encodeIp({ source, destination, ttl: REQUIRED_TTL, payload });
}
