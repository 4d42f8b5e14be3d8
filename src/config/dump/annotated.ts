/** Canonical text with the origin of each value behind it: `tandem config show`. */
import { visible } from '../diagnostics/excerpt.js';
import { type JsonPlace, jsonPlace } from '../diagnostics/json.js';
import { type Position, renderPosition } from '../text/source.js';
import { type Line, renderLines } from './text.js';

/** Notes stand in one column, but not further right than this. */
const MAX_NOTE_COLUMN = 60;

/**
 * The text of blocks, each value followed by `# file:line:column` or `# default`. It reads as a
 * configuration with the same meaning (but for hidden secrets).
 */
export function renderAnnotated(blocks: readonly Line[]): string {
  return blocks
    .map((block) => {
      const widths: number[] = [];
      renderLines([block], ({ text }) => {
        widths.push(text.length);
        return '';
      });
      const column = Math.min(MAX_NOTE_COLUMN, Math.max(0, ...widths));
      return renderLines([block], (line) => {
        const note = noteOf(line);
        if (note === '') return '';
        return `${' '.repeat(Math.max(0, column - line.text.length))}  # ${note}`;
      });
    })
    .join('\n');
}

function noteOf({ from, body }: Line): string {
  if (from) return renderOrigin(from);
  // A block is written nowhere if nothing in it was.
  return body ? '' : 'default';
}

/** `file:line:column`, and where it was defined if it came out of a definition. */
export function renderOrigin(from: Position): string {
  const defined = from.definedAt ? `, defined at ${renderPosition(from.definedAt)}` : '';
  return visible(`${renderPosition(from)}${defined}`);
}

/** A line of the canonical text as data. */
export interface JsonLine {
  readonly keyword: string;
  /** What follows the keyword, as it is written. */
  readonly value: string;
  /** Where it was given; null: it is a default. */
  readonly from: JsonPlace | null;
  /** The lines of a block. */
  readonly body?: readonly JsonLine[];
}

export function jsonLine({ text, from, body }: Line): JsonLine {
  const space = text.indexOf(' ');
  return {
    keyword: space < 0 ? text : text.slice(0, space),
    value: space < 0 ? '' : text.slice(space + 1),
    from: from ? jsonPlace(from) : null,
    ...(body ? { body: body.map(jsonLine) } : {}),
  };
}
