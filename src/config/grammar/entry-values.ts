/** The kinds of values that options of addresses, routes and rules take. */
import { type Family, familyOf, type Ip, maxPrefixLength, parseIp } from '../../base/ip.js';
import { suggest } from '../diagnostics/nearest.js';
import type { Lockable, Prefix, Realms } from '../model/routes.js';
import { NAME_KINDS, type NameKind, namesOf, numberOf, parseAnyBase } from '../names.js';
import type { Word } from '../text/source.js';
import { integer, parseInteger } from './args.js';
import type { EntryValue, EntryWords } from './entry.js';
import type { Args, ReportArg } from './keyword.js';

/** 2^32 - 1, the highest number of 32 bits. */
export const MAX_U32 = 0xffffffff;

/** The option alone means yes. */
export const alone: EntryValue<true> = { syntax: '', read: () => true };

/** One word, of a kind that keywords take as well. */
export function one<T>(args: Args<T>): EntryValue<T> {
  return {
    syntax: args.syntax,
    read(words) {
      const word = words.need(args.expects);
      return word && args.parse([word], words.report);
    },
  };
}

/** A whole number. */
export function number(min: number, max: number): EntryValue<number> {
  return one(integer(min, max));
}

/** A value, with `lock` before it one that the kernel may not change. */
export function lockable<T>(inner: EntryValue<T>): EntryValue<Lockable<T>> {
  return {
    syntax: `[lock] ${inner.syntax}`,
    read(words) {
      const lock = words.takeIf('lock') !== undefined;
      const value = inner.read(words);
      return value === undefined ? undefined : { value, lock };
    },
  };
}

/** A name of the machine, or its number in any base. */
export function named(kind: NameKind, syntax: string, min = 0): EntryValue<number> {
  const { title, max } = NAME_KINDS[kind];
  return {
    syntax,
    read(words) {
      const word = words.need(`${title}, by name or number`);
      return word && parseNamed(kind, word, words, min, max);
    },
  };
}

/** The number of a name; `undefined` after a report. */
function parseNamed(
  kind: NameKind,
  word: Word,
  words: EntryWords,
  min: number,
  max: number,
): number | undefined {
  const { title } = NAME_KINDS[kind];
  const value = parseAnyBase(word.text);
  const expected = `${title}, by name or by number from ${min} to ${max}`;
  const known = value ?? numberOf(kind, word.text, words.names);
  if (known !== undefined && known >= min && known <= max) return known;
  if (known !== undefined || /^-\d/.test(word.text)) {
    words.report('CONFIG_OUT_OF_RANGE', word, {
      message: `${word.text} cannot be ${title}`,
      expected,
    });
    return undefined;
  }
  words.report('CONFIG_INVALID_VALUE', word, {
    message: `'${word.text}' is not ${title} of this machine`,
    expected,
    suggestion: suggest(word.text, namesOf(kind, words.names)),
  });
  return undefined;
}

/** An address without a prefix length; of one family, if that is given. */
export function addressOf(family?: Family): EntryValue<Ip> {
  const expected = family === undefined ? 'an IPv4 or IPv6 address' : `an IPv${family} address`;
  return {
    syntax: '<IPADDR>',
    read(words) {
      const word = words.need(expected);
      return word && parseBareAddress(word, expected, words.report, family);
    },
  };
}

/** Parses an address without a prefix length; `undefined` after a report. */
export function parseBareAddress(
  word: Word,
  expected: string,
  report: ReportArg,
  family?: Family,
): Ip | undefined {
  const ip = parseIp(word.text);
  if (ip !== undefined && (family === undefined || familyOf(ip) === family)) return ip;
  const slash = ip === undefined && parseIp(word.text.split('/', 1)[0] as string) !== undefined;
  const what =
    family !== undefined && ip !== undefined
      ? `an IPv${family} address`
      : slash
        ? 'an address alone: it has a prefix length'
        : 'an IP address';
  report('CONFIG_INVALID_VALUE', word, { message: `'${word.text}' is not ${what}`, expected });
  return undefined;
}

/**
 * Parses an address with or without a prefix length; without one it is a single address.
 *
 * @returns `undefined` after a report.
 */
export function parsePrefix(word: Word, expected: string, report: ReportArg): Prefix | undefined {
  const slash = word.text.indexOf('/');
  const address = parseIp(slash < 0 ? word.text : word.text.slice(0, slash));
  if (address === undefined) {
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not an IP address`,
      expected,
    });
    return undefined;
  }
  const longest = maxPrefixLength(familyOf(address));
  if (slash < 0) return { address, prefixLength: longest };
  const text = word.text.slice(slash + 1);
  const range = `a prefix length from 0 to ${longest}`;
  const prefixLength = parseInteger({ ...word, text }, 0, longest, range, report);
  return prefixLength === undefined ? undefined : { address, prefixLength };
}

/** A network of one family, or a single address. */
export function prefixOf(family: Family): EntryValue<Prefix> {
  const expected = `an IPv${family} address with or without a prefix length`;
  return {
    syntax: '<IPADDR>[/<PREFIX>]',
    read(words) {
      const word = words.need(expected);
      const prefix = word && parsePrefix(word, expected, words.report);
      if (!word || !prefix || familyOf(prefix.address) === family) return prefix;
      words.report('CONFIG_FAMILY_MISMATCH', word, {
        message: `'${word.text}' is not of IPv${family}`,
        expected,
      });
      return undefined;
    },
  };
}

/** Words for all addresses; `default6` is an old one for those of IPv6. */
const EVERYTHING = ['default', 'any', 'all'];
const OLD_EVERYTHING6 = 'default6';

/** Whether a word stands for all addresses. */
export function isForAll(text: string): boolean {
  return EVERYTHING.includes(text) || text === OLD_EVERYTHING6;
}

/** What routes and rules are for: a prefix, or all addresses of the family. */
export const network: EntryValue<Prefix | 'all' | 'all6'> = {
  syntax: '<IPADDR>[/<PREFIX>]|default',
  read(words) {
    const expected = 'an address with or without a prefix length, or default';
    const word = words.need(expected);
    return word && parseNetwork(word, expected, words.report);
  },
};

/** As {@link network}, of a word that was taken. */
export function parseNetwork(
  word: Word,
  expected: string,
  report: ReportArg,
): Prefix | 'all' | 'all6' | undefined {
  if (EVERYTHING.includes(word.text)) return 'all';
  if (word.text === OLD_EVERYTHING6) {
    report('CONFIG_OLD_NAME', word, {
      message: `'${OLD_EVERYTHING6}' is the old form of 'default' with 'inet6' at the end`,
      suggestion: `'default ... inet6'`,
    });
    return 'all6';
  }
  return parsePrefix(word, expected, report);
}

/** `TO` or `FROM/TO`: a realm of where packets go, and one of where they come from. */
export const realms: EntryValue<Realms> = {
  syntax: '[<REALM>/]<REALM>',
  read(words) {
    const word = words.need('a realm, or two with a slash between');
    if (!word) return undefined;
    const parts = word.text.split('/');
    if (parts.length > 2) {
      words.report('CONFIG_INVALID_VALUE', word, {
        message: `'${word.text}' has more than two realms`,
        expected: 'a realm, or two with a slash between',
      });
      return undefined;
    }
    const { max } = NAME_KINDS.realm;
    const numbers = parts.map((text) => parseNamed('realm', { ...word, text }, words, 0, max));
    const [first, second] = numbers;
    if (first === undefined || numbers.includes(undefined)) return undefined;
    return second === undefined ? { to: first } : { from: first, to: second };
  },
};
