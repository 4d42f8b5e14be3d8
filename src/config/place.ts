/**
 * Where a configuration says that the daemon runs: its network namespace, its name, its folder of pid
 * files. Found without building anything of it, since files are looked for before it is checked.
 */
import { Sink } from './diagnostics/diagnostics.js';
import { wordHints } from './load.js';
import type { ConfigFiles } from './text/files.js';
import { preprocess } from './text/preprocess.js';
import type { BlockSink, Word } from './text/source.js';

export interface Place {
  /** `net_namespace`. */
  readonly netNamespace?: string;
  /** `instance`. */
  readonly instance?: string;
  /** `use_pid_dir`. */
  readonly usePidDir?: boolean;
}

/**
 * A text without any of these says nothing of it; a word may come out of another file, or of a
 * definition. A large text is searched fastest for what begins with letters.
 */
const MAY_SAY = [/net_namespace/, /use_pid_dir/, /instance(?<!\Sinstance)(?!\S)/, /include/, /\$/];

/**
 * Reads `net_namespace`, `instance` and `use_pid_dir`; the first of each counts. What is wrong with the
 * text is not told: it will be read again, in that namespace.
 *
 * @param configId what `@ID` at the beginning of a line is compared with.
 */
export function placeOf(path: string, files: ConfigFiles, configId: string): Place {
  const text = files.read(path);
  if (typeof text !== 'string' || !MAY_SAY.some((sign) => sign.test(text))) return {};
  const out = new PlaceSink();
  preprocess(path, files, new Sink(), out, { configId, hints: wordHints });
  return out.place;
}

/** Looks for the keywords at the top; keeps nothing else but the open blocks. */
class PlaceSink implements BlockSink {
  place: Place = {};
  private readonly openers: string[] = [];
  private first = '';
  private count = 0;

  get block(): string {
    return this.openers.at(-1) ?? '';
  }

  word({ text }: Word): void {
    if (this.count === 0) this.first = text;
    this.count++;
    if (this.openers.length > 0) return;
    if (this.count === 1 && text === 'use_pid_dir') this.found({ usePidDir: true });
    if (this.count !== 2) return;
    if (this.first === 'net_namespace') this.found({ netNamespace: text });
    else if (this.first === 'instance') this.found({ instance: text });
  }

  open(): void {
    this.openers.push(this.first);
    this.end();
  }

  close(): void {
    this.openers.pop();
    this.end();
  }

  end(): void {
    this.first = '';
    this.count = 0;
  }

  private found(one: Place): void {
    this.place = { ...one, ...this.place };
  }
}
