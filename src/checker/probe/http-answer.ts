/**
 * Reads an HTTP/1.x answer piece by piece. Tolerant where keepalived is (line ends, missing or
 * wrong lengths), bounded where a server could keep it busy.
 *
 * ```
 *   head --(1xx)--> head      head --> length | chunked | until end | done
 * ```
 */
import type { Hash } from 'node:crypto';
import { nodeCrypto } from '../../base/lazy-crypto.js';
import { ChunkReader } from './http-chunks.js';

/** The longest head (status line and header fields) that is read. */
export const MAX_HEAD_BYTES = 65_536;
/** Without a digest to compare, what comes after so much body cannot change the verdict. */
export const MAX_BODY_BYTES = 4 * 1_048_576;
/** With a digest, a longer body is a failure. */
export const MAX_DIGEST_BODY_BYTES = 64 * 1_048_576;

export type AnswerError = 'not-http' | 'header-too-large' | 'body-too-large';

export interface AnswerHead {
  readonly status: number;
}

export class HttpAnswer {
  readonly #hash: Hash | undefined;
  #headText = '';
  #head: AnswerHead | undefined;
  #body: 'length' | 'chunked' | 'end' = 'end';
  #left = 0;
  #chunks: ChunkReader | undefined;
  #received = 0;
  /** Nothing more is needed. */
  done = false;
  error: AnswerError | undefined;

  /** @param withDigest whether the body's MD5 is wanted. */
  constructor(withDigest: boolean) {
    this.#hash = withDigest ? nodeCrypto().createHash('md5') : undefined;
  }

  /** The final (not 1xx) answer's head; undefined until it is complete. */
  get head(): AnswerHead | undefined {
    return this.#head;
  }

  /** Bytes after the head. */
  get bodyBytes(): number {
    return this.#received;
  }

  /** Takes the next bytes; sets `done` or `error` when it has enough. */
  push(bytes: Buffer): void {
    if (this.done || this.error) return;
    if (this.#head) this.#pushBody(bytes);
    else this.#pushHead(bytes);
  }

  /** Whether the body that was read has this MD5 (32 lower-case hexadecimal digits). Once only. */
  digestIs(wanted: string): boolean {
    // keepalived digests what follows the head as it comes, chunk sizes included; digests made
    // that way stay good next to those of the content.
    return this.#hash?.digest('hex') === wanted || this.#chunks?.digest() === wanted;
  }

  #pushHead(bytes: Buffer): void {
    // latin1 keeps one character a byte, so that positions are byte positions.
    const from = Math.max(0, this.#headText.length - 3);
    this.#headText += bytes.toString('latin1');
    const text = this.#headText;
    if (!'HTTP/'.startsWith(text.slice(0, 5)) && !text.startsWith('HTTP/')) {
      this.error = 'not-http';
      return;
    }
    const end = endOfHead(text, from);
    if (end === undefined) {
      if (text.length > MAX_HEAD_BYTES) this.error = 'header-too-large';
      return;
    }
    const rest = bytes.subarray(bytes.length - (text.length - end));
    this.#headText = '';
    this.#takeHead(text.slice(0, end));
    if (rest.length > 0) this.push(rest);
  }

  #takeHead(text: string): void {
    const [statusLine = '', ...lines] = text.split(/\r?\n/);
    const match = /^HTTP\/\d+(?:\.\d+)?[ \t]+(\d{3})(?!\d)/.exec(statusLine);
    if (!match) {
      this.error = 'not-http';
      return;
    }
    const status = Number(match[1]);
    if (status < 200 && status !== 101) return;
    this.#head = { status };
    if (status === 204 || status === 304) {
      this.done = true;
      return;
    }
    const chunked = /\bchunked\b/i.test(fieldOf(lines, 'transfer-encoding') ?? '');
    const length = fieldOf(lines, 'content-length');
    if (chunked) {
      this.#body = 'chunked';
      this.#chunks = new ChunkReader(this.#hash !== undefined);
    } else if (length !== undefined && /^\d{1,15}$/.test(length)) {
      this.#body = 'length';
      this.#left = Number(length);
      this.done = this.#left === 0;
    }
  }

  #pushBody(bytes: Buffer): void {
    let used = bytes;
    if (this.#body === 'length') {
      used = bytes.subarray(0, this.#left);
      this.#left -= used.length;
      this.done = this.#left === 0;
    } else if (this.#body === 'chunked' && this.#chunks) {
      used = bytes.subarray(0, this.#chunks.push(bytes));
      this.done = this.#chunks.done;
    }
    this.#received += used.length;
    this.#hash?.update(used);
    if (this.done) return;
    if (!this.#hash && this.#received >= MAX_BODY_BYTES) this.done = true;
    if (this.#hash && this.#received > MAX_DIGEST_BODY_BYTES) this.error = 'body-too-large';
  }
}

/** The position after the empty line that ends a head; the search starts at `from`. */
function endOfHead(text: string, from: number): number | undefined {
  const pattern = /\r?\n\r?\n/g;
  pattern.lastIndex = from;
  return pattern.exec(text) ? pattern.lastIndex : undefined;
}

function fieldOf(lines: readonly string[], name: string): string | undefined {
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0 && line.slice(0, colon).trim().toLowerCase() === name) {
      return line.slice(colon + 1).trim();
    }
  }
  return undefined;
}
