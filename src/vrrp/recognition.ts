/**
 * Knowing an advert again. A MASTER says the same every interval, byte by byte but for the numbers that
 * IPv4 gives each datagram, so that what the last one was found to be holds for the next: its checksum,
 * its addresses, whom it is for and that it came the right way. What depends on our state is asked each
 * time (`policyViolation`).
 *
 * Only adverts that were accepted are remembered, one for each virtual router and family on an
 * interface, until another comes or the configuration changes.
 */
import type { Advert } from './advert.js';
import type { Instance, Source } from './state.js';

/** An advert that was accepted. */
export interface KnownAdvert {
  /** As received; the rest refers to its memory. */
  readonly datagram: Uint8Array;
  readonly instance: Instance;
  readonly advert: Advert;
  readonly source: Source;
}

/** By interface, then by {@link slotOf}. */
export type Recognised = Map<string, (KnownAdvert | undefined)[]>;

const VRIDS = 256;
const SLOTS = 2 * VRIDS;
const HEADER_IPV6 = 40;

/** What the same datagram was found to be; `undefined`: it must be looked at. */
export function recognise(
  recognised: Recognised,
  name: string,
  datagram: Uint8Array,
): KnownAdvert | undefined {
  const slot = slotOf(datagram);
  const known = slot === undefined ? undefined : recognised.get(name)?.[slot];
  return known && isSame(known.datagram, datagram) ? known : undefined;
}

/** Remembers an advert that was accepted; its datagram must not be written to any more. */
export function remember(recognised: Recognised, name: string, known: KnownAdvert): void {
  const slot = slotOf(known.datagram);
  if (slot === undefined) return;
  let slots = recognised.get(name);
  if (!slots) {
    slots = new Array<KnownAdvert | undefined>(SLOTS).fill(undefined);
    recognised.set(name, slots);
  }
  slots[slot] = known;
}

/** Family and VRID: the second byte behind the IP header. */
function slotOf(datagram: Uint8Array): number | undefined {
  const first = datagram[0] as number;
  const isIpv6 = first >> 4 === 6;
  const vrid = datagram[(isIpv6 ? HEADER_IPV6 : (first & 0x0f) * 4) + 1];
  if (vrid === undefined) return undefined;
  return isIpv6 ? VRIDS + vrid : vrid;
}

/** Equal but for IPv4's identification and the checksum of the IP header, which covers it. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const isIpv4 = (a[0] as number) >> 4 === 4;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    if (!isIpv4 || (i !== 4 && i !== 5 && i !== 10 && i !== 11)) return false;
  }
  return true;
}
