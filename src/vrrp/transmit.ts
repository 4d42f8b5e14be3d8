/** Sending adverts and ordering announcements. */
import { type Ip, ipToBytes } from '../base/ip.js';
import { type ChecksumForm, draftAdvert, PRIORITY_RELEASE, sealAdvert } from './advert.js';
import { addressesOf } from './desired.js';
import { type HmacAuth, signAdvert } from './hmac-auth.js';
import { log } from './instance.js';
import { REQUIRED_TTL } from './ip-packet.js';
import { checksumFor } from './peers.js';
import { groupBytes, groupOf, socketInterface, transportKey } from './routers.js';
import type { InstanceSettings, VirtualAddress } from './settings.js';
import type { Instance, Outgoing, SendAdvert, Source, Step } from './state.js';

/** Sends an advert with the effective priority. The packet's memory is shared: never write to it. */
export function sendAdvert(step: Step, instance: Instance): void {
  const { source } = instance;
  if (!source) return;
  instance.outgoing ??= draftOf(instance, source, instance.effectivePriority);
  transmit(step, instance, source, instance.outgoing);
}

/** Sends an advert with another priority than the effective one. Nothing is sent without a source. */
export function sendAdvertOf(step: Step, instance: Instance, priority: number): void {
  const { source } = instance;
  if (source) transmit(step, instance, source, draftOf(instance, source, priority));
}

/**
 * Sends priority 0 (RFC 9568 5.2.4): the backups take over after their skew time instead of a whole
 * Active_Down_Interval. Nothing is sent where nothing can be sent.
 *
 * @returns whether it was sent.
 */
export function sendRelease(step: Step, instance: Instance): boolean {
  const { source } = instance;
  const { family } = instance.settings;
  const name = socketInterface(instance.settings);
  const isUp = name === '' || step.state.links.get(name)?.up;
  if (!source || !isUp || step.state.brokenTransports.has(transportKey(name, family))) return false;
  transmit(step, instance, source, draftOf(instance, source, PRIORITY_RELEASE));
  instance.priorityZeroSent++;
  log(step, instance, 'info', 'priority-zero-sent', 'sent 0 priority');
  return true;
}

/**
 * Orders announcements of addresses of the instance.
 *
 * @param repeat packets an address; 0: none.
 * @param addresses all that follow the instance, unless told otherwise.
 */
export function announce(
  step: Step,
  instance: Instance,
  repeat: number,
  addresses: readonly VirtualAddress[] = addressesOf(instance),
): void {
  if (repeat <= 0 || addresses.length === 0) return;
  step.out.add({
    kind: 'announce',
    instance: instance.settings.name,
    addresses: addresses.map((entry) => ({ interface: entry.interface, address: entry.address })),
    repeat,
  });
}

/** Where an instance's adverts go: its unicast peers, or its group. */
export function destinationsOf(settings: InstanceSettings): readonly Ip[] {
  return settings.unicast?.peers.map(({ address }) => address) ?? [groupOf(settings)];
}

function draftOf(instance: Instance, source: Source, priority: number): Outgoing {
  const { settings } = instance;
  const content = {
    version: settings.version,
    virtualRouterId: settings.virtualRouterId,
    priority,
    interval: settings.advertInterval,
    addressBytes: instance.addressBytes,
    addressCount: settings.virtualAddresses.length,
    auth: instance.auth,
  };
  return {
    draft: draftAdvert(content, source.bytes.length),
    destinations: destinationsOf(settings),
    sealed: new Map(),
  };
}

/** One advert, to however many destinations it goes. */
function transmit(step: Step, instance: Instance, source: Source, outgoing: Outgoing): void {
  const { hmac } = instance;
  instance.advertsSent++;
  // Signed once: the copies for all peers carry the same sequence.
  const trailer = hmac && sign(step, instance, hmac, source, outgoing);
  for (const destination of outgoing.destinations) {
    const form = checksumFor(instance, destination);
    const known = trailer ? undefined : outgoing.sealed.get(destination);
    if (known?.form === form) {
      step.out.add(known.effect);
      continue;
    }
    const effect = sealFor(instance, source, outgoing.draft, destination, form, trailer);
    if (!trailer) outgoing.sealed.set(destination, { form, effect });
    step.out.add(effect);
  }
}

function sign(
  { at, state }: Step,
  { settings }: Instance,
  hmac: HmacAuth,
  source: Source,
  { draft }: Outgoing,
): Uint8Array | undefined {
  const context = { ...settings, source: source.bytes };
  return signAdvert(hmac, draft, context, at + state.utcOffset);
}

/** The advert for one destination. */
function sealFor(
  instance: Instance,
  source: Source,
  draft: Uint8Array,
  destination: Ip,
  form: ChecksumForm,
  trailer: Uint8Array | undefined,
): SendAdvert {
  const { settings } = instance;
  const addresses = { source: source.bytes, destination: ipToBytes(destination) };
  const group = settings.family === 4 ? groupBytes(settings) : undefined;
  return {
    kind: 'send-advert',
    instance: settings.name,
    interface: socketInterface(settings),
    source: source.ip,
    destination,
    ttl: settings.unicast?.ttl ?? REQUIRED_TTL,
    packet: sealAdvert(draft, addresses, form, trailer, group),
  };
}
