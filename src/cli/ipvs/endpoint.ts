/** ipvsadm's `host[:port]`. Pure. */
import type { Ip } from '../../base/ip.js';
import type { Names, Transport } from './names.js';
import { parseIpv6, parseLooseIpv4, parseNumber } from './values.js';

/** The place, or why it is none. */
export type SomewhereWords = { readonly address: Ip; readonly port: number | undefined } | string;

/** Thrown where a name's address has to be known first. */
class NameNeeded extends Error {
  readonly host: string;

  constructor(host: string) {
    super(host);
    this.host = host;
  }
}

/** The name that an error asks for; `undefined`: it is another error. */
export function nameNeeded(error: unknown): string | undefined {
  return error instanceof NameNeeded ? error.host : undefined;
}

/**
 * Reads `HOST`, `HOST:PORT`, `[IPV6]:PORT` or `IPV6`. A host is an address, or a name with an IPv4
 * one; a port a number or a name of services(5).
 *
 * @param transport whose port names count; undefined: none do.
 * @throws what {@link nameNeeded} understands.
 */
export function parseEndpoint(
  text: string,
  transport: Transport | undefined,
  names: Names,
): SomewhereWords {
  if (/^\d*$/.test(text)) return 'an address has dots, colons or letters';
  let host = text;
  let port: string | undefined;
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    if (end < 0) return "']' is missing";
    if (text[end + 1] !== ':') return "':PORT' is missing behind ']'";
    host = text.slice(1, end);
    port = text.slice(end + 2);
  }
  let address = parseIpv6(host);
  if (address === undefined) {
    // In brackets it is no IPv6 address: the last colon inside counts, if there is one.
    const colon = host.lastIndexOf(':');
    port = colon < 0 ? undefined : host.slice(colon + 1);
    if (colon >= 0) host = host.slice(0, colon);
    address = parseLooseIpv4(host) ?? addressOf(host, names);
    if (address === undefined) return `'${host}' has no IPv4 address`;
  }
  if (port === undefined) return { address, port: undefined };
  const number = parseNumber(port, 0, 65_535) ?? (transport && names.port(port, transport));
  if (number === undefined) {
    const of = transport ? ` of ${transport.toUpperCase()}` : '';
    return `'${port}' is no port from 0 to 65535, and no service${of} has that name`;
  }
  return { address, port: number };
}

/** The IPv4 address of a name; throws as {@link parseEndpoint}. */
export function addressOf(host: string, names: Names): Ip | undefined {
  // The C library has no address for an empty name either.
  if (host === '' || host.includes(':')) return undefined;
  const found = names.host(host);
  if (found === undefined) throw new NameNeeded(host);
  return found ?? undefined;
}
