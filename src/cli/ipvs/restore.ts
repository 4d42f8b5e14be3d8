/** Lines of `-R`, as they come from a stream that may be cut anywhere. Pure. */

/** The words of a line; a first `ipvsadm` (or any other) does not count. There are no comments. */
export function wordsOfLine(line: string): string[] {
  return line.split(/[ \t\r]+/).filter((word) => word !== '' && word !== 'ipvsadm');
}

/** Puts lines together again. */
export class LineBuffer {
  #rest = '';

  /** The lines that are complete with this piece. */
  push(piece: string): string[] {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  /** The last line, if it has no end. */
  end(): string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}
