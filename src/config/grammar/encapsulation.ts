/** `encap` of routes: light-weight tunnels (linux/lwtunnel.h, linux/mpls_iptunnel.h, linux/ila.h). */
import { suggest } from '../diagnostics/nearest.js';
import type { Encapsulation } from '../model/routes.js';
import { parseAnyBase } from '../names.js';
import type { Word } from '../text/source.js';
import { type EntryValue, type EntryWords, lookUpOption, option } from './entry.js';
import { addressOf, named, number } from './entry-values.js';

/** keepalived's bound of labels on one route. */
const MAX_LABELS = 2;
const MAX_LABEL = 0xfffff;
const MAX_U64 = 0xffff_ffff_ffff_ffffn;
const MAX_U16 = 0xffff;

/** A whole number of 64 bits, as decimal text. */
export const u64: EntryValue<string> = {
  syntax: `<0..${MAX_U64}>`,
  read(words) {
    const expected = `a whole number from 0 to ${MAX_U64}`;
    const word = words.need(expected);
    if (!word) return undefined;
    const [, sign, digits] = /^[ \t]*([+-]?)(\d{1,40})$/.exec(word.text) ?? [];
    if (digits === undefined) {
      words.report('CONFIG_INVALID_VALUE', word, {
        message: `'${word.text}' is not a whole number`,
        expected,
      });
      return undefined;
    }
    if (sign !== '-' && BigInt(digits) <= MAX_U64) return String(BigInt(digits));
    words.report('CONFIG_OUT_OF_RANGE', word, {
      message: `${word.text.trim()} is out of range`,
      expected,
    });
    return undefined;
  },
};

const id = option(u64, 'The id of the tunnel.');
const flags = option(number(0, MAX_U16), 'Flags of the tunnel.');

const ip = {
  id,
  dst: option(addressOf(4), 'The other end.'),
  src: option(addressOf(4), 'The own end.'),
  tos: option(named('dsfield', '<TOS>'), 'The class of outer packets.'),
  ttl: option(number(0, 255), 'The TTL of outer packets.'),
  flags,
};

const ip6 = {
  id,
  dst: option(addressOf(6), 'The other end.'),
  src: option(addressOf(6), 'The own end.'),
  tc: option(named('dsfield', '<CLASS>'), 'The class of outer packets.'),
  hoplimit: option(number(0, 255), 'The hop limit of outer packets.'),
  flags,
};

const KINDS = ['ip', 'ip6', 'mpls', 'ila'];

export const encapsulation: EntryValue<Encapsulation> = {
  syntax: 'ip|ip6|mpls|ila ...',
  read(words) {
    const expected = `one of ${KINDS.join(', ')}`;
    const word = words.need(expected);
    switch (word?.text) {
      case undefined:
        return undefined;
      case 'ip': {
        const values = readOptions(ip, words);
        if (!values || !hasEnd(word, values, words)) return undefined;
        const { dst, src, ...rest } = values;
        return {
          kind: 'ip',
          ...rest,
          ...(dst === undefined ? {} : { destination: dst }),
          ...(src === undefined ? {} : { source: src }),
        };
      }
      case 'ip6': {
        const values = readOptions(ip6, words);
        if (!values || !hasEnd(word, values, words)) return undefined;
        const { dst, src, tc, hoplimit, ...rest } = values;
        return {
          kind: 'ip6',
          ...rest,
          ...(dst === undefined ? {} : { destination: dst }),
          ...(src === undefined ? {} : { source: src }),
          ...(tc === undefined ? {} : { trafficClass: tc }),
          ...(hoplimit === undefined ? {} : { hopLimit: hoplimit }),
        };
      }
      case 'mpls': {
        const labels = readLabels(words);
        return labels && { kind: 'mpls', labels };
      }
      case 'ila': {
        const locator = readLocator(words);
        return locator && { kind: 'ila', locator };
      }
      default:
        words.report('CONFIG_INVALID_VALUE', word as Word, {
          message: `'${word?.text}' is not an encapsulation`,
          expected,
          suggestion: suggest(word?.text ?? '', KINDS),
        });
        return undefined;
    }
  },
};

type Values<O> = { [K in keyof O]?: O[K] extends { value: EntryValue<infer T> } ? T : never };

/** The options of one encapsulation: they end where another word comes. */
function readOptions<O extends Record<string, { readonly value: EntryValue<unknown> }>>(
  options: O,
  words: EntryWords,
): Values<O> | undefined {
  const values: Record<string, unknown> = {};
  let good = true;
  for (let word = words.peek(); word; word = words.peek()) {
    const found = lookUpOption(options as never, word.text);
    if (!found) break;
    words.take();
    const value = found.value.read(words);
    if (value === undefined) good = false;
    else values[word.text] = value;
  }
  return good ? (values as Values<O>) : undefined;
}

/** A tunnel needs to know where it leads. */
function hasEnd(
  word: Word,
  { dst, id: tunnel }: { readonly dst?: string; readonly id?: string },
  words: EntryWords,
): boolean {
  if (dst !== undefined || tunnel !== undefined) return true;
  words.report('CONFIG_MISSING_VALUE', word, {
    message: `'encap ${word.text}' has neither 'dst' nor 'id': nothing says where packets go`,
    expected: "'dst <IPADDR>' or 'id <NUMBER>'",
  });
  return false;
}

function readLabels(words: EntryWords): number[] | undefined {
  const expected = `one or ${MAX_LABELS} labels from 0 to ${MAX_LABEL} with a slash between`;
  const word = words.need(expected);
  if (!word) return undefined;
  const labels = word.text.split('/').map(parseAnyBase);
  const good = labels.filter((label) => label !== undefined && label <= MAX_LABEL) as number[];
  if (good.length === labels.length && labels.length <= MAX_LABELS) return good;
  words.report('CONFIG_INVALID_VALUE', word, {
    message: `'${word.text}' are no MPLS labels`,
    expected,
  });
  return undefined;
}

function readLocator(words: EntryWords): number[] | undefined {
  const expected = 'four groups of up to four hexadecimal digits with colons between';
  const word = words.need(expected);
  if (!word) return undefined;
  const groups = word.text.trim().split(':');
  if (groups.length === 4 && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) {
    return groups.map((group) => Number.parseInt(group, 16));
  }
  words.report('CONFIG_INVALID_VALUE', word, {
    message: `'${word.text}' is not a locator`,
    expected,
  });
  return undefined;
}
