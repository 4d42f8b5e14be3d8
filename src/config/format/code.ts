/** The code of one line, without its comment: its words with one blank between. */
import { Sink } from '../diagnostics/diagnostics.js';
import { shellWords } from '../grammar/index.js';
import { place } from '../text/source.js';
import { readWords, type WordReader } from '../text/words.js';

/** A line of code as it is to be written, and what it does to the blocks. */
export interface Layout {
  readonly text: string;
  readonly opens: number;
  readonly closes: number;
  /** The closing braces before anything else: they stand further out. */
  readonly closesFirst: number;
  /** The condition that the line begins with, as it is written. */
  readonly condition: string | undefined;
  /** Whether it is nothing but words and braces. */
  readonly isPlain: boolean;
}

const BLANK = /[ \t\n\v\f\r]/;

/** What begins a part of a line and is not to be taken apart, up to where words begin again. */
const CONDITION = /^@\S+/;
const WHOLE = /^(?:\$[A-Za-z_]\w*=.*|include[rmwba]?(?=[ \t\v\f\r]|$).*)$/;
const SEQUENCE = /^~(?:SEQx?|LST)[ \t]*\([^)]*\)/;
/** A parameter without braces ends at a blank: one more or less changes where. */
const OPEN_PARAMETER = /\$\w*$/;

/** Lays out the code of a line; its first and last characters are no blanks. */
export function formatCode(code: string): Layout {
  const parts: { readonly text: string; readonly isGlued: boolean }[] = [];
  let opens = 0;
  let closes = 0;
  let closesFirst = 0;
  let isPlain = true;
  const condition = CONDITION.exec(code)?.[0];
  let at = 0;
  const take = (to: number): void => {
    parts.push({ text: code.slice(at, to), isGlued: false });
    isPlain = false;
    at = to;
    while (BLANK.test(code[at] ?? '')) at++;
  };
  const add = (from: number, to: number): void => {
    const before = parts.at(-1)?.text ?? '';
    const isGlued = from > 0 && !BLANK.test(code[from - 1] as string);
    parts.push({
      text: code.slice(from, to),
      isGlued: isGlued && OPEN_PARAMETER.test(before),
    });
  };
  const reader: WordReader = {
    sink: new Sink(),
    hints: {
      readsLikeShell: (word) => shellWords().has(word),
      isSecret: () => false,
      intern: (word) => word,
    },
    out: {
      word: ({ at: { column, length } }) => add(column - 1, column - 1 + length),
      open: ({ column }) => {
        add(column - 1, column);
        opens++;
      },
      close: ({ column }) => {
        add(column - 1, column);
        closes++;
        if (parts.every(({ text }) => text === '}' || text === condition)) closesFirst++;
      },
      end: () => {},
    },
  };
  const source = {
    text: code,
    hasComments: false,
    at: (from: number, to: number) => place('', 1, from + 1, to - from),
  };
  if (condition !== undefined) take(condition.length);
  while (at < code.length) {
    const rest = code.slice(at);
    const whole = WHOLE.exec(rest);
    const sequence = SEQUENCE.exec(rest);
    if (whole) takeWhole(rest);
    else if (sequence) take(at + sequence[0].length);
    else at = readPart();
  }

  /** Up to and with a brace, and the blanks behind it. */
  function readPart(): number {
    let end = readWords(source, at, code.length, reader);
    while (BLANK.test(code[end] ?? '')) end++;
    return end;
  }

  /** To the end; of an include the blank between its two parts is one, of a definition all stay. */
  function takeWhole(rest: string): void {
    const include = /^(include[rmwba]?)[ \t\v\f\r]+(.*)$/.exec(rest);
    const text = include ? `${include[1]} ${include[2]}` : rest;
    parts.push({ text, isGlued: false });
    isPlain = false;
    at = code.length;
  }

  const text = parts.map((part, i) => (i === 0 || part.isGlued ? '' : ' ') + part.text).join('');
  return { text, opens, closes, closesFirst, condition, isPlain };
}
