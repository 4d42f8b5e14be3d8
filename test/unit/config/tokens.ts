/** What the preprocessing stage makes of a text, as text. */
import { Sink } from '../../../src/config/diagnostics/diagnostics.js';
import { wordHints } from '../../../src/config/load.js';
import { type ConfigFiles, memoryFiles } from '../../../src/config/text/files.js';
import { preprocess } from '../../../src/config/text/preprocess.js';
import type { Position } from '../../../src/config/text/source.js';

export interface ReadToken {
  readonly kind: 'word' | 'open' | 'close' | 'end';
  readonly text: string;
  readonly at: Position | undefined;
}

export interface ReadText {
  readonly tokens: readonly ReadToken[];
  readonly sink: Sink;
  readonly sources: ReadonlyMap<string, string>;
}

export interface ReadOptions {
  readonly configId?: string;
  /** Keywords whose words are read as a shell does, besides those of the tables. */
  readonly shell?: readonly string[];
  /** The block that the text is taken to stand in. */
  readonly block?: string;
}

/** Reads files; the first is the main one. */
export function readFiles(
  texts: Readonly<Record<string, string>> | ConfigFiles,
  options: ReadOptions = {},
): ReadText {
  const isFiles = typeof texts['read'] === 'function';
  const files = isFiles ? (texts as ConfigFiles) : memoryFiles(texts as Record<string, string>);
  const main = isFiles ? 'main' : (Object.keys(texts)[0] ?? '');
  const tokens: ReadToken[] = [];
  const sink = new Sink();
  const out = {
    block: options.block ?? '',
    word: (word: { text: string; at: Position }) => tokens.push({ kind: 'word', ...word }),
    open: (at: Position) => tokens.push({ kind: 'open', text: '{', at }),
    close: (at: Position) => tokens.push({ kind: 'close', text: '}', at }),
    end: () => tokens.push({ kind: 'end', text: ';', at: undefined }),
  };
  const hints = {
    ...wordHints,
    readsLikeShell: (word: string) =>
      options.shell?.includes(word) === true || wordHints.readsLikeShell(word),
  };
  const { texts: read } = preprocess(main, files, sink, out, {
    configId: options.configId,
    hints,
  });
  return { tokens, sink, sources: read };
}

/** Tokens as text: words in angle brackets, braces, `;` for a line's end; empty lines left out. */
export function tokensOf(text: string, options: ReadOptions = {}): string {
  return readFiles({ f: text }, options)
    .tokens.map(({ kind, text: shown }) => (kind === 'word' ? `<${shown}>` : shown))
    .join('')
    .replace(/;{2,}/g, ';')
    .replace(/^;/, '');
}

/** The statements' words, a line each. */
export function linesOf(text: string, options: ReadOptions = {}): string[] {
  const lines = [''];
  for (const { kind, text: shown } of readFiles({ f: text }, options).tokens) {
    if (kind === 'end') lines.push('');
    else lines[lines.length - 1] += `${lines.at(-1) === '' ? '' : ' '}${shown}`;
  }
  return lines.filter((line) => line !== '');
}

/** What was found wrong: `4:14 CONFIG_INVALID_VALUE`. */
export function codesOf(text: string, options: ReadOptions = {}): string[] {
  return readFiles({ f: text }, options)
    .sink.sorted()
    .map(({ at, code }) => `${at.line}:${at.column} ${code}`);
}
