/** Words that are no keywords where they stand, and what was probably meant. */
import type { Sink } from '../diagnostics/diagnostics.js';
import { nearest, quoted } from '../diagnostics/nearest.js';
import { allBlocks, blocksOf, lookUp } from '../grammar/index.js';
import type { Keywords } from '../grammar/keyword.js';
import type { Position, Statement, Word } from '../text/source.js';

/** So many places of a keyword are named at most. */
const MAX_PLACES = 3;

/**
 * Reports a word, and returns the keywords of this block that may have been meant, best first.
 *
 * @param blockName the keyword that opened the block; empty at the top.
 */
export function reportUnknown(
  blockName: string,
  keywords: Keywords,
  word: Word,
  sink: Sink,
): readonly string[] {
  if (sink.isFull) {
    sink.report('CONFIG_UNKNOWN_KEYWORD', word.at, { message: 'unknown keyword' });
    return [];
  }
  const where = blockName === '' ? 'at the top of a configuration' : `in ${blockName}`;
  const elsewhere = blocksOf(word.text).filter(
    (opener) => !isOutdated(word.text, allBlocks().get(opener)),
  );
  const hint = elsewhere.length === 0 ? '' : `; it belongs ${placesOf(elsewhere)}`;
  const usual = Object.keys(keywords).filter(
    (known) => keywords[known]?.oldNameOf === undefined && !isOutdated(known, keywords),
  );
  const message = `unknown keyword '${word.text}' ${where}`;
  if (isComment(word.text)) {
    sink.report('CONFIG_UNKNOWN_KEYWORD', word.at, { message, expected: COMMENT });
    return [];
  }
  const today = todaysWords(word.text, keywords);
  if (today) {
    const [keyword = '', value] = today;
    sink.report('CONFIG_UNKNOWN_KEYWORD', word.at, { message, suggestion: `'${today.join(' ')}'` });
    return value === undefined ? [keyword] : [];
  }
  const meant = nearest(word.text, usual);
  sink.report('CONFIG_UNKNOWN_KEYWORD', word.at, {
    message: message + hint,
    suggestion: quoted(meant) ?? (hint === '' ? suggestElsewhere(word.text) : undefined),
  });
  return elsewhere.length === 0 ? meant : [];
}

const COMMENT = "'#' or '!' before a comment";

/** Whether a comment begins so elsewhere. */
function isComment(word: string): boolean {
  return /^(?:\/\/|\/\*|\*\/|--|;)/.test(word);
}

/** Words of tutorials that no version since 2.0 has, or not in this block, and today's. */
const TODAYS_WORDS: Readonly<Record<string, string>> = {
  nb_get_retry: 'retry',
};

/** What stands here for a word of an older version, for `word=value` and for `word:`. */
function todaysWords(word: string, keywords: Keywords): readonly string[] | undefined {
  const today = TODAYS_WORDS[word];
  if (today !== undefined) return lookUp(keywords, today) ? [today] : undefined;
  const [, name = '', value = ''] = /^(\w+)[=:](.*)$/.exec(word) ?? [];
  if (!lookUp(keywords, name)) return undefined;
  return value === '' ? [name] : [name, value];
}

function isOutdated(word: string, keywords: Keywords | undefined): boolean {
  return keywords !== undefined && lookUp(keywords, word)?.isOutdated === true;
}

function placesOf(openers: readonly string[]): string {
  const places = openers.map((opener) => (opener === '' ? 'at the top' : `in ${opener}`));
  const others = places.length - MAX_PLACES;
  if (others > 0) places.splice(MAX_PLACES, others, 'in others');
  return places.join(' or ');
}

/** The nearest keyword of any other block, with that block: the typo may be misplaced as well. */
function suggestElsewhere(word: string): string | undefined {
  const known = new Set(
    [...allBlocks().values()].flatMap((keywords) =>
      Object.keys(keywords).filter((other) => !isOutdated(other, keywords)),
    ),
  );
  const [best] = nearest(word, known);
  if (best === undefined) return undefined;
  const [opener] = blocksOf(best);
  return opener ? `'${best}' in ${opener}` : `'${best}' at the top`;
}

/** From so many words on that are all strange, the block itself is. */
const MIN_FOREIGN = 3;

/** Whether nothing in a block is of its kind, which is one mistake and not many; reported. */
export function isForeign(
  blockName: string,
  keywords: Keywords,
  statements: readonly Statement[],
  at: Position,
  sink: Sink,
): boolean {
  if (blockName === '' || statements.length < MIN_FOREIGN || sink.isFull) return false;
  if (statements.some(({ keyword }) => lookUp(keywords, keyword.text))) return false;
  const words = statements.map(({ keyword }) => keyword.text);
  const usual = Object.keys(keywords);
  if (words.some((word) => nearest(word, usual).length > 0)) return false;
  const home = [...allBlocks()].find(([, inside]) => words.every((word) => lookUp(inside, word)));
  sink.report('CONFIG_UNKNOWN_KEYWORD', at, {
    message: `nothing in this ${blockName} is a keyword of it: it is not read`,
    suggestion: home && quoted([home[0]]),
  });
  return true;
}
