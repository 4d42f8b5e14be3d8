/**
 * The text of a file in canonical layout: lines stay lines, so that comments, conditions, includes
 * and definitions keep their places; what changes is indentation and the blanks between words. The
 * words are found by the reader that the parser uses.
 */
import { trimBlanks, trimBlanksStart } from '../text/blanks.js';
import { stripLine } from '../text/comments.js';
import type { Line } from '../text/line.js';
import { formatCode, type Layout } from './code.js';

const INDENT = '    ';

/** A line of the result that a brace on the next line may be joined to. */
interface Written {
  text: string;
  takesBrace: boolean;
}

/**
 * Lays a text out anew.
 *
 * - Four columns for each open block, one blank between words, none at the end of a line.
 * - At most one empty line, none at the beginning and the end.
 * - A brace alone on a line joins the keyword before it.
 * - Definitions of several lines stay as they are; so does what is quoted.
 *
 * Lines end with a newline, whatever they ended with before. Formatting twice changes nothing more.
 */
export function formatText(text: string): string {
  return new Formatter().run(text);
}

class Formatter {
  private readonly out: Written[] = [];
  private depth = 0;
  private isDefining = false;
  /** Of conditional lines that follow each other: how deep each condition is, and was at first. */
  private conditions: { readonly start: number; readonly depths: Map<string, number> } | undefined;

  run(text: string): string {
    const bom = text.startsWith('\ufeff') ? '\ufeff' : '';
    for (const raw of text.slice(bom.length).split('\n')) this.line(raw.replace(/\r$/, ''));
    const lines = this.out.map((line) => line.text);
    while (lines.at(-1) === '') lines.pop();
    return bom + lines.map((line) => `${line}\n`).join('');
  }

  private line(raw: string): void {
    const stripped = stripLine('', 1, raw, 0, raw.length, 0);
    if (this.isDefining) {
      // An empty line ends a definition, one of blanks only does not.
      this.isDefining = raw !== '' && (stripped.text === '' || stripped.text.endsWith('\\'));
      this.write(raw);
      return;
    }
    if (stripped.text === '') {
      this.writeComment(trimBlanks(raw));
      return;
    }
    const isContinued = stripped.text.endsWith('\\');
    if (isContinued && isDefinition(stripped.text)) {
      this.isDefining = true;
      this.endConditions();
      this.write(raw);
      return;
    }
    const end = isContinued ? raw.length : endOfCode(stripped);
    const start = raw.length - trimBlanksStart(raw).length;
    this.writeCode(formatCode(raw.slice(start, end)), trimBlanks(raw.slice(end)));
  }

  private writeComment(comment: string): void {
    if (comment === '' && (this.out.length === 0 || this.out.at(-1)?.text === '')) return;
    this.write(comment === '' ? '' : INDENT.repeat(this.depth) + comment);
  }

  private writeCode(code: Layout, comment: string): void {
    const note = comment === '' ? '' : ` ${comment}`;
    const last = this.out.at(-1);
    if (code.text === '{' && last?.takesBrace) {
      last.text += ` {${note}`;
      last.takesBrace = false;
      this.depth++;
      return;
    }
    const before = this.depthBefore(code.condition);
    const after = Math.max(0, before + code.opens - code.closes);
    const indent = Math.max(0, before - code.closesFirst);
    this.write(INDENT.repeat(indent) + code.text + note);
    (this.out.at(-1) as Written).takesBrace =
      note === '' && code.isPlain && code.opens + code.closes === 0;
    if (code.condition !== undefined) this.conditions?.depths.set(code.condition, after);
    this.depth = this.conditions ? this.deepest() : after;
  }

  /**
   * Conditional lines one after another are mostly alternatives, of which one is read: each starts
   * where the first one did.
   */
  private depthBefore(condition: string | undefined): number {
    if (condition === undefined) {
      this.endConditions();
      return this.depth;
    }
    this.conditions ??= { start: this.depth, depths: new Map() };
    return this.conditions.depths.get(condition) ?? this.conditions.start;
  }

  /** The depth after alternatives: that of the one that changes it most. */
  private deepest(): number {
    if (!this.conditions) return this.depth;
    const { start, depths } = this.conditions;
    let deepest = start;
    for (const depth of depths.values()) {
      if (Math.abs(depth - start) > Math.abs(deepest - start)) deepest = depth;
    }
    return deepest;
  }

  private endConditions(): void {
    this.conditions = undefined;
  }

  private write(text: string): void {
    this.out.push({ text, takesBrace: false });
  }
}

function isDefinition(text: string): boolean {
  return /^(?:@\S+\s+)?\$[A-Za-z_]\w*=/.test(text);
}

/** Where the code of a line ends in its text: before blanks and a comment. */
function endOfCode({ text, pieces }: Line): number {
  const last = pieces.at(-1);
  return last ? last.column - 1 + text.length - last.start : 0;
}
