/**
 * Diagnostics as data for programs. The shape is documented in doc/man/tandem.1 and stays: fields
 * may be added, none goes or changes its meaning.
 */
import type { Position } from '../text/source.js';
import type { Diagnostic, Severity } from './diagnostics.js';
import { countDiagnostics, type DiagnosticCounts } from './render.js';

export interface JsonPlace {
  readonly file: string;
  /** Line and column count from 1; 0: no place. */
  readonly line: number;
  readonly column: number;
  /** UTF-16 units of the line. */
  readonly length: number;
  /** Of text that came out of a definition: where it stands there. */
  readonly definedAt?: JsonPlace;
}

export interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

export interface JsonReport {
  /** The file that was checked. */
  readonly file: string;
  /** Whether it would run: no errors. */
  readonly valid: boolean;
  readonly summary: DiagnosticCounts;
  readonly diagnostics: readonly JsonDiagnostic[];
}

/** What `tandem check --json` prints. */
export function jsonReport(file: string, diagnostics: readonly Diagnostic[]): JsonReport {
  const summary = countDiagnostics(diagnostics);
  return {
    file,
    valid: summary.errors === 0,
    summary,
    diagnostics: diagnostics.map(jsonDiagnostic),
  };
}

function jsonDiagnostic(diagnostic: Diagnostic): JsonDiagnostic {
  const { code, severity, at, message, expected, suggestion } = diagnostic;
  return {
    code,
    severity,
    ...jsonPlace(at),
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** A position as data. */
export function jsonPlace(at: Position): JsonPlace {
  const { file, line, column, length, definedAt } = at;
  return {
    file,
    line,
    column,
    length,
    ...(definedAt ? { definedAt: jsonPlace(definedAt) } : {}),
  };
}
