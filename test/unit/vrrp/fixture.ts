/**
 * Settings with keepalived's defaults, interfaces, and packets that are *not* made by the encoder
 * under test, for every test of the VRRP engine.
 */
import { type Ip, ipToBytes } from '../../../src/base/ip.js';
import type { VrrpEffect } from '../../../src/vrrp/effects.js';
import { createEngine, type EngineState, step } from '../../../src/vrrp/engine.js';
import type { LinkState, VrrpEvent } from '../../../src/vrrp/events.js';
import {
  type InstanceSettings,
  PROTOCOL_DEFAULTS,
  type UnicastPeer,
  type UnicastSettings,
  type VirtualAddress,
  type VrrpSettings,
} from '../../../src/vrrp/settings.js';

export const SECOND = 1_000_000;

/** `10.0.0.100/24` on eth0. */
export function virtualAddress(
  address: Ip,
  overrides: Partial<VirtualAddress> = {},
): VirtualAddress {
  return { address, prefixLength: 24, interface: 'eth0', scope: 0, ...overrides };
}

/** VI_1 on eth0, VRID 51, version 2, priority 100, keepalived's defaults otherwise. */
export function instanceSettings(overrides: Partial<InstanceSettings> = {}): InstanceSettings {
  const name = overrides.interface ?? 'eth0';
  return {
    name: 'VI_1',
    interface: name,
    virtualRouterId: 51,
    version: 2,
    family: 4,
    initialState: 'BACKUP',
    priority: 100,
    advertInterval: SECOND,
    preempt: true,
    preemptDelay: 0,
    virtualAddresses: [virtualAddress('10.0.0.100', { interface: name })],
    excludedAddresses: [],
    trackPrimary: true,
    ...PROTOCOL_DEFAULTS,
    ...overrides,
    garp: {
      masterDelay: 5 * SECOND,
      masterRepeat: 5,
      masterRefresh: 0,
      masterRefreshRepeat: 1,
      lowerPrioDelay: 5 * SECOND,
      lowerPrioRepeat: 5,
      ...overrides.garp,
    },
  };
}

/** VI_1 over IPv6: version 3, `2001:db8::100/64`. */
export function ipv6Settings(overrides: Partial<InstanceSettings> = {}): InstanceSettings {
  const name = overrides.interface ?? 'eth0';
  return instanceSettings({
    version: 3,
    family: 6,
    virtualAddresses: [virtualAddress('2001:db8::100', { prefixLength: 64, interface: name })],
    ...overrides,
  });
}

/** `unicast_peer` with these addresses; TTL 255 out, any TTL in, senders not checked. */
export function unicast(
  peers: readonly (Ip | UnicastPeer)[],
  overrides: Partial<UnicastSettings> = {},
): UnicastSettings {
  return {
    peers: peers.map((peer) =>
      typeof peer === 'string' ? { address: peer, minTtl: 0, maxTtl: 255 } : peer,
    ),
    ttl: 255,
    checkSource: false,
    ...overrides,
  };
}

/** Settings of some instances and no groups. */
export function vrrpSettings(
  instances: readonly Partial<InstanceSettings>[] = [{}],
  overrides: Partial<VrrpSettings> = {},
): VrrpSettings {
  return { instances: instances.map(instanceSettings), syncGroups: [], ...overrides };
}

/** eth0, up, with 10.0.0.1. */
export function linkState(overrides: Partial<LinkState> = {}): LinkState {
  return {
    index: 2,
    name: 'eth0',
    up: true,
    mac: '02:00:00:00:00:01',
    mtu: 1500,
    addresses: ['10.0.0.1'],
    ...overrides,
  };
}

/** What a packet of another router is made of. */
export interface PacketDescription {
  readonly source?: Ip;
  readonly destination?: Ip;
  readonly ttl?: number;
  readonly protocol?: number;
  readonly version?: number;
  readonly type?: number;
  readonly vrid?: number;
  readonly priority?: number;
  readonly addresses?: readonly Ip[];
  /** The count field, if it is to differ. */
  readonly count?: number;
  /** The interval field: seconds in version 2, centiseconds in version 3. */
  readonly interval?: number;
  readonly authType?: number;
  /** 8 characters at most. */
  readonly password?: string;
  /** Version 3: with the pseudo-header, as keepalived, as old keepalived for unicast, or without. */
  readonly checksum?: 'pseudo-header' | 'group' | 'plain' | 'wrong';
  /** Over IPv6, from fe80::2 to ff02::12. */
  readonly ipv6?: boolean;
  /** The bytes of an authentication trailer, made for the packet (checksum zero) before it. */
  readonly trailer?: (pdu: Uint8Array) => Uint8Array;
  /** Bytes behind the VRRP packet inside the IP packet. */
  readonly extra?: number;
  /** Bytes behind the IP packet: Ethernet padding. */
  readonly padding?: number;
  /** Cut the VRRP packet to that many bytes. */
  readonly cut?: number;
  /** IP options, in words of 4 bytes. */
  readonly optionWords?: number;
}

/**
 * A datagram with its IP header, by default the advert of 10.0.0.2 (fe80::2) for VRID 51, priority
 * 150.
 */
