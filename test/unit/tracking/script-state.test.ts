import assert from 'node:assert/strict';
import { afterRun, initialState } from '../../../src/tracking/script-state.js';

/** The verdicts after each result: `+` good, `-` bad; `?` unknown, `U` up, `D` down. */
function run(
  results: string,
  settings: { rise: number; fall: number; initFail?: boolean },
): string {
  let state = initialState({ initFail: settings.initFail ?? false });
  return [...results]
    .map((result) => {
      state = afterRun(state, result === '+', settings);
      return state.up === undefined ? '?' : state.up ? 'U' : 'D';
    })
    .join('');
}

describe('tracking: script state', () => {
  it('knows nothing before the first result, and is down with init_fail', () => {
    assert.equal(initialState({ initFail: false }).up, undefined);
    assert.equal(initialState({ initFail: true }).up, false);
  });

  it('the first result decides, whatever rise and fall', () => {
    assert.equal(run('+', { rise: 5, fall: 5 }), 'U');
    assert.equal(run('-', { rise: 5, fall: 5 }), 'D');
  });

  it('rise and fall count in a row', () => {
    assert.equal(run('+--+--+---', { rise: 1, fall: 3 }), 'UUUUUUUUUD');
    assert.equal(run('-++-+++', { rise: 3, fall: 1 }), 'DDDDDDU');
    assert.equal(run('+-+-+', { rise: 1, fall: 1 }), 'UDUDU');
    assert.equal(run('+-++--', { rise: 2, fall: 2 }), 'UUUUUD');
  });

  it('with init_fail it must rise first', () => {
    assert.equal(run('++-+++', { rise: 3, fall: 1, initFail: true }), 'DDDDDU');
  });
});
