/** Packets that are dropped: always counted under their reason, logged at a bounded rate. */
import { type Ip, ipFromBytes } from '../base/ip.js';
import type { AdvertDropReason } from './advert.js';
import type { AuthDropReason } from './auth.js';
import type { Ipv4DropReason } from './ipv4.js';
import { admit, suppressedNote } from './log-limit.js';
import type { Instance, Step } from './state.js';

/** Reasons that need the configuration (RFC 9568 7.1). */
export type PolicyDropReason =
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

export type DropReason = Ipv4DropReason | AdvertDropReason | AuthDropReason | PolicyDropReason;

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
  const suppressed = admit(owner.logLimit, `rejected ${reason}`, step.at);
  if (suppressed === undefined) return;
  const seen = look(packet.datagram);
  const prefix = instance ? `(${instance.settings.name}) ` : '';
  step.out.add({
    kind: 'log',
    // Other virtual routers on the segment are no concern of ours (keepalived: log_unknown_vrids).
    level: reason === 'vrid-unknown' ? 'debug' : 'warning',
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

interface Glimpse {
  readonly source: Ip | undefined;
  readonly ttl: number;
  /** The VRRP packet: version and type, VRID, priority, count, authentication, interval. */
  readonly pdu: readonly number[];
  readonly pduLength: number;
}

/** Reads what a line may want to tell from a packet that need not be well-formed. */
function look(datagram: Uint8Array): Glimpse {
  const header = ((datagram[0] ?? 0) & 0x0f) * 4;
  return {
    source: datagram.length >= 20 ? ipFromBytes(datagram.subarray(12, 16)) : undefined,
    ttl: datagram[8] ?? 0,
    pdu: [0, 1, 2, 3, 4, 5].map((i) => datagram[header + i] ?? 0),
    pduLength: Math.max(0, datagram.length - header),
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
    case 'wrong-ip-version':
    case 'wrong-protocol':
    case 'fragment':
    case 'wrong-destination':
      return `not a VRRP multicast packet (${reason})${from}${on}`;
  }
}
