import assert from 'node:assert/strict';
import {
  builtInName,
  MAX_NAMES,
  namesOf,
  numberOf,
  parseAnyBase,
  parseNames,
} from '../../../src/config/names.js';
import { withEntries } from './routing-support.js';
import { load } from './support.js';

describe('config: names of the machine', () => {
  it('numbers in any base', () => {
    const good: Record<string, number> = {
      '0': 0,
      '10': 10,
      '0x1F': 31,
      '010': 8,
      ' +7': 7,
      '00': 0,
    };
    for (const [text, value] of Object.entries(good)) assert.equal(parseAnyBase(text), value, text);
    for (const text of ['', '-1', '08', '1a', '0x', 'x', '1 2', '1.5']) {
      assert.equal(parseAnyBase(text), undefined, text);
    }
  });

  it("iproute2's files", () => {
    const names = new Map<string, number>();
    parseNames(
      'table',
      '# reserved\n255\tlocal\n0x10 hex # a comment\n\n7 two words\nx bad\n-1 low\n4294967296 high\n7 first\n8 first\n   9\tspaces  ',
      names,
    );
    assert.deepEqual(
      [...names],
      [
        ['local', 255],
        ['hex', 16],
        ['first', 7],
        ['spaces', 9],
      ],
    );
    const scopes = new Map<string, number>();
    parseNames('scope', '255 far\n256 further', scopes);
    assert.deepEqual([...scopes.keys()], ['far']);
  });

  it('are bounded', () => {
    const names = new Map<string, number>();
    const text = Array.from({ length: MAX_NAMES + 10 }, (_, i) => `${i} name${i}`).join('\n');
    parseNames('table', text, names);
    assert.equal(names.size, MAX_NAMES);
  });

  it("the machine's own count before those that are built in", () => {
    const names = {
      table: new Map([
        ['main', 5],
        ['small', 7],
      ]),
    };
    assert.equal(numberOf('table', 'main', names), 5);
    assert.equal(numberOf('table', 'main', {}), 254);
    assert.equal(numberOf('table', 'small', {}), undefined);
    assert.equal(numberOf('table', 'toString', {}), undefined);
    assert.deepEqual(namesOf('table', names), ['default', 'main', 'local', 'small']);
    assert.equal(builtInName('scope', 253), 'link');
    assert.equal(builtInName('scope', 7), undefined);
  });

  it('one that is not known is told with the nearest', () => {
    const text = withEntries('virtual_routes', '10.0.0.0/8 table smal');
    const names = { table: new Map([['small', 7]]) };
    const diagnostic = load(text, { names }).diagnostics.find(
      ({ severity }) => severity === 'error',
    );
    assert.equal(diagnostic?.message, "table: 'smal' is not a routing table of this machine");
    assert.equal(diagnostic?.suggestion, "'small'");
  });
});
