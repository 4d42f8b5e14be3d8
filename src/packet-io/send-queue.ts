/**
 * What a socket does not take at once, because its buffer is full: with thousands of instances on an
 * interface a stop sends more than a buffer holds, and a lost priority 0 costs a backup seconds.
 */

export interface SendQueueOptions<Packet> {
  /** Sends; false: the buffer is full, and the packet has to wait. Throws when it cannot be sent. */
  send(packet: Packet): boolean;
  /** Calls back a short while later. */
  later(run: () => void): void;
  /** A packet that was waiting could not be sent, or is pushed out by newer ones. */
  onError(error: Error): void;
}

/** Adverts older than these are of no use any more. */
export const MAX_WAITING = 8_192;

export class SendQueue<Packet> {
  readonly #options: SendQueueOptions<Packet>;
  #waiting: Packet[] = [];
  #whenEmpty: (() => void)[] = [];
  #closed = false;

  constructor(options: SendQueueOptions<Packet>) {
    this.#options = options;
  }

  /** Sends at once, or as soon as the socket takes it. Throws what sending at once throws. */
  push(packet: Packet): void {
    if (this.#waiting.length === 0 && this.#options.send(packet)) return;
    this.#waiting.push(packet);
    if (this.#waiting.length === 1) this.#options.later(() => this.#continue());
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#options.onError(new Error('too many packets wait to be sent'));
    }
  }

  /** Resolves when nothing waits. */
  flushed(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }

  /** What waits is forgotten. */
  close(): void {
    this.#closed = true;
    this.#end();
  }

  #continue(): void {
    if (this.#closed) return;
    let sent = 0;
    for (const packet of this.#waiting) {
      if (!this.#trySend(packet)) break;
      sent++;
    }
    this.#waiting = this.#waiting.slice(sent);
    if (this.#waiting.length === 0) this.#end();
    else this.#options.later(() => this.#continue());
  }

  #trySend(packet: Packet): boolean {
    try {
      return this.#options.send(packet);
    } catch (error) {
      this.#options.onError(error as Error);
      return true;
    }
  }

  #end(): void {
    this.#waiting = [];
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
