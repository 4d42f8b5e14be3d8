/**
 * What is said about a configuration. Every message has a code of the one table below; each code has
 * a section in doc/diagnostics.md and a test that produces it.
 */
import { type Position, renderPosition } from '../text/source.js';

export type Severity = 'error' | 'warning' | 'info';

/** The severity that a code usually has; a single report may differ (see the code's section). */
export const DIAGNOSTIC_CODES = {
  // Files and text.
  CONFIG_FILE_UNREADABLE: 'error',
  CONFIG_INCLUDE_CYCLE: 'error',
  CONFIG_INCLUDE_NO_MATCH: 'warning',
  CONFIG_INCLUDE_CONDITIONAL: 'warning',
  CONFIG_BAD_DEFINITION: 'error',
  CONFIG_DEFINITION_CYCLE: 'error',
  CONFIG_UNDEFINED_PARAMETER: 'warning',
  CONFIG_BAD_SEQUENCE: 'error',
  CONFIG_BOUND_EXCEEDED: 'error',
  CONFIG_BAD_CHARACTER: 'error',
  CONFIG_UNTERMINATED_QUOTE: 'error',
  // Braces.
  CONFIG_MISSING_CLOSE_BRACE: 'error',
  CONFIG_MISSING_OPEN_BRACE: 'error',
  CONFIG_EXTRA_CLOSE_BRACE: 'error',
  CONFIG_UNEXPECTED_OPEN_BRACE: 'error',
  // Keywords and their values.
  CONFIG_UNKNOWN_KEYWORD: 'error',
  CONFIG_PLANNED: 'error',
  CONFIG_NOT_RUN: 'warning',
  CONFIG_UNSUPPORTED: 'error',
  CONFIG_IGNORED: 'warning',
  CONFIG_OLD_NAME: 'warning',
  CONFIG_REPEATED: 'warning',
  CONFIG_EXTRA_WORD: 'warning',
  CONFIG_MISSING_VALUE: 'error',
  CONFIG_INVALID_VALUE: 'error',
  CONFIG_OUT_OF_RANGE: 'error',
  CONFIG_TRUNCATED: 'warning',
  CONFIG_KEEPALIVED_DIFFERS: 'warning',
  CONFIG_MISSING_SETTING: 'error',
  // Between objects: VRRP.
  CONFIG_DUPLICATE_NAME: 'error',
  CONFIG_DUPLICATE_VRID: 'error',
  CONFIG_DUPLICATE_ADDRESS: 'warning',
  CONFIG_UNKNOWN_NAMESPACE: 'error',
  CONFIG_UNKNOWN_INTERFACE: 'error',
  CONFIG_UNUSABLE_INTERFACE: 'error',
  CONFIG_UNKNOWN_REFERENCE: 'error',
  CONFIG_UNKNOWN_USER: 'warning',
  CONFIG_UNKNOWN_PROGRAM: 'warning',
  CONFIG_SCRIPT_SECURITY: 'error',
  CONFIG_ADVERT_INT: 'error',
  CONFIG_NO_VIRTUAL_ADDRESS: 'error',
  CONFIG_TOO_MANY_ADDRESSES: 'warning',
  CONFIG_PREEMPT_CONFLICT: 'warning',
  CONFIG_AUTHENTICATION_IGNORED: 'warning',
  CONFIG_OWNER_BY_DEFAULT: 'info',
  CONFIG_SYNC_GROUP_SMALL: 'warning',
  CONFIG_SYNC_GROUP_OVERLAP: 'error',
  CONFIG_FAMILY_MISMATCH: 'error',
  CONFIG_VERSION: 'warning',
  CONFIG_STRICT: 'warning',
  CONFIG_AUTH_HMAC: 'error',
  CONFIG_UNICAST_PEER: 'warning',
  CONFIG_UNICAST_NO_PEER: 'warning',
  CONFIG_VIRTUAL_INTERFACE: 'warning',
  CONFIG_SYNC_GROUP_WEIGHT: 'warning',
  CONFIG_OWNER_WEIGHT: 'warning',
  CONFIG_TRACKED_ANYWAY: 'warning',
  CONFIG_TRACK_NOPREEMPT: 'warning',
  CONFIG_STRICT_SERVICE: 'warning',
  CONFIG_LINK_LOCAL: 'info',
  CONFIG_UNUSED: 'warning',
  // Between objects: LVS.
  CONFIG_DUPLICATE_VIRTUAL_SERVER: 'error',
  CONFIG_DUPLICATE_REAL_SERVER: 'warning',
  CONFIG_NO_REAL_SERVER: 'warning',
  CONFIG_DEFAULTED: 'warning',
  CONFIG_PORT_MISMATCH: 'warning',
  CONFIG_PORT_NEEDS_PERSISTENCE: 'warning',
  CONFIG_QUORUM: 'warning',
  CONFIG_WITHOUT_EFFECT: 'warning',
  CONFIG_PERSISTENCE_MASK: 'warning',
  CONFIG_PERSISTENCE_ENGINE: 'warning',
  CONFIG_GROUP_ENTRIES: 'error',
  CONFIG_SERVER_ADDRESS: 'warning',
  CONFIG_THRESHOLDS: 'warning',
  CONFIG_SORRY_SERVER: 'warning',
  CONFIG_CHECK_INTERVAL: 'warning',
  CONFIG_SYNC_FAMILIES: 'warning',
  CONFIG_CHECK_INCOMPLETE: 'error',
} as const satisfies Record<string, Severity>;

