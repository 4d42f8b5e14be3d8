/**
 * Authentication data of VRRP version 2 (RFC 2338 5.3.10; RFC 3768 5.3.10 keeps the field and sends
 * zeros). It follows the addresses:
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                   Authentication Data (1)                     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                   Authentication Data (2)                     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * A clear-text password guards against mistakes, not against anyone who can see the segment.
 */
import { fail, ok, type Result } from '../base/result.js';

/** The field's values (RFC 2338 5.3.6). */
export const AUTH_NONE = 0;
export const AUTH_PASS = 1;

/** Bytes of authentication data in every version 2 packet over IPv4. */
export const AUTH_LENGTH = 8;

export type AuthDropReason =
  /** Another authentication type than configured (RFC 3768 7.1). */
  | 'auth-type-mismatch'
  /** The password differs. */
  | 'auth-failed';

/** What an instance sends, and expects of its peers. */
export interface AuthExpectation {
  readonly type: typeof AUTH_NONE | typeof AUTH_PASS;
  /** 8 bytes; zeros without a password. */
  readonly data: Uint8Array;
}

/** No authentication: type 0 and zeros. */
export const NO_AUTH: AuthExpectation = { type: AUTH_NONE, data: new Uint8Array(AUTH_LENGTH) };

/** A password as 8 bytes of UTF-8: the first 8 count, a shorter one is padded with zeros. */
export function encodePassword(password: string): Uint8Array {
  const data = new Uint8Array(AUTH_LENGTH);
  data.set(new TextEncoder().encode(password).subarray(0, AUTH_LENGTH));
  return data;
}

/**
 * Compares a packet's authentication with what is configured. With type 0 the data is not looked
 * at (RFC 3768 5.3.10: ignored on reception).
 */
export function checkAuth(
  expected: AuthExpectation,
  type: number,
  data: Uint8Array,
): Result<undefined, AuthDropReason> {
  if (type !== expected.type) return fail('auth-type-mismatch');
  if (type === AUTH_NONE) return ok(undefined);
  // No early exit: the time taken tells nothing about the password.
  let difference = data.length ^ AUTH_LENGTH;
  for (let i = 0; i < AUTH_LENGTH; i++) {
    difference |= (data[i] ?? 0) ^ (expected.data[i] as number);
  }
  return difference === 0 ? ok(undefined) : fail('auth-failed');
}
