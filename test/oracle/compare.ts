/** What a mistake changed in what tandem says, and whether it says it at the right place. */
import type { Diagnostic } from '../../src/config/diagnostics/diagnostics.js';
import { type Loaded, loadConfiguration } from '../../src/config/load.js';
import { diskFiles } from '../../src/process/config-files.js';
import { type Good, MACHINE, withFile } from './corpus.js';
import type { Mutation } from './mutations.js';

/** These say what this version does not do, not what is wrong with the text. */
const NOT_ABOUT_THE_TEXT = new Set(['CONFIG_PLANNED', 'CONFIG_NOT_RUN', 'CONFIG_IGNORED']);

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
  const { file, line, text } = mutation;
  if (text === undefined) return isInclude(diagnostic, mutation);
  if (at.file === file && Math.abs(at.line - line) <= 1) return true;
  return isRelated(diagnostic, mutation);
}

/** A file that is missing is told where it is included. */
function isInclude({ at }: Diagnostic, { good }: Mutation): boolean {
  return /^\s*include/.test(good.files[at.file]?.split('\n')[at.line - 1] ?? '');
}

/**
 * Where a mistake may be told besides:
 * - a name that is written in another way is told where it is used, and where it is defined;
 * - a keyword that is missing is told at the block that misses it;
 * - two that contradict each other are told at the other one.
 */
function isRelated({ at, code, message }: Diagnostic, mutation: Mutation): boolean {
  return RELATED.some(
    (rule) =>
      rule.code.test(code) &&
      (rule.kinds === undefined || rule.kinds.test(mutation.kind)) &&
      (rule.message === undefined || rule.message.test(message)) &&
      at.file.length > 0,
  );
}

interface RelatedRule {
  readonly code: RegExp;
  readonly kinds?: RegExp;
  readonly message?: RegExp;
  readonly why: string;
}

const RELATED: readonly RelatedRule[] = [
  {
    code: /^CONFIG_UNKNOWN_REFERENCE$/,
    why: 'a name changed at its definition is not known where it is used',
  },
];
