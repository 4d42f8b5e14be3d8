/** `-b`: words for bits of a service, and back. Pure. */
import {
  IP_VS_SVC_F_ONEPACKET,
  IP_VS_SVC_F_SCHED1,
  IP_VS_SVC_F_SCHED2,
  IP_VS_SVC_F_SCHED3,
} from '../../ipvs/constants.js';

export const ONE_PACKET = IP_VS_SVC_F_ONEPACKET;

/** What the bits are called, in the order in which they are printed. */
const GENERAL: readonly (readonly [string, number])[] = [
  ['flag-1', IP_VS_SVC_F_SCHED1],
  ['flag-2', IP_VS_SVC_F_SCHED2],
  ['flag-3', IP_VS_SVC_F_SCHED3],
];
/** Schedulers that have words of their own (IP_VS_SVC_F_SCHED_SH_FALLBACK and so on). */
const OWN: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  sh: [
    ['sh-fallback', IP_VS_SVC_F_SCHED1],
    ['sh-port', IP_VS_SVC_F_SCHED2],
  ],
  mh: [
    ['mh-fallback', IP_VS_SVC_F_SCHED1],
    ['mh-port', IP_VS_SVC_F_SCHED2],
  ],
};

/**
 * The bits of words with commas between them.
 *
 * @param scheduler that they are for.
 * @returns why not, as text.
 */
export function parseSchedulerFlags(text: string, scheduler: string): number | string {
  const words = text.split(',').filter((word) => word !== '');
  if (words.length === 0) return `'${text}' has no scheduler flag`;
  let flags = 0;
  for (const word of words) {
    const own = Object.entries(OWN).find(([, list]) => list.some(([name]) => name === word));
    if (own && own[0] !== scheduler) return `${word} is a flag of the scheduler ${own[0]}`;
    const known = [...GENERAL, ...(own?.[1] ?? [])].find(([name]) => name === word);
    if (!known) return `'${word}' is no scheduler flag`;
    flags |= known[1];
  }
  return flags;
}

/** The words of bits, with commas; '' if there are none that have a word. */
export function printSchedulerFlags(flags: number, scheduler: string): string {
  return (OWN[scheduler] ?? GENERAL)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(',');
}
