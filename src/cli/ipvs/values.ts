/** What ipvsadm takes for a number, an address, a mask. Pure. */
import { type Ip, ipToBytes, parseIp } from '../../base/ip.js';

/** strtol(3) in base 10 of a whole text, within bounds; `undefined` otherwise. */
export function parseNumber(text: string, min: number, max: number): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** atoi(3): the number that a text begins with, or 0. */
export function leadingNumber(text: string): number {
  const found = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text);
  return found ? Number(found[1]) : 0;
}

/**
 * inet_aton(3): one to four numbers, decimal, octal or hexadecimal, of which the last fills what is
 * left. White space and anything behind it are ignored, as the C library does.
 */
export function parseLooseIpv4(text: string): Ip | undefined {
  const parts = text.replace(/[ \t\n\v\f\r].*$/s, '').split('.');
  if (parts.length > 4) return undefined;
  const numbers = parts.map(parseLooseNumber);
  const free = 5 - parts.length;
  let value = 0;
  for (const [i, number] of numbers.entries()) {
    const last = i === parts.length - 1;
    if (number === undefined || number >= (last ? 256 ** free : 256)) return undefined;
    value = last ? value * 256 ** free + number : value * 256 + number;
  }
  return ipv4FromNumber(value);
}

function parseLooseNumber(text: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

/** inet_pton(3) of IPv6: no zone. */
export function parseIpv6(text: string): Ip | undefined {
  return text.includes(':') ? parseIp(text) : undefined;
}

/** 0xc0000201 is 192.0.2.1. */
export function ipv4FromNumber(value: number): Ip {
  return `${value >>> 24}.${(value >>> 16) & 0xff}.${(value >>> 8) & 0xff}.${value & 0xff}`;
}

/** 192.0.2.1 is 0xc0000201. */
export function ipv4ToNumber(ip: Ip): number {
  const [a, b, c, d] = ipToBytes(ip) as unknown as [number, number, number, number];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/**
 * inet_ntop(3): as RFC 5952, but the last four bytes of an address that begins with 96 zero bits
 * (and does not end in 32 bits below 65536) are written with dots.
 */
export function printIp(ip: Ip): string {
  if (!ip.startsWith('::') || ip.includes('.')) return ip;
  const found = /^::([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(ip);
  if (!found) return ip;
  const [high, low] = [
    Number.parseInt(found[1] as string, 16),
    Number.parseInt(found[2] as string, 16),
  ];
  return `::${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

/** Bytes that end a name in a buffer of C: the text is cut, as strncpy(3) with room for `most`. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most);
}
