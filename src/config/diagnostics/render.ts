/** Diagnostics as text for people: the place, the line with a caret, what was expected, the code. */

import { renderPosition } from '../text/source.js';
import type { Diagnostic, Severity } from './diagnostics.js';
import { distance } from './nearest.js';

/** The texts that were read, by file name: for showing the line that a diagnostic points at. */
export type Sources = ReadonlyMap<string, string>;

/** Keywords whose argument is a secret: shown as stars wherever a source line is shown. */
const SECRET_WORDS = ['auth_pass', 'password', 'key'];
const COLORS: Record<Severity, string> = {
  error: '\x1b[31m',
  warning: '\x1b[33m',
  info: '\x1b[36m',
};
const BOLD = '\x1b[1m';
const RESET = '\x1b[0m';

/**
 * Renders diagnostics for a terminal or a log.
 *
 * @param sources from {@link loadConfiguration}; without a file's text its lines are left out.
 * @param options `color`: with terminal colours (default false).
 * @returns the text, ended by a newline; empty for no diagnostics.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
  options: { readonly color?: boolean } = {},
): string {
  const lines = new Map<string, readonly string[]>();
  for (const { at } of diagnostics) {
    const text = sources.get(at.file);
    if (text !== undefined && !lines.has(at.file)) lines.set(at.file, text.split('\n'));
  }
  return diagnostics
    .map((diagnostic) =>
      renderOne(
        diagnostic,
        lines.get(diagnostic.at.file)?.[diagnostic.at.line - 1],
        options.color ?? false,
      ),
    )
    .join('');
}

/** One diagnostic on one line, for logs: `file:line:column: error: message [CODE]`. */
export function renderDiagnosticLine(diagnostic: Diagnostic): string {
  const { at, severity, message, expected, suggestion, code } = diagnostic;
  const wanted = expected === undefined ? '' : `; expected ${expected}`;
  const meant = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `${renderPosition(at)}: ${severity}: ${message}${wanted}${meant} [${code}]`;
}

function renderOne(diagnostic: Diagnostic, line: string | undefined, color: boolean): string {
  const { at, severity, message, expected, suggestion, code } = diagnostic;
  const paint = (style: string, text: string): string => (color ? style + text + RESET : text);
  const out = [
    `${paint(BOLD, `${renderPosition(at)}:`)} ${paint(COLORS[severity], `${severity}:`)} ${message} [${code}]`,
  ];
  if (line !== undefined && at.column >= 1) {
    const number = `${at.line}`;
    const shown = maskSecrets(line.replace(/\r$/, ''));
    // Tabs are kept in the margin of the caret line, so that the caret stands under its text.
    const margin = shown.slice(0, at.column - 1).replace(/[^\t]/g, ' ');
    const width = Math.max(1, Math.min(at.length, shown.length - at.column + 1));
    out.push(`  ${number} | ${shown}`);
    out.push(
      `  ${' '.repeat(number.length)} | ${margin}${paint(COLORS[severity], '^'.repeat(width))}`,
    );
  }
  if (expected !== undefined) out.push(`    expected: ${expected}`);
  if (suggestion !== undefined) out.push(`    did you mean: ${suggestion}`);
  return `${out.join('\n')}\n`;
}

/**
 * Stars over whatever follows a secret keyword, or a word that looks like a mistyped one: a typo
 * in `auth_pass` must not print the password.
 */
export function maskSecrets(line: string): string {
  for (const match of line.matchAll(/[^\s{}"']+/g)) {
    if (!SECRET_WORDS.some((secret) => looksLike(match[0], secret))) continue;
    const from = match.index + match[0].length;
    const rest = line.slice(from);
    const value = /^(\s+)([^}]*[^}\s])/.exec(rest);
    if (!value) continue;
    const [whole, space = '', secret = ''] = value;
    return line.slice(0, from) + space + '*'.repeat(secret.length) + rest.slice(whole.length);
  }
  return line;
}

function looksLike(word: string, secret: string): boolean {
  return word === secret || (secret.length > 4 && distance(word, secret) <= 2);
}
