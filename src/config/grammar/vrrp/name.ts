/** The names of objects. */
import type { Word } from '../../text/source.js';
import type { Args } from '../keyword.js';

/** The name of an instance, group, script, file or process, with its place. */
export const name: Args<Word> = {
  syntax: '<NAME>',
  expects: 'a name',
  min: 1,
  max: 1,
  parse: ([word]) => word,
};
