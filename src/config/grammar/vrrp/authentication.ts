/** `authentication` (RFC 2338) and `auth_hmac` (keepalived's own). */
import type { Word } from '../../text/source.js';
import { choice, integer, parseInteger, wholeSeconds } from '../args.js';
import { type Args, type ReportArg, setting } from '../keyword.js';

/** The longest password that counts (RFC 2338 5.3.6). */
export const MAX_PASSWORD_BYTES = 8;

/** A key's bytes: 32 keep 128 bits of strength whatever searches them, 64 are SHA-256's block. */
const MIN_KEY_BYTES = 32;
const MAX_KEY_BYTES = 64;

/** The freshness window's bounds, in seconds. */
export const MAX_TIME_WINDOW = 300;

/** The password, cut to what the packet carries. Never part of a message. */
const password: Args<string> = {
  syntax: '<STRING>',
  expects: 'a password of at most 8 bytes',
  min: 1,
  max: 1,
  parse([word], report: ReportArg) {
    const bytes = new TextEncoder().encode(word?.text ?? '');
    if (bytes.length <= MAX_PASSWORD_BYTES) return word?.text;
    report('CONFIG_TRUNCATED', word as Word, {
      message: `only the first ${MAX_PASSWORD_BYTES} bytes of the password are used`,
    });
    return new TextDecoder().decode(bytes.subarray(0, MAX_PASSWORD_BYTES));
  },
};

const authType: Args<'PASS' | 'AH'> = {
  ...choice(['PASS', 'AH']),
  parse([word], report) {
    if (word?.text === 'PASS') return 'PASS';
    if (word?.text === 'AH') {
      report('CONFIG_NOT_RUN', word, {
        message:
          "'AH' protects nobody (HMAC-MD5 with 8 characters): an instance with it is not run",
        expected: "'auth_hmac', on all nodes; or 'PASS'",
        severity: 'warning',
      });
      return 'AH';
    }
    report('CONFIG_INVALID_VALUE', word as Word, {
      message: `'${word?.text}' is not a type of authentication`,
      expected: "'PASS' or 'AH'",
    });
    return undefined;
  },
};

export const authentication = {
  auth_type: setting(
    authType,
    'PASS: a password in each advert; AH: a checksum with the password in an IPsec header. Only VRRP version 2 has them.',
  ),
  auth_pass: setting(
    password,
    'The password, the same on all nodes; with PASS it travels in clear text.',
    { secret: true },
  ),
};

/** What a `key` line says; which bytes a file holds is known when it is read. */
export type HmacKeyArgs = { readonly id: number } & (
  | { readonly hex: string }
  | { readonly file: string }
);

const KEY_ID = 'a key id from 1 to 255';
const KEY_VALUE = `hex: and ${2 * MIN_KEY_BYTES} to ${2 * MAX_KEY_BYTES} hexadecimal digits, ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} characters, or file: and a path`;

const hmacKey: Args<HmacKeyArgs> = {
  syntax: '<1..255> hex:<HEX>|<STRING>|file:<PATH>',
  expects: `${KEY_ID}, and ${KEY_VALUE}`,
  min: 2,
  max: 2,
  parse([idWord, keyWord], report) {
    const id = idWord && parseInteger(idWord, 1, 255, KEY_ID, report);
    if (id === undefined || !keyWord) return undefined;
    const { text } = keyWord;
    if (text.startsWith('file:')) {
      const file = text.slice('file:'.length);
      if (file !== '') return { id, file };
      report('CONFIG_MISSING_VALUE', keyWord, {
        message: "'file:' names no file",
        expected: KEY_VALUE,
      });
      return undefined;
    }
    const parsed = parseHmacKey(text);
    if ('hex' in parsed) return { id, hex: parsed.hex };
    report(parsed.code, keyWord, { message: `key ${id} ${parsed.problem}`, expected: KEY_VALUE });
    return undefined;
  },
};

/**
 * The bytes of a key as it is written on a `key` line or in a file. What is wrong with it is told
 * without what it is, or how long a part of it is right.
 */
export function parseHmacKey(text: string):
  | { readonly hex: string }
  | {
      readonly code: 'CONFIG_OUT_OF_RANGE' | 'CONFIG_INVALID_VALUE';
      readonly problem: string;
    } {
  const hex = text.startsWith('hex:')
    ? text.slice('hex:'.length).toLowerCase()
    : toHex(new TextEncoder().encode(text));
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) {
    const problem = 'is not written in pairs of hexadecimal digits';
    return { code: 'CONFIG_INVALID_VALUE', problem };
  }
  const bytes = hex.length / 2;
  if (bytes >= MIN_KEY_BYTES && bytes <= MAX_KEY_BYTES) return { hex };
  return { code: 'CONFIG_OUT_OF_RANGE', problem: `has ${bytes} bytes` };
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const authHmac = {
  key: setting(
    hmacKey,
    'A key by its id, the same on all nodes: hexadecimal, as text, or in a file, which keeps it out of the configuration. Several allow to change keys without a break.',
    { repeatable: true, secret: true },
  ),
  active_key: setting(integer(1, 255), 'The id of the key that adverts are signed with.'),
  anti_replay: setting(
    choice(['time', 'monotonic']),
    "What an advert's sequence number must be: near the clock and growing, which needs clocks in step; or growing only.",
    { default: 'time' },
  ),
  time_window: setting(
    wholeSeconds(1, MAX_TIME_WINDOW),
    'How far from the clock an advert may be, with anti_replay time.',
    { default: 'three times advert_int, at least 5' },
  ),
  mode: setting(
    choice(['enforce', 'permissive', 'receive-only']),
    'What happens without a signature: enforce drops such adverts, permissive accepts them, receive-only accepts them and signs none. For bringing it in: receive-only everywhere, then permissive, then enforce.',
    { default: 'enforce' },
  ),
};
