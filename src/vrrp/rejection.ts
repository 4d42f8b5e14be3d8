/** Packets that are dropped: always counted under their reason, logged at a bounded rate. */
import { type Ip, ipFromBytes } from '../base/ip.js';
import type { AdvertDropReason } from './advert.js';
import { onRejected } from './alarms.js';
import type { AuthDropReason } from './auth.js';
import type { HmacDropReason } from './hmac-auth.js';
import { decodeIp } from './ip-header.js';
import type { IpDropReason } from './ip-packet.js';
import { admit, suppressedNote } from './log-limit.js';
import type { EngineState, Instance, Step } from './state.js';

/** Reasons that need the configuration (RFC 9568 7.1). */
export type PolicyDropReason =
  /** Multicast that is not from this link. */
  | 'ttl-not-255'
  /** Unicast whose TTL or hop limit is outside of its peer's `min_ttl` and `max_ttl`. */
  | 'ttl-out-of-range'
  /** Another group, multicast to an instance with unicast peers, or unicast to one without. */
  | 'wrong-destination'
  /** `check_unicast_src`: the sender is not a configured peer. */
  | 'unknown-peer'
  /** `owner_ignore_adverts`, and this router owns the addresses. */
  | 'ignored-by-owner'
  /** No instance of ours has this VRID on this interface. */
  | 'vrid-unknown'
  /** Version 2: the interval must equal ours. Version 3: it must not be 0. */
  | 'interval-mismatch'
  /** Our own source address and priority: looped back, or another router has both. */
  | 'own-advert'
  /** Another number of addresses than configured. */
  | 'address-count-mismatch'
  /** The right number, but not the configured ones. */
  | 'address-list-mismatch';

export type DropReason =
  | IpDropReason
  | AdvertDropReason
  | AuthDropReason
  | HmacDropReason
  | PolicyDropReason;

/** What is known of a dropped packet when its line is written; absent: not decoded that far. */
export interface RejectedPacket {
  readonly interface: string;
  readonly datagram: Uint8Array;
}

/**
 * Counts a dropped packet, for its instance if it has one of ours, and logs it unless a packet was
 * dropped for the same reason a short while ago.
 */
export function reject(
  step: Step,
  instance: Instance | undefined,
  reason: DropReason,
  packet: RejectedPacket,
): void {
  const owner = instance ?? step.state;
  owner.rejected.set(reason, (owner.rejected.get(reason) ?? 0) + 1);
  if (instance) onRejected(step, instance, reason, packet);
  const suppressed = admit(owner.logLimit, `rejected ${reason}`, step.at);
  if (suppressed === undefined) return;
  const seen = look(packet.datagram);
  const prefix = instance ? `(${instance.settings.name}) ` : '';
  step.out.add({
    kind: 'log',
    level: levelOf(reason, step.state),
    event: 'packet-rejected',
    text: prefix + words(reason, instance, packet, seen) + suppressedNote(suppressed),
    fields: {
      reason,
      interface: packet.interface,
      ...(instance && { instance: instance.settings.name }),
      ...(seen.source && { source: seen.source }),
      suppressed,
    },
  });
}

/** Other virtual routers on the segment are no concern of ours unless `log_unknown_vrids` says so. */
function levelOf(
  reason: DropReason,
  { logUnknownVrids }: EngineState,
): 'debug' | 'notice' | 'warning' {
  if (reason === 'vrid-unknown') return logUnknownVrids ? 'notice' : 'debug';
  return reason === 'ignored-by-owner' ? 'debug' : 'warning';
}

interface Glimpse {
  readonly source: Ip | undefined;
  readonly destination: Ip | undefined;
  readonly ttl: number;
  /** The VRRP packet: version and type, VRID, priority, count, authentication, interval. */
  readonly pdu: readonly number[];
}

