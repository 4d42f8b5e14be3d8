/** What a mistake changed in what tandem says, and whether it says it at the right place. */
import type { Diagnostic } from '../../src/config/diagnostics/diagnostics.js';
import { type Loaded, loadConfiguration } from '../../src/config/load.js';
import type { Position } from '../../src/config/text/source.js';
import { diskFiles } from '../../src/process/config-files.js';
import { type Good, MACHINE, withFile } from './corpus.js';
import type { Mutation } from './mutations.js';

/** These say what this version does not do, not what is wrong with the text. */
const NOT_ABOUT_THE_TEXT = new Set(['CONFIG_PLANNED', 'CONFIG_NOT_RUN', 'CONFIG_IGNORED']);

/** A configuration of a hundred lines takes a few milliseconds. */
export const SLOW_MS = 2000;

const loadedGoods = new Map<Good, Loaded>();

/** A good configuration as tandem loads it; loaded once. */
export function loadGoodConfiguration(good: Good): Loaded {
  const known = loadedGoods.get(good);
  if (known) return known;
  const loaded = loadConfiguration(good.main, diskFiles, MACHINE);
  loadedGoods.set(good, loaded);
  return loaded;
}

/** What tandem says of a mistake. */
export interface Told {
  readonly loaded: Loaded;
  /** What it did not say of the good configuration, without remarks on what is not built. */
  readonly news: readonly Diagnostic[];
  readonly milliseconds: number;
}

/** Loads a configuration with a mistake in it. */
export function tell(mutation: Mutation): Told {
  const { good, file, text } = mutation;
  const earlier = new Map<string, number>();
  for (const diagnostic of loadGoodConfiguration(good).diagnostics) {
    const key = keyOf(diagnostic, shiftOf(mutation, diagnostic));
    earlier.set(key, (earlier.get(key) ?? 0) + 1);
  }
  const start = performance.now();
  const loaded = loadConfiguration(good.main, withFile(file, text), MACHINE);
  const milliseconds = performance.now() - start;
  const news = loaded.diagnostics.filter((diagnostic) => {
    if (NOT_ABOUT_THE_TEXT.has(diagnostic.code)) return false;
    const key = keyOf(diagnostic, 0);
    const left = earlier.get(key) ?? 0;
    if (left > 0) earlier.set(key, left - 1);
    return left === 0;
  });
  return { loaded, news, milliseconds };
}

/** How far a line of the good configuration has moved. */
function shiftOf({ after, file, line, text }: Mutation, { at }: Diagnostic): number {
  const isLost = after === undefined && text !== undefined;
  return isLost && at.file === file && at.line > line ? -1 : 0;
}

function keyOf({ at, code, message }: Diagnostic, shift: number): string {
  // Places within a message move as well.
  return `${at.file}:${at.line + shift} ${code} ${message.replace(/:\d+(?::\d+)?/g, '')}`;
}

/** Whether a diagnostic stands at most one line from the mistake, or where else it may. */
export function isNear(diagnostic: Diagnostic, mutation: Mutation): boolean {
  const { at } = diagnostic;
  const { file, text } = mutation;
  if (text === undefined) return isInclude(at, mutation);
  const places = [at, ...definitionsOf(at)];
  if (places.some((place) => place.file === file && isAsNear(place.line, mutation))) return true;
  return RELATED.some(
    (rule) =>
      rule.code.test(diagnostic.code) &&
      places.some((place) => rule.holds({ ...diagnostic, at: place }, mutation)),
  );
}

