/**
 * Which text of which file reached a secret, so that it is never shown: a source line beside a
 * message would else print what `$PASS=...` defines.
 */
import type { Line } from './line.js';

/** A definition whose name says that it holds a secret, even if nothing uses it. */
export const SECRET_NAME = /pass|pwd|secret|key|auth|token/i;

interface Stretch {
  readonly line: number;
  /** From 1; `end` is the column behind it. */
  readonly column: number;
  readonly end: number;
}

export class SecretTexts {
  /** By file. Bounded by the text: one stretch a place. */
  private readonly stretches = new Map<string, Map<string, Stretch>>();

  /** What follows the first word, up to a character: the text may be from a definition. */
  add(line: Line, end: number): void {
    const first = /^[^\s{}"]*/.exec(line.text)?.[0].length ?? 0;
    this.addStretch(line, first, end);
  }

  /** A line of a definition, if its name says that it is a secret. */
  addDefinition(name: string, line: Line): void {
    if (SECRET_NAME.test(name)) this.addStretch(line, 0, line.text.length);
  }

  private addStretch({ pieces }: Line, from: number, to: number): void {
    pieces.forEach((piece, i) => {
      const start = Math.max(from, piece.start);
      const stop = Math.min(to, pieces[i + 1]?.start ?? to);
      if (start >= stop) return;
      const column = piece.width === undefined ? piece.column + start - piece.start : piece.column;
      const end = column + (piece.width ?? stop - start);
      let ofFile = this.stretches.get(piece.file);
      if (!ofFile) {
        ofFile = new Map();
        this.stretches.set(piece.file, ofFile);
      }
      ofFile.set(`${piece.line}:${column}:${end}`, { line: piece.line, column, end });
    });
  }

  /** The texts with stars over the stretches; columns stay as they were. */
  mask(sources: ReadonlyMap<string, string>): Map<string, string> {
    const masked = new Map(sources);
    for (const [file, stretches] of this.stretches) {
      const text = sources.get(file);
      if (text === undefined) continue;
      const lines = text.split('\n');
      for (const { line, column, end } of stretches.values()) {
        const shown = lines[line - 1] ?? '';
        // A byte order mark is no column.
        const shift = line === 1 && shown.startsWith('\ufeff') ? 1 : 0;
        const from = column - 1 + shift;
        const to = end - 1 + shift;
        lines[line - 1] =
          shown.slice(0, from) + shown.slice(from, to).replace(/\S/g, '*') + shown.slice(to);
      }
      masked.set(file, lines.join('\n'));
    }
    return masked;
  }
}
