/** Sending adverts and ordering announcements. */
import { ipToBytes } from '../base/ip.js';
import { encodeAdvert, PRIORITY_RELEASE } from './advert.js';
import { addressesOf } from './desired.js';
import { log } from './instance.js';
import { MULTICAST_GROUP_IPV4 } from './ipv4.js';
import type { VirtualAddress } from './settings.js';
import type { Instance, Step } from './state.js';

const GROUP_BYTES = ipToBytes(MULTICAST_GROUP_IPV4);

/** Sends an advert with the effective priority. The packet's memory is shared: never write to it. */
export function sendAdvert(step: Step, instance: Instance): void {
  const { source } = instance;
  if (!source) return;
  instance.packet ??= encode(instance, source.bytes, instance.effectivePriority);
  transmit(step, instance, source.ip, instance.packet);
}

/**
 * Sends priority 0 (RFC 9568 5.2.4): the backups take over after their skew time instead of a whole
 * Active_Down_Interval. Nothing is sent where nothing can be sent.
 */
export function sendRelease(step: Step, instance: Instance): void {
  const { source } = instance;
  const { interface: name } = instance.settings;
  if (!source || !step.state.links.get(name)?.up || step.state.brokenTransports.has(name)) return;
  transmit(step, instance, source.ip, encode(instance, source.bytes, PRIORITY_RELEASE));
  instance.priorityZeroSent++;
  log(step, instance, 'info', 'priority-zero-sent', 'sent 0 priority');
}

/**
 * Orders gratuitous ARPs for addresses of the instance.
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

function encode(instance: Instance, source: Uint8Array, priority: number): Uint8Array {
  const { settings } = instance;
  return encodeAdvert(
    {
      version: settings.version,
      virtualRouterId: settings.virtualRouterId,
      priority,
      interval: settings.advertInterval,
      addressBytes: instance.addressBytes,
      addressCount: settings.virtualAddresses.length,
      auth: instance.auth,
    },
    { source, destination: GROUP_BYTES },
  );
}

function transmit(step: Step, instance: Instance, source: string, packet: Uint8Array): void {
  instance.advertsSent++;
  step.out.add({
    kind: 'send-advert',
    instance: instance.settings.name,
    interface: instance.settings.interface,
    source,
    destination: MULTICAST_GROUP_IPV4,
    packet,
  });
}
