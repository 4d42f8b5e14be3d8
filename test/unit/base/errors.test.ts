import assert from 'node:assert/strict';
import { messageOf, TandemError } from '../../../src/base/errors.js';

describe('base/errors', () => {
  it('carries code, fields and cause', () => {
    const cause = new Error('below');
    const error = new TandemError('NETLINK_TIMEOUT', 'no answer', { after: 5 }, cause);
    assert.equal(error.code, 'NETLINK_TIMEOUT');
    assert.equal(error.name, 'TandemError');
    assert.equal(error.message, 'no answer');
    assert.deepEqual(error.fields, { after: 5 });
    assert.equal(error.cause, cause);
    assert.ok(error instanceof Error);
  });

  it('has no cause where there was none', () => {
    assert.equal('cause' in new TandemError('A_B', 'x'), false);
  });

  it('finds words for anything that was thrown', () => {
    assert.equal(messageOf(new Error('a')), 'a');
    assert.equal(messageOf('b'), 'b');
    assert.equal(messageOf(undefined), 'undefined');
    assert.equal(messageOf({ toString: () => 'c' }), 'c');
  });
});
