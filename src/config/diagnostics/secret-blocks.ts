/**
 * Blocks that hold secrets. What is neither a keyword nor a value of another keyword in there may be
 * a password that has lost its keyword: it is not shown either.
 */
import { allBlocks, lookUp } from '../grammar/index.js';
import type { Keywords } from '../grammar/keyword.js';
import { looksLike, secretWords } from './secret-words.js';

/** Braces, quoted words and others, roughly as the parser sees them. */
export const WORD = /[{}]|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|(?:\$\{[^}]*\}|\\.|[^\s{}"'\\])+/g;

/** What is left of keywords and parameters about secrets when letters of them are lost. */
const ABOUT_SECRETS = /pas|pwd|aut|hmac|secret|token|\bkey?\b/i;
/** So many lines around. */
const NEAR = 4;

/**
 * The lines of a text that are inside blocks with secrets. A block is taken to end at its first
 * closing brace, or where a keyword of another block stands, whatever is wrong with the others. The
 * text is looked through as far as it is asked for: messages about a large one are mostly about its
 * beginning.
 */
export class SecretBlocks {
  private readonly found = new Map<number, Keywords>();
  private inside: Keywords | undefined;
  private number = 0;
  private start = 0;
  private readonly text: string;
  private near: Set<number> | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The table of the block that a line is in, by the line's number from 1. */
  at(number: number): Keywords | undefined {
    const { text } = this;
    while (this.number < number && this.start <= text.length) {
      const end = text.indexOf('\n', this.start);
      const stop = end < 0 ? text.length : end;
      this.number++;
      this.look(text.slice(this.start, stop));
      this.start = stop + 1;
    }
    return this.found.get(number);
  }

  /** Whether a line is so near to a word about secrets, by its number from 1, that it may hold one. */
  isNearSecret(number: number): boolean {
    if (!this.near) {
      this.near = new Set();
      const entries: number[] = [];
      let line = 1;
      for (const text of this.text.split('\n')) {
        if (ABOUT_SECRETS.test(text)) {
          for (let far = -NEAR; far <= NEAR; far++) this.near.add(line + far);
        }
        line++;
        if (opensEntries(text)) entries.push(line);
      }
      // What such a block begins with is a name or an address, often just behind the password.
      for (const first of entries) this.near.delete(first);
    }
    return this.near.has(number);
  }

  private look(line: string): void {
    // Only where a block may begin is a word compared with what it may be a mistyped form of.
    if (!this.inside && !/\{|^\s*\w+\s*$/.test(line)) return;
    const first = /^\s*([A-Za-z]\w*)/.exec(line)?.[1];
    if (this.inside && first && !lookUp(this.inside, first) && isKeyword(first)) {
      this.inside = undefined;
    }
    for (const [word] of line.matchAll(WORD)) {
      if (/^[#!]/.test(word)) return;
      if (word === '}') this.inside = undefined;
      this.inside ??= blockLike(word);
      if (this.inside) this.found.set(this.number, this.inside);
    }
  }
}

let entryBlocks: ReadonlySet<string> | undefined;

/** Whether a line ends with the brace of a block of entries, such as `track_script {`. */
function opensEntries(line: string): boolean {
  const keyword = /^\s*(\w+)\s*\{\s*$/.exec(line)?.[1];
  if (keyword === undefined) return false;
  entryBlocks ??= new Set(
    [...allBlocks().values()].flatMap((keywords) =>
      Object.keys(keywords).filter((word) => keywords[word]?.body?.kind === 'entries'),
    ),
  );
  return entryBlocks.has(keyword);
}

let known: ReadonlySet<string> | undefined;

/** Whether a word is a keyword anywhere. */
export function isKeyword(word: string): boolean {
  known ??= new Set([...allBlocks().values()].flatMap((keywords) => Object.keys(keywords)));
  return known.has(word);
}

/** Words that were compared with those that open such blocks: a large text has few different ones. */
const compared = new Map<string, Keywords | undefined>();
const MAX_COMPARED = 4096;

function blockLike(word: string): Keywords | undefined {
  // Addresses and ports are most of the words before a brace, and like nothing that opens a block.
  if (!/[a-z]/i.test(word)) return undefined;
  if (compared.has(word)) return compared.get(word);
  const like = [...secretWords().blocks].find(([opener]) => looksLike(word, opener))?.[1];
  if (compared.size < MAX_COMPARED) compared.set(word, like);
  return like;
}

/** A word that may be a secret, with its place in its line, from 0. */
export interface Stranger {
  readonly word: string;
  readonly index: number;
}

/**
 * The words of a line near a secret that look like one, if the line does not begin with a keyword:
 * that may be what was lost. Quoted ones, and those with letters and figures that are no address.
 */
export function likelySecretsIn(line: string): Stranger[] {
  const words = [...line.matchAll(WORD)].map(({ 0: word, index }) => ({ word, index }));
  const first = words.find(({ word }) => !/^(?:[{}]|@.*)$/.test(word));
  if (!first || isKeyword(first.word)) return [];
  return words.filter(
    ({ word }) => /^["']/.test(word) || /^(?=.*\d)(?=.*[a-z])[^.:/]{8,}$/i.test(word),
  );
}

/** The words of a line in such a block that may be secrets, with their places in the line. */
export function strangersIn(line: string, inside: Keywords): Stranger[] {
  const strangers: Stranger[] = [];
  let allowed = 0;
  for (const { 0: word, index } of line.matchAll(WORD)) {
    const entry = lookUp(inside, meant(word, inside));
    if (entry) {
      allowed = entry.secret ? 0 : entry.args.max;
    } else if (/^[{}]$/.test(word) || isKeyword(word)) {
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
