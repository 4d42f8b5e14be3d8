/**
 * IP addresses are canonical text everywhere inside tandem (`192.0.2.1`, RFC 5952 for IPv6): plain
 * data that is a map key, an IPC field and a log word at once. This file converts them to and from
 * what people type and what wires carry.
 */
/** An address as canonical text. Make one with {@link parseIp} or {@link ipFromBytes}. */
export type Ip = string;

export type Family = 4 | 6;

/** ASCII. */
const DOT = 0x2e;
const ZERO = 0x30;

let net: typeof import('node:net') | undefined;

/** Parses what a person typed into canonical text; `undefined` if it is no address. */
export function parseIp(text: string): Ip | undefined {
  // Loading it takes a command that prints a list longer than all else that it loads.
  net ??= process.getBuiltinModule('node:net');
  const { isIPv4, isIPv6 } = net;
  if (isIPv4(text)) return text;
  if (isIPv6(text) && !text.includes('%')) return ipFromBytes(ipv6Bytes(text));
  return undefined;
}

/** The family of a canonical address. */
export function familyOf(ip: Ip): Family {
  return ip.includes(':') ? 6 : 4;
}

/** An address as 4 or 16 bytes in network order. */
export function ipToBytes(ip: Ip): Uint8Array {
  if (familyOf(ip) === 6) return ipv6Bytes(ip);
  // Without a list of words: every advert that comes or goes needs some of these.
  const bytes = new Uint8Array(4);
  let value = 0;
  let at = 0;
  for (let i = 0; i < ip.length; i++) {
    const code = ip.charCodeAt(i);
    if (code === DOT) {
      bytes[at++] = value;
      value = 0;
    } else value = value * 10 + (code - ZERO);
  }
  bytes[at] = value;
  return bytes;
}

/** 4 or 16 bytes in network order as a canonical address. Throws `RangeError` on another length. */
export function ipFromBytes(bytes: Uint8Array): Ip {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (bytes.length !== 16)
    throw new RangeError(`an address has 4 or 16 bytes, not ${bytes.length}`);
  const words: number[] = [];
  for (let i = 0; i < 16; i += 2)
    words.push(((bytes[i] as number) << 8) | (bytes[i + 1] as number));
  // RFC 5952 5: a mapped address is written with its IPv4 part dotted.
  if (words.slice(0, 5).every((w) => w === 0) && words[5] === 0xffff) {
    return `::ffff:${bytes.subarray(12).join('.')}`;
  }
  // RFC 5952 4.2: the longest run of two or more zero words becomes ::, the first of equals.
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && words[i + n] === 0) n++;
    if (n > length) {
      start = i;
      length = n;
    }
    if (n > 0) i += n - 1;
  }
  const text = (part: number[]): string => part.map((w) => w.toString(16)).join(':');
  if (start < 0) return text(words);
  return `${text(words.slice(0, start))}::${text(words.slice(start + length))}`;
}

/** Order as unsigned numbers in network order: negative, zero or positive. IPv4 before IPv6. */
export function compareIp(a: Ip, b: Ip): number {
  const x = ipToBytes(a);
  const y = ipToBytes(b);
  return x.length - y.length || Buffer.compare(x, y);
}

/** The number of address bits of a family: 32 or 128. */
export function maxPrefixLength(family: Family): number {
  return family === 4 ? 32 : 128;
}

function ipv6Bytes(text: string): Uint8Array {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  let plain = text;
  if (dotted) {
    const [, head, a, b, c, d] = dotted;
    const word = (hi: string | undefined, lo: string | undefined): string =>
      ((Number(hi) << 8) | Number(lo)).toString(16);
    plain = `${head}${word(a, b)}:${word(c, d)}`;
  }
  const [left = '', right] = plain.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const fill: string[] = new Array(Math.max(0, 8 - head.length - tail.length)).fill('0');
  const bytes = new Uint8Array(16);
  [...head, ...fill, ...tail].forEach((word, i) => {
    const value = Number.parseInt(word, 16);
    bytes[2 * i] = value >> 8;
    bytes[2 * i + 1] = value & 0xff;
  });
  return bytes;
}
