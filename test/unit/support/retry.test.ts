import assert from 'node:assert/strict';

describe('a test that is tried again', function () {
  this.retries(1);
  let runs = 0;

  it('has its assertions counted the second time, too', () => {
    assert.equal(++runs, 2, 'fails the first time, on purpose');
  });
});
