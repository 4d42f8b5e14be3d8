/**
 * Operational errors: expected at the rim (kernel, files, peers), carried with a stable `code`, the
 * fields that explain them, and their `cause`.
 */
export class TandemError extends Error {
  /** Stable, documented in doc/diagnostics.md, for example `NETLINK_TIMEOUT`. */
  readonly code: string;
  /** Plain data for the log. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    fields: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TandemError';
    this.code = code;
    this.fields = fields;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
