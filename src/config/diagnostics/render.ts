/** Diagnostics as text for people: the place, the line with a caret, what was expected, the code. */

import { type Position, renderPosition } from '../text/source.js';
import type { Diagnostic, Severity } from './diagnostics.js';
import { cutAround, marginOf, visible } from './excerpt.js';
import { linesPointedAt, MAX_DEFINITIONS, type Sources } from './pointed-lines.js';
import { Secrets } from './secrets.js';

export type { Sources } from './pointed-lines.js';

const COLORS: Record<Severity, string> = {
  error: '\x1b[31m',
  warning: '\x1b[33m',
  info: '\x1b[36m',
};
const BOLD = '\x1b[1m';
const RESET = '\x1b[0m';

/** A message may quote a word of the file, which may be a whole file. */
const MAX_MESSAGE = 600;

/**
 * Renders diagnostics for a terminal or a log.
 *
 * @param sources from {@link loadConfiguration}; without a file's text its lines are left out.
 * @param options `color`: with terminal colours (default false). `secrets`: of the same
 *   configuration, if they are known; otherwise they are looked for in the texts.
 * @returns the text, ended by a newline; empty for no diagnostics.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  options: { readonly color?: boolean; readonly secrets?: Secrets } = {},
): string {
  if (diagnostics.length === 0) return '';
  const excerpts = new Excerpts(diagnostics, sources, options);
  return diagnostics.map((diagnostic) => excerpts.render(diagnostic)).join('');
}

/** One diagnostic on one line, for logs: `file:line:column: error: message [CODE]`. */
export function renderDiagnosticLine(diagnostic: Diagnostic): string {
  const { at, severity, message, expected, suggestion, code } = diagnostic;
  const wanted = expected === undefined ? '' : `; expected ${expected}`;
  const meant = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  const defined = at.definedAt ? `; defined at ${renderPosition(at.definedAt)}` : '';
  return visible(`${place(at)}${severity}: ${short(message)}${wanted}${meant}${defined} [${code}]`);
}

/** How many of each severity there are: `2 errors, 3 warnings`, and infos if there are any. */
export function renderSummary(diagnostics: readonly Diagnostic[]): string {
  const { errors, warnings, infos } = countDiagnostics(diagnostics);
  const counted = (count: number, what: string): string =>
    `${count} ${what}${count === 1 ? '' : 's'}`;
  return [
    counted(errors, 'error'),
    counted(warnings, 'warning'),
    ...(infos > 0 ? [counted(infos, 'info')] : []),
  ].join(', ');
}

export interface DiagnosticCounts {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
}

export function countDiagnostics(diagnostics: readonly Diagnostic[]): DiagnosticCounts {
  const count = (severity: Severity): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return { errors: count('error'), warnings: count('warning'), infos: count('info') };
}

/** Renders diagnostics with the lines of their files. */
class Excerpts {
  private readonly lines: ReadonlyMap<string, ReadonlyMap<number, string>>;
  private readonly secrets: Secrets;
  private readonly color: boolean;

  constructor(
    diagnostics: readonly Diagnostic[],
    sources: Sources,
    options: { readonly color?: boolean; readonly secrets?: Secrets },
  ) {
    this.lines = linesPointedAt(diagnostics, sources);
    this.secrets = options.secrets ?? new Secrets(sources);
    this.color = options.color ?? false;
  }

  render(diagnostic: Diagnostic): string {
    const { at, severity, message, expected, suggestion, code } = diagnostic;
    const where = place(at).trimEnd();
    const head = [
      ...(where === '' ? [] : [this.paint(BOLD, visible(where))]),
      this.paint(COLORS[severity], `${severity}:`),
      visible(short(message)),
      `[${code}]`,
    ];
    const out = [head.join(' '), ...this.excerpt(at, COLORS[severity])];
    let definition = at.definedAt;
    for (let depth = 0; definition && depth < MAX_DEFINITIONS; depth++) {
      out.push(`    defined at ${visible(renderPosition(definition))}:`);
      out.push(...this.excerpt(definition, COLORS[severity]));
      definition = definition.definedAt;
    }
    if (expected !== undefined) out.push(`    expected: ${visible(expected)}`);
    if (suggestion !== undefined) out.push(`    did you mean: ${visible(suggestion)}`);
    return `${out.join('\n')}\n`;
  }

  /** The line with a caret under it; nothing if its text is not at hand. */
  private excerpt(at: Position, style: string): string[] {
    const line = this.lines.get(at.file)?.get(at.line);
    if (line === undefined || at.column < 1) return [];
    const number = `${at.line}`;
    const { text, column, length } = cutAround(
      visible(this.secrets.hideInLine(at.file, at.line, line)),
      at.column,
      at.length,
    );
    const caret = this.paint(style, '^'.repeat(length));
    return [
      `  ${number} | ${text}`,
      `  ${' '.repeat(number.length)} | ${marginOf(text.slice(0, column - 1))}${caret}`,
    ];
  }

  private paint(style: string, text: string): string {
    return this.color ? style + text + RESET : text;
  }
}

/** `file:line:column: `; nothing for what stands nowhere. */
function place(at: Position): string {
  return at.file === '' ? '' : `${renderPosition(at)}: `;
}

function short(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
}
