/**
 * Finds the end of a chunked body (RFC 9112 7.1), and its content's digest. A body that is not well
 * formed is read to the end of the connection, without a digest of its content.
 */
import type { Hash } from 'node:crypto';
import { nodeCrypto } from '../../base/lazy-crypto.js';

const LF = 0x0a;
/** The longest line of a chunk's size or of a trailer field. */
const MAX_LINE_BYTES = 8_192;

export class ChunkReader {
  readonly #hash: Hash | undefined;
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'broken' = 'size';
  #line = '';
  #left = 0;
  done = false;

  /** @param withDigest whether the content's MD5 is wanted. */
  constructor(withDigest: boolean) {
    this.#hash = withDigest ? nodeCrypto().createHash('md5') : undefined;
  }

  /** Takes the next bytes. @returns how many of them belong to the body. */
  push(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && !this.done && this.#state !== 'broken') {
      if (this.#state === 'data') {
        const data = bytes.subarray(at, at + this.#left);
        this.#hash?.update(data);
        this.#left -= data.length;
        at += data.length;
        if (this.#left === 0) this.#state = 'data-end';
        continue;
      }
      const end = bytes.indexOf(LF, at);
      const stop = end < 0 ? bytes.length : end + 1;
      this.#line += bytes.toString('latin1', at, stop);
      at = stop;
      if (this.#line.length > MAX_LINE_BYTES) this.#state = 'broken';
      else if (end >= 0) this.#takeLine();
    }
    return this.done ? at : bytes.length;
  }

  /** The MD5 of the content; undefined if the body was not well formed. Once only. */
  digest(): string | undefined {
    return this.#state === 'broken' ? undefined : this.#hash?.digest('hex');
  }

  #takeLine(): void {
    const line = this.#line.trim();
    this.#line = '';
    if (this.#state === 'data-end') {
      this.#state = line === '' ? 'size' : 'broken';
    } else if (this.#state === 'trailer') {
      this.done = line === '';
    } else {
      const size = /^([0-9a-f]{1,12})\s*(?:;|$)/i.exec(line)?.[1];
      this.#left = Number.parseInt(size ?? '', 16);
      this.#state = size === undefined ? 'broken' : this.#left > 0 ? 'data' : 'trailer';
    }
  }
}
