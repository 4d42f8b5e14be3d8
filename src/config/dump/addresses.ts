/** Addresses and track groups as canonical text. */
import type {
  AddressConfig,
  StaticAddressConfig,
  TrackGroupConfig,
  VirtualAddressConfig,
} from '../model/index.js';
import { builtInName } from '../names.js';
import { block, blockUnlessEmpty, type Line, quote, seconds } from './text.js';

/** A block of an instance's addresses; nothing for none. */
export function virtualAddressBlock(
  head: string,
  addresses: readonly VirtualAddressConfig[],
): Line[] {
  return entryBlock(head, addresses, (address) => [
    ...addressWords(address),
    ...word(address.useVmac, 'use_vmac'),
  ]);
}

/** `static_ipaddress`; nothing for none. */
export function staticAddressBlock(addresses: readonly StaticAddressConfig[]): Line[] {
  return entryBlock('static_ipaddress', addresses, (address) => [
    ...addressWords(address),
    ...groupWords(address),
  ]);
}

export function trackGroupBlock(group: TrackGroupConfig): Line {
  return block(`track_group ${quote(group.name)}`, group.at, [
    ...blockUnlessEmpty(
      'group',
      group.origins['group'],
      group.instances.map(({ name, at }) => ({ text: quote(name), from: at })),
    ),
  ]);
}

/** A block of lines, each at its own place. */
export function entryBlock<T extends { readonly at: AddressConfig['at'] }>(
  head: string,
  entries: readonly T[],
  words: (entry: T) => readonly string[],
): Line[] {
  return blockUnlessEmpty(
    head,
    entries[0]?.at,
    entries.map((entry) => ({ text: words(entry).join(' '), from: entry.at })),
  );
}

/** The word, if it is set. */
export function word(set: boolean | undefined, text: string): string[] {
  return set ? [text] : [];
}

/** A word and its value, if there is one. */
export function pair(text: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [`${text} ${typeof value === 'string' ? quote(value) : value}`];
}

/** `track_group G`. */
export function groupWords({ trackGroup }: { readonly trackGroup?: string }): string[] {
  return pair('track_group', trackGroup);
}

/** A scope by its name, if every machine has it. */
export function scopeName(scope: number): string | number {
  return builtInName('scope', scope) ?? scope;
}

function addressWords(address: AddressConfig): string[] {
  const { preferredLifetime: lifetime, peer } = address;
  const ipv6 = address.address.includes(':');
  return [
    // With a peer the length is that of the peer, and keepalived wants none to be written.
    peer === undefined ? `${address.address}/${address.prefixLength}` : address.address,
    ...pair('peer', peer),
    ...pair('brd', address.broadcast),
    `dev ${quote(address.interface)}`,
    ...(ipv6 ? [] : [`scope ${scopeName(address.scope)}`]),
    ...pair('label', address.label),
    ...word(address.home, 'home'),
    ...word(address.duplicateDetection, '-nodad'),
    ...word(address.manageTemporary, 'mngtmpaddr'),
    ...word(address.noPrefixRoute, 'noprefixroute'),
    ...word(address.autoJoin, 'autojoin'),
    ...word(address.noTrack, 'no_track'),
    ...pair('preferred_lft', typeof lifetime === 'number' ? seconds(lifetime) : lifetime),
  ];
}
