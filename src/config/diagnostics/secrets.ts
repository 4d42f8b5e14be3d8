/**
 * What must never be shown: the values of keywords that the grammar marks as secret. They are
 * found in the text itself rather than in what was understood of it, because a mistake may be just
 * what keeps a password from being read as one: a typo in its keyword, a lost quote, a lost line end.
 */
import { allBlocks, blocksOf, lookUp } from '../grammar/index.js';
import type { Keywords } from '../grammar/keyword.js';
import type { Statement } from '../text/source.js';
import type { Diagnostic } from './diagnostics.js';
import { distance } from './nearest.js';

/** Shorter values are hidden beside their keyword only: hiding every `1` would say nothing any more. */
const SHORTEST = 4;
/** How many values are remembered; a configuration has one a VRRP instance, at most 65,025. */
const MAX_VALUES = 131_072;
const WORD = /[{}]|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|(?:\$\{[^{}]{0,128}\}|\\.|[^\s{}"'\\])+/g;

/** The words of the tables that this is about. */
interface SecretWords {
  /** Keywords whose value is a secret. */
  readonly keywords: readonly string[];
  /** Blocks that hold such keywords, by the word that opens them. */
  readonly blocks: ReadonlyMap<string, Keywords>;
}

let words: SecretWords | undefined;

function secretWords(): SecretWords {
  if (words) return words;
  const keywords = new Set<string>();
  const blocks = new Map<string, Keywords>();
  for (const [opener, inside] of allBlocks()) {
    for (const [word, keyword] of Object.entries(inside)) {
      if (!keyword.secret) continue;
      keywords.add(word);
      if (opener !== '') blocks.set(opener, inside);
    }
  }
  words = { keywords: [...keywords], blocks };
  return words;
}

/** The secrets of one configuration. Build it once for all of its diagnostics. */
export class Secrets {
  /** By their first characters, so that a text is searched once for all of them. */
  private readonly values = new Map<string, Set<string>>();
  private count = 0;
  private readonly definitions = new Map<string, string>();
  private readonly sources: ReadonlyMap<string, string>;
  private readonly scans = new Map<string, Scan>();

  /**
   * @param sources the text of each file.
   * @param statements what became of it, with definitions expanded, if it is at hand.
   */
  constructor(sources: ReadonlyMap<string, string>, statements: readonly Statement[] = []) {
    this.sources = sources;
    for (const text of sources.values()) {
      for (const [, name = '', value = ''] of text.matchAll(/^[ \t]*\$(\w+)=(.*)$/gm)) {
        this.definitions.set(name, value);
      }
    }
    for (const text of sources.values()) this.collectFrom(text);
    this.collectFromStatements(statements);
  }

  /** A text without the secrets that it may quote; every column stays where it is. */
  hide(text: string): string {
    if (this.count === 0) return text;
    let shown = text;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      for (const value of this.values.get(text.slice(at, at + SHORTEST)) ?? []) {
        if (!text.startsWith(value, at)) continue;
        shown = shown.slice(0, at) + '*'.repeat(value.length) + shown.slice(at + value.length);
      }
    }
    return shown;
  }

  /** Diagnostics without the secrets that they may quote. */
  redactAll(diagnostics: readonly Diagnostic[]): Diagnostic[] {
    return diagnostics.map((diagnostic) => {
      const { message, expected, suggestion } = diagnostic;
      return {
        ...diagnostic,
        message: this.hide(message),
        ...(expected === undefined ? {} : { expected: this.hide(expected) }),
        ...(suggestion === undefined ? {} : { suggestion: this.hide(suggestion) }),
      };
    });
  }

  /** A line of a file with stars over its secrets; every column stays where it is. */
  hideInLine(file: string, number: number, line: string): string {
    const inside = this.sensitiveAt(file, number);
    return this.hide(maskSecrets(inside ? maskStrangers(line, inside) : line));
  }

  private collectFrom(text: string): void {
    const { keywords } = secretWords();
    if (keywords.length === 0) return;
    const found = new RegExp(`(?<![\\w-])(${keywords.join('|')})(?![\\w-])([^\\n]*)`, 'g');
    for (const match of text.matchAll(found)) {
      const [, keyword = '', rest = ''] = match;
      if (isTelling(keyword) || beginsStatement(text, match.index)) this.addWords(rest, 0);
    }
  }

  /** The words after a secret keyword, up to a comment or a brace, and what they stand for. */
  private addWords(rest: string, depth: number): void {
    for (const [word] of rest.matchAll(WORD)) {
      if (/^[{}#!]/.test(word)) return;
      this.add(word);
      if (depth > 8) continue;
      for (const [, name = ''] of word.matchAll(/\$\{?(\w+)\}?/g)) {
        this.addWords(this.definitions.get(name) ?? '', depth + 1);
      }
    }
  }

  private collectFromStatements(statements: readonly Statement[]): void {
    const keywords = new Set(secretWords().keywords);
    const visit = ({ keyword, args, body }: Statement): void => {
      let inSecret = keywords.has(keyword.text);
      for (const { text } of args) {
        if (inSecret) this.add(text);
        inSecret ||= isTelling(text) && keywords.has(text);
      }
      body?.forEach(visit);
    };
    statements.forEach(visit);
  }

  private add(word: string): void {
    const bare = word.replace(/^["']|["']$/g, '');
    if (bare.length < SHORTEST || this.count >= MAX_VALUES) return;
    const begin = bare.slice(0, SHORTEST);
    const same = this.values.get(begin);
    if (same) same.add(bare);
    else this.values.set(begin, new Set([bare]));
    this.count++;
  }

  /**
   * The table of the block that holds secrets and that a line is in. A block is taken to end at its
   * first closing brace, whatever is wrong with the others. A file is looked through as far as it is
   * asked for: messages about a large one are mostly about its beginning.
   */
  private sensitiveAt(file: string, wanted: number): Keywords | undefined {
    let scan = this.scans.get(file);
    if (!scan) {
      scan = { found: new Map(), inside: undefined, number: 0, start: 0 };
      this.scans.set(file, scan);
    }
    const text = this.sources.get(file) ?? '';
    while (scan.number < wanted && scan.start <= text.length) {
      const end = text.indexOf('\n', scan.start);
      const stop = end < 0 ? text.length : end;
      const line = text.slice(scan.start, stop);
      scan.start = stop + 1;
      scan.number++;
      // Only where a block may begin is a word compared with what it may be a mistyped form of.
      if (!scan.inside && !/\{|^\s*\w+\s*$/.test(line)) continue;
      for (const [word] of line.matchAll(WORD)) {
        if (/^[#!]/.test(word)) break;
        if (word === '}') scan.inside = undefined;
        scan.inside ??= blockLike(word);
        if (scan.inside) scan.found.set(scan.number, scan.inside);
      }
    }
    return scan.found.get(wanted);
  }
}

/** How far the lines of a file were looked through. */
interface Scan {
  readonly found: Map<number, Keywords>;
  inside: Keywords | undefined;
  number: number;
  start: number;
}

function blockLike(word: string): Keywords | undefined {
  for (const [opener, inside] of secretWords().blocks) if (looksLike(word, opener)) return inside;
  return undefined;
}

/**
 * Stars over whatever follows a secret keyword, or a word that looks like a mistyped one: a typo
 * in `auth_pass` must not print the password.
 */
export function maskSecrets(line: string): string {
  const { keywords } = secretWords();
  for (const match of line.matchAll(/[^\s{}"']+/g)) {
    const [word] = match;
    const secret = keywords.find((keyword) => looksLike(word, keyword));
    if (secret === undefined) continue;
    if (!isTelling(secret) && !beginsStatement(line, match.index)) continue;
    const from = match.index + word.length;
    const rest = line.slice(from);
    const value = /^(\s+|(?=["']))([^}]*[^}\s])/.exec(rest);
    if (!value) continue;
    const [whole, space = '', hidden = ''] = value;
    return line.slice(0, from) + space + '*'.repeat(hidden.length) + rest.slice(whole.length);
  }
  return line;
}

/** Stars over the words of a block with secrets that are neither keywords nor values of others. */
function maskStrangers(line: string, inside: Keywords): string {
  let shown = line;
  let allowed = 0;
  for (const { 0: word, index } of line.matchAll(WORD)) {
    const entry = lookUp(inside, word);
    if (entry) {
      allowed = entry.secret ? 0 : entry.args.max;
    } else if (/^[{}]$/.test(word) || blocksOf(word).length > 0) {
      allowed = 0;
    } else if (allowed > 0) {
      allowed--;
    } else {
      shown = shown.slice(0, index) + '*'.repeat(word.length) + shown.slice(index + word.length);
    }
  }
  return shown;
}

/** Whether a word is telling wherever it stands; `key` means its secret only as a keyword. */
function isTelling(keyword: string): boolean {
  return keyword.length > 4;
}

/** Whether nothing but a brace stands before a place in its line. */
function beginsStatement(text: string, at: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /(?:^|[{}])\s*(?:@\S+\s+)?$/.test(before);
}

function looksLike(word: string, secret: string): boolean {
  if (word === secret) return true;
  // A short word has too many neighbours: `key` is two letters from everything.
  if (!isTelling(secret) || Math.abs(word.length - secret.length) > 2) return false;
  return distance(word, secret) <= 2;
}