/** After one of these a part of the text is not where it belongs, or not read. */
const LOSSES: ReadonlySet<string> = new Set([
  'CONFIG_BAD_DEFINITION',
  'CONFIG_FILE_UNREADABLE',
  'CONFIG_INCLUDE_CYCLE',
  'CONFIG_INCLUDE_NO_MATCH',
  'CONFIG_MISSING_CLOSE_BRACE',
  'CONFIG_MISSING_OPEN_BRACE',
  'CONFIG_EXTRA_CLOSE_BRACE',
  'CONFIG_UNEXPECTED_OPEN_BRACE',
] satisfies (keyof typeof DIAGNOSTIC_CODES)[]);

/** These say that something is not there; not told where it may be what was lost. */
const ABSENCES: ReadonlySet<string> = new Set([
  'CONFIG_MISSING_SETTING',
  'CONFIG_UNKNOWN_REFERENCE',
  'CONFIG_NO_VIRTUAL_ADDRESS',
  'CONFIG_NO_REAL_SERVER',
  'CONFIG_SYNC_GROUP_SMALL',
  'CONFIG_QUORUM',
  'CONFIG_DEFAULTED',
  'CONFIG_WITHOUT_EFFECT',
  'CONFIG_PORT_NEEDS_PERSISTENCE',
  'CONFIG_AUTHENTICATION_IGNORED',
  'CONFIG_UNUSED',
  'CONFIG_SCRIPT_SECURITY',
  'CONFIG_LINK_LOCAL',
] satisfies (keyof typeof DIAGNOSTIC_CODES)[]);

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly at: Position;
  /** What is wrong and what follows from it. Never holds a password. */
  readonly message: string;
  /** What would have been right, for example `a whole number from 1 to 255`. */
  readonly expected?: string;
  /** What was probably meant, ready to type. */
  readonly suggestion?: string;
}

/** The parts of a report that its code does not decide. */
export interface Report {
  readonly message: string;
  readonly expected?: string | undefined;
  readonly suggestion?: string | undefined;
  /** Overrides the code's usual severity. */
  readonly severity?: Severity;
}

/**
 * How many errors, and how many others, are kept: a file that is no configuration at all must not
 * fill the memory. One more diagnostic at the end says how many there were besides.
 */
export const MAX_DIAGNOSTICS = 1000;

/** Collects diagnostics in the order in which they are found. */
export class Sink {
  private readonly found: Diagnostic[] = [];
  private errors = 0;
  private others = 0;
  private hasLosses = false;
  private isLossAnError = false;
  private readonly dropped = new Set<string>();
  private readonly unsure = new Set<Position>();
  /** What was kept, so that text which is used several times is not told as often. */
  private readonly told = new Set<string>();

