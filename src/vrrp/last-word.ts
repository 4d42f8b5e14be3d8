/**
 * The last word of a MASTER that has lost: a losing advert, so that the winner announces the addresses
 * after it.
 *
 * After a split both nodes have announced the addresses. The winner repairs that when it hears a losing
 * advert (RFC 9568 6.4.3 has it assert itself; the announcement is keepalived's and ours). But a loser
 * that hears the winner first yields, and the winner never learns that there was another: hosts keep
 * the loser's MAC. So the loser says, in answer to an advert that beats it, what it would have said had
 * its own timer run out a moment earlier. It repeats that until the winner has asserted itself, for the
 * way to the winner may still be broken:
 *
 *     loser                                     winner
 *     MASTER  <----- priority 150 ------------- MASTER
 *     BACKUP  ------ priority 100 ------------>
 *             <----- priority 150 -------------  announces: an answer outside the schedule
 *
 * Not every early advert is an answer: a priority that changes is advertised at once, and the next
 * advert of the schedule comes soon after that. So a word in answer to an advert that was early itself
 * proves nothing, and is said again.
 *
 * It is only ever said to one that beats us, so that nobody gives way to it who would not anyway.
 */
import { compareIp, type Ip } from '../base/ip.js';
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import { type Advert, PRIORITY_RELEASE } from './advert.js';
import type { Instance, Step } from './state.js';
import { sendAdvert } from './transmit.js';

export interface LastWord {
  /** How often it was said. */
  said: number;
  saidAt: Micros | undefined;
  /** It was said to an advert outside the schedule: the next one may be early without an answer. */
  doubtful: boolean;
}

/** A winner with `lower_prio_no_advert` never answers. */
const MOST_TIMES = 16;
/** The pauses double up to this, in advert intervals. */
const LONGEST_PAUSE = 8;

/** How much less than an interval, at most a tenth of it, the pause between two scheduled adverts is. */
const MOST_JITTER: Micros = 10 * MICROS_PER_MILLI;

/** Whether an advert's router is a better MASTER than we: of equals the greater address (6.4.3). */
export function beats(instance: Instance, advert: Advert, source: Ip): boolean {
  const ours = instance.effectivePriority;
  if (advert.priority !== ours) return advert.priority > ours;
  return instance.source !== undefined && compareIp(source, instance.source.ip) > 0;
}

/** It is no longer MASTER, and nobody is known to have heard that. */
export function oweLastWord(instance: Instance): void {
  if (instance.settings.higherPrioSendAdvert) {
    instance.lastWord = { said: 0, saidAt: undefined, doubtful: false };
  }
}

/** An advert came: says the last word if it is owed and the advert is a better MASTER's. */
export function sayLastWord(step: Step, instance: Instance, advert: Advert, source: Ip): void {
  const { lastWord } = instance;
  if (!lastWord || advert.priority === PRIORITY_RELEASE || !beats(instance, advert, source)) return;
  const { advertInterval } = instance.settings;
  const { said, saidAt } = lastWord;
  if (saidAt !== undefined) {
    const pause = step.at - saidAt;
    // Its next advert was not due yet: the winner has heard us.
    const isAnswer = pause < instance.activeInterval / 2 && !lastWord.doubtful;
    if (isAnswer || said >= MOST_TIMES) {
      instance.lastWord = undefined;
      return;
    }
    if (pause < Math.min(2 ** (said - 1), LONGEST_PAUSE) * advertInterval * 0.9) return;
  }
  sendAdvert(step, instance);
  lastWord.said++;
  lastWord.saidAt = step.at;
  lastWord.doubtful = wasEarly(instance, source);
}

/** Whether a router's last advert came too soon after the one before to be of the same schedule. */
function wasEarly({ peers, activeInterval }: Instance, source: Ip): boolean {
  const pause = peers.get(source)?.pause;
  return pause !== undefined && pause < activeInterval - Math.min(activeInterval / 10, MOST_JITTER);
}
