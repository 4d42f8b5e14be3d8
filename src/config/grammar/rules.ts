/** The words of rules: `virtual_rules` and `static_rules`. */
import { suggest } from '../diagnostics/nearest.js';
import type { NumberRange } from '../model/rules.js';
import { parseAnyBase } from '../names.js';
import { groupName } from './addresses.js';
import { interfaceName, parseInteger } from './args.js';
import { u64 } from './encapsulation.js';
import { type EntryValue, option, optionSyntax, synonym } from './entry.js';
import { alone, MAX_U32, named, network, number, one, realms } from './entry-values.js';
import { IP_PROTOCOLS } from './ip-protocols.js';

const MAX_I8 = 127;
const MAX_I32 = 0x7fffffff;
const MAX_PORT = 65535;

/** A number of 32 bits in any base. */
const anyBase: EntryValue<number> = {
  syntax: `<0..${MAX_U32}>`,
  read(words) {
    const expected = `a whole number from 0 to ${MAX_U32}`;
    const word = words.need(expected);
    if (!word) return undefined;
    const value = parseAnyBase(word.text);
    if (value !== undefined && value <= MAX_U32) return value;
    const isNumber = value !== undefined || /^[ \t]*-\d+$/.test(word.text);
    words.report(isNumber ? 'CONFIG_OUT_OF_RANGE' : 'CONFIG_INVALID_VALUE', word, {
      message: isNumber ? `${word.text} is out of range` : `'${word.text}' is not a whole number`,
      expected,
    });
    return undefined;
  },
};

const firewallMark: EntryValue<{ readonly mark: number; readonly mask?: number }> = {
  syntax: '<MARK>[/<MASK>]',
  read(words) {
    const expected = `a mark from 0 to ${MAX_U32}, and a mask behind a slash`;
    const word = words.need(expected);
    if (!word) return undefined;
    const [mark, mask, ...more] = word.text.split('/').map(parseAnyBase);
    const given = word.text.includes('/');
    const good = mark !== undefined && (mask !== undefined || !given) && more.length === 0;
    if (good && mark <= MAX_U32 && (mask ?? 0) <= MAX_U32) {
      return mask === undefined ? { mark } : { mark, mask };
    }
    words.report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not a firewall mark`,
      expected,
    });
    return undefined;
  },
};

/** `FROM-TO`. A single number is one that ip(8) takes for both; keepalived drops it. */
function range(max: number, single: boolean): EntryValue<NumberRange> {
  const expected = `a range <FROM>-<TO> within 0 to ${max}`;
  return {
    syntax: '<FROM>-<TO>',
    read(words) {
      const word = words.need(expected);
      if (!word) return undefined;
      const [, first = '', second] = /^[ \t]*(\d+)(?:-(\d+))?$/.exec(word.text) ?? [];
      const from = Number(first);
      const to = second === undefined ? from : Number(second);
      if (first === '' || (second === undefined && !single)) {
        words.report('CONFIG_INVALID_VALUE', word, {
          message: `'${word.text}' is not a range`,
          expected,
        });
        return undefined;
      }
      if (to > max || from > to) {
        words.report('CONFIG_OUT_OF_RANGE', word, {
          message: `${word.text} is ${from > to ? 'a range whose end is before its beginning' : 'out of range'}`,
          expected,
        });
        return undefined;
      }
      if (second === undefined) {
        words.report('CONFIG_KEEPALIVED_DIFFERS', word, {
          message: `${word.text} is read as the range ${from}-${to}; keepalived leaves a single number out, and its rule is for all`,
          expected,
        });
      }
      return { from, to };
    },
  };
}

const ipProtocol: EntryValue<number> = {
  syntax: '<PROTOCOL>',
  read(words) {
    const expected = 'a protocol by name, for example tcp or udp, or by number from 0 to 255';
    const word = words.need(expected);
    if (!word) return undefined;
    const name = word.text.trim();
    const known = IP_PROTOCOLS.get(name.toLowerCase());
    if (known !== undefined) return known;
    if (/^[+-]?\d+$/.test(name)) {
      const value = parseInteger(word, 0, 255, expected, words.report);
      if (value !== undefined && value > MAX_I8) {
        words.report('CONFIG_KEEPALIVED_DIFFERS', word, {
          message: `${name} is understood; keepalived takes protocols above ${MAX_I8} by name only, and its rule is for all`,
        });
      }
      return value;
    }
    words.report('CONFIG_INVALID_VALUE', word, {
      message: `'${name}' is not a known protocol`,
      expected,
      suggestion: suggest(name, IP_PROTOCOLS.keys()),
    });
    return undefined;
  },
};

const common = {
  inet: option(alone, 'It is one of IPv4.'),
  inet6: option(alone, 'It is one of IPv6.'),
  not: option(alone, 'It is for all packets that the rest is not for.'),
  from: option(network, 'Packets from there.'),
  to: option(network, 'Packets to there.'),
  preference: option(anyBase, 'Of all rules that with the lowest comes first.'),
  priority: synonym('preference'),
  order: synonym('preference'),
  tos: option(named('dsfield', '<TOS>'), 'Packets of that class.'),
  dsfield: synonym('tos'),
  fwmark: option(firewallMark, 'Packets with that mark.'),
  realms: option(realms, 'The realms that packets are put into (IPv4).'),
  iif: option(one(interfaceName), 'Packets that came in by that interface.'),
  dev: synonym('iif'),
  oif: option(one(interfaceName), 'Packets of a socket that is bound to that interface.'),
  'tunnel-id': option(u64, 'Packets of that tunnel.'),
  uidrange: option(range(MAX_U32, false), 'Packets of those users.'),
  ipproto: option(ipProtocol, 'Packets of that protocol.'),
  sport: option(range(MAX_PORT, true), 'Packets from those ports.'),
  dport: option(range(MAX_PORT, true), 'Packets to those ports.'),
  protocol: option(number(0, 255), 'Who added the rule, by number.'),
  table: option(named('table', '<TABLE>', 1), 'The table that is looked up.', { once: true }),
  lookup: synonym('table'),
  suppress_prefixlength: option(
    number(0, MAX_I32),
    'Routes found with a prefix of that length or shorter do not count.',
  ),
  sup_pl: synonym('suppress_prefixlength'),
  suppress_ifgroup: option(
    named('group', '<GROUP>'),
    'Routes found by an interface of that group do not count.',
  ),
  sup_group: synonym('suppress_ifgroup'),
  l3mdev: option(alone, "The table of the interface's VRF is looked up.", { once: true }),
  goto: option(number(0, MAX_U32), 'The rule of that preference comes next.', { once: true }),
  nop: option(alone, 'The next rule comes next.', { once: true }),
  blackhole: option(alone, 'Packets are dropped.', { once: true }),
  unreachable: option(alone, 'Packets are dropped, their sender is told: unreachable.', {
    once: true,
  }),
  prohibit: option(alone, 'Packets are dropped, their sender is told: prohibited.', { once: true }),
  no_track: option(alone, 'Nobody minds when something else removes it.'),
};

/** The options that say what happens, one to a rule. */
export const RULE_ACTIONS = [
  'table',
  'l3mdev',
  'goto',
  'nop',
  'blackhole',
  'unreachable',
  'prohibit',
] as const;

export const virtualRuleOptions = common;

export const staticRuleOptions = {
  ...common,
  track_group: option(groupName, 'The instances that fail when it is gone.', { once: true }),
};

export const VIRTUAL_RULE_SYNTAX = optionSyntax(virtualRuleOptions);
export const STATIC_RULE_SYNTAX = optionSyntax(staticRuleOptions);
