import assert from 'node:assert/strict';
import { toHex } from '../../../src/base/bytes.js';
import { AUTH_PASS, checkAuth, encodePassword, NO_AUTH } from '../../../src/vrrp/auth.js';

const PASS = { type: AUTH_PASS, data: encodePassword('tandem') } as const;

describe('vrrp/auth', () => {
  it('pads a short password and cuts a long one after 8 bytes', () => {
    assert.equal(toHex(encodePassword('')), '0000000000000000');
    assert.equal(toHex(encodePassword('tandem')), '74616e64656d0000');
    assert.equal(toHex(encodePassword('longpassword')), '6c6f6e6770617373');
    assert.equal(toHex(encodePassword('12345678')), '3132333435363738');
  });

  it('accepts the configured password, also one that differs behind 8 bytes', () => {
    assert.equal(checkAuth(PASS, 1, encodePassword('tandem')).ok, true);
    const long = { type: AUTH_PASS, data: encodePassword('longpassword') } as const;
    assert.equal(checkAuth(long, 1, encodePassword('longpassage')).ok, true);
  });

  it('does not look at the data of type 0 (RFC 3768 5.3.10)', () => {
    assert.equal(checkAuth(NO_AUTH, 0, encodePassword('rubbish')).ok, true);
  });

  it('auth-type-mismatch: none for a password, a password for none, AH', () => {
    const reason = 'auth-type-mismatch';
    assert.deepEqual(checkAuth(PASS, 0, PASS.data), { ok: false, reason });
    assert.deepEqual(checkAuth(NO_AUTH, 1, PASS.data), { ok: false, reason });
    assert.deepEqual(checkAuth(PASS, 2, PASS.data), { ok: false, reason });
  });

  it('auth-failed: another password, in its first or last byte, or data cut short', () => {
    const failed = { ok: false, reason: 'auth-failed' };
    assert.deepEqual(checkAuth(PASS, 1, encodePassword('Tandem')), failed);
    assert.deepEqual(checkAuth(PASS, 1, encodePassword('tandem\0!')), failed);
    assert.deepEqual(checkAuth(PASS, 1, new Uint8Array(0)), failed);
    assert.deepEqual(checkAuth(PASS, 1, PASS.data.subarray(0, 6)), failed);
  });
});
