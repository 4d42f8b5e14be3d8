/** Interfaces of an instance's own: macvlan (`use_vmac`) and ipvlan (`use_ipvlan`). */
import type { Ip } from '../../../base/ip.js';
import { familyOf, maxPrefixLength, parseIp } from '../../../base/ip.js';
import type { Word } from '../../text/source.js';
import { interfaceName, none, parseInteger } from '../args.js';
import { type Args, type ReportArg, setting } from '../keyword.js';

interface OwnInterfaceArgs {
  readonly name?: string;
  readonly group?: string;
}

export interface VmacArgs extends OwnInterfaceArgs {
  /** 5 octets (the VRID is the sixth) or 6. */
  readonly mac?: readonly number[];
  readonly netlinkNotify: boolean;
}

export type IpvlanMode = 'bridge' | 'private' | 'vepa';

export interface IpvlanArgs extends OwnInterfaceArgs {
  readonly address?: { readonly address: Ip; readonly prefixLength: number };
  readonly mode?: IpvlanMode;
}

/** Takes the word at `i` if it knows it; how many words it took, 0 for none. */
type TakeWord = (words: readonly Word[], i: number) => number;

/** Reads `[name] NAME`, `group GROUP` and what `own` knows, in any order. */
function readOwnInterface(
  words: readonly Word[],
  own: TakeWord,
  report: ReportArg,
): OwnInterfaceArgs | undefined {
  let name: string | undefined;
  let group: string | undefined;
  for (let i = 0; i < words.length; ) {
    const taken = own(words, i);
    i += taken;
    if (taken > 0) continue;
    const option = words[i] as Word;
    const value = option.text === 'name' || option.text === 'group' ? words[++i] : option;
    i++;
    if (!value) {
      report('CONFIG_MISSING_VALUE', option, { message: `'${option.text}' needs a value` });
      return undefined;
    }
    if (option.text === 'group') {
      group = value.text;
      continue;
    }
    if (name !== undefined) {
      report('CONFIG_INVALID_VALUE', value, {
        message: `the interface is named already, '${value.text}' is one name too many`,
      });
      return undefined;
    }
    name = interfaceName.parse([value], report);
    if (name === undefined) return undefined;
  }
  return { ...(name === undefined ? {} : { name }), ...(group === undefined ? {} : { group }) };
}

const vmac: Args<VmacArgs> = {
  syntax: '[[name] <INTERFACE>] [<MAC>] [netlink_notify_msg] [group <GROUP>]',
  expects: 'a name, a MAC address and options',
  min: 0,
  max: 6,
  parse(words, report) {
    let mac: readonly number[] | undefined;
    let netlinkNotify = false;
    let good = true;
    const own: TakeWord = (all, i) => {
      const word = all[i] as Word;
      if (word.text === 'netlink_notify_msg') netlinkNotify = true;
      else if (word.text.includes(':')) {
        mac = parseMac(word, report);
        good &&= mac !== undefined;
      } else return 0;
      return 1;
    };
    const common = readOwnInterface(words, own, report);
    if (!common || !good) return undefined;
    return { ...common, ...(mac ? { mac } : {}), netlinkNotify };
  },
};

/** 5 or 6 octets, a colon after the fifth allowed; what follows the sixth is passed over. */
function parseMac(word: Word, report: ReportArg): readonly number[] | undefined {
  const invalid = (message: string): undefined => {
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' ${message}`,
      expected: 'five or six octets in hexadecimal, for example 02:00:00:00:00:01',
    });
    return undefined;
  };
  const octets = word.text.replace(/^((?:[^:]*:){4}[^:]*):$/, '$1').split(':');
  if (octets.length < 5) return invalid('is not a MAC address');
  if (octets.length > 6) {
    report('CONFIG_EXTRA_WORD', word, {
      message: `'${word.text}' has ${octets.length} octets: only the first six are used`,
    });
    octets.length = 6;
  }
  if (!octets.every((octet) => /^[0-9a-f]{1,2}$/i.test(octet))) {
    return invalid('is not a MAC address');
  }
  const bytes = octets.map((octet) => Number.parseInt(octet, 16));
  const [first = 0, second, third, fourth, fifth] = bytes;
  if ((first & 1) === 1) return invalid('is a multicast address, no interface can have it');
  const isVirtualRouter = first === 0 && second === 0 && third === 0x5e && fourth === 0;
  if (isVirtualRouter && (fifth === 1 || fifth === 2)) {
    return invalid('is of the range of VRRP itself (RFC 9568 7.3)');
  }
  return bytes;
}

const MODES: readonly string[] = ['bridge', 'private', 'vepa'] satisfies IpvlanMode[];

const ipvlan: Args<IpvlanArgs> = {
  syntax: '[[name] <INTERFACE>] [<IPADDR>[/<PREFIX>]] [bridge|private|vepa] [group <GROUP>]',
  expects: 'a name, an address and options',
  min: 0,
  max: 6,
  parse(words, report) {
    let address: IpvlanArgs['address'];
    let mode: IpvlanMode | undefined;
    let good = true;
    const twice = (word: Word, what: string): void => {
      good = false;
      report('CONFIG_INVALID_VALUE', word, {
        message: `${what} is given already, '${word.text}' is one too many`,
      });
    };
    const own: TakeWord = (all, i) => {
      const word = all[i] as Word;
      if (MODES.includes(word.text)) {
        if (mode === undefined) mode = word.text as IpvlanMode;
        else twice(word, 'the mode');
        return 1;
      }
      const ip = parseIp(word.text.split('/', 1)[0] ?? '');
      if (ip === undefined) return 0;
      const longest = maxPrefixLength(familyOf(ip));
      const prefix = word.text.split('/')[1];
      const prefixLength =
        prefix === undefined
          ? longest
          : parseInteger(
              { at: word.at, text: prefix },
              0,
              longest,
              `a prefix length from 0 to ${longest}`,
              report,
            );
      if (prefixLength === undefined) good = false;
      else if (address) twice(word, 'the address');
      else address = { address: ip, prefixLength };
      return 1;
    };
    const common = readOwnInterface(words, own, report);
    if (!common || !good) return undefined;
    return { ...common, ...(address ? { address } : {}), ...(mode ? { mode } : {}) };
  },
};

export const virtualInterface = {
  use_vmac: setting(
    vmac,
    "Adverts and addresses are on a macvlan with the virtual router's MAC address, which moves with it. A MAC address of five octets is ended by the VRID.",
  ),
  use_vmac_addr: setting(none, 'A macvlan on each other interface that addresses are on.'),
  vmac_xmit_base: setting(none, 'Adverts are on the interface below the macvlan or ipvlan.'),
  use_ipvlan: setting(
    ipvlan,
    'Adverts and addresses are on an ipvlan; over IPv4 it needs an address of its own.',
    { firstCounts: true },
  ),
};
