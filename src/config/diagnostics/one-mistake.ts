/** One message for one mistake, where two stages of the reader have each seen it. */
import type { Diagnostic } from './diagnostics.js';

/** What templates of other languages begin with; in this one nothing does. */
const TEMPLATE = /\{\{|\{%/;

/**
 * Leaves out what follows from something else that is told:
 *
 * - of a template that was not filled in, all but one message about lines with its marks;
 * - of a line with a character that cannot be meant, all but the first message about that;
 * - of a parameter that is not defined, what its name is not (an address, a number, an interface that is there);
 * - of a keyword that nobody knows, that the one it was probably meant to be is missing.
 *
 * @param lineOf the text of a line of a file, from 1, if it is at hand.
 */
export function onePerMistake(
  found: readonly Diagnostic[],
  lineOf: (file: string, number: number) => string | undefined,
): readonly Diagnostic[] {
  return withoutMissingWords(withoutConsequences(oneOfBadLines(oneOfTemplates(found, lineOf))));
}

function oneOfTemplates(
  found: readonly Diagnostic[],
  lineOf: (file: string, number: number) => string | undefined,
): readonly Diagnostic[] {
  if (!found.some(({ code }) => code === 'CONFIG_UNEXPECTED_OPEN_BRACE')) return found;
  const files = new Set<string>();
  return found.flatMap((diagnostic) => {
    const { at, code } = diagnostic;
    const line = lineOf(at.file, at.line) ?? '';
    // What is behind a comment's sign is told of by nobody.
    if (!TEMPLATE.test(line)) return diagnostic;
    if (files.has(at.file)) return [];
    if (code !== 'CONFIG_UNEXPECTED_OPEN_BRACE') return diagnostic;
    files.add(at.file);
    const mark = TEMPLATE.exec(line)?.[0] ?? '';
    return {
      ...diagnostic,
      at: { ...at, column: line.indexOf(mark) + 1, length: mark.length },
      message: `'${mark}' is nothing here: this is a template that has not been filled in`,
      expected: 'the text that the template makes',
    };
  });
}

function oneOfBadLines(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const first = new Map<string, Diagnostic>();
  for (const diagnostic of found) {
    const { at, code } = diagnostic;
    const line = `${at.file}:${at.line}`;
    if (code === 'CONFIG_BAD_CHARACTER' && !first.has(line)) first.set(line, diagnostic);
  }
  if (first.size === 0) return found;
  return found.filter((diagnostic) => {
    const told = first.get(`${diagnostic.at.file}:${diagnostic.at.line}`);
    return told === undefined || told === diagnostic;
  });
}

function withoutConsequences(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const undefinedAt = new Set<string>();
  for (const { at, code } of found) {
    if (code === 'CONFIG_UNDEFINED_PARAMETER') undefinedAt.add(keyOf(at));
  }
  if (undefinedAt.size === 0) return found;
  const failedAt = new Set<string>();
  for (const { at, code, severity } of found) {
    if (severity === 'error' && code !== 'CONFIG_UNDEFINED_PARAMETER') failedAt.add(keyOf(at));
  }
  return found.flatMap((diagnostic) => {
    const key = keyOf(diagnostic.at);
    if (!undefinedAt.has(key)) return diagnostic;
    if (diagnostic.code === 'CONFIG_UNKNOWN_INTERFACE') return [];
    if (!failedAt.has(key)) return diagnostic;
    if (diagnostic.code !== 'CONFIG_UNDEFINED_PARAMETER') {
      return diagnostic.severity === 'error' ? [] : diagnostic;
    }
    return { ...diagnostic, severity: 'error' as const };
  });
}

function withoutMissingWords(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const meant = new Set<string>();
  for (const { code, suggestion } of found) {
    if (code !== 'CONFIG_UNKNOWN_KEYWORD') continue;
    for (const [, word] of suggestion?.matchAll(/'([^' ]+)'/g) ?? []) if (word) meant.add(word);
  }
  if (meant.size === 0) return found;
  return found.filter(({ code, expected }) => {
    const [, missing] = /'([^' ]+)/.exec(expected ?? '') ?? [];
    return code !== 'CONFIG_WITHOUT_EFFECT' || missing === undefined || !meant.has(missing);
  });
}

function keyOf({ file, line, column }: Diagnostic['at']): string {
  return `${file}:${line}:${column}`;
}
