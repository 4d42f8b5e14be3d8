/** The words of addresses: `virtual_ipaddress`, `virtual_ipaddress_excluded`, `static_ipaddress`. */
import type { Ip } from '../../base/ip.js';
import { parseIp } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import { MICROS_PER_SECOND } from '../../base/time.js';
import { interfaceName, parseInteger } from './args.js';
import { type EntryValue, option, optionSyntax, synonym } from './entry.js';
import { addressOf, alone, MAX_U32, named, one } from './entry-values.js';

/** The kernel's IFNAMSIZ less its closing zero, which labels share. */
const MAX_LABEL = 15;

/** `+` and `-`: all host bits of the address set, or none. */
const broadcast: EntryValue<Ip | '+' | '-'> = {
  syntax: '<IPADDR>|+|-',
  read(words) {
    const expected = "an IPv4 address, '+' or '-'";
    const word = words.need(expected);
    if (!word) return undefined;
    const { text } = word;
    if (text === '+' || text === '-') return text;
    const ip = parseIp(text);
    if (ip !== undefined && !ip.includes(':')) return ip;
    words.report('CONFIG_INVALID_VALUE', word, {
      message: `'${text}' is not an IPv4 address`,
      expected,
    });
    return undefined;
  },
};

const label: EntryValue<string> = {
  syntax: '<LABEL>',
  read(words) {
    const expected = `at most ${MAX_LABEL} characters`;
    const word = words.need(expected);
    if (!word || word.text.length <= MAX_LABEL) return word?.text;
    words.report('CONFIG_INVALID_VALUE', word, {
      message: `the label '${word.text}' is longer than ${MAX_LABEL} characters`,
      expected,
    });
    return undefined;
  },
};

const lifetime: EntryValue<Micros | 'forever'> = {
  syntax: '<SECONDS>|forever',
  read(words) {
    const expected = `forever, or whole seconds from 0 to ${MAX_U32}`;
    const word = words.need(expected);
    if (!word) return undefined;
    if (word.text === 'forever') return 'forever';
    const seconds = parseInteger(word, 0, MAX_U32, expected, words.report);
    if (seconds === undefined) return undefined;
    // All bits set is the kernel's way of saying forever.
    return seconds === MAX_U32 ? 'forever' : seconds * MICROS_PER_SECOND;
  },
};

const common = {
  brd: option(broadcast, 'The broadcast address; + and - set and clear the host bits.'),
  broadcast: synonym('brd'),
  dev: option(one(interfaceName), 'The interface.', { once: true }),
  scope: option(named('scope', '<SCOPE>'), 'How far the address is valid (IPv4).'),
  label: option(label, 'The name of an alias, <INTERFACE>:<WORD> (IPv4).'),
  peer: option(addressOf(), 'The other end of a point-to-point link.', { once: true }),
  home: option(alone, 'It is the home address of Mobile IPv6.'),
  '-nodad': option(alone, 'The kernel looks for duplicates of it (IPv6).'),
  mngtmpaddr: option(alone, 'The kernel makes temporary addresses from it (IPv6).'),
  noprefixroute: option(alone, 'No route to its network is made.'),
  autojoin: option(alone, 'Its multicast group is joined.'),
  no_track: option(alone, 'It is not put back when something else removes it.'),
  preferred_lft: option(lifetime, 'After that it is no source of new connections.'),
};

export const virtualAddressOptions = {
  ...common,
  use_vmac: option(alone, 'It is added to a virtual MAC interface.'),
};

/** The name of a `track_group`. */
export const groupName: EntryValue<string> = {
  syntax: '<GROUP>',
  read: (words) => words.need('the name of a track_group')?.text,
};

export const staticAddressOptions = {
  ...common,
  track_group: option(groupName, 'The instances that fail when it is gone.', { once: true }),
};

/** An address as it stands before its options. */
export const ADDRESS = '<IPADDR>[/<PREFIX>]';

export const VIRTUAL_ADDRESS_SYNTAX = `${ADDRESS} ${optionSyntax(virtualAddressOptions)}`;
export const STATIC_ADDRESS_SYNTAX = `${ADDRESS} ${optionSyntax(staticAddressOptions)}`;
