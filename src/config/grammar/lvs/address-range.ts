/** Ranges of addresses: `A`, `A-B`, `A-LAST`, `A/PREFIX`. */
import {
  compareIp,
  familyOf,
  type Ip,
  ipFromBytes,
  ipToBytes,
  maxPrefixLength,
  parseIp,
} from '../../../base/ip.js';
import type { Word } from '../../text/source.js';
import type { Args, ReportArg } from '../keyword.js';

/** Both ends are included; they are of one family, and `last` is not before `first`. */
export interface AddressRange {
  readonly first: Ip;
  readonly last: Ip;
}

const EXPECTED = 'an address, a range (10.0.0.1-20 or 10.0.0.250-10.0.1.10) or a prefix';

/**
 * Parses a range; `undefined` after a report.
 *
 * What follows the dash is a whole address, or the last number of it: decimal for IPv4, hexadecimal
 * for IPv6. A prefix has no bits set behind its length.
 */
export function parseAddressRange(word: Word, report: ReportArg): AddressRange | undefined {
  const [head = '', tail] = word.text.split(/[-/](.*)/s, 2);
  const first = parseIp(head);
  if (first === undefined) {
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${head}' is not an IP address`,
      expected: EXPECTED,
    });
    return undefined;
  }
  if (tail === undefined) return { first, last: first };
  const result = word.text[head.length] === '/' ? prefixEnd(first, tail) : rangeEnd(first, tail);
  if ('last' in result) return { first, last: result.last };
  report('CONFIG_INVALID_VALUE', word, {
    message: `'${word.text}': ${result.wrong}`,
    expected: EXPECTED,
  });
  return undefined;
}

type End = { readonly last: Ip } | { readonly wrong: string };

function prefixEnd(first: Ip, text: string): End {
  const longest = maxPrefixLength(familyOf(first));
  const length = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (length < 1 || length > longest) {
    return { wrong: `'${text}' is not a prefix length from 1 to ${longest}` };
  }
  const bytes = ipToBytes(first);
  const last = bytes.map((byte, i) => byte | hostBits(length, i));
  if (bytes.some((byte, i) => (byte & hostBits(length, i)) !== 0)) {
    return { wrong: `${first} has bits set behind the first ${length}` };
  }
  return { last: ipFromBytes(last) };
}

/** The bits of byte `i` that a prefix of this length leaves free. */
function hostBits(length: number, i: number): number {
  return 0xff >> Math.min(8, Math.max(0, length - 8 * i));
}

function rangeEnd(first: Ip, text: string): End {
  const whole = /[.:]/.test(text);
  const last = whole ? parseIp(text) : withLastNumber(first, text);
  if (last === undefined) return { wrong: `'${text}' cannot be its end` };
  if (familyOf(last) !== familyOf(first)) return { wrong: 'its ends are of different families' };
  const order = compareIp(last, first);
  if (order > 0 || (whole && order === 0)) return { last };
  return { wrong: 'it ends before it begins' };
}

function withLastNumber(first: Ip, text: string): Ip | undefined {
  const bytes = ipToBytes(first);
  if (bytes.length === 4) {
    if (!/^\d{1,3}$/.test(text) || Number(text) > 255) return undefined;
    bytes[3] = Number(text);
  } else {
    if (!/^[0-9a-f]{1,4}$/i.test(text)) return undefined;
    const value = Number.parseInt(text, 16);
    bytes[14] = value >> 8;
    bytes[15] = value & 0xff;
  }
  return ipFromBytes(bytes);
}

/** One range of addresses. */
export const addressRange: Args<AddressRange> = {
  syntax: '<IPADDR>[-<IPADDR>]',
  expects: EXPECTED,
  min: 1,
  max: 1,
  parse: ([word], report) => parseAddressRange(word as Word, report),
};
