/** Which network namespace a configuration names, found without building anything of it. */
import { Sink } from './diagnostics/diagnostics.js';
import { wordHints } from './load.js';
import type { ConfigFiles } from './text/files.js';
import { preprocess } from './text/preprocess.js';
import type { BlockSink, Word } from './text/source.js';

const KEYWORD = 'net_namespace';

/**
 * Reads the value of `net_namespace`; `undefined` if there is none. What is wrong with the text is not
 * told: it will be read again, in that namespace.
 *
 * @param configId what `@ID` at the beginning of a line is compared with.
 */
export function netNamespaceOf(
  path: string,
  files: ConfigFiles,
  configId: string,
): string | undefined {
  const text = files.read(path);
  // The word may come out of another file, or out of a definition.
  if (typeof text !== 'string' || !/net_namespace|include|\$/.test(text)) return undefined;
  const out = new PlaceSink();
  preprocess(path, files, new Sink(), out, { configId, hints: wordHints });
  return out.found;
}

/** Looks for the first one at the top; keeps nothing else but the open blocks. */
class PlaceSink implements BlockSink {
  found: string | undefined;
  private readonly openers: string[] = [];
  private first = '';
  private count = 0;

  get block(): string {
    return this.openers.at(-1) ?? '';
  }

  word({ text }: Word): void {
    if (this.count === 0) this.first = text;
    this.count++;
    if (this.count === 2 && this.first === KEYWORD && this.openers.length === 0) {
      this.found ??= text;
    }
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
}
