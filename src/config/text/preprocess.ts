/**
 * From a file to one stream of tokens. Line by line, in keepalived's order: comments go, lines of a
 * definition are kept for later, conditions are minded, sequences are unrolled, parameters are
 * replaced, files are included, and what is left is cut into words. A replaced text is read again
 * from the start, so that it can hold any of these itself.
 */
import type { Sink } from '../diagnostics/diagnostics.js';
import { stripLine } from './comments.js';
import { Definitions, StandardDefinitions } from './definitions.js';
import { type ExpandedLine, Expander, type ExpanderHost } from './expand.js';
import { FileSource, SpecialCharacters } from './file-source.js';
import type { ConfigFiles } from './files.js';
import { CHECK, checkMatches, nextChecks, parseInclude } from './include.js';
import {
  EMPTY_LINE,
  type Line,
  positionIn,
  sliceLine,
  trimStart,
  type Use,
  usedLine,
  withoutUse,
} from './line.js';
import type { RepeatedBlocks, RestOfBlock } from './repeated.js';
import { SecretTexts } from './secrets.js';
import { beginsSequence, parseSequence, sequenceForm } from './sequence.js';
import {
  type BlockBuilder,
  type BlockSink,
  definitionsOf,
  type Position,
  place,
  renderPosition,
} from './source.js';
import { compileLine, emitTemplate, type Template } from './template.js';
import { isBlank, readWords, type Source, type WordHints, type WordReader } from './words.js';

/** Files within files; deeper is an error that names this bound. */
export const MAX_INCLUDE_DEPTH = 32;
/** Characters of all files together; more is an error that names this bound. */
export const MAX_TOTAL_CHARACTERS = 268_435_456;
/** Files read, counting a file each time that it is included. */
export const MAX_FILES = 65_536;
/** Lines that sequences and definitions bring in; the manual's own example makes a million. */
export const MAX_EXPANDED_LINES = 4_194_304;
/** Characters that are read again because something was put into them. */
export const MAX_EXPANDED_CHARACTERS = 268_435_456;
const OPEN = 0x7b;

/** A line that is read in the general way costs as much as so many characters. */
const COST_OF_LINE = 256;

export interface PreprocessOptions {
  /** What `@ID` is compared with; `undefined`: no `@ID` matches. */
  readonly configId?: string | undefined;
  readonly hints: WordHints;
  /** What is to share the statements of blocks with the same text, and where they are built. */
  readonly sharing?: { readonly blocks: RepeatedBlocks; readonly tree: BlockBuilder } | undefined;
}

/** What was read, by the names of the files. Bounded by {@link MAX_TOTAL_CHARACTERS}. */
export interface ReadTexts {
  readonly texts: ReadonlyMap<string, string>;
  /** The texts with stars over what reached a secret by way of definitions. */
  hidden(): ReadonlyMap<string, string>;
}

/**
 * Reads a file and all that it includes.
 *
 * @param out receives the tokens.
 * @param sink receives CONFIG_FILE_UNREADABLE, CONFIG_INCLUDE_CYCLE, CONFIG_INCLUDE_NO_MATCH,
 *   CONFIG_BOUND_EXCEEDED, CONFIG_DEFINITION_CYCLE, CONFIG_UNDEFINED_PARAMETER,
 *   CONFIG_BAD_DEFINITION, CONFIG_BAD_SEQUENCE, CONFIG_UNTERMINATED_QUOTE and CONFIG_BAD_CHARACTER.
 */
export function preprocess(
  path: string,
  files: ConfigFiles,
  sink: Sink,
  out: BlockSink,
  options: PreprocessOptions,
): ReadTexts {
  return new Preprocessor(files, sink, out, options).run(path);
}

/** A definition whose lines are still being read. */
interface OpenDefinition {
  readonly name: string;
  readonly lines: Line[];
}

class Preprocessor implements WordReader, ExpanderHost {
  readonly out: BlockSink;
  readonly sink: Sink;
  private readonly files: ConfigFiles;
  readonly hints: WordHints;
  private readonly configId: string | undefined;
  private readonly sharing: PreprocessOptions['sharing'];
  private readonly definitions = new Definitions();
  private readonly standard: StandardDefinitions;
  private readonly expander: Expander;
  private readonly secrets = new SecretTexts();
  private readonly sources = new Map<string, string>();
  private readonly templates = new WeakMap<Line, Template>();
  /** The files that are being read now, outermost first, with the place that includes the next. */
  private readonly open: { readonly path: string; readonly from: Position | undefined }[] = [];
  private characters = 0;
  private fileCount = 0;
  private expandedLines = 0;
  private expandedCharacters = 0;
  private isStopped = false;
  private includeChecks = 0;
  private defining: OpenDefinition | undefined;
  /** Whether the lines of a definition without a beginning go on. */
  private inStray = false;
  private currentFolder: string | undefined;

