/** Bytes in hexadecimal, as UDP_CHECK has them. */
import type { Word } from '../../text/source.js';
import type { Args } from '../keyword.js';

/**
 * Bytes as two digits each, lower case, for example `ab120f`; `x` for a half that may be anything.
 * Blanks are free: each run of digits is taken in pairs, a last single digit is a byte by itself.
 *
 * @param wild whether `x` may stand for a digit.
 * @param min 1: at least one byte; 0: nothing is an empty string.
 */
export function hexBytes(wild: boolean, min: 0 | 1): Args<string> {
  const digits = wild ? /^[0-9a-fx]+$/i : /^[0-9a-f]+$/i;
  const expects = wild
    ? 'hexadecimal digits, x for any, for example 0A xx 1F'
    : 'hexadecimal digits, for example 0A 1F';
  return {
    syntax: min === 0 ? '[<HEX>]' : '<HEX>',
    expects,
    min,
    max: Number.POSITIVE_INFINITY,
    parse(words, report) {
      let bytes = '';
      for (const word of words) {
        for (const run of word.text.split(/\s+/).filter((part) => part !== '')) {
          if (!digits.test(run)) return bad(word);
          const even = run.length & ~1;
          bytes += run.slice(0, even) + (even < run.length ? `0${run.slice(even)}` : '');
        }
      }
      const [first] = words;
      if (bytes === '' && first) return bad(first);
      return bytes.toLowerCase();

      function bad(word: Word): undefined {
        report('CONFIG_INVALID_VALUE', word, {
          message: `'${word.text}' is not hexadecimal`,
          expected: expects,
        });
      }
    },
  };
}
