/** Exit codes of both commands: stable, documented in doc/man/tandemd.8 and tandem.1. */
export const EXIT = {
  ok: 0,
  /** The system refused something: a file, a socket, a privilege. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The configuration would not run as written. */
  configuration: 3,
  /** The daemon runs already, or (for a command that needs it) does not run. */
  daemon: 4,
} as const;

/** Of `config diff` and `config format --check`: there is something to tell; as diff(1). */
export const DIFFERENT = 1;
