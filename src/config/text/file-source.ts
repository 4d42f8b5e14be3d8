/** The text of a file while its lines are read where they stand. */
import { type Position, place } from './source.js';
import type { Source } from './words.js';

export class FileSource implements Source {
  readonly hasComments = true;
  readonly file: string;
  readonly text: string;
  /** The line that is being read, and where it begins. */
  line = 0;
  start = 0;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  begin(line: number, start: number): void {
    this.line = line;
    this.start = start;
  }

  at(from: number, to: number): Position {
    return place(this.file, this.line, from - this.start + 1, to > from ? to - from : 1);
  }
}

/** Tells whether a stretch has a character that is more than text; stretches must come in order. */
export class SpecialCharacters {
  private readonly text: string;
  private readonly next: number[];

  constructor(text: string) {
    this.text = text;
    this.next = SPECIAL.map((char) => this.find(char, 0));
  }

  isIn(from: number, to: number): boolean {
    for (let i = 0; i < SPECIAL.length; i++) {
      if ((this.next[i] as number) < from) this.next[i] = this.find(SPECIAL[i] as string, from);
      if ((this.next[i] as number) < to) return true;
    }
    return false;
  }

  private find(char: string, from: number): number {
    const at = this.text.indexOf(char, from);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  }
}

/** Parameters, escapes, and what is no text. */
const SPECIAL = ['$', '\\', '\0'];
