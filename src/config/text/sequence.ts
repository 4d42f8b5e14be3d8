/**
 * `~SEQ(var, start, step, end)`, `~SEQx(...)` and `~LST(var, value, ...)`: the rest of the line is
 * read once for each value. This file knows how they are written.
 */

/** A sequence or a list. */
export interface Sequence {
  readonly variables: readonly string[];
  /** How many times the rest of the line is read. */
  readonly count: number;
  /** The values of the variables in round `i`, from 0. */
  values(i: number): readonly string[];
  /** Where the rest of the line begins. */
  readonly end: number;
}

/** Why text is no sequence; what was expected. */
export interface SequenceProblem {
  readonly problem: string;
}

const NAME = /^[A-Za-z_]\w*$/;
const SEQ_FORM = '~SEQ(variable[, start[, step]], end) text';
const LST_FORM = '~LST(variable, value, ...) text or ~LST({variable, ...}, {value, ...}, ...) text';

/** How a sequence or list is written, for messages. */
export function sequenceForm(text: string): string {
  return text.startsWith('~LST') ? LST_FORM : SEQ_FORM;
}

/** Whether a line begins with a sequence or a list, be it right or wrong. */
export function beginsSequence(text: string): boolean {
  return text.startsWith('~SEQ') || text.startsWith('~LST');
}

/**
 * Parses what stands at the beginning of a line.
 *
 * @param resolve replaces the parameters in the numbers of a `~SEQ`.
 */
export function parseSequence(
  text: string,
  resolve: (text: string) => string,
): Sequence | SequenceProblem {
  return text.startsWith('~LST') ? parseList(text) : parseNumbers(text, resolve);
}

function parseNumbers(text: string, resolve: (text: string) => string): Sequence | SequenceProblem {
  const match = /^~SEQ(x?)[ \t]*\(([^,()]*),([^)]*)\)[ \t]*/.exec(text);
  if (!match) return { problem: 'it is not written like one' };
  const [whole, x = '', variable = '', inside = ''] = match;
  const name = variable.trim();
  if (!NAME.test(name)) return { problem: `'${name}' cannot be the name of a parameter` };
  const words = resolve(inside).split(',');
  const numbers = words.map(parseNumber);
  const [one = 0, two = 0, three = 0] = numbers;
  const wrong = numbers.indexOf(undefined);
  if (wrong >= 0) return { problem: `'${words[wrong]?.trim()}' is not a whole number` };
  if (numbers.length > 3) return { problem: 'it has more than three numbers' };
  let [start, step, end] = [one, two, three];
  if (numbers.length === 1) {
    end = one;
    step = end < 1 ? -1 : 1;
    start = end < 0 ? -1 : 1;
  } else if (numbers.length === 2) {
    end = two;
    step = start <= end ? 1 : -1;
  }
  if (step === 0) return { problem: 'with a step of 0 it would never end' };
  if ((start < end && step < 0) || (start > end && step > 0)) {
    return { problem: `steps of ${step} do not lead from ${start} to ${end}` };
  }
  if (x === 'x' && (start < 0 || end < 0)) return { problem: '~SEQx has no negative numbers' };
  const radix = x === 'x' ? 16 : 10;
  return {
    variables: [name],
    count: Math.floor((end - start) / step) + 1,
    values: (i) => [(start + i * step).toString(radix)],
    end: whole.length,
  };
}

/** As C's strtol with base 0: hexadecimal with 0x, octal with 0; nothing at all is 0. */
function parseNumber(word: string): number | undefined {
  const match = /^([+-]?)(?:0[xX]([\da-fA-F]+)|0([0-7]+)|([1-9]\d*|0?))$/.exec(word.trim());
  if (!match) return undefined;
  const [, sign, hex, octal, decimal = ''] = match;
  const value = hex
    ? Number.parseInt(hex, 16)
    : octal
      ? Number.parseInt(octal, 8)
      : Number(decimal);
  if (!Number.isSafeInteger(value)) return undefined;
  return sign === '-' ? -value : value;
}

function parseList(text: string): Sequence | SequenceProblem {
  const head = /^~LST[ \t]*\((?:[ \t]*\{([^{}]*)\}[ \t]*|([^{},()]*)),/.exec(text);
  if (!head) return { problem: 'it is not written like one' };
  const [opening, several, single = ''] = head;
  const variables = (several ?? single).split(',').map((name) => name.trim());
  const wrong = variables.find((name) => !NAME.test(name));
  if (wrong !== undefined) return { problem: `'${wrong}' cannot be the name of a parameter` };
  const sets: string[][] = [];
  const value = /(?:[ \t]*\{([^{})]*)\}[ \t]*|([^{},()]*))([,)])/y;
  value.lastIndex = opening.length;
  for (;;) {
    const match = value.exec(text);
    if (!match)
      return { problem: `a value is wrong or ')' is missing after ${sets.length} values` };
    const [, group, plain = '', separator] = match;
    const values = (group ?? plain).split(',').map((one) => one.trim());
    if (values.some((one) => /[ \t]/.test(one))) return { problem: 'a value has a blank in it' };
    if (values.length > variables.length) {
      return { problem: `there are ${values.length} values for ${variables.length} parameters` };
    }
    // What is not given is empty.
    while (values.length < variables.length) values.push('');
    sets.push(values);
    if (separator === ')') break;
  }
  let end = value.lastIndex;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return { variables, count: sets.length, values: (i) => sets[i] ?? [], end };
}