/** Reads what a line may want to tell from a packet that need not be well-formed. */
function look(datagram: Uint8Array): Glimpse {
  const ip = decodeIp(datagram);
  if (ip.ok) {
    const { source, destination, ttl, payload } = ip.value;
    return {
      source: ipFromBytes(source),
      destination: ipFromBytes(destination),
      ttl,
      pdu: [...payload.subarray(0, 6)],
    };
  }
  const isIpv4 = datagram.length >= 20 && (datagram[0] as number) >> 4 === 4;
  return {
    source: isIpv4 ? ipFromBytes(datagram.subarray(12, 16)) : undefined,
    destination: undefined,
    ttl: 0,
    pdu: [],
  };
}

/** keepalived's words where it has some. */
function words(
  reason: DropReason,
  instance: Instance | undefined,
  packet: RejectedPacket,
  seen: Glimpse,
): string {
  const [versionAndType = 0, vrid = 0, , count = 0, authType = 0, interval = 0] = seen.pdu;
  const from = seen.source ? ` from ${seen.source}` : '';
  const on = ` on ${packet.interface}`;
  switch (reason) {
    case 'too-short':
      return `vrrp packet too short, length ${packet.datagram.length}${from}${on}`;
    case 'too-long':
      return `vrrp packet too long, length ${packet.datagram.length}${from}${on}`;
    case 'ttl-not-255':
      return `invalid TTL/HL. Received ${seen.ttl} and expect 255${from}${on}`;
    case 'wrong-vrrp-version':
      return `wrong version. Received ${versionAndType >> 4} and expect ${instance?.settings.version ?? '2 or 3'}${from}${on}`;
    case 'wrong-type':
      return `Invalid packet type. ${versionAndType & 0x0f} and expect 1${from}${on}`;
    case 'bad-checksum':
      return `Invalid VRRPv${versionAndType >> 4} checksum${from}${on}`;
    case 'vrid-unknown':
      return `Unknown VRID(${vrid}) received on interface(${packet.interface}). ignoring...`;
    case 'auth-type-mismatch':
      return `received a ${authType} auth, expecting ${instance?.auth.type ?? 0}!${from}`;
    case 'auth-failed':
      return `received an invalid passwd!${from}`;
    case 'interval-mismatch':
      return `advertisement interval mismatch mine=${(instance?.settings.advertInterval ?? 0) / 1e6} sec rcv'd=${instance?.settings.version === 3 ? 0 : interval} sec${from}`;
    case 'own-advert':
      return `WARNING - advert received from remote host with our IP address${from}${on}`;
    case 'address-count-mismatch':
      return `received an unexpected ip number count ${count}, expected ${instance?.settings.virtualAddresses.length ?? 0}!${from}`;
    case 'address-list-mismatch':
      return `ip address associated with VRID ${vrid} not present in MASTER advert${from}: expected ${instance?.settings.virtualAddresses.map((a) => a.address).join(' ')}`;
    case 'ttl-out-of-range': {
      const peer = instance?.settings.unicast?.peers.find((p) => p.address === seen.source);
      return `TTL/HL ${seen.ttl} not in range ${peer?.minTtl} - ${peer?.maxTtl}${from}${on}`;
    }
    case 'unknown-peer':
      return `unicast source address ${seen.source} not a unicast peer`;
    case 'wrong-destination':
      return `advert to ${seen.destination}, expected ${instance?.settings.unicast ? 'unicast' : 'our multicast group'}${from}${on}`;
    case 'ignored-by-owner':
      return `Dropping packet${from} since we are address owner`;
    case 'hmac-missing':
      return `advert without auth_hmac trailer${from}${on}: its sender does not sign`;
    case 'hmac-malformed':
      return `malformed auth_hmac trailer${from}${on}`;
    case 'hmac-stale':
      return `stale auth_hmac trailer${from}${on}: an old packet, or the clocks differ by more than time_window ${instance?.hmac?.settings.timeWindow} s`;
    case 'hmac-unknown-key':
      return `auth_hmac key id that is not configured${from}${on}`;
    case 'hmac-invalid':
      return `invalid HMAC${from}${on}: another key, or a forged packet`;
    case 'hmac-replayed':
      return `replayed advert${from}${on}: its auth_hmac sequence did not grow`;
    case 'wrong-ip-version':
    case 'wrong-protocol':
    case 'fragment':
      return `not a VRRP packet (${reason})${from}${on}`;
  }
}
