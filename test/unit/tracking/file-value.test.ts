import assert from 'node:assert/strict';
import { fileValue } from '../../../src/tracking/file-value.js';

describe('tracking: the number in a file', () => {
  it('is read from the beginning', () => {
    const rows: readonly [string, number | undefined][] = [
      ['', 0],
      [' \n', 0],
      ['0', 0],
      ['-0', 0],
      ['7', 7],
      ['+7', 7],
      ['  -12\n', -12],
      ['3 apples', 3],
      ['254', 254],
      ['255', 254],
      ['-99999999999999999999', -254],
      ['seven', undefined],
      ['7x', undefined],
      ['- 7', undefined],
    ];
    for (const [text, value] of rows) assert.equal(fileValue(text), value, JSON.stringify(text));
  });
});
