/**
 * What commands take, as tables: usage text, parsing, shell completion and the test of the manual
 * pages are all made from them.
 */
import { parseArgs } from 'node:util';

/** What a shell offers for a word. */
export type Completes = 'file' | 'keyword' | 'block' | 'command' | readonly string[];

export interface Option {
  /** The letter after one dash. */
  readonly short?: string;
  /** The value's name in the usage, for example `FILE`; none: the option is a switch. */
  readonly value?: string;
  /** The value may be left out, and is given attached only: `-tFILE`, `--config-test=FILE`. */
  readonly attached?: true;
  readonly completes?: Completes;
  /** What it does, without a full stop. */
  readonly help: string;
}

/** Options by their long names. */
export type Options = Readonly<Record<string, Option>>;

export interface Operand {
  /** Its name in the usage, for example `KEYWORD`. */
  readonly name: string;
  readonly optional?: true;
  readonly completes?: Completes;
}

export interface Command<O extends Options = Options> {
  /** As it is typed, for example `config show`; of a command without subcommands its name. */
  readonly name: string;
  /** What it does, without a full stop. */
  readonly help: string;
  readonly options: O;
  readonly operands: readonly Operand[];
  /** How it is typed, if that is more than operands and options can tell: one line a form. */
  readonly usage?: readonly string[];
}

/** Of a switch whether it was given; of an option with a value the last one, if any was given. */
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends { readonly attached: true }
    ? string | boolean
    : O[K] extends { readonly value: string }
      ? string | undefined
      : boolean;
};

export interface CommandLine<O extends Options> {
  readonly values: Values<O>;
  readonly operands: readonly string[];
}

/** A command line that cannot be run; the message is for the person who typed it. */
export class UsageError extends Error {}

/**
 * Reads the words after a command.
 *
 * @returns of an option with an attached value: that value, or whether it was given at all.
 * @throws UsageError
 */
export function parseCommandLine<const O extends Options>(
  command: Command<O>,
  argv: readonly string[],
): CommandLine<O> {
  const attached = new Map<string, string>();
  const args = argv.map((word) => detach(command.options, word, attached));
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(command.options, args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { operands } = command;
  const extra = parsed.positionals[operands.length];
  if (extra !== undefined) throw new UsageError(`Unexpected argument '${extra}'`);
  const missing = operands[parsed.positionals.length];
  if (missing && !missing.optional && !parsed.values['help']) {
    throw new UsageError(`${missing.name} is missing`);
  }
  const values = Object.fromEntries(
    Object.entries(command.options).map(([name, { value, attached: isAttached }]) => {
      const given = parsed.values[name];
      if (isAttached) return [name, attached.get(name) ?? given ?? false];
      return [name, value === undefined ? (given ?? false) : given];
    }),
  );
  return { values: values as Values<O>, operands: parsed.positionals };
}

/** Takes the value off a word that carries one; parseArgs knows no optional values. */
function detach(options: Options, word: string, found: Map<string, string>): string {
  for (const [name, { attached, short }] of Object.entries(options)) {
    if (!attached) continue;
    for (const prefix of [`--${name}=`, `-${short}`]) {
      if (!word.startsWith(prefix) || word.length === prefix.length) continue;
      found.set(name, word.slice(prefix.length));
      return `--${name}`;
    }
  }
  return word;
}

function parse(options: Options, args: string[]) {
  const described = Object.entries(options).map(([name, { short, value, attached }]) => [
    name,
    {
      type: value === undefined || attached ? ('boolean' as const) : ('string' as const),
      ...(short === undefined ? {} : { short }),
    },
  ]);
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: Object.fromEntries(described) as Record<
      string,
      { type: 'boolean' | 'string'; short?: string }
    >,
  });
  return { values: values as Record<string, string | boolean | undefined>, positionals };
}

/** A command as it is typed, for example `config diff OLD NEW [--json]`. */
export function synopsis(command: Command): string {
  if (command.usage) return command.usage.join('\n  ');
  const operands = command.operands.map(({ name, optional }) => (optional ? `[${name}]` : name));
  const options = Object.entries(command.options)
    .filter(([name]) => name !== 'help')
    .map(([name, { short, value }]) =>
      value === undefined ? `[--${name}]` : short ? `[-${short} ${value}]` : `[--${name} ${value}]`,
    );
  return [command.name, ...operands, ...options].join(' ');
}

/** The lines of a usage text that describe options. */
export function optionLines(options: Options): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const { short, value, attached, help } = option;
    const shown = value === undefined ? '' : attached ? `[=${value}]` : `=${value}`;
    return { left: `${short ? `-${short}, ` : '    '}--${name}${shown}`, help };
  });
  const width = Math.max(0, ...rows.map(({ left }) => left.length));
  return rows.map(({ left, help }) => `  ${left.padEnd(width)} ${help}\n`).join('');
}
