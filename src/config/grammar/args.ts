/** The kinds of values that keywords take. Numbers are decimal, as in keepalived. */
import { type Ip, parseIp } from '../../base/ip.js';
import { fromSeconds, type Micros } from '../../base/time.js';
import { suggest } from '../diagnostics/nearest.js';
import type { Word } from '../text/source.js';
import type { Args, ReportArg } from './keyword.js';

const INTEGER = /^[ \t]*[+-]?\d+$/;
const DECIMAL = /^[ \t]*[+-]?(?:\d+\.?\d*|\.\d+)$/;

type ParseWord<T> = (word: Word, report: ReportArg) => T | undefined;

function one<T>(
  syntax: string,
  expects: string,
  parse: ParseWord<T>,
  extra: Partial<Args<T>> = {},
): Args<T> {
  return {
    syntax,
    expects,
    min: 1,
    max: 1,
    parse: (words, report) => parse(words[0] as Word, report),
    ...extra,
  };
}

/** No words: the keyword alone means yes. */
export const none: Args<true> = {
  syntax: '',
  expects: 'nothing',
  min: 0,
  max: 0,
  parse: () => true,
};

/** Any single word. */
export const text: Args<string> = one('<STRING>', 'a word', (word) => word.text);

/** A whole number within a range, both ends included. */
export function integer(min: number, max: number, unit?: string): Args<number> {
  const expects = `a whole number from ${min} to ${max}`;
  return one(
    `<${min}..${max}>`,
    expects,
    (word, report) => parseInteger(word, min, max, expects, report),
    {
      range: [min, max],
      ...(unit === undefined ? {} : { unit }),
    },
  );
}

/** Parses a whole number within a range; `undefined` after a report. */
export function parseInteger(
  word: Word,
  min: number,
  max: number,
  expected: string,
  report: ReportArg,
): number | undefined {
  if (!INTEGER.test(word.text)) {
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not a whole number`,
      expected,
    });
    return undefined;
  }
  return inRange(word, min, max, expected, report);
}

/** The number that a word is, if it is in the range; `-0` is none where only positive ones are. */
function inRange(
  word: Word,
  min: number,
  max: number,
  expected: string,
  report: ReportArg,
): number | undefined {
  const value = Number(word.text);
  if (value >= min && value <= max && (min < 0 || !word.text.includes('-'))) return value;
  report('CONFIG_OUT_OF_RANGE', word, {
    message: `${word.text.trim()} is out of range`,
    expected,
  });
  return undefined;
}

/** Seconds with fractions down to a microsecond, as microseconds. `min` and `max` are seconds. */
export function timer(min: number, max: number): Args<Micros> {
  return fractional('seconds', min, max, '<TIMER>');
}

/** Milliseconds with fractions down to a microsecond, as microseconds. */
export function milliseconds(min: number, max: number): Args<Micros> {
  return fractional('milliseconds', min, max, '<MILLISECONDS>');
}

const DECIMALS = { seconds: 6, milliseconds: 3 };

function fractional(
  unit: 'seconds' | 'milliseconds',
  min: number,
  max: number,
  syntax: string,
): Args<Micros> {
  const expects = `${unit} from ${min} to ${max}, fractions allowed`;
  const decimals = DECIMALS[unit];
  const parse: ParseWord<Micros> = (word, report) => {
    if (!DECIMAL.test(word.text)) {
      report('CONFIG_INVALID_VALUE', word, {
        message: `'${word.text}' is not a number of ${unit}`,
        expected: expects,
      });
      return undefined;
    }
    const value = inRange(word, min, max, expects, report);
    if (value === undefined) return undefined;
    const point = word.text.indexOf('.');
    if (point >= 0 && word.text.length - point - 1 > decimals) {
      report('CONFIG_TRUNCATED', word, {
        message: `${word.text.trim()} is rounded to a microsecond, which is ${decimals} decimals`,
      });
    }
    return Math.round(value * 10 ** decimals);
  };
  return one(syntax, expects, parse, { range: [min, max], unit });
}

/** Whole seconds, as microseconds. */
export function wholeSeconds(min: number, max: number): Args<Micros> {
  const expects = `whole seconds from ${min} to ${max}`;
  const parse: ParseWord<Micros> = (word, report) => {
    const seconds = parseInteger(word, min, max, expects, report);
    return seconds === undefined ? undefined : fromSeconds(seconds);
  };
  return one('<SECONDS>', expects, parse, { range: [min, max], unit: 'seconds' });
}

/**
 * One of a few words.
 *
 * @param fold upper and lower case are the same.
 * @param elsewhere what others call them, for who writes that.
 */
export function choice<const T extends string>(
  choices: readonly T[],
  fold = false,
  elsewhere: Readonly<Record<string, T>> = {},
): Args<T> {
  const expects = choices.length === 1 ? `'${choices[0]}'` : `one of ${choices.join(', ')}`;
  const parse: ParseWord<T> = (word, report) => {
    const wanted = fold ? word.text.toUpperCase() : word.text;
    const found = choices.find(
      (candidate) => (fold ? candidate.toUpperCase() : candidate) === wanted,
    );
    if (found === undefined) {
      const meant = elsewhere[word.text.toUpperCase()];
      report('CONFIG_INVALID_VALUE', word, {
        message: `'${word.text}' is not known`,
        expected: expects,
        suggestion: meant === undefined ? suggest(word.text, choices) : `'${meant}'`,
      });
    }
    return found;
  };
  return one(choices.join('|'), expects, parse, { choices });
}

const YES = ['true', 'on', 'yes'];
const NO = ['false', 'off', 'no'];

/** `true on yes` or `false off no`; nothing means yes. */
export const bool: Args<boolean> = {
  syntax: '[<BOOL>]',
  expects: 'on, off, true, false, yes or no',
  min: 0,
  max: 1,
  choices: [...YES, ...NO],
  parse([word], report) {
    if (!word || YES.includes(word.text)) return true;
    if (NO.includes(word.text)) return false;
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is neither yes nor no`,
      expected: bool.expects,
      suggestion: suggest(word.text, [...YES, ...NO]),
    });
    return undefined;
  },
};

