/** Which adverts the configuration does not let pass (RFC 9568 7.1). */
import { sameBytes } from '../base/bytes.js';
import type { Ip } from '../base/ip.js';
import { type Advert, PRIORITY_RELEASE } from './advert.js';
import { checkAuth } from './auth.js';
import { verifyAdvert } from './hmac-auth.js';
import { isOwner, log } from './instance.js';
import { type IpPacket, REQUIRED_TTL } from './ip-packet.js';
import { admit, suppressedNote } from './log-limit.js';
import { isUnicastPeer } from './peers.js';
import type { DropReason } from './rejection.js';
import { isSentTo } from './routers.js';
import type { Instance, Source, Step } from './state.js';

/**
 * What the configuration forbids of a packet's way to us, before its contents are looked at;
 * `undefined`: nothing.
 *
 * Multicast: TTL 255 and the group. Unicast: any TTL, unless the peer has limits, and any sender,
 * unless `check_unicast_src`.
 */
export function pathViolation(
  instance: Instance,
  packet: IpPacket,
  source: Ip,
): DropReason | undefined {
  const { settings } = instance;
  const { unicast } = settings;
  if (!unicast && packet.ttl !== REQUIRED_TTL) return 'ttl-not-255';
  if (!isSentTo(settings, packet.destination)) return 'wrong-destination';
  if (!unicast?.checkSource) return undefined;
  const peer = unicast.peers.find(({ address }) => address === source);
  if (!peer) return 'unknown-peer';
  return packet.ttl < peer.minTtl || packet.ttl > peer.maxTtl ? 'ttl-out-of-range' : undefined;
}

/** What the configuration forbids of an advert's contents; `undefined`: nothing. */
export function policyViolation(
  step: Step,
  instance: Instance,
  advert: Advert,
  source: Source,
): DropReason | undefined {
  const { settings } = instance;
  if (advert.version !== settings.version) return 'wrong-vrrp-version';
  if (advert.checksum === 'group-pseudo-header' && settings.checksum.oldUnicast === 'never') {
    return 'bad-checksum';
  }
  if (advert.trailer && !instance.hmac) return 'too-long';
  if (isOwner(instance) && settings.ownerIgnoreAdverts) return 'ignored-by-owner';
  if (isOwnAdvert(instance, advert, source.bytes)) return 'own-advert';
  const unsigned = hmacViolation(step, instance, advert, source);
  if (unsigned !== undefined) return unsigned;
  if (advert.auth) {
    const auth = checkAuth(instance.auth, advert.auth.type, advert.auth.data);
    if (!auth.ok) return auth.reason;
    // RFC 3768 7.1: equal intervals. Version 3 learns the interval, but 0 would mean no time at all.
    if (advert.interval !== settings.advertInterval) return 'interval-mismatch';
  } else if (advert.interval === 0) return 'interval-mismatch';
  if (mayWaiveAddresses(instance, source.ip)) return undefined;
  if (advert.addressCount !== settings.virtualAddresses.length) return 'address-count-mismatch';
  return sameAddresses(instance.addressBytes, advert.addressBytes, source.bytes.length)
    ? undefined
    : 'address-list-mismatch';
}

function hmacViolation(
  step: Step,
  instance: Instance,
  advert: Advert,
  source: Source,
): DropReason | undefined {
  const { hmac, settings } = instance;
  if (!hmac) return undefined;
  const utc = step.at + step.state.utcOffset;
  const isPeer = (ip: Ip): boolean => isUnicastPeer(settings, ip);
  const verified = verifyAdvert(hmac, advert, source, isPeer, utc);
  if (!verified.ok) return verified.reason;
  if (!verified.value) {
    reportUnsigned(step, instance, source.ip);
  } else if (hmac.settings.antiReplay === 'time') {
    const { skew } = verified.value;
    if (Math.abs(skew) > (hmac.settings.timeWindow * 1e6) / 2) {
      reportSkew(step, instance, source.ip, skew / 1e6);
    }
  }
  return undefined;
}

function reportUnsigned(step: Step, instance: Instance, source: Ip): void {
  const suppressed = admit(instance.logLimit, 'unsigned', step.at);
  if (suppressed === undefined) return;
  const text = `advert from ${source} has no HMAC; it is accepted because the mode is not enforce`;
  log(step, instance, 'info', 'hmac-unsigned', text + suppressedNote(suppressed), { source });
}

function reportSkew(step: Step, instance: Instance, source: Ip, seconds: number): void {
  const suppressed = admit(instance.logLimit, 'clock skew', step.at);
  if (suppressed === undefined) return;
  const window = instance.hmac?.settings.timeWindow;
  const text = `the clock of ${source} is ${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} ours; beyond time_window ${window} its adverts are rejected`;
  log(step, instance, 'warning', 'hmac-skew', text + suppressedNote(suppressed), { source });
}

/**
 * Whether an advert is one of ours that came back. Another priority than ours cannot be: then two
 * routers were given one source address (a copied `mcast_src_ip`), and the priority decides.
 */
function isOwnAdvert(instance: Instance, advert: Advert, source: Uint8Array): boolean {
  if (!instance.source || !sameBytes(source, instance.source.bytes)) return false;
  return advert.priority === instance.effectivePriority || advert.priority === PRIORITY_RELEASE;
}

/** `skip_check_adv_addr`: the master that a backup heard last. */
function mayWaiveAddresses(instance: Instance, source: Ip): boolean {
  if (!instance.settings.skipCheckAddresses || instance.state !== 'BACKUP') return false;
  return instance.lastAdvert?.source === source;
}

/** Whether each configured address is in the advert, in whatever order. */
function sameAddresses(ours: Uint8Array, theirs: Uint8Array, size: number): boolean {
  if (sameBytes(ours, theirs)) return true;
  const keys = (bytes: Uint8Array): Set<string> => {
    const set = new Set<string>();
    for (let i = 0; i < bytes.length; i += size) set.add(bytes.subarray(i, i + size).join('.'));
    return set;
  };
  const advertised = keys(theirs);
  return [...keys(ours)].every((address) => advertised.has(address));
}
