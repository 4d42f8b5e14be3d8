import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { ERRNO_MEANINGS, resultOfError } from '../../../src/checker/errno.js';

describe('checker: what an error of the system means for the server', () => {
  const table: readonly [code: string, verdict: string, reason: string][] = [
    ['ECONNREFUSED', 'failure', 'connection-refused'],
    ['ECONNRESET', 'failure', 'connection-reset'],
    ['ECONNABORTED', 'failure', 'connection-reset'],
    ['EPIPE', 'failure', 'connection-reset'],
    ['ETIMEDOUT', 'failure', 'connection-timed-out'],
    ['EHOSTUNREACH', 'failure', 'host-unreachable'],
    ['EHOSTDOWN', 'failure', 'host-unreachable'],
    ['ENETUNREACH', 'failure', 'network-unreachable'],
    ['ENETDOWN', 'failure', 'network-unreachable'],
    ['EACCES', 'failure', 'route-prohibited'],
    ['EINVAL', 'failure', 'route-blackhole'],
    ['EADDRNOTAVAIL', 'inconclusive', 'no-local-port'],
    ['EADDRINUSE', 'inconclusive', 'no-local-port'],
    ['EAGAIN', 'inconclusive', 'no-local-port'],
    ['EMFILE', 'inconclusive', 'too-many-open-files'],
    ['ENFILE', 'inconclusive', 'too-many-open-files'],
    ['ENOBUFS', 'inconclusive', 'no-buffer-space'],
    ['ENOMEM', 'inconclusive', 'no-memory'],
    ['EPERM', 'inconclusive', 'not-permitted-locally'],
    ['EAFNOSUPPORT', 'inconclusive', 'probe-failed'],
  ];
  for (const [code, verdict, reason] of table) {
    it(`${code}: ${verdict}`, () => {
      const result = resultOfError({ code, syscall: 'connect' }, 'connect');
      assert.equal(result.verdict, verdict);
      assert.equal(result.reason, reason);
      assert.equal(result.phase, verdict === 'inconclusive' ? 'local' : 'connect');
      assert.notEqual(result.detail, '');
    });
  }

  it('the table above is complete, and every name is an errno', () => {
    const known = table.map(([code]) => code);
    assert.deepEqual(Object.keys(ERRNO_MEANINGS).sort(), known.toSorted());
    for (const code of known) {
      // Node has no number for EHOSTDOWN everywhere.
      if (code !== 'EHOSTDOWN') assert.ok(code in constants.errno, code);
    }
  });

  it('an error of bind says nothing of the server, whatever it is', () => {
    for (const code of ['EADDRNOTAVAIL', 'EACCES', 'EINVAL', 'EADDRINUSE', 'EXYZ']) {
      const result = resultOfError({ code, syscall: 'bind' }, 'connect');
      assert.deepEqual([result.verdict, result.reason], ['inconclusive', 'bind-failed'], code);
    }
  });

  it('an unknown error is a failure that names it', () => {
    const result = resultOfError({ code: 'EPROTO' }, 'answer');
    assert.deepEqual(result, {
      verdict: 'failure',
      phase: 'answer',
      reason: 'connection-failed',
      detail: 'EPROTO',
    });
    assert.equal(resultOfError({}, 'connect').verdict, 'failure');
    assert.equal(resultOfError({ code: 'constructor' }, 'connect').reason, 'connection-failed');
  });
});