/**
 * Parses an address; `undefined` after a report.
 *
 * @param isPortNext whether a port may follow, as a word of its own.
 */
export function parseAddress(word: Word, report: ReportArg, isPortNext = false): Ip | undefined {
  // keepalived cuts a prefix off where it wants an address, without a word.
  const slash = word.text.indexOf('/');
  const isCut = slash > 0 && /^\/\d+$/.test(word.text.slice(slash));
  const prefix = isCut ? word.text.slice(slash) : undefined;
  const ip = parseIp(isCut ? word.text.slice(0, slash) : word.text);
  if (ip !== undefined && prefix !== undefined) {
    report('CONFIG_EXTRA_WORD', word, {
      message: `an address is meant: '${prefix}' is ignored`,
    });
  }
  if (ip === undefined) {
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not an IP address`,
      expected: 'an IPv4 or IPv6 address',
      suggestion: isPortNext ? withPortApart(word.text) : undefined,
    });
  }
  return ip;
}

/** `192.0.2.1:80` and `[2001:db8::1]:80` in this language. */
function withPortApart(text: string): string | undefined {
  const [, bare, bracketed, port] = /^(?:([^[\]]+)|\[(.+)\]):(\d+)$/.exec(text) ?? [];
  const ip = bare ?? bracketed;
  return ip !== undefined && parseIp(ip) !== undefined ? `'${ip} ${port}'` : undefined;
}

/** An IPv4 or IPv6 address. */
export const address: Args<Ip> = one('<IPADDR>', 'an IPv4 or IPv6 address', parseAddress);

export interface AddressPort {
  readonly address: Ip;
  /** `undefined`: not given. */
  readonly port: number | undefined;
}

const PORT = 'a port from 1 to 65535';

/** An address and, if it is given, a port. */
export const addressPort: Args<AddressPort> = {
  syntax: '<IPADDR> [<PORT>]',
  expects: 'an address and a port',
  min: 1,
  max: 2,
  parse([first, second], report) {
    const ip = parseAddress(first as Word, report, true);
    // keepalived takes 0 for "no port".
    const port = second && parseInteger(second, 0, 65535, PORT, report);
    if (ip === undefined || (second && port === undefined)) return undefined;
    return { address: ip, port: port === 0 ? undefined : port };
  },
};

/** An interface's name, at most 15 bytes (IFNAMSIZ). */
export const interfaceName: Args<string> = one(
  '<INTERFACE>',
  "an interface's name",
  (word, report) => {
    if (word.text.length > 15 || !/^[^\s/:]+$/.test(word.text)) {
      report('CONFIG_INVALID_VALUE', word, {
        message: `'${word.text}' cannot be the name of an interface`,
        expected: 'at most 15 characters, no slash, colon or space',
      });
      return undefined;
    }
    return word.text;
  },
);
