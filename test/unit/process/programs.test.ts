import assert from 'node:assert/strict';
import { isExecutable } from '../../../src/process/scripts/programs.js';

describe('process: programs', () => {
  it('are found by path, or by name as a shell does', () => {
    assert.equal(isExecutable(process.execPath), true);
    assert.equal(isExecutable('sh'), true);
    assert.equal(isExecutable('/bin/sh'), true);
  });

  it('are files that may be run', () => {
    assert.equal(isExecutable('/etc/passwd'), false);
    assert.equal(isExecutable('/'), false);
    assert.equal(isExecutable('/no/such/program'), false);
    assert.equal(isExecutable('no-such-program'), false);
    assert.equal(isExecutable(''), false);
  });
});
