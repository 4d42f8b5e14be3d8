/** The lines of `virtual_ipaddress`, `virtual_ipaddress_excluded` and `static_ipaddress`. */
import {
  familyOf,
  type Ip,
  ipFromBytes,
  ipToBytes,
  maxPrefixLength,
  parseIp,
} from '../../base/ip.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import { ADDRESS, staticAddressOptions, virtualAddressOptions } from '../grammar/addresses.js';
import { type EntryOptions, type EntryWords, lookUpOption } from '../grammar/entry.js';
import { parsePrefix } from '../grammar/entry-values.js';
import type {
  AddressConfig,
  Prefix,
  StaticAddressConfig,
  VirtualAddressConfig,
} from '../model/index.js';
import type { RoutingNames } from '../names.js';
import type { Statement, Word } from '../text/source.js';
import { type EntryFields, type EntryReader, entryWords, readOptions } from './entry.js';

/** A longer prefix has no broadcast address. */
const LONGEST_WITH_BROADCAST = 30;

const virtualReader: EntryReader<typeof virtualAddressOptions> = {
  what: 'an address',
  options: virtualAddressOptions,
  other: secondAddress,
};

const staticReader: EntryReader<typeof staticAddressOptions> = {
  what: 'an address',
  options: staticAddressOptions,
  other: secondAddress,
};

/**
 * Builds the addresses of one block of an instance.
 *
 * @param ownInterface the instance's interface, for addresses without `dev`.
 * @param names names of scopes of the machine.
 * @returns those that are good.
 */
export function buildVirtualAddresses(
  entries: readonly Statement[],
  ownInterface: string,
  names: RoutingNames,
  sink: Sink,
): VirtualAddressConfig[] {
  return entries.flatMap((entry) => {
    const read = readAddress(entry, virtualReader, names, sink);
    const address = read && buildCommon(read, ownInterface);
    if (!address) return [];
    return [{ ...address, ...flag('useVmac', read.fields.get('use_vmac')) }];
  });
}

/** Builds the addresses of one `static_ipaddress`. */
export function buildStaticAddresses(
  entries: readonly Statement[],
  defaultInterface: string,
  names: RoutingNames,
  sink: Sink,
): StaticAddressConfig[] {
  return entries.flatMap((entry) => {
    const read = readAddress(entry, staticReader, names, sink);
    const address = read && buildCommon(read, defaultInterface);
    if (!address) return [];
    const group = read.fields.get('track_group');
    return [{ ...address, ...(group ? { trackGroup: group.value } : {}) }];
  });
}

type Common = typeof virtualAddressOptions | typeof staticAddressOptions;

interface ReadAddress<O extends EntryOptions> {
  readonly word: Word;
  readonly prefix: Prefix;
  readonly fields: EntryFields<O>;
  readonly words: EntryWords;
}

function readAddress<O extends Common>(
  entry: Statement,
  reader: EntryReader<O>,
  names: RoutingNames,
  sink: Sink,
): ReadAddress<O> | undefined {
  const words = entryWords(entry, 'an address', names, sink);
  const word = words?.take();
  if (!words || !word) return undefined;
  if (/^-?[a-z]\w*$/i.test(word.text)) {
    reportNoAddress(entry, reader.options, words);
    return undefined;
  }
  const prefix = parsePrefix(word, ADDRESS, words.report);
  const { fields, good } = readOptions(reader, words);
  return prefix && good ? { word, prefix, fields, words } : undefined;
}

/** A line that begins with a word: most often an option that has a line of its own. */
function reportNoAddress(
  { keyword, args }: Statement,
  options: EntryOptions,
  words: EntryWords,
): void {
  const line = [keyword, ...args].map(({ text }) => text).join(' ');
  const isOption = lookUpOption(options, keyword.text) !== undefined;
  words.report('CONFIG_INVALID_VALUE', keyword, {
    message: isOption
      ? `'${keyword.text}' is an option of an address: it stands on the address's line`
      : `'${keyword.text}' is not an IP address: a line begins with one, and its options follow`,
    expected: isOption ? `'${ADDRESS} ${line}'` : ADDRESS,
  });
}

/** Two addresses on a line are a frequent slip. */
function secondAddress(word: Word, words: EntryWords): boolean | undefined {
  if (parseIp(word.text.split('/', 1)[0] ?? '') === undefined) return false;
  words.report('CONFIG_INVALID_VALUE', word, {
    message: `'${word.text}': each address stands on a line of its own`,
  });
  return undefined;
}

