/** Values of gratuitous ARP settings, the global ones and those of an instance or a group. */
import type { Micros } from '../../base/time.js';
import { integer, timer, wholeSeconds } from './args.js';
import type { Args } from './keyword.js';

/** keepalived keeps GARP times in an unsigned count of microseconds. */
const MAX_GARP_SECONDS = 4294;
const MAX_REPEAT = 65_535;
const MAX_UINT32 = 4_294_967_295;
const MAX_INTERVAL_SECONDS = 4294.967295;

/** A pause in whole seconds; 0: none. */
export const garpDelay = wholeSeconds(0, MAX_GARP_SECONDS);

/** How often addresses are announced again, in whole seconds; 0: never. */
export const garpRefresh = wholeSeconds(0, MAX_UINT32);

/** How many packets; none makes no sense, and as in keepalived 1 is used. */
export const garpRepeat: Args<number> = oneForZero(repeats());

/** How many packets; 0: none. */
export const garpLowerPrioRepeat: Args<number> = repeats();

/** A count, at most as many as anybody could want. */
function repeats(): Args<number> {
  const any = integer(0, MAX_UINT32);
  return {
    ...integer(0, MAX_REPEAT),
    parse(words, report) {
      const value = any.parse(words, report);
      const [word] = words;
      if (value === undefined || value <= MAX_REPEAT || !word) return value;
      report('CONFIG_DEFAULTED', word, {
        message: `${word.text} packets would never end: ${MAX_REPEAT} are sent`,
      });
      return MAX_REPEAT;
    },
  };
}

/**
 * The pause between two packets. 0 is none, as without the keyword: keepalived complains, and older
 * packages of it come with a configuration that has it.
 */
export const garpInterval: Args<Micros> = {
  ...timer(0, MAX_INTERVAL_SECONDS),
  parse(words, report) {
    const interval = timer(0, MAX_INTERVAL_SECONDS).parse(words, report);
    const [word] = words;
    if (interval === 0 && word) {
      report('CONFIG_DEFAULTED', word, {
        message: `${word.text} is no interval: packets are not paced, as without this line`,
        expected: 'seconds above 0, fractions allowed',
      });
    }
    return interval;
  },
};

/** A count that a 0 makes 1, with a warning. */
export function oneForZero(args: Args<number>, one = 1): Args<number> {
  return {
    ...args,
    parse(words, report) {
      const value = args.parse(words, report);
      const [word] = words;
      if (value !== 0 || !word) return value;
      report('CONFIG_DEFAULTED', word, { message: '0 is not possible: 1 is used' });
      return one;
    },
  };
}
