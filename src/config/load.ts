/** From a path to a model, or to everything that is wrong with it. */
import { build } from './build/index.js';
import { EarlyServices } from './build/lvs/early.js';
import { check, type Environment } from './check/index.js';
import { checkService } from './check/lvs/index.js';
import { type Diagnostic, Sink } from './diagnostics/diagnostics.js';
import { spelledOut } from './diagnostics/look-alikes.js';
import { onePerMistake } from './diagnostics/one-mistake.js';
import { linesPointedAt, type Sources } from './diagnostics/pointed-lines.js';
import { maskSecrets, Secrets } from './diagnostics/secrets.js';
import { keywordTexts, shellWords, treeHints } from './grammar/index.js';
import type { Config } from './model/index.js';
import type { ConfigFiles } from './text/files.js';
import { preprocess, type ReadTexts } from './text/preprocess.js';
import { recoverTree } from './text/recovery.js';
import type { Statement } from './text/source.js';
import { TokenList, TreeBuilder } from './text/tree.js';
import type { WordHints } from './text/words.js';

export interface Loaded {
  /** The model; `undefined` if there is any error. */
  readonly config: Config | undefined;
  /** Everything that was found, sorted by place. */
  readonly diagnostics: readonly Diagnostic[];
  /** The text of each file that was read, for {@link renderDiagnostics}; empty without diagnostics. */
  readonly sources: Sources;
  /** For the same: what is not to be shown of them. */
  readonly secrets: Secrets;
}

/** What the preprocessing stage wants to know about words. */
export const wordHints: WordHints = {
  readsLikeShell: (word) => shellWords().has(word),
  intern: (word) => keywordTexts().get(word) ?? word,
  isSecret: (word) => maskSecrets(`${word} x`) !== `${word} x`,
};

/**
 * Reads, builds and checks a configuration. All diagnostics of all stages come at once.
 *
 * @param path the file to begin with.
 * @param files how text is got at.
 * @param environment what is known of the machine; what is not known is not checked.
 */
export function loadConfiguration(
  path: string,
  files: ConfigFiles,
  environment: Environment = {},
): Loaded {
  const early = new EarlyServices(checkService, { keepsAll: true });
  const loaded = loadWith(early, path, files, environment);
  // Read again for what came too late.
  return early.isValid ? loaded : loadWith(undefined, path, files, environment);
}

/** What is wrong with a configuration. */
export type Judged = Omit<Loaded, 'config'>;

/** As {@link loadConfiguration}, for the diagnostics alone: of a large configuration less is kept. */
export function judgeConfiguration(
  path: string,
  files: ConfigFiles,
  environment: Environment = {},
): Judged {
  const early = new EarlyServices(checkService, { keepsAll: false });
  const { config: _notWhole, ...judged } = loadWith(early, path, files, environment);
  return early.isValid ? judged : loadWith(undefined, path, files, environment);
}

/**
 * As {@link loadConfiguration}.
 *
 * @param early builds services while the text is read, if it is to be so; what comes of it is good if
 *   it says that it is valid.
 */
export function loadWith(
  early: EarlyServices | undefined,
  path: string,
  files: ConfigFiles,
  environment: Environment,
): Loaded {
  const sink = new Sink();
  const { statements, read } = readStatements(path, files, environment.configId, sink, early);
  const config = asAsked(build(statements, sink, environment, early), environment);
  check(config, environment, sink);
  const found = sink.sorted();
  const model = sink.hasErrors ? undefined : wholeModel(config, early);
  if (found.length === 0) {
    return { config: model, diagnostics: [], sources: new Map(), secrets: new Secrets(new Map()) };
  }
  const secrets = new Secrets(read.texts, statements);
  const lines = linesPointedAt(found, read.texts);
  const lineOf = (file: string, line: number) => lines.get(file)?.get(line);
  const diagnostics = secrets
    .redactAll(onePerMistake(found, lineOf), lineOf)
    .map((diagnostic) => ({ ...diagnostic, message: spelledOut(diagnostic.message) }));
  return { config: model, diagnostics, sources: read.hidden(), secrets };
}

/** With what was asked for on the command line. */
function asAsked(config: Config, { netNamespace, umask }: Environment): Config {
  if (netNamespace === undefined && umask === undefined) return config;
  const { global } = config;
  const place = netNamespace === undefined ? global.place : { ...global.place, netNamespace };
  const files = umask === undefined ? global.files : { ...global.files, umask };
  return { ...config, global: { ...global, place, files } };
}

/** With the servers that were not kept as such. */
function wholeModel(config: Config, early: EarlyServices | undefined): Config {
  if (!early) return config;
  return { ...config, virtualServers: config.virtualServers.map((each) => early.whole(each)) };
}

/**
 * From a path to the statements at the top; if the braces do not fit, by way of all tokens.
 *
 * @param early takes services out of the tree as they are read.
 */
export function readStatements(
  path: string,
  files: ConfigFiles,
  configId: string | undefined,
  sink: Sink,
  early?: EarlyServices,
): { statements: readonly Statement[]; read: ReadTexts } {
  const options = { configId, hints: wordHints };
  const tree = new TreeBuilder(early && ((statement) => early.take(statement)));
  const sharing = early && { blocks: early.repeated, tree };
  const read = preprocess(path, files, sink, tree, { ...options, sharing });
  const statements = tree.finish(sink);
  if (statements) return { statements, read };
  const list = new TokenList();
  // What there is to say about words was said the first time.
  preprocess(path, files, new Sink(), list, options);
  return { statements: recoverTree(list.tokens, treeHints, sink, read.texts), read };
}