  constructor(files: ConfigFiles, sink: Sink, out: BlockSink, options: PreprocessOptions) {
    this.files = files;
    this.sink = sink;
    this.out = out;
    this.hints = options.hints;
    this.configId = options.configId;
    this.sharing = options.sharing;
    this.standard = new StandardDefinitions(files, options.configId ?? '');
    this.expander = new Expander(this.definitions, this.standard, this);
  }

  run(path: string): ReadTexts {
    this.readFile(path, undefined, CHECK.readable);
    this.endDefinition();
    return { texts: this.sources, hidden: () => this.secrets.mask(this.sources) };
  }

  /** The file that is being read. */
  get file(): string {
    return this.open.at(-1)?.path ?? '';
  }

  count(characters: number, at: () => Position): boolean {
    this.expandedCharacters += characters;
    if (this.expandedCharacters > MAX_EXPANDED_CHARACTERS) {
      this.stop(at(), `definitions make more than ${MAX_EXPANDED_CHARACTERS} characters`);
    }
    return !this.isStopped;
  }

  private readFile(path: string, from: Position | undefined, checks: number): void {
    const { sink, open } = this;
    const at = from ?? place(path, 1, 1, 1);
    const earlier = open.findIndex((file) => file.path === path);
    if (earlier >= 0) {
      const entry = open[earlier + 1]?.from ?? at;
      sink.report('CONFIG_INCLUDE_CYCLE', at, {
        message: `'${path}' includes itself: it is already being read, by way of the include at ${renderPosition(entry)}`,
      });
      return;
    }
    if (open.length >= MAX_INCLUDE_DEPTH) {
      this.exceeded(at, `includes are nested more than ${MAX_INCLUDE_DEPTH} deep`);
      return;
    }
    if (++this.fileCount > MAX_FILES) {
      this.stop(at, `more than ${MAX_FILES} files are included`);
      return;
    }
    const text = this.sources.get(path) ?? this.files.read(path);
    if (text instanceof Error) {
      const isError = (checks & CHECK.readable) !== 0;
      sink.report('CONFIG_FILE_UNREADABLE', at, {
        message: `cannot read '${path}': ${text.message}${isError ? '' : ': it is not included'}`,
        severity: isError ? 'error' : 'warning',
      });
      return;
    }
    this.characters += text.length;
    if (this.characters > MAX_TOTAL_CHARACTERS) {
      this.stop(at, `the configuration is larger than ${MAX_TOTAL_CHARACTERS} characters`);
      return;
    }
    this.sources.set(path, text);
    // What a file sets for its includes ends with it.
    const outerChecks = this.includeChecks;
    open.push({ path, from });
    this.currentFolder = undefined;
    this.readText(path, text);
    open.pop();
    this.currentFolder = undefined;
    this.includeChecks = outerChecks;
  }

  /** Most lines hold nothing but words: those are read where they stand. */
  private readText(file: string, text: string): void {
    const special = new SpecialCharacters(text);
    const source = new FileSource(file, text);
    this.readLines(source, special, text.startsWith('\ufeff') ? 1 : 0, text.length, 1);
  }

  /** Reads lines that begin in a stretch, of which the first has a number. */
  private readLines(
    source: FileSource,
    special: SpecialCharacters,
    from: number,
    to: number,
    firstLine: number,
  ): void {
    const { text } = source;
    let start = from;
    for (let line = firstLine; start <= to && !this.isStopped; line++) {
      let stop = text.indexOf('\n', start);
      if (stop < 0) stop = text.length;
      const next = stop + 1;
      if (stop > start && text.charCodeAt(stop - 1) === 0x0d) stop--;
      source.begin(line, start);
      const isSpecial = special.isIn(start, stop);
      if (start === stop) this.endDefinition();
      else if ((isSpecial || this.inStray) && this.isStray(source, start, stop)) this.out.end();
      else if (this.defining || isSpecial) this.readLine(source, start, stop);
      else {
        this.readPlainLine(source, start, stop);
        const block = this.readBlock(source, special, stop, next);
        if (block) {
          start = next + block.text.length;
          line += block.lines;
          continue;
        }
      }
      start = next;
    }
  }

