/**
 * From a file to one stream of tokens: takes `include` lines away and puts the tokens of the files
 * that they name in their place. Parameters and sequences belong here too, later.
 */
import type { Sink } from '../diagnostics/diagnostics.js';
import type { ConfigFiles } from './files.js';
import { INCLUDE_WORDS, lex } from './lexer.js';
import { type Position, renderPosition, type Token } from './source.js';

/** Files within files; deeper is an error that names this bound. */
export const MAX_INCLUDE_DEPTH = 32;
/** Characters of all files together; more is an error that names this bound. */
export const MAX_TOTAL_CHARACTERS = 268_435_456;
/** Files read, counting a file each time that it is included. */
export const MAX_FILES = 65_536;

export interface Preprocessed {
  readonly tokens: Token[];
  /** The text of each file that was read, by its name. Bounded by {@link MAX_TOTAL_CHARACTERS}. */
  readonly sources: Map<string, string>;
}

interface State extends Preprocessed {
  readonly files: ConfigFiles;
  readonly sink: Sink;
  readonly configId: string | undefined;
  /** The files that are being read now, outermost first, with the place that includes the next. */
  readonly open: { readonly path: string; readonly from: Position | undefined }[];
  characters: number;
  fileCount: number;
}

/**
 * Reads a file and all that it includes.
 *
 * @param configId see {@link lex}.
 * @param sink receives CONFIG_FILE_UNREADABLE, CONFIG_INCLUDE_CYCLE, CONFIG_INCLUDE_NO_MATCH,
 *   CONFIG_BOUND_EXCEEDED and what the lexer finds.
 */
export function preprocess(
  path: string,
  files: ConfigFiles,
  sink: Sink,
  configId?: string,
): Preprocessed {
  const state: State = {
    tokens: [],
    sources: new Map(),
    files,
    sink,
    configId,
    open: [],
    characters: 0,
    fileCount: 0,
  };
  readFile(path, undefined, state);
  return state;
}

function readFile(path: string, from: Position | undefined, state: State): void {
  const { sink, files, open } = state;
  const at = from ?? { file: path, line: 1, column: 1, length: 1 };
  const earlier = open.findIndex((file) => file.path === path);
  if (earlier >= 0) {
    const entry = open[earlier + 1]?.from ?? at;
    sink.report('CONFIG_INCLUDE_CYCLE', at, {
      message: `'${path}' includes itself: it is already being read, by way of the include at ${renderPosition(entry)}`,
    });
    return;
  }
  if (open.length >= MAX_INCLUDE_DEPTH) {
    sink.report('CONFIG_BOUND_EXCEEDED', at, {
      message: `includes are nested more than ${MAX_INCLUDE_DEPTH} deep`,
    });
    return;
  }
  if (++state.fileCount > MAX_FILES) {
    if (state.fileCount === MAX_FILES + 1) {
      sink.report('CONFIG_BOUND_EXCEEDED', at, {
        message: `more than ${MAX_FILES} files are included`,
      });
    }
    return;
  }
  const text = state.sources.get(path) ?? files.read(path);
  if (text instanceof Error) {
    sink.report('CONFIG_FILE_UNREADABLE', at, {
      message: `cannot read '${path}': ${text.message}`,
    });
    return;
  }
  state.characters += text.length;
  if (state.characters > MAX_TOTAL_CHARACTERS) {
    sink.report('CONFIG_BOUND_EXCEEDED', at, {
      message: `the configuration is larger than ${MAX_TOTAL_CHARACTERS} characters`,
    });
    return;
  }
  state.sources.set(path, text);
  open.push({ path, from });
  expand(
    lex(path, text.startsWith('\ufeff') ? text.slice(1) : text, sink, state.configId),
    path,
    state,
  );
  open.pop();
}

function expand(tokens: readonly Token[], path: string, state: State): void {
  let lineStart = true;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (lineStart && token.kind === 'word' && INCLUDE_WORDS.has(token.text)) {
      const words: Token[] = [];
      for (i++; tokens[i] && tokens[i]?.kind !== 'end'; i++) words.push(tokens[i] as Token);
      // The end that closes the include line closes a statement that may stand before it too.
      state.tokens.push(tokens[i] ?? { kind: 'end', at: token.at });
      include(token.text, token.at, words, path, state);
      continue;
    }
    lineStart = token.kind === 'end';
    state.tokens.push(token);
  }
}

function include(
  keyword: string,
  at: Position,
  words: readonly Token[],
  path: string,
  state: State,
): void {
  const { sink } = state;
  if (keyword !== 'include') {
    sink.report('CONFIG_PLANNED', at, {
      message: `'${keyword}' is not supported yet: use 'include', which warns when nothing matches`,
    });
    return;
  }
  const pattern = words[0];
  if (pattern?.kind !== 'word' || pattern.text === '') {
    sink.report('CONFIG_MISSING_VALUE', at, {
      message: 'include needs a file name',
      expected: 'include FILENAME',
    });
    return;
  }
  if (words[1]) {
    sink.report('CONFIG_EXTRA_WORD', words[1].at, {
      message: 'include takes one file name; the rest is ignored',
    });
  }
  const matched = state.files.glob(pattern.text, path);
  if (matched.length === 0) {
    const wild = /[*?[{]/.test(pattern.text);
    sink.report('CONFIG_INCLUDE_NO_MATCH', pattern.at, {
      message: `no file matches '${pattern.text}': nothing is included`,
      severity: wild ? 'info' : 'warning',
    });
  }
  for (const file of matched) readFile(file, pattern.at, state);
}