  /** Whether anything of severity `error` was reported. */
  get hasErrors(): boolean {
    return this.errors > 0;
  }

  /** Whether a further error is only counted: then its message need not be made with care. */
  get isFull(): boolean {
    return this.errors >= MAX_DIAGNOSTICS;
  }

  /** As {@link isFull}, of warnings and infos. */
  get isFullOfOthers(): boolean {
    return this.others >= MAX_DIAGNOSTICS;
  }

  /** An object of this name is there, but so wrong that it is left out: references are not. */
  noteDropped(name: string): void {
    this.dropped.add(name);
  }

  /** The object at a place holds a mistake, which is told: what is odd about it may follow from that. */
  noteUnsure(at: Position): void {
    this.unsure.add(at);
  }

  /** Whether {@link noteUnsure} was said of an object. */
  isUnsure(at: Position): boolean {
    return this.unsure.has(at);
  }

  /** A part of the text is not read: what is missing from now on may be in there. */
  noteLoss(): void {
    this.hasLosses = true;
    this.isLossAnError = true;
  }

  /**
   * Keeps a diagnostic; but not that something is absent that a lost brace or file may hold. If that is an error
   * the loss is one.
   */
  report(code: DiagnosticCode, at: Position, report: Report): void {
    const severity = report.severity ?? DIAGNOSTIC_CODES[code];
    if (code === 'CONFIG_UNKNOWN_REFERENCE' && this.isDropped(report.message)) return;
    if (LOSSES.has(code) && severity !== 'info') {
      this.hasLosses = true;
      this.isLossAnError ||= severity === 'error';
    } else if (this.hasLosses && ABSENCES.has(code)) {
      if (severity === 'error' && !this.isLossAnError) this.blameLoss(report.message);
      return;
    }
    if ((severity === 'error' ? this.errors : this.others) < MAX_DIAGNOSTICS) {
      const key = `${code} ${renderPosition(at)} ${report.message}`;
      if (this.told.has(key)) return;
      this.told.add(key);
    }
    const earlier = severity === 'error' ? this.errors++ : this.others++;
    if (earlier >= MAX_DIAGNOSTICS) return;
    this.found.push({
      code,
      severity,
      at,
      message: report.message,
      ...(report.expected === undefined ? {} : { expected: report.expected }),
      ...(report.suggestion === undefined ? {} : { suggestion: report.suggestion }),
    });
  }

  /** @param absence what would have been said of something that may have been lost. */
  private blameLoss(absence: string): void {
    const index = this.found.findIndex(
      ({ code, severity }) => LOSSES.has(code) && severity === 'warning',
    );
    const loss = this.found[index];
    if (!loss) return;
    this.found[index] = { ...loss, severity: 'error', message: `${loss.message}; ${absence}` };
    this.others--;
    this.errors++;
    this.isLossAnError = true;
  }

  private isDropped(message: string): boolean {
    for (const name of this.dropped) if (message.includes(`'${name}'`)) return true;
    return false;
  }

  /** Everything reported: in the order of the text within one file, files in order of first use. */
  sorted(): Diagnostic[] {
    const files = new Map<string, number>();
    for (const { at } of this.found) if (!files.has(at.file)) files.set(at.file, files.size);
    const sorted = [...this.found].sort(
      (a, b) =>
        (files.get(a.at.file) ?? 0) - (files.get(b.at.file) ?? 0) ||
        a.at.line - b.at.line ||
        a.at.column - b.at.column,
    );
    const last = sorted.at(-1);
    const dropped = this.errors + this.others - this.found.length;
    if (dropped > 0 && last) {
      sorted.push({
        code: 'CONFIG_BOUND_EXCEEDED',
        severity: this.errors > MAX_DIAGNOSTICS ? 'error' : 'warning',
        at: last.at,
        message: `${dropped} more diagnostics are not shown (at most ${MAX_DIAGNOSTICS} errors and as many others are kept)`,
      });
    }
    return sorted;
  }
}
