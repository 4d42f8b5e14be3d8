/** The ways of a route that has several. */
import type { EntryWords } from '../grammar/entry.js';
import { nextHopOptions, type virtualRouteOptions } from '../grammar/routes.js';
import type { NextHopConfig } from '../model/index.js';
import type { Word } from '../text/source.js';
import { type EntryFields, type EntryReader, readOptions } from './entry.js';
import { present } from './present.js';

type RouteOptions = typeof virtualRouteOptions;

/** A `nexthop` as it was read. */
export interface ReadHop {
  readonly word: Word;
  readonly fields: EntryFields<typeof nextHopOptions>;
}

/** All `nexthop ...` at the end of a line; `undefined` after a report. */
export function readNextHops(words: EntryWords): ReadHop[] | undefined {
  const hops: ReadHop[] = [];
  let good = true;
  for (let word = words.takeIf('nexthop'); word; word = words.takeIf('nexthop')) {
    const reader: EntryReader<typeof nextHopOptions> = {
      what: 'a nexthop, which ends the line',
      options: nextHopOptions,
    };
    const read = readOptions(reader, words, 'nexthop');
    const { fields } = read;
    if (read.good && !fields.get('via') && !fields.get('dev')) {
      words.report('CONFIG_MISSING_VALUE', word, {
        message: "a nexthop needs 'via' or 'dev': nothing says where packets go",
        expected: "'via <IPADDR>' or 'dev <INTERFACE>'",
      });
      good = false;
    }
    good &&= read.good;
    hops.push({ word, fields });
  }
  return good ? hops : undefined;
}

/**
 * The ways of a route: of `nexthop`, or of `via ... or ...`.
 *
 * @returns `undefined` after a report.
 */
export function nextHopsOf(
  fields: EntryFields<RouteOptions>,
  hops: readonly ReadHop[],
  words: EntryWords,
): NextHopConfig[] | undefined {
  const or = fields.get('or');
  if (!or) return hops.map(nextHop);
  const via = fields.get('via');
  const fail = (word: Word, message: string): undefined => {
    words.report('CONFIG_INVALID_VALUE', word, {
      message,
      expected: "'nexthop via <IPADDR> nexthop via <IPADDR>'",
    });
    return undefined;
  };
  if (!via) return fail(or.word, "'or' is another router than that of 'via', which is missing");
  if (hops[0]) return fail(hops[0].word, "'nexthop' and 'or' do not go together");
  words.report('CONFIG_OLD_NAME', or.word, {
    message: "'via ... or ...' is the old form of a route with two ways",
    suggestion: `'nexthop via ${via.value} nexthop via ${or.value}' at the end of the line`,
  });
  return [via, or].map(({ value, at, word }) => ({
    at: word.at,
    gateway: value,
    weight: 1,
    origins: { via: at },
  }));
}

function nextHop({ word, fields }: ReadHop): NextHopConfig {
  return {
    at: word.at,
    ...present({ gateway: fields.get('via')?.value, interface: fields.get('dev')?.value }),
    weight: fields.get('weight')?.value ?? 1,
    ...present({
      onLink: fields.get('onlink')?.value,
      realms: fields.get('realms')?.value,
      encapsulation: fields.get('encap')?.value,
    }),
    origins: fields.origins(),
  };
}
