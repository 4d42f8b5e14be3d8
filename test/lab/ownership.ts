/** Who owned an address at every moment that a capture can see. Pure. */
import type { Frame } from './pcap.js';

/** A time during which one host claimed the address again and again. */
export interface Ownership {
  /** The host's name, or its Ethernet address if it is none of ours. */
  readonly owner: string;
  readonly from: number;
  readonly to: number;
  readonly claims: number;
}

export interface Overlap {
  readonly owners: readonly [string, string];
  readonly from: number;
  /** How long both claimed the address, ms. */
  readonly length: number;
  /** From the beginning of the ownership that lasts longer to the other's last claim, ms. */
  readonly since: number;
}

/** How long after a better MASTER's advert a loser's answer is on the wire, ms. */
const LAST_WORD_WITHIN = 150;
/** It is repeated while the winner does not answer in time, which a busy machine does not. */
const LAST_WORDS = 3;

/**
 * A claim is an advert (priority not 0) that lists the address, or an ARP packet whose sender says
 * that the address is its own. What merely answers claims nothing: when a better router preempts,
 * neighbours send to the old one until they hear the new one's announcement. Claims of one host that
 * follow each other within `holdMs` are one ownership, from the first to the last; an advert of
 * priority 0 ends it. So does a last word: who hears a better MASTER says a losing advert more, so that
 * the winner announces the address after it, and again if nobody answers it. If it goes on, it claims.
 *
 * @param nameOf names the host with an Ethernet address.
 * @param holdMs a little more than the advertisement interval.
 */
export function ownerships(
  frames: readonly Frame[],
  address: string,
  nameOf: (mac: string) => string,
  holdMs: number,
): Ownership[] {
  const done: Ownership[] = [];
  const open = new Map<string, { from: number; to: number; claims: number }>();
  const close = (owner: string): void => {
    const span = open.get(owner);
    if (span) done.push({ owner, ...span });
    open.delete(owner);
  };
  const adverts = new Map<string, { at: number; priority: number }>();
  const lastWords = new Map<string, number>();
  for (const frame of frames) {
    const owner = nameOf(frame.mac);
    if (frame.kind === 'advert' && isClaim(frame, address)) {
      const said = adverts.get(owner)?.at ?? frame.at;
      adverts.set(owner, frame);
      const isLast = [...adverts.values()].some(
        ({ at, priority }) =>
          priority > frame.priority && at > said && frame.at - at <= LAST_WORD_WITHIN,
      );
      const words = (lastWords.get(owner) ?? 0) + 1;
      if (isLast && words <= LAST_WORDS) {
        lastWords.set(owner, words);
        close(owner);
        continue;
      }
      lastWords.delete(owner);
    }
    if (isResignation(frame, address)) {
      // Who was silent all through a short reign did not own the address during it, even if its
      // claims before and after are close to each other.
      const reign = open.get(owner);
      for (const [other, span] of [...open]) if (reign && span.to < reign.from) close(other);
      close(owner);
    } else if (isClaim(frame, address)) {
      const span = open.get(owner);
      if (span && frame.at - span.to <= holdMs) {
        span.to = frame.at;
        span.claims++;
      } else {
        close(owner);
        open.set(owner, { from: frame.at, to: frame.at, claims: 1 });
      }
    }
  }
  for (const owner of [...open.keys()]) close(owner);
  return done.sort((x, y) => x.from - y.from);
}

/** The times at which two hosts claimed the same address. */
export function overlaps(spans: readonly Ownership[]): Overlap[] {
  const found: Overlap[] = [];
  spans.forEach((one, i) => {
    for (const other of spans.slice(i + 1)) {
      if (other.owner === one.owner) continue;
      const from = Math.max(one.from, other.from);
      const to = Math.min(one.to, other.to);
      const since = to - (one.to > other.to ? one : other).from;
      if (to >= from) {
        found.push({ owners: [one.owner, other.owner], from, length: to - from, since });
      }
    }
  });
  return found;
}

/**
 * The owners one after the other. The same one twice is a pause: adverts to a dead peer do not reach the
 * wire, and a daemon that starts takes the lab's one processor, so that adverts of 0.1 s come late.
 *
 * @param isExcused whether a loser may not have heard of the winner between two instants.
 */
export function succession(
  spans: readonly Ownership[],
  isExcused: (from: number, to: number) => boolean,
): string[] {
  const isLastWord = (span: Ownership): boolean =>
    spans.some(
      (winner) =>
        winner.owner !== span.owner &&
        winner.from <= span.from &&
        winner.to > span.to &&
        isExcused(winner.from, span.to),
    );
  return spans
    .filter((span) => !isLastWord(span))
    .map(({ owner }) => owner)
    .filter((owner, i, all) => owner !== all[i - 1]);
}

function isResignation(frame: Frame, address: string): boolean {
  return frame.kind === 'advert' && frame.priority === 0 && frame.addresses.includes(address);
}

function isClaim(frame: Frame, address: string): boolean {
  if (frame.kind === 'advert') return frame.priority > 0 && frame.addresses.includes(address);
  // A host that asks for another address with this one as its sender uses it, too.
  if (frame.kind === 'neighbour') return frame.target === address;
  return frame.kind === 'arp' && frame.senderIp === address;
}
