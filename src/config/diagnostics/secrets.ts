/**
 * What must never be shown: the values of keywords that the grammar marks as secret. They are
 * found in the text itself rather than in what was understood of it, because a mistake may be just
 * what keeps a password from being read as one: a typo in its keyword, a lost quote, a lost line end.
 */
import { SECRET_NAME } from '../text/secrets.js';
import type { Position, Statement } from '../text/source.js';
import type { Diagnostic } from './diagnostics.js';
import { distance } from './nearest.js';
import {
  isKeyword,
  likelySecretsIn,
  SecretBlocks,
  type Stranger,
  strangersIn,
  WORD,
} from './secret-blocks.js';
import { announcesSecret, isTelling, maskSecrets, secretWords } from './secret-words.js';

export { maskSecrets } from './secret-words.js';

/** Shorter values are hidden beside their keyword only: hiding every `1` would say nothing any more. */
const SHORTEST = 4;
/** How many values are remembered; a configuration has one a VRRP instance, at most 65,025. */
const MAX_VALUES = 131_072;
/** How many parameters are looked for in the form of a broken definition. */
const MAX_NAMES = 256;

/** What parameters for secrets are called; with two letters the wrong way round too. */
const USUAL_NAMES = ['pass', 'password', 'secret', 'token'];

/** What a sentence of ours may have in it by itself: outside of quotes it is not hidden, which would tell it. */
const ORDINARY = /^[a-z]+$/;

/** The secrets of one configuration. Build it once for all of its diagnostics. */
export class Secrets {
  /** By their first characters, so that a text is searched once for all of them. */
  private readonly values = new Map<string, Set<string>>();
  private count = 0;
  private readonly definitions = new Map<string, string>();
  /** Parameters that stand for secrets. */
  private readonly names = new Set<string>();
  private readonly blocks = new Map<string, SecretBlocks>();

  /**
   * @param sources the text of each file.
   * @param statements what became of it, with definitions expanded, if it is at hand.
   */
  constructor(sources: ReadonlyMap<string, string>, statements: readonly Statement[] = []) {
    for (const [file, text] of sources) {
      this.blocks.set(file, new SecretBlocks(text));
      for (const [, name = '', value = ''] of text.matchAll(/^[ \t]*\$(\w+)=(.*)$/gm)) {
        this.definitions.set(name, value);
      }
    }
    for (const text of sources.values()) this.collectFrom(text);
    for (const text of sources.values()) this.collectDefinitions(text);
    this.collectFromStatements(statements);
  }

