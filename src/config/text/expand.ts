/** Puts the values of parameters into lines, and says what is wrong with their uses. */
import type { Sink } from '../diagnostics/diagnostics.js';
import { suggest } from '../diagnostics/nearest.js';
import {
  type Definition,
  type Definitions,
  type Reference,
  referenceAt,
  type StandardDefinitions,
} from './definitions.js';
import {
  type Line,
  pieceAt,
  positionIn,
  replaceInLine,
  sliceLine,
  type Use,
  usedLine,
} from './line.js';
import { type Position, place } from './source.js';

/** Definitions within definitions; deeper is an error that names this bound. */
export const MAX_USE_DEPTH = 100;

/** A line after its parameters were replaced. */
export interface ExpandedLine {
  readonly line: Line;
  readonly isChanged: boolean;
  /** The further lines of definitions of several lines, in the order of use. */
  readonly more: readonly { readonly lines: readonly Line[]; readonly use: Use }[];
}

/** What the expander needs of the stage around it. */
export interface ExpanderHost {
  readonly sink: Sink;
  /** Counts characters of expanded text; false if the bound was reached and nothing more is read. */
  count(characters: number, at: () => Position): boolean;
  /** The file that is being read. */
  readonly file: string;
}

/** A piece costs as much as so many characters; it is counted so that the bound bounds the time. */
const COST_OF_PIECE = 32;

const NOTHING: ExpandedLine['more'] = [];

export class Expander {
  private readonly definitions: Definitions;
  private readonly standard: StandardDefinitions;
  private readonly host: ExpanderHost;

  constructor(definitions: Definitions, standard: StandardDefinitions, host: ExpanderHost) {
    this.definitions = definitions;
    this.standard = standard;
    this.host = host;
  }

  /**
   * Replaces the parameters of a line, and those in their values. What is not defined stays.
   *
   * @returns `undefined` after an error: the line is not read.
   */
  expand(line: Line): ExpandedLine | undefined {
    let at = line.text.indexOf('$');
    if (at < 0) return { line, isChanged: false, more: NOTHING };
    let current = line;
    const more: ExpandedLine['more'][number][] = [];
    while (at >= 0) {
      const from = at;
      const reference = referenceAt(current.text, at);
      const value = reference && this.valueOf(current, from, reference);
      if (value === 'failed') return undefined;
      if (!reference || !value) {
        at = current.text.indexOf('$', at + 1);
        continue;
      }
      const { text, pieces } = current;
      const size = text.length + COST_OF_PIECE * pieces.length;
      if (!this.host.count(size, () => positionIn(line, 0, line.text.length))) {
        return undefined;
      }
      current = replaceInLine(current, at, reference.end, value.line);
      if (value.more) more.push(value.more);
      // The parameters behind a sequence are for each of its rounds.
      if (value.line.text.trimStart().startsWith('~')) break;
      at = current.text.indexOf('$', at);
    }
    return { line: current, isChanged: current !== line, more };
  }

  /** Replaces the parameters in the numbers of a sequence, as long as they have one line. */
  expandNumbers(text: string, line: Line): string {
    const piece = pieceAt(line, 0);
    return (
      this.expand({ text, pieces: [{ ...piece, start: 0, width: text.length }] })?.line.text ?? text
    );
  }

  /** The use of a definition at a place in a line; `undefined` after an error: it uses itself. */
  use(line: Line, from: number, to: number, definition: Definition): Use | undefined {
    const { at, parent } = placeOf(line, from, to);
    for (let outer = parent; outer; outer = outer.parent) {
      if (outer.definition !== definition) continue;
      this.reportCycle(positionIn(line, from, to), definition, parent);
      return undefined;
    }
    const depth = (parent?.depth ?? 0) + 1;
    if (depth > MAX_USE_DEPTH) {
      this.host.sink.report('CONFIG_BOUND_EXCEEDED', positionIn(line, from, to), {
        message: `definitions use each other more than ${MAX_USE_DEPTH} deep`,
      });
      return undefined;
    }
    return { at, parent, definition, depth };
  }

  private valueOf(
    line: Line,
    from: number,
    reference: Reference,
  ): { line: Line; more?: ExpandedLine['more'][number] } | 'failed' | undefined {
    const { name, words, end } = reference;
    const definition = this.definitions.get(name);
    if (!definition) return this.standardValue(line, from, reference);
    const isMisplaced = definition.isMultiline && end !== line.text.length;
    if (words.length > 0 || isMisplaced) return undefined;
    const use = this.use(line, from, end, definition);
    if (!use) return 'failed';
    const [first, ...others] = definition.lines;
    const value = usedLine(first as Line, use);
    return others.length > 0 ? { line: value, more: { lines: others, use } } : { line: value };
  }

