/** From a path to a model, or to everything that is wrong with it. */
import { build } from './build/index.js';
import { check, type Environment } from './check/index.js';
import { type Diagnostic, Sink } from './diagnostics/diagnostics.js';
import type { Sources } from './diagnostics/render.js';
import { Secrets } from './diagnostics/secrets.js';
import { treeHints } from './grammar/index.js';
import type { Config } from './model/index.js';
import type { ConfigFiles } from './text/files.js';
import { preprocess } from './text/preprocess.js';
import { parseTree } from './text/tree.js';

export interface Loaded {
  /** The model; `undefined` if there is any error. */
  readonly config: Config | undefined;
  /** Everything that was found, sorted by place. */
  readonly diagnostics: readonly Diagnostic[];
  /** The text of each file that was read, for {@link renderDiagnostics}. */
  readonly sources: Sources;
}

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
  const sink = new Sink();
  const { tokens, sources } = preprocess(path, files, sink, environment.configId);
  const statements = parseTree(tokens, treeHints, sink);
  const config = build(statements, sink, environment.names);
  check(config, environment, sink);
  const found = sink.sorted();
  const diagnostics = found.length === 0 ? found : new Secrets(sources, tokens).redactAll(found);
  return { config: sink.hasErrors ? undefined : config, diagnostics, sources };
}