  /**
   * After a line that opens a block: reads the rest of it, if others may have the same. The statements
   * of one that has been read are used again.
   *
   * @param stop where the line ends.
   * @param next where the next one begins.
   */
  private readBlock(
    source: FileSource,
    special: SpecialCharacters,
    stop: number,
    next: number,
  ): RestOfBlock | undefined {
    const { sharing } = this;
    const { text, file, line } = source;
    if (!sharing) return undefined;
    let last = stop - 1;
    while (last > source.start && isBlank(text.charCodeAt(last))) last--;
    if (text.charCodeAt(last) !== OPEN) return undefined;
    const { blocks, tree } = sharing;
    if (tree.openedOn(line) !== blocks.keyword) return undefined;
    const rest = blocks.find(text, next);
    if (!rest) return undefined;
    if ('body' in rest) {
      tree.closeWith(rest.body);
    } else {
      this.readLines(source, special, next, next + rest.text.length - 1, line + 1);
      blocks.add(rest, tree.closed, file, line);
    }
    return rest;
  }

  /**
   * Whether a line belongs to a definition whose beginning was lost: it and the next one end with a
   * backslash, or it and has nothing but a brace, or the one before did. The first is reported.
   */
  private isStray(source: FileSource, start: number, stop: number): boolean {
    if (this.defining) return false;
    const { text } = source;
    const goesOn = isContinued(text, start, stop);
    if (this.inStray) {
      this.inStray = goesOn;
      return true;
    }
    if (!goesOn || /^\s*(?:@\S+\s+)?\$[A-Za-z_]\w*=/.test(text.slice(start, stop))) return false;
    const end = text.indexOf('\n', stop + 1);
    const isPair = isContinued(text, stop + 1, end < 0 ? text.length : end);
    if (!isPair && !/^\s*\}\s*\\/.test(text.slice(start, stop))) return false;
    this.inStray = true;
    this.sink.report('CONFIG_BAD_DEFINITION', source.at(start, stop), {
      message:
        "this line ends with '\\' as if it were in a definition, but none is open: it and what it goes on with are not read",
      expected: "'$NAME= \\' on the line before",
    });
    return true;
  }

  private readPlainLine(source: FileSource, start: number, stop: number): void {
    const { text } = source;
    let at = start;
    while (at < stop) {
      const code = text.charCodeAt(at);
      if (isBlank(code)) {
        at++;
      } else if (isSpecialStart(code, text, at)) {
        this.readLine(source, at, stop);
        return;
      } else {
        at = readWords(source, at, stop, this);
      }
    }
    this.out.end();
  }

  private readLine(source: FileSource, start: number, stop: number): void {
    const line = stripLine(source.file, source.line, source.text, start, stop, source.start);
    if (line.text === '') return;
    if (this.defining) this.continueDefinition(this.defining, line);
    else this.readExpanded(line);
  }

  /** Reads a line that may be read again: a body of a sequence or a line of a definition. */
  private repeat(line: Line, use: Use | undefined): void {
    if (this.defining) {
      this.continueDefinition(this.defining, line);
      return;
    }
    if (!this.count(line.text.length, () => positionIn(line, 0, line.text.length))) return;
    if (++this.expandedLines > MAX_EXPANDED_LINES) {
      this.stop(
        use ? positionIn(usedLine(line, use), 0, line.text.length) : positionIn(line, 0, 1),
        `sequences and definitions make more than ${MAX_EXPANDED_LINES} lines`,
      );
      return;
    }
    let template = this.templates.get(line);
    if (!template) {
      template = compileLine(line, this.hints);
      this.templates.set(line, template);
    }
    if (template.kind === 'call' && this.call(template, line, use)) return;
    if (template.kind === 'words') {
      const folder = (name: string) => (name === '_PWD' ? this.folder() : undefined);
      if (emitTemplate(template, line, use, this.definitions, folder, this.out)) {
        this.out.end();
        return;
      }
    }
    if (!this.count(COST_OF_LINE, () => positionIn(line, 0, 1))) return;
    this.readExpanded(use ? usedLine(line, use) : line);
  }

  /** Reads the lines of a definition that is all that a line uses. */
  private call(
    template: Template & { kind: 'call' },
    line: Line,
    parent: Use | undefined,
  ): boolean {
    const definition = this.definitions.get(template.reference.name);
    if (!definition?.isMultiline) return false;
    const { use } = template;
    if (use?.definition !== definition || use.parent !== parent) {
      const from = parent ? usedLine(line, parent) : line;
      const made = this.expander.use(from, 0, line.text.length, definition);
      if (!made) return true;
      template.use = made;
    }
    for (const one of definition.lines) this.repeat(one, template.use);
    return true;
  }

  private readExpanded(line: Line): void {
    /** The other lines of definitions of several lines, in the order in which they were used. */
    const pending: ExpandedLine['more'][number][] = [];
    let rest = line;
    let isExpanded = false;
    while (rest.text !== '') {
      const begun = this.begin(rest);
      if (!begun) break;
      if (!isExpanded) {
        const expanded = this.expander.expand(begun);
        if (!expanded) break;
        pending.push(...expanded.more);
        if (expanded.isChanged) {
          rest = trimStart(expanded.line);
          continue;
        }
        isExpanded = true;
      }
      rest = this.readPart(begun);
    }
    this.out.end();
    for (const { lines, use } of pending.reverse()) {
      for (const one of lines) this.repeat(one, use);
    }
  }

  /**
   * What can stand at the beginning: a condition, then a definition or a sequence.
   *
   * @returns the rest that is still to be read.
   */
  private begin(line: Line): Line | undefined {
    const rest = line.text.startsWith('@') ? this.afterCondition(line) : line;
    if (!rest) return undefined;
    if (rest.text.startsWith('$') && this.define(rest)) return undefined;
    if (!beginsSequence(rest.text)) return rest;
    this.unroll(rest);
    return undefined;
  }

  private afterCondition(line: Line): Line | undefined {
    const { text } = line;
    const isNegated = text[1] === '^';
    const from = isNegated ? 2 : 1;
    let at = from;
    while (at < text.length && !isBlank(text.charCodeAt(at))) at++;
    const isSame = this.configId !== undefined && text.slice(from, at) === this.configId;
    if (isSame === isNegated) return undefined;
    const rest = trimStart(sliceLine(line, at));
    if (parseInclude(rest.text)) this.warnInclude(rest, 'a condition');
    return rest;
  }

  /** Reads what is no more than words, up to a brace; returns what is behind it. */
  private readPart(line: Line): Line {
    const { text } = line;
    const include = parseInclude(text);
    if (include) {
      this.out.end();
      this.include(line, include);
      return EMPTY_LINE;
    }
    if (text.startsWith('$')) {
      if (this.expander.isBadDefinition(line)) {
        const equals = text.indexOf('=');
        this.secrets.addDefinition(text.slice(0, equals), sliceLine(line, equals + 1));
        return EMPTY_LINE;
      }
      if (this.expander.isUndefinedLine(line)) return EMPTY_LINE;
    }
    const source: Source = {
      text,
      hasComments: false,
      at: (from, to) => positionIn(line, from, to),
    };
    const end = readWords(source, 0, text.length, this);
    const part = text.slice(0, end);
    this.act(part);
    const isSecret = this.hints.isSecret(/^[^\s{}"]*/.exec(part)?.[0] ?? '');
    if (isSecret) this.secrets.add(line, end);
    if (part.includes('$')) this.expander.reportUndefined(sliceLine(line, 0, end), isSecret);
    if (part.includes('\0')) {
      this.sink.report('CONFIG_BAD_CHARACTER', positionIn(line, 0, end), {
        message: 'a NUL character in a word: is this a text file?',
      });
    }
    return trimStart(sliceLine(line, end));
  }

  /** Keywords that act while the text is read. */
  private act(text: string): void {
    const match = /^(include_check|random_seed)(?![^\s{}])([^{}]*)/.exec(text);
    if (!match || this.out.block !== 'global_defs') return;
    const words = (match[2] ?? '').split(/\s+/).filter((word) => word !== '');
    if (match[1] === 'include_check') {
      this.includeChecks = nextChecks(this.includeChecks, words);
    } else if (/^\d+$/.test(words[0] ?? '')) {
      this.standard.seed(Number(words[0]));
    }
  }

  private include(line: Line, include: ReturnType<typeof parseInclude> & object): void {
    const { keyword, pattern, from } = include;
    const path = this.open.at(-1)?.path ?? '';
    if (pattern === '') {
      this.sink.report('CONFIG_MISSING_VALUE', positionIn(line, 0, keyword.length), {
        message: `${keyword} needs a file name`,
        expected: `${keyword} FILENAME`,
      });
      return;
    }
    const at = positionIn(line, from, from + pattern.length);
    if (line.pieces.some((piece) => piece.use)) this.warnInclude(line, 'a parameter');
    const matches = this.files.glob(pattern, path);
    if (matches instanceof Error) {
      this.exceeded(at, `'${pattern}': ${matches.message}`);
      return;
    }
    const checks = this.includeChecks | include.checks;
    for (const file of checkMatches(pattern, matches, checks, at, this.sink)) {
      if (this.isStopped) return;
      this.readFile(file, at, checks);
    }
  }

  private warnInclude(line: Line, what: string): void {
    this.sink.report('CONFIG_INCLUDE_CONDITIONAL', positionIn(line, 0, line.text.length), {
      message: `this include depends on ${what}: it is followed here, keepalived's processes would each read something else`,
    });
  }

  /** Takes a definition; false if the line is none. */
  private define(line: Line): boolean {
    const match = /^\$([A-Za-z_]\w*)=[ \t]*/.exec(line.text);
    if (!match) return false;
    const [head, name = ''] = match;
    this.defining = { name, lines: [] };
    const value = sliceLine(line, head.length);
    // A line of one backslash only says that more follow.
    if (value.text === '\\') return true;
    this.continueDefinition(this.defining, value);
    return true;
  }

  private continueDefinition(definition: OpenDefinition, line: Line): void {
    const isContinued = line.text.endsWith('\\');
    const text = isContinued ? line.text.slice(0, -1).trimEnd() : line.text;
    const isFirst = definition.lines.length === 0;
    if (text !== '' || (isFirst && !isContinued)) {
      definition.lines.push(withoutUse(sliceLine(line, 0, text.length)));
    }
    if (isContinued) return;
    this.finish(definition, !isFirst);
  }

  /** An empty line ends a definition, even if the last line said that more would follow. */
  private endDefinition(): void {
    this.inStray = false;
    if (this.defining) this.finish(this.defining, this.defining.lines.length > 0);
  }

  private finish({ name, lines }: OpenDefinition, isMultiline: boolean): void {
    this.defining = undefined;
    for (const line of lines) this.secrets.addDefinition(name, line);
    this.definitions.set({
      name,
      isMultiline,
      lines: lines.length > 0 ? lines : [EMPTY_LINE],
    });
  }

  private unroll(line: Line): void {
    const sequence = parseSequence(line.text, (text) => this.expander.expandNumbers(text, line));
    if ('problem' in sequence) {
      const close = line.text.indexOf(')');
      this.sink.report(
        'CONFIG_BAD_SEQUENCE',
        positionIn(line, 0, close < 0 ? line.text.length : close + 1),
        {
          message: `${sequence.problem}: the line is not read`,
          expected: sequenceForm(line.text),
        },
      );
      return;
    }
    const head = line.text.slice(0, sequence.end).trimEnd().length;
    const at = positionIn(line, 0, head);
    const innermost = definitionsOf(at).at(-1) ?? at;
    const piece = {
      start: 0,
      file: innermost.file,
      line: innermost.line,
      column: innermost.column,
      width: innermost.length,
      use: undefined,
    };
    const variables = sequence.variables.map((name) => ({
      name,
      isMultiline: false,
      lines: [{ text: '', pieces: [piece] }],
    }));
    for (const variable of variables) this.definitions.set(variable);
    const rest = sliceLine(line, sequence.end);
    const isPlain = rest.pieces.length === 1;
    const body = isPlain ? withoutUse(rest) : rest;
    const use = isPlain ? rest.pieces[0]?.use : undefined;
    for (let i = 0; i < sequence.count && !this.isStopped; i++) {
      const values = sequence.values(i);
      variables.forEach((variable, v) => {
        (variable.lines[0] as { text: string }).text = values[v] ?? '';
      });
      this.repeat(body, use);
    }
  }

  private folder(): string {
    this.currentFolder ??= this.files.folderOf(this.open.at(-1)?.path ?? '');
    return this.currentFolder;
  }

  private exceeded(at: Position, message: string): void {
    this.sink.report('CONFIG_BOUND_EXCEEDED', at, { message });
  }

  /** A bound of the whole: nothing more is read. */
  private stop(at: Position, message: string): void {
    if (!this.isStopped) this.exceeded(at, message);
    this.isStopped = true;
  }
}

/** Whether text at the beginning of a line or behind a brace is more than words. */
function isSpecialStart(code: number, text: string, at: number): boolean {
  if (code === 0x40 || code === 0x7e) return true;
  if (code === 0x69) return text.startsWith('include', at);
  return code === 0x72 && text.startsWith('random_seed', at);
}

/** Whether a line without a comment ends with a backslash. */
function isContinued(text: string, start: number, stop: number): boolean {
  return /^[^#!]*\\\r?$/.test(text.slice(start, stop));
}
