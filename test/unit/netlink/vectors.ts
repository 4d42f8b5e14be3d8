/** The captured exchanges of `ip` and `ipvsadm`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import { type Attributes, decodeAttributes } from '../../../src/netlink/attributes.js';
import { decodeMessages, type NetlinkMessage } from '../../../src/netlink/message.js';
import { ROOT } from '../../support/root.js';

export interface Exchange {
  readonly command: string;
  readonly exit: number;
  readonly output: string;
  readonly sent: readonly NetlinkMessage[];
  readonly received: readonly NetlinkMessage[];
}

interface RawExchange {
  readonly command: string;
  readonly exit: number;
  readonly output: string;
  readonly sent: readonly string[];
  readonly received: readonly string[];
}

const messages = (datagrams: readonly string[]): NetlinkMessage[] =>
  datagrams.flatMap((hex) => decodeMessages(fromHex(hex)));

function read(file: string): unknown {
  return JSON.parse(readFileSync(path.join(ROOT, 'test/vectors', file), 'utf8'));
}

/** Every captured run of a file. */
export function readExchanges(file: 'netlink/ip.json' | 'ipvs/ipvsadm.json'): Exchange[] {
  const { exchanges } = read(file) as { exchanges: RawExchange[] };
  return exchanges.map((raw) => ({
    command: raw.command,
    exit: raw.exit,
    output: raw.output,
    sent: messages(raw.sent),
    received: messages(raw.received),
  }));
}

/** The first captured run of a command (or, with `nth`, a later one). */
export function exchange(
  file: 'netlink/ip.json' | 'ipvs/ipvsadm.json',
  command: string,
  nth = 0,
): Exchange {
  const found = readExchanges(file).filter((each) => each.command === command)[nth];
  if (!found) throw new Error(`${file} has no ${command}`);
  return found;
}

/** What `ip monitor` received and printed. */
export function readMonitor(): { received: NetlinkMessage[]; output: string[] } {
  const { received, output } = read('netlink/monitor.json') as {
    received: string[];
    output: string[];
  };
  return { received: messages(received), output };
}

/** Attributes as hexadecimal text by type, for comparisons that do not depend on their order. */
export function attributesByType(bytes: Uint8Array): Record<number, string> {
  return byType(decodeAttributes(bytes));
}

/** The same for the attributes inside an attribute. */
export function nestedByType(attributes: Attributes, type: number): Record<number, string> {
  const inner = attributes.nested(type);
  return inner ? byType(inner) : {};
}

function byType(attributes: Attributes): Record<number, string> {
  return Object.fromEntries(
    attributes.types().map((type) => [type, toHex(attributes.bytes(type) as Uint8Array)]),
  );
}