function buildCommon(read: ReadAddress<Common>, fallback: string): AddressConfig | undefined {
  const { word, prefix, words } = read;
  const fields = read.fields as EntryFields<typeof virtualAddressOptions>;
  const family = familyOf(prefix.address);
  const peer = fields.get('peer');
  if (peer && familyOf(peer.value) !== family) {
    words.report(
      'CONFIG_FAMILY_MISMATCH',
      { text: peer.value, at: peer.at },
      {
        message: `the peer ${peer.value} is not of the family of ${prefix.address}`,
      },
    );
    return undefined;
  }
  const longest = maxPrefixLength(family);
  if (peer && prefix.prefixLength !== longest) {
    words.report('CONFIG_WITHOUT_EFFECT', word, {
      message: `the prefix length ${prefix.prefixLength} is ignored: with a peer the network is the peer alone, /${longest}`,
    });
  }
  const prefixLength = peer ? longest : prefix.prefixLength;
  const broadcast = broadcastOf(read, { ...prefix, prefixLength });
  if (broadcast === undefined) return undefined;
  const ipv4Only = ipv4Options(read);
  const lifetime = fields.get('preferred_lft')?.value ?? defaultLifetime(prefixLength, family);
  return {
    at: word.at,
    address: prefix.address,
    prefixLength,
    interface: fields.get('dev')?.value ?? fallback,
    scope: ipv4Only.scope,
    ...(broadcast === '' ? {} : { broadcast }),
    ...(ipv4Only.label === undefined ? {} : { label: ipv4Only.label }),
    ...(peer ? { peer: peer.value } : {}),
    ...flag('home', fields.get('home')),
    ...flag('duplicateDetection', fields.get('-nodad')),
    ...flag('manageTemporary', fields.get('mngtmpaddr')),
    ...flag('noPrefixRoute', fields.get('noprefixroute')),
    ...flag('autoJoin', fields.get('autojoin')),
    ...flag('noTrack', fields.get('no_track')),
    ...(lifetime === undefined ? {} : { preferredLifetime: lifetime }),
    origins: fields.origins(),
  };
}

/** `{ name: true }` if the option was given. */
function flag<K extends string>(name: K, field: unknown): { readonly [P in K]?: true } {
  return (field ? { [name]: true } : {}) as { readonly [P in K]?: true };
}

/** keepalived deprecates single addresses of IPv6, so that they are no source of connections. */
function defaultLifetime(prefixLength: number, family: 4 | 6): 0 | 'forever' | undefined {
  if (family === 4) return undefined;
  return prefixLength === maxPrefixLength(6) ? 0 : 'forever';
}

/** IPv6 has neither scopes that one can choose nor labels: keepalived leaves them out aloud. */
function ipv4Options(read: ReadAddress<Common>): {
  readonly scope: number;
  readonly label: string | undefined;
} {
  const { prefix, words } = read;
  const fields = read.fields as EntryFields<typeof virtualAddressOptions>;
  const scope = fields.get('scope');
  const label = fields.get('label');
  if (familyOf(prefix.address) === 4) return { scope: scope?.value ?? 0, label: label?.value };
  for (const [name, field] of [
    ['scope', scope],
    ['label', label],
  ] as const) {
    if (!field || field.value === 0) continue;
    words.report('CONFIG_WITHOUT_EFFECT', field.word, {
      message: `${prefix.address}: an IPv6 address has no ${name}: it is ignored`,
    });
  }
  return { scope: 0, label: undefined };
}

/** `+` sets the host bits of the address, `-` clears them. Returns '' for none. */
function broadcastOf(read: ReadAddress<Common>, prefix: Prefix): Ip | '' | undefined {
  const { words } = read;
  const fields = read.fields as EntryFields<typeof virtualAddressOptions>;
  const given = fields.get('brd');
  if (!given) return '';
  const at: Word = { text: given.value, at: given.at };
  if (familyOf(prefix.address) === 6) {
    words.report('CONFIG_INVALID_VALUE', at, {
      message: 'an IPv6 address has no broadcast address',
    });
    return undefined;
  }
  if (fields.get('peer')) {
    words.report('CONFIG_WITHOUT_EFFECT', given.word, {
      message: 'a point-to-point address has no broadcast address: it is ignored',
    });
    return '';
  }
  if (given.value !== '+' && given.value !== '-') return given.value;
  if (prefix.prefixLength > LONGEST_WITH_BROADCAST) {
    words.report('CONFIG_WITHOUT_EFFECT', given.word, {
      message: `a network of prefix length ${prefix.prefixLength} has no broadcast address: none is set`,
    });
    return '';
  }
  const bytes = ipToBytes(prefix.address).map((byte, i) => {
    const hostBits = Math.min(8, Math.max(0, 8 * (i + 1) - prefix.prefixLength));
    const mask = 2 ** hostBits - 1;
    return given.value === '+' ? byte | mask : byte & ~mask;
  });
  return ipFromBytes(bytes);
}
