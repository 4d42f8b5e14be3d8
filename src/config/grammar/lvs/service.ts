/** What a virtual server is called, its schedulers and its persistence. */
import { type Ip, ipFromBytes, ipToBytes, parseIp } from '../../../base/ip.js';
import type { Word } from '../../text/source.js';
import { type AddressPort, addressPort, parseInteger } from '../args.js';
import type { Args } from '../keyword.js';
import { MAX_UINT32 } from './timing.js';

/** keepalived's LVS_MAX_TIMEOUT: 31 days. */
const MAX_PERSISTENCE_SECONDS = 2_678_400;
/** The timeout of `persistence_timeout` without a value, and of what implies persistence. */
export const DEFAULT_PERSISTENCE_SECONDS = 360;

/** The kernel's schedulers, as in keepalived's list. */
export const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'sh',
  'mh',
  'dh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'twos',
] as const;

export type VirtualServerName =
  | ({ readonly kind: 'address' } & AddressPort)
  | { readonly kind: 'fwmark'; readonly fwmark: number }
  | { readonly kind: 'group'; readonly group: string; readonly at: Word['at'] };

export const serviceName: Args<VirtualServerName> = {
  syntax: '<IPADDR> [<PORT>] | fwmark <INTEGER> | group <NAME>',
  expects: "an address and a port, 'fwmark' and a number, or 'group' and a name",
  min: 1,
  max: 2,
  parse(words, report) {
    const [first, second] = words as readonly [Word, Word | undefined];
    const keyed = first.text === 'fwmark' || first.text === 'group';
    if (!keyed) {
      const parsed = addressPort.parse(words, report);
      return parsed && { kind: 'address', ...parsed };
    }
    if (!second) {
      const [what, syntax] =
        first.text === 'group' ? ['name', '<NAME>'] : ['number', `<1..${MAX_UINT32}>`];
      report('CONFIG_MISSING_VALUE', first, {
        message: `'${first.text}' needs a ${what}`,
        expected: `${first.text} ${syntax}`,
      });
      return undefined;
    }
    if (first.text === 'group') return { kind: 'group', group: second.text, at: second.at };
    const fwmark = parseMark(second, report);
    return fwmark === undefined ? undefined : { kind: 'fwmark', fwmark };
  },
};

/** A firewall mark; 0 is what packets without a mark have, and no service can have it. */
export function parseMark(
  word: Word,
  report: Parameters<Args<number>['parse']>[1],
): number | undefined {
  return parseInteger(word, 1, MAX_UINT32, `a mark from 1 to ${MAX_UINT32}`, report);
}

/** Seconds; 0, which keepalived passes over with a complaint, is as if nothing were said. */
export const persistence: Args<number> = {
  syntax: '[<SECONDS>]',
  expects: `seconds from 1 to ${MAX_PERSISTENCE_SECONDS}`,
  min: 0,
  max: 1,
  range: [1, MAX_PERSISTENCE_SECONDS],
  unit: 'seconds',
  parse([word], report) {
    if (!word) return DEFAULT_PERSISTENCE_SECONDS;
    if (!/^0+$/.test(word.text)) {
      return parseInteger(word, 1, MAX_PERSISTENCE_SECONDS, persistence.expects, report);
    }
    report('CONFIG_OUT_OF_RANGE', word, {
      message: `${word.text} is out of range: the line is ignored, and without one a service is not persistent`,
      expected: `${persistence.expects}, or no such line`,
      severity: 'warning',
    });
    return 0;
  },
};

/** The kernel's IP_VS_PENAME_MAXLEN less its closing zero. */
const MAX_ENGINE = 15;

export const persistenceEngine: Args<string> = {
  syntax: '<STRING>',
  expects: `a persistence engine's name, at most ${MAX_ENGINE} characters`,
  min: 1,
  max: 1,
  parse([word], report) {
    const { text } = word as Word;
    if (text.length <= MAX_ENGINE) return text;
    report('CONFIG_TRUNCATED', word as Word, {
      message: `only the first ${MAX_ENGINE} characters of '${text}' are used`,
    });
    return text.slice(0, MAX_ENGINE);
  },
};

/** What clients have in common that stay with one server. */
export type Granularity =
  /** A whole number: of an IPv6 service a prefix length, of an IPv4 one an address. */
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'mask'; readonly mask: Ip };

export const granularity: Args<Granularity> = {
  syntax: '<NETMASK>',
  expects: 'an IPv4 netmask (255.255.255.0), or for IPv6 a prefix length from 1 to 128',
  min: 1,
  max: 1,
  parse([word], report) {
    const given = word as Word;
    if (/^[ \t]*[+-]?\d+$/.test(given.text)) {
      const value = parseInteger(given, 0, MAX_UINT32, granularity.expects, report);
      return value === undefined ? undefined : { kind: 'number', value };
    }
    const mask = parseDotted(given.text);
    if (mask === undefined) {
      report('CONFIG_INVALID_VALUE', given, {
        message: `'${given.text}' is not a netmask`,
        expected: granularity.expects,
      });
      return undefined;
    }
    return { kind: 'mask', mask };
  },
};

/** An IPv4 address as inet_aton(3) reads it: with fewer than four parts the last fills the rest. */
function parseDotted(text: string): Ip | undefined {
  const parts = text.split('.');
  if (parts.length === 4) return parseIp(text);
  if (parts.length > 4 || !parts.every((part) => /^\d{1,8}$/.test(part))) return undefined;
  const numbers = parts.map(Number);
  const rest = numbers.pop() as number;
  const free = 4 - numbers.length;
  if (numbers.some((part) => part > 255) || rest >= 256 ** free) return undefined;
  return addressOf(numbers.reduce((sum, part, i) => sum + part * 256 ** (3 - i), 0) + rest);
}

/** A number of 32 bits as an address. */
export function addressOf(value: number): Ip {
  return ipFromBytes(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
}

/** The length of an IPv4 netmask; `undefined` if it has holes. */
export function maskLength(mask: Ip): number | undefined {
  const value = ipToBytes(mask).reduce((sum, byte) => sum * 256 + byte, 0);
  const ones = Math.clz32(~value >>> 0);
  return value === (ones === 0 ? 0 : (0xffff_ffff << (32 - ones)) >>> 0) ? ones : undefined;
}
