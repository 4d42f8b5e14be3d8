import assert from 'node:assert/strict';
import { rehearse } from '../../../src/vrrp/rehearsal.js';

describe('vrrp: rehearsal', () => {
  it('runs to its end, and again', () => {
    assert.doesNotThrow(() => {
      rehearse();
      rehearse();
    });
  });
});
