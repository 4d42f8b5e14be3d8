import assert from 'node:assert/strict';
import { aboutCase, caseNames, replay } from './harness.js';

describe('vrrp: conformance', () => {
  it('has its cases', () => {
    assert.ok(caseNames().length >= 30);
  });

  for (const name of caseNames()) {
    it(`${name}: ${aboutCase(name)}`, () => {
      for (const step of replay(name)) {
        assert.deepEqual(step.output, step.expectedOutput, `effects of step ${step.number}`);
        assert.deepEqual(step.state, step.expectedState, `state after step ${step.number}`);
      }
    });
  }
});
