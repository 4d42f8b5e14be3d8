/**
 * Indentation as evidence of where a brace was lost. It counts only where the author keeps to it:
 * in the blocks that are whole, closing braces stand below the line that opens, and what is inside
 * stands further to the right.
 */
import type { Position, Token } from './source.js';

/** Where a line begins, and what it may be compared with. */
export interface Margin {
  /** Columns are comparable within one frame: a file, or one use of a definition. */
  readonly frame: string;
  readonly column: number;
  /** Whether a condition stands before the text: some indent before it, some behind. */
  readonly isLoose: boolean;
}

/**
 * Of each token that is the first on its line the margin; `undefined` for others. Conditions and
 * sequences may stand before it.
 *
 * @param sources the texts by file; of a file that is not among them, columns count as they are.
 */
export function marginsOf(
  tokens: readonly Token[],
  sources: ReadonlyMap<string, string>,
): (Margin | undefined)[] {
  const lines = new Map<string, readonly string[]>();
  const lineAt = ({ file, line }: Position): string | undefined => {
    let found = lines.get(file);
    if (!found) {
      found = sources.get(file)?.split('\n') ?? [];
      lines.set(file, found);
    }
    return found[line - 1];
  };
  let previous = '';
  return tokens.map((token) => {
    if (token.kind === 'end') {
      previous = '';
      return undefined;
    }
    const { frame, at } = frameOf(token.at);
    const here = `${frame} ${at.line}`;
    const isFirst = here !== previous;
    previous = here;
    if (!isFirst) return undefined;
    const text = lineAt(at);
    if (text === undefined) return { frame, column: at.column, isLoose: false };
    const blank = /^[\s\ufeff]*/.exec(text)?.[0] ?? '';
    const isLoose = text[blank.length] === '@';
    const isSequence = text[blank.length] === '~';
    if (blank.length < at.column - 1 && !isLoose && !isSequence) return undefined;
    return { frame, column: widthOf(blank), isLoose };
  });
}

const TAB = 8;

/** The column after white space, tabs expanded. */
function widthOf(blank: string): number {
  let width = 1;
  for (const char of blank) width += char === '\t' ? TAB - ((width - 1) % TAB) : 1;
  return width;
}

/** The frame of a position, and the place in it where the text was written. */
export function frameOf(at: Position): { frame: string; at: Position } {
  let frame = at.file;
  let written = at;
  while (written.definedAt) {
    frame += ` ${written.line}:${written.column}`;
    written = written.definedAt;
  }
  return { frame, at: written };
}

/** The frames that a position stands in, outermost first: its file, and each definition in use. */
export function framesOf(at: Position): string[] {
  let frame = at.file;
  const frames = [frame];
  for (let written = at; written.definedAt; written = written.definedAt) {
    frame += ` ${written.line}:${written.column}`;
    frames.push(frame);
  }
  return frames;
}

/** At least so many of a hundred innermost blocks must stand as they should. */
const TRUSTED_PERCENT = 80;
/** A brace that is lost makes so many blocks look wrong that are not. */
const EXCUSED = 2;
/** So many times as many lines inside as outside show an author who indents. */
const CLEARLY = 4;

/** What the whole innermost blocks of a frame show. */
interface Evidence {
  good: number;
  bad: number;
  /** Those of the bad ones that are not indented at all: no brace that is lost makes that. */
  flat: number;
  /** Lines right of the one that opens their block, as it seems, and others; the unit is a line. */
  inside: number;
  outside: number;
  /** Whether anything is indented at all. */
  indented: boolean;
  /** Opening braces less closing ones. */
  balance: number;
  /** The index of its last token, or of a definition that is used in it. */
  last: number;
}

/** Says of each frame whether its indentation is to be trusted, and whether its braces fit. */
export class Indentation {
  private readonly frames = new Map<string, Evidence>();

  constructor(tokens: readonly Token[], margins: readonly (Margin | undefined)[]) {
    /** The innermost block that may be whole: its line's margin, and the margins inside. */
    let open: { margin: Margin; inside: Margin[] } | undefined;
    let line: Margin | undefined;
    /** The margins of all blocks that are open, outermost first. */
    const openers: (Margin | undefined)[] = [];
    tokens.forEach((token, index) => {
      const margin = firmly(margins[index]);
      if (token.kind === 'end') return;
      const frame = frameOf(token.at).frame;
      const evidence = this.evidenceOf(frame);
      for (const around of framesOf(token.at)) this.evidenceOf(around).last = index;
      if (margin && token.kind === 'word') {
        line = margin;
        if (margin.column > 1) evidence.indented = true;
        const around = openers.at(-1);
        if (around?.frame === frame) {
          if (margin.column > around.column) evidence.inside++;
          else evidence.outside++;
        }
        open?.inside.push(margin);
      } else if (token.kind === 'open') {
        evidence.balance++;
        openers.push(line);
        open = line?.frame === frame ? { margin: line, inside: [] } : undefined;
      } else if (token.kind === 'close') {
        evidence.balance--;
        openers.pop();
        if (open && margin?.frame === open.margin.frame) count(evidence, open, margin);
        open = undefined;
      }
    });
  }

  /** Whether the lines of a frame stand where they belong. */
  isTrusted(frame: string): boolean {
    const evidence = this.frames.get(frame);
    if (!evidence) return false;
    const { good, bad, flat, inside, outside, indented } = evidence;
    if (!indented || outside > inside || (flat > 0 && flat >= good)) return false;
    if (bad <= EXCUSED && good >= bad) return true;
    // In a short file the block whose brace is lost may be the only innermost one: then lines say it.
    if (good + bad <= EXCUSED && inside >= outside * CLEARLY) return true;
    return good * 100 >= (good + bad) * TRUSTED_PERCENT;
  }

  /** Opening braces of a frame less its closing ones. */
  balanceOf(frame: string): number {
    return this.frames.get(frame)?.balance ?? 0;
  }

  /** Whether a frame has as many opening braces as closing ones. */
  isBalanced(frame: string): boolean {
    return this.balanceOf(frame) === 0;
  }

  /** The index of the last token in a frame, or in a definition that is used there. */
  lastOf(frame: string): number {
    return this.frames.get(frame)?.last ?? 0;
  }

  private evidenceOf(frame: string): Evidence {
    let evidence = this.frames.get(frame);
    if (!evidence) {
      evidence = {
        ...{ good: 0, bad: 0, flat: 0, inside: 0, outside: 0 },
        ...{ indented: false, balance: 0, last: 0 },
      };
      this.frames.set(frame, evidence);
    }
    return evidence;
  }
}

/** A margin that may be relied on. */
export function firmly(margin: Margin | undefined): Margin | undefined {
  return margin?.isLoose ? undefined : margin;
}

function count(
  evidence: Evidence,
  open: { readonly margin: Margin; readonly inside: readonly Margin[] },
  close: Margin,
): void {
  const { column: outer } = open.margin;
  const isBelow = close.column === outer;
  if (isBelow && open.inside.every(({ column }) => column > outer)) evidence.good++;
  else {
    evidence.bad++;
    if (isBelow && open.inside.every(({ column }) => column === outer)) evidence.flat++;
  }
}