export function datagram(of: PacketDescription = {}): Uint8Array {
  const version = of.version ?? (of.ipv6 ? 3 : 2);
  const ips = of.addresses ?? [of.ipv6 ? '2001:db8::100' : '10.0.0.100'];
  const interval = of.interval ?? (version === 2 ? 1 : 100);
  const pdu = [
    (version << 4) | (of.type ?? 1),
    of.vrid ?? 51,
    of.priority ?? 150,
    of.count ?? ips.length,
    version === 2 ? (of.authType ?? 0) : interval >> 8,
    interval & 0xff,
    0,
    0,
    ...ips.flatMap(octets),
  ];
  if (version === 2 && !of.ipv6) {
    const password = [...Buffer.from(of.password ?? '')];
    for (let i = 0; i < 8; i++) pdu.push(password[i] ?? 0);
  }
  for (let i = 0; i < (of.extra ?? 0); i++) pdu.push(0xee);
  const trailer = [...(of.trailer?.(Uint8Array.from(pdu)) ?? [])];
  const source = octets(of.source ?? (of.ipv6 ? 'fe80::2' : '10.0.0.2'));
  const destination = octets(of.destination ?? (of.ipv6 ? 'ff02::12' : '224.0.0.18'));
  const form = of.checksum ?? (version === 3 ? 'pseudo-header' : 'plain');
  const sum = checksum(form, pdu, trailer, source, destination) ^ (form === 'wrong' ? 1 : 0);
  pdu[6] = sum >> 8;
  pdu[7] = sum & 0xff;
  const whole = [...pdu, ...trailer];
  const payload = whole.slice(0, of.cut ?? whole.length);
  const padding = new Array(of.padding ?? 0).fill(0);
  const header = of.ipv6
    ? ipv6Header(of, source, destination, payload.length)
    : ipv4Header(of, source, destination, payload.length);
  return Uint8Array.from([...header, ...payload, ...padding]);
}

function ipv4Header(
  of: PacketDescription,
  source: readonly number[],
  destination: readonly number[],
  length: number,
): number[] {
  const options = new Array((of.optionWords ?? 0) * 4).fill(1);
  const total = 20 + options.length + length;
  const words = [0x45 + (of.optionWords ?? 0), 0xc0, total >> 8, total & 0xff, 0, 1, 0, 0];
  return [...words, of.ttl ?? 255, of.protocol ?? 112, 0, 0, ...source, ...destination, ...options];
}

function ipv6Header(
  of: PacketDescription,
  source: readonly number[],
  destination: readonly number[],
  length: number,
): number[] {
  const fields = [length >> 8, length & 0xff, of.protocol ?? 112, of.ttl ?? 255];
  return [0x6c, 0, 0, 0, ...fields, ...source, ...destination];
}

/** IPv4: over the packet without its trailer. IPv6: with it, and always with a pseudo-header. */
function checksum(
  form: string,
  pdu: readonly number[],
  trailer: readonly number[],
  source: readonly number[],
  destination: readonly number[],
): number {
  if (source.length === 16) {
    const length = pdu.length + trailer.length;
    const tail = [0, 0, length >> 8, length & 0xff, 0, 0, 0, 112];
    return onesComplement([...source, ...destination, ...tail, ...pdu, ...trailer]);
  }
  if (form !== 'pseudo-header' && form !== 'group') return onesComplement(pdu);
  const to = form === 'group' ? [224, 0, 0, 18] : destination;
  return onesComplement([...source, ...to, 0, 112, 0, pdu.length, ...pdu]);
}

/** The Internet checksum by the book: add words, fold, invert. */
function onesComplement(bytes: readonly number[]): number {
  let sum = 0;
  bytes.forEach((byte, i) => {
    sum += i % 2 === 0 ? byte * 256 : byte;
  });
  while (sum > 65535) sum = (sum % 65536) + Math.floor(sum / 65536);
  return 65535 - sum;
}

function octets(ip: Ip): number[] {
  return [...ipToBytes(ip)];
}

/** An engine and the shorthands that a test wants. Timers that the engine arms are kept. */
export class Bench {
  readonly engine: EngineState = createEngine();
  readonly timers = new Map<string, number>();
  /** Of the last event. */
  effects: readonly VrrpEffect[] = [];

  /** The wall clock, µs since 1970; undefined: events say nothing of it. */
  utc: ((at: number) => number) | undefined;

  /** Gives the engine an event and keeps the books of its timers. */
  do(event: VrrpEvent): readonly VrrpEffect[] {
    if (event.kind === 'timer-expired' && this.timers.get(event.timer) === event.dueAt) {
      this.timers.delete(event.timer);
    }
    const stamped = this.utc ? { ...event, utc: this.utc(event.at) } : event;
    this.effects = step(this.engine, stamped).effects;
    for (const effect of this.effects) {
      if (effect.kind === 'arm-timer') this.timers.set(effect.timer, effect.dueAt);
      if (effect.kind === 'cancel-timer') this.timers.delete(effect.timer);
    }
    return this.effects;
  }

  configure(at: number, settings: VrrpSettings, links: readonly LinkState[] = [linkState()]): void {
    this.do({ kind: 'configured', at, generation: 1, settings, links });
  }

  receive(at: number, packet: PacketDescription = {}, name = 'eth0'): readonly VrrpEffect[] {
    return this.do({
      kind: 'packet-received',
      at,
      interface: name,
      datagram: datagram(packet),
    });
  }

  /** Lets an armed timer run out, `late` µs after it was due. */
  expire(timer: string, late = 0): readonly VrrpEffect[] {
    const dueAt = this.timers.get(timer);
    if (dueAt === undefined) throw new Error(`${timer} is not armed`);
    const event = { kind: 'timer-expired', at: dueAt + late, dueAt, timer } as VrrpEvent;
    return this.do(event);
  }

  state(name = 'VI_1'): string | undefined {
    return this.engine.instances.get(name)?.state;
  }

  /** The effects of one kind that the last event had. */
  of<K extends VrrpEffect['kind']>(kind: K): Extract<VrrpEffect, { kind: K }>[] {
    return this.effects.filter((e) => e.kind === kind) as Extract<VrrpEffect, { kind: K }>[];
  }
}