/** One line from the mistake; empty lines, comments and includes between do not count. */
function isAsNear(told: number, { file, line, text, good }: Mutation): boolean {
  if (Math.abs(told - line) <= 1) return true;
  const lines = (text ?? good.files[file] ?? '').split('\n');
  const between = lines.slice(Math.min(told, line), Math.max(told, line) - 1);
  return between.every((one) => /^\s*(?:$|[#!]|include)/.test(one));
}

/** The places of definitions that a text came out of. */
function definitionsOf({ definedAt }: Position): Position[] {
  return definedAt ? [definedAt, ...definitionsOf(definedAt)] : [];
}

/** A file that is missing is told where it is included. */
function isInclude(at: Position, mutation: Mutation): boolean {
  return /^\s*include/.test(lineOf(mutation, at));
}

/** A line as it is with the mistake. */
function lineOf({ good, ...changed }: Mutation, { file, line }: Position): string {
  const text = file === changed.file ? changed.text : good.files[file];
  return text?.split('\n')[line - 1] ?? '';
}

/** Where a mistake may be told besides its own place. */
interface RelatedRule {
  readonly code: RegExp;
  readonly why: string;
  holds(diagnostic: Diagnostic, mutation: Mutation): boolean;
}

const RELATED: readonly RelatedRule[] = [
  {
    code: /^CONFIG_(?:MISSING_SETTING|DEFAULTED|NO_\w+|SYNC_GROUP_SMALL|PORT_NEEDS_PERSISTENCE|STRICT|AUTHENTICATION_IGNORED|WITHOUT_EFFECT)$/,
    why: 'a keyword that is not there is told at the block that misses it',
    holds: ({ at }, mutation) =>
      /\{/.test(lineOf(mutation, at) + lineOf(mutation, { ...at, line: at.line + 1 })) &&
      (mutation.kind === 'line lost' || keywordOf(mutation.before) !== keywordOf(mutation.after)),
  },
  {
    code: /^CONFIG_OWNER_BY_DEFAULT$/,
    why: 'a priority that is not there is told at the state, from which it follows',
    holds: (_diagnostic, { before }) => keywordOf(before) === 'priority',
  },
  {
    code: /^CONFIG_PORT_NEEDS_PERSISTENCE$/,
    why: 'an entry of a group that lost its port is told at the service that uses the group',
    holds: (_diagnostic, { before, kind }) =>
      /^(?:value lost|number out of range)$/.test(kind) && /^\s*[\da-f.:-]+ \d/.test(before),
  },
  {
    code: /^CONFIG_(?:CHECK_INTERVAL|FAMILY_MISMATCH|UNICAST_PEER|PORT_MISMATCH)$/,
    why: 'of two lines that contradict each other one is told',
    holds: ({ message }, { before, after = '' }) =>
      after
        .split(/\s+/)
        .some((word) => /\d/.test(word) && !before.includes(word) && message.includes(word)) ||
      /of the family of the virtual addresses/.test(message),
  },
  {
    code: /^CONFIG_PORT_MISMATCH$/,
    why: 'a port that a service lost is told at its servers, which have one',
    holds: (_diagnostic, { before }) => keywordOf(before) === 'virtual_server',
  },
  {
    code: /^CONFIG_DUPLICATE_ADDRESS$/,
    why: 'of two addresses that are the same now the second is told, with the place of the first',
    holds: ({ message }, { line }) => message.includes(`:${line}:`),
  },
  {
    code: /^CONFIG_WITHOUT_EFFECT$/,
    why: 'a line is told that needed the lost one',
    holds: (_diagnostic, { kind }) => kind === 'line lost',
  },
  {
    code: /^CONFIG_UNKNOWN_REFERENCE$/,
    why: 'a name that was changed where it is defined is told where it is used',
    holds: ({ at }, mutation) => mutation.before.includes(markedText(mutation, at)),
  },
  {
    code: /^CONFIG_(?:SCRIPT_SECURITY|UNKNOWN_USER)$/,
    why: 'without the line that says who runs scripts, each script is told that needs it',
    holds: (_diagnostic, { before }) => /script_(?:security|user)/.test(before),
  },
  {
    code: /^CONFIG_REPEATED$/,
    why: 'of two lines that are the same now the second is told',
    holds: ({ at }, mutation) => (mutation.after ?? '').includes(markedText(mutation, at)),
  },
  {
    code: /^CONFIG_UNUSED$/,
    why: 'what is used no longer is told where it is defined',
    holds: () => true,
  },
  {
    code: /^CONFIG_(?:UNDEFINED_PARAMETER|UNKNOWN_KEYWORD|INVALID_VALUE|UNKNOWN_INTERFACE|UNKNOWN_USER)$/,
    why: 'a value that comes out of a definition is told where the definition is used',
    holds: ({ at }, mutation) => {
      const [, name] = DEFINITION.exec(mutation.before) ?? [];
      return name !== undefined && uses(lineOf(mutation, at), name, mutation);
    },
  },
  {
    code: /^CONFIG_(?:UNKNOWN_KEYWORD|INVALID_VALUE|EXTRA_CLOSE_BRACE|REPEATED)$/,
    why: 'where the keyword of a block was changed, its lines are told one by one',
    holds: ({ at }, { file, line, before }) =>
      /\{\s*\\?$/.test(before) && at.file === file && at.line > line,
  },
];

const DEFINITION = /^\s*(?:@\S+\s+)?\$(\w+)=/;

/** Whether a line uses a definition, be it by way of others. */
function uses(line: string, name: string, mutation: Mutation): boolean {
  if (new RegExp(`\\$\\{?${name}\\b`).test(line)) return true;
  return (mutation.text ?? '').split('\n').some((definition) => {
    const [, other] = DEFINITION.exec(definition) ?? [];
    if (other === undefined || other === name || !line.includes(other)) return false;
    return uses(line.replaceAll(other, ''), name, mutation) || definition.includes(`{${name}}`);
  });
}

/** The text that a diagnostic points at. */
function markedText(mutation: Mutation, at: Position): string {
  return lineOf(mutation, at).slice(at.column - 1, at.column - 1 + at.length);
}

function keywordOf(line: string | undefined): string | undefined {
  return /[^\s{}]+/.exec(line ?? '')?.[0];
}