  private standardValue(
    line: Line,
    from: number,
    reference: Reference,
  ): { line: Line } | undefined {
    const { sink, file } = this.host;
    const text = this.standard.valueOf(reference, file, (problem) => {
      const at = positionIn(line, from, reference.end);
      if (problem === 'unset') {
        sink.report('CONFIG_UNDEFINED_PARAMETER', at, {
          message: `the environment has no variable '${reference.words[0]}': nothing is put in its place`,
        });
      } else {
        sink.report('CONFIG_INVALID_VALUE', at, {
          message: `_RANDOM: the greatest number is less than the least`,
          expected: '$' + '{_RANDOM MIN MAX}',
        });
      }
    });
    if (text === undefined) return undefined;
    const { at, parent } = placeOf(line, from, reference.end);
    const piece = { ...at, start: 0, width: at.length, use: parent };
    return { line: { text, pieces: [piece] } };
  }

  private reportCycle(at: Position, definition: Definition, parent: Use | undefined): void {
    const names = [definition.name];
    for (let use = parent; use; use = use.parent) {
      names.unshift(use.definition.name);
      if (use.definition === definition) break;
    }
    this.host.sink.report('CONFIG_DEFINITION_CYCLE', at, {
      message: `a definition uses itself: ${names.map((name) => `$${name}`).join(' -> ')}; values are looked up when they are used, not when they are defined`,
    });
  }

  /**
   * Reports what still looks like a parameter when all is replaced. An error where keepalived would
   * take its braces for a block; else a shell's variable may be meant.
   *
   * @param isSecret nothing of the text may be told.
   */
  reportUndefined(line: Line, isSecret: boolean): void {
    const { text } = line;
    const { sink } = this.host;
    if (isSecret && /\$\{?[A-Za-z_]/.test(text)) {
      sink.report('CONFIG_UNDEFINED_PARAMETER', positionIn(line, 0, text.length), {
        message: 'what looks like a parameter here is not defined: the text stays as it is',
        severity: 'info',
      });
    }
    if (isSecret) return;
    for (const match of text.matchAll(/\$(\{?)([A-Za-z_]\w*)/g)) {
      const [whole, brace = '', name = ''] = match;
      const from = match.index;
      const isQuoted = isInQuotes(text, from);
      const at = positionIn(line, from, from + whole.length);
      const known = this.definitions.get(name);
      const isLost = sink.isFull && sink.isFullOfOthers;
      const suggestion = known || isLost ? undefined : suggest(name, this.definitions.names());
      const message = known
        ? whyNotReplaced(name, known)
        : `the parameter '${name}' is not defined: the text stays as it is`;
      const isShells = brace !== '' && /^:?[-=+?]/.test(text.slice(from + whole.length));
      sink.report('CONFIG_UNDEFINED_PARAMETER', at, {
        message,
        suggestion,
        expected: isShells
          ? `'\${${name}}', and '$${name}=VALUE' before it: what stands for a missing value is a shell's`
          : undefined,
        severity:
          brace !== '' && !isQuoted
            ? 'error'
            : known || suggestion || !isQuoted
              ? 'warning'
              : 'info',
      });
    }
  }

  /** Reports a parameter that is not defined where a keyword should be. */
  isUndefinedLine(line: Line): boolean {
    const reference = referenceAt(line.text, 0);
    if (!reference?.isBraced) return false;
    this.reportUndefined(sliceLine(line, 0, reference.end), false);
    return true;
  }

  /** Reports a line that looks like a definition and is none; its value is not shown. */
  isBadDefinition(line: Line): boolean {
    const match = /^\$\{?([^\s=$]*?)\}?\s*=/.exec(line.text);
    if (!match) return false;
    this.host.sink.report('CONFIG_BAD_DEFINITION', positionIn(line, 0, match[0].length - 1), {
      message:
        'this looks like the definition of a parameter, but is not written like one: the line is not read',
      expected: '$NAME=value, the name of letters, digits and _, without braces or blanks',
    });
    return true;
  }
}

function whyNotReplaced(name: string, definition: Definition): string {
  return definition.isMultiline
    ? `'${name}' has several lines and is replaced only at the end of a line: the text stays as it is`
    : `'${name}' is not replaced here: without braces a blank must follow`;
}

function isInQuotes(text: string, at: number): boolean {
  let isQuoted = false;
  for (let i = 0; i < at; i++) if (text[i] === '"') isQuoted = !isQuoted;
  return isQuoted;
}

/** Where a stretch stands in the text that its first character came from. */
function placeOf(line: Line, from: number, to: number): { at: Position; parent: Use | undefined } {
  const piece = pieceAt(line, from);
  const { file, line: number, column, start, width, use } = piece;
  const at =
    width === undefined
      ? place(file, number, column + from - start, to - from)
      : place(file, number, column, width);
  return { at, parent: use };
}
