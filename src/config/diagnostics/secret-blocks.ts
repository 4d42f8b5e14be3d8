/**
 * Blocks that hold secrets. What is neither a keyword nor a value of another keyword in there may be
 * a password that has lost its keyword: it is not shown either.
 */
import { blocksOf, lookUp } from '../grammar/index.js';
import type { Keywords } from '../grammar/keyword.js';
import { looksLike, secretWords } from './secret-words.js';

/** Braces, quoted words and others, roughly as the parser sees them. */
export const WORD = /[{}]|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|(?:\$\{[^}]*\}|\\.|[^\s{}"'\\])+/g;

/**
 * The lines inside blocks that hold secrets, by number, with the tables of those blocks. A block is
 * taken to end at its first closing brace, or where a keyword of another block stands, whatever is
 * wrong with the others.
 */
export function linesInSecretBlocks(text: string): ReadonlyMap<number, Keywords> {
  const found = new Map<number, Keywords>();
  let inside: Keywords | undefined;
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    // Only where a block may begin is a word compared with what it may be a mistyped form of.
    if (!inside && !/\{|^\s*\w+\s*$/.test(line)) continue;
    const first = /^\s*([A-Za-z]\w*)/.exec(line)?.[1];
    if (inside && first && !lookUp(inside, first) && blocksOf(first).length > 0) inside = undefined;
    for (const [word] of line.matchAll(WORD)) {
      if (/^[#!]/.test(word)) break;
      if (word === '}') inside = undefined;
      inside ??= blockLike(word);
      if (inside) found.set(number, inside);
    }
  }
  return found;
}

function blockLike(word: string): Keywords | undefined {
  for (const [opener, inside] of secretWords().blocks) if (looksLike(word, opener)) return inside;
  return undefined;
}

/** The words of a line in such a block that may be secrets, with their places in the line. */
export function strangersIn(line: string, inside: Keywords): { word: string; index: number }[] {
  const strangers: { word: string; index: number }[] = [];
  let allowed = 0;
  for (const { 0: word, index } of line.matchAll(WORD)) {
    const entry = lookUp(inside, meant(word, inside));
    if (entry) {
      allowed = entry.secret ? 0 : entry.args.max;
    } else if (/^[{}]$/.test(word) || blocksOf(word).length > 0) {
      allowed = 0;
    } else if (allowed > 0) {
      allowed--;
    } else {
      strangers.push({ word, index });
    }
  }
  return strangers;
}

/** The keyword that a word is, or is a mistyped form of. */
function meant(word: string, inside: Keywords): string {
  if (lookUp(inside, word)) return word;
  return Object.keys(inside).find((keyword) => looksLike(word, keyword)) ?? word;
}