  /**
   * A text without the secrets that it may quote; every column stays where it is. A part of a keyword is
   * none: stars there would tell it.
   *
   * @param isMeant which values; default all.
   */
  hide(text: string, isMeant: (value: string) => boolean = () => true): string {
    if (this.count === 0) return text;
    let shown = text;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      for (const value of this.values.get(text.slice(at, at + SHORTEST)) ?? []) {
        if (!text.startsWith(value, at) || !isMeant(value)) continue;
        if (isInKeyword(text, at, value.length)) continue;
        shown = shown.slice(0, at) + '*'.repeat(value.length) + shown.slice(at + value.length);
      }
    }
    return shown;
  }

  /** A sentence of ours without the secrets that it quotes. */
  private hideInSentence(text: string): string {
    return this.hide(text, (value) => !ORDINARY.test(value)).replace(/'[^']*'/g, (quoted) =>
      this.hide(quoted),
    );
  }

  /**
   * Diagnostics without the secrets that they may quote.
   *
   * @param lineOf the text of a line of a file, from 1.
   */
  redactAll(
    diagnostics: readonly Diagnostic[],
    lineOf: (file: string, number: number) => string | undefined,
  ): Diagnostic[] {
    for (const { at } of diagnostics) {
      for (let place: Position | undefined = at; place; place = place.definedAt) {
        this.addStrangers(place, lineOf(place.file, place.line) ?? '');
      }
    }
    return diagnostics.map((diagnostic) => {
      const { message, expected, suggestion } = diagnostic;
      return {
        ...diagnostic,
        message: this.hideInSentence(message),
        ...(expected === undefined ? {} : { expected: this.hideInSentence(expected) }),
        ...(suggestion === undefined ? {} : { suggestion: this.hideInSentence(suggestion) }),
      };
    });
  }

  /** Words that may be secrets of a line that a message is about: it may quote them. */
  private addStrangers({ file, line: number }: Position, line: string): void {
    for (const { word } of this.strangersAt(file, number, line)) {
      if (/^[#!]/.test(word)) return;
      this.add(word);
    }
  }

  /** A line of a file with stars over its secrets; every column stays where it is. */
  hideInLine(file: string, number: number, line: string): string {
    let shown = line;
    for (const { word, index } of this.strangersAt(file, number, line)) {
      shown = shown.slice(0, index) + '*'.repeat(word.length) + shown.slice(index + word.length);
    }
    return this.hide(maskSecrets(shown));
  }

  private strangersAt(file: string, number: number, line: string): readonly Stranger[] {
    const blocks = this.blocks.get(file);
    const inside = blocks?.at(number);
    if (inside) return strangersIn(line, inside);
    return blocks?.isNearSecret(number) ? likelySecretsIn(line) : [];
  }

  private collectFrom(text: string): void {
    const { keywords } = secretWords();
    if (keywords.length === 0) return;
    const found = new RegExp(`(?<![\\w-])(${keywords.join('|')})(?![\\w-])([^\\n]*)`, 'g');
    for (const match of text.matchAll(found)) {
      const [, keyword = '', rest = ''] = match;
      if (announcesSecret(keyword, text, match.index)) this.addWords(rest, 0);
    }
  }

  /** The words after a secret keyword, up to a comment or a brace, and what they stand for. */
  private addWords(rest: string, depth: number): void {
    for (const [word] of rest.matchAll(WORD)) {
      if (/^[{}#!]/.test(word)) return;
      this.add(word);
      if (depth > 8) continue;
      for (const [, name = ''] of word.matchAll(/\$\{?(\w+)\}?/g)) {
        this.names.add(name);
        this.addWords(this.definitions.get(name) ?? '', depth + 1);
      }
    }
  }

  /**
   * What looks like the definition of a parameter that stands for a secret, or whose name says so:
   * rightly written it is known already.
   */
  private collectDefinitions(text: string): void {
    // Few texts have any, and a large one takes long to look through.
    const pairs = text.includes('=') ? text.matchAll(/(?<!\S)([^\s=]{1,64})=(.*)/g) : [];
    for (const [, head = '', value = ''] of pairs) {
      if (this.isSecretName(head.replace(/\W/g, ''))) this.addWords(value, 0);
    }
    for (const [, name = ''] of text.matchAll(/^[ \t]*\$(\w*(?:pass|pwd|secret)\w*)/gim)) {
      // Of a name with a value glued to it nobody can say where the value begins.
      if (!this.definitions.has(name)) this.add(name);
    }
    // The line end is in the middle of it.
    for (const [, name = '', word = ''] of text.matchAll(
      /^[ \t]*\$(\w+)=.*\n[ \t]*([^\s{}$#!]+)[ \t]*$/gm,
    )) {
      if (this.isSecretName(name) && !isKeyword(word)) this.add(word);
    }
    if (this.names.size === 0 || this.names.size > MAX_NAMES) return;
    // The sign between the name and the value is lost.
    const names = [...this.names].join('|');
    const unsigned = new RegExp(`^[ \\t]*\\$?(?:${names})=?(.*)$`, 'gm');
    for (const [, value = ''] of text.matchAll(unsigned)) this.addWords(value, 0);
  }

  private isSecretName(name: string): boolean {
    if (SECRET_NAME.test(name)) return true;
    const parts = name.toLowerCase().split('_');
    if (parts.some((part) => USUAL_NAMES.some((usual) => distance(part, usual) <= 1))) return true;
    for (const known of this.names) {
      const far = Math.min(2, known.length >> 1);
      if (Math.abs(known.length - name.length) <= far && distance(known, name) <= far) return true;
    }
    return false;
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
}

/** Whether there is a longer word around this part of a text, and a keyword. */
function isInKeyword(text: string, at: number, length: number): boolean {
  let [from, to] = [at, at + length];
  while (/\w/.test(text[from - 1] ?? '')) from--;
  while (/\w/.test(text[to] ?? '')) to++;
  return to - from > length && isKeyword(text.slice(from, to));
}
