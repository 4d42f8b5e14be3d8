/**
 * A line of text on its way through the preprocessing stage: what it says now, and for each piece of
 * it where it came from. So a word can be traced through any number of expansions.
 */
import { trimBlanksStart } from './blanks.js';
import { type Position, place } from './source.js';

/** A place where a definition was used. */
export interface Use {
  /** The parameter as it is written there. */
  readonly at: Position;
  /** The use that brought the text with this one in it; none in the text of a file. */
  readonly parent: Use | undefined;
  /** What is used. */
  readonly definition: { readonly name: string };
  /** How many uses this one is inside of, itself included. */
  readonly depth: number;
}

/** Text of a line up to the next piece. */
export interface Piece {
  /** Where in the line it begins. */
  readonly start: number;
  /** Where its first character stands. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /**
   * For text that stands nowhere in this form (a number of a sequence, the current directory): the
   * width of what it was made of. Otherwise each character stands one column after the one before.
   */
  readonly width?: number;
  /** The use that brought it here; none for text of the file itself. */
  readonly use: Use | undefined;
}

export interface Line {
  readonly text: string;
  /** At least one, in order; the first begins at 0. */
  readonly pieces: readonly Piece[];
}

/** The part of a line from a character on, up to another one. */
export function sliceLine(line: Line, from: number, to = line.text.length): Line {
  if (from === 0 && to === line.text.length) return line;
  return { text: line.text.slice(from, to), pieces: slicePieces(line.pieces, from, to, 0) };
}

/** A line with a stretch replaced by other text. */
export function replaceInLine(line: Line, from: number, to: number, by: Line): Line {
  const { text, pieces } = line;
  const end = from + by.text.length;
  const kept = [
    ...(from > 0 ? slicePieces(pieces, 0, from, 0) : []),
    ...(by.text === '' ? [] : slicePieces(by.pieces, 0, by.text.length, from)),
    ...(to < text.length ? slicePieces(pieces, to, text.length, end) : []),
  ];
  return {
    text: text.slice(0, from) + by.text + text.slice(to),
    pieces: kept.length > 0 ? kept : slicePieces(pieces, from, from + 1, 0),
  };
}

/** A line of no text. */
export const EMPTY_LINE: Line = {
  text: '',
  pieces: [{ start: 0, file: '', line: 0, column: 0, use: undefined }],
};

/** A line without the blanks at its beginning. */
export function trimStart(line: Line): Line {
  const from = line.text.length - trimBlanksStart(line.text).length;
  return sliceLine(line, from);
}

/** A line as it is brought in by a use. */
export function usedLine(line: Line, use: Use | undefined): Line {
  return { text: line.text, pieces: line.pieces.map((piece) => ({ ...piece, use })) };
}

/** A line as it stands in a definition, whatever brought the definition here. */
export function withoutUse(line: Line): Line {
  return line.pieces.some((piece) => piece.use) ? usedLine(line, undefined) : line;
}

/** The pieces of a stretch; `shift` is where its first character comes to stand. */
function slicePieces(pieces: readonly Piece[], from: number, to: number, shift: number): Piece[] {
  const kept: Piece[] = [];
  const moved = shift - from;
  for (let i = indexAt(pieces, from); i < pieces.length; i++) {
    const piece = pieces[i] as Piece;
    if (piece.start >= to && kept.length > 0) break;
    const cut = Math.max(0, from - piece.start);
    if (cut === 0 && moved === 0) {
      kept.push(piece);
      continue;
    }
    kept.push({
      ...piece,
      start: piece.start + cut + moved,
      column: piece.width === undefined ? piece.column + cut : piece.column,
    });
  }
  return kept;
}

/** The index of the piece of a character. */
function indexAt(pieces: readonly Piece[], at: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle] as Piece).start <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The piece of a character. */
export function pieceAt({ pieces }: Line, at: number): Piece {
  return pieces[indexAt(pieces, at)] as Piece;
}

/**
 * The position of a stretch of a line: the place of use, and on through the definitions as long as
 * all of it came out of the same one.
 */
export function positionIn(line: Line, from: number, to: number): Position {
  const first = pieceAt(line, from);
  const last = to - 1 > from ? pieceAt(line, to - 1) : first;
  if (first === last) return within(first.use, span(first, from, to));
  let a = first.use;
  let b = last.use;
  let start = span(first, from, from + 1);
  let end = span(last, to - 1, to);
  while (a !== b) {
    if (a && (!b || a.depth >= b.depth)) {
      start = a.at;
      a = a.parent;
    } else if (b) {
      end = b.at;
      b = b.parent;
    }
  }
  const isOneLine = start.file === end.file && start.line === end.line;
  const length = isOneLine ? end.column + end.length - start.column : start.length;
  return within(a, place(start.file, start.line, start.column, Math.max(1, length)));
}

function span(piece: Piece, from: number, to: number): Position {
  const { file, line, column, start, width } = piece;
  return width === undefined
    ? place(file, line, column + from - start, Math.max(1, to - from))
    : place(file, line, column, width);
}

/** A place in the text that uses brought in, as seen from the file: outermost use first. */
export function within(use: Use | undefined, innermost: Position): Position {
  let position = innermost;
  for (let u = use; u; u = u.parent) {
    position = place(u.at.file, u.at.line, u.at.column, u.at.length, position);
  }
  return position;
}
