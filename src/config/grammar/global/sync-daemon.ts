/** The value of `lvs_sync_daemon`. */
import type { Ip } from '../../../base/ip.js';
import type { Word } from '../../text/source.js';
import { interfaceName, parseAddress, parseInteger } from '../args.js';
import type { Args, ReportArg } from '../keyword.js';
import { isMulticast } from './vrrp.js';

export interface SyncDaemonArgs {
  readonly interface: string;
  readonly instance?: Word;
  readonly id?: number;
  readonly maxlen?: number;
  readonly port?: number;
  readonly ttl?: number;
  readonly group?: Ip;
}

/** The numbers among the options; the largest message is an IPv4 packet less its headers. */
const NUMBERS = {
  id: [0, 255],
  maxlen: [1, 65535 - 20 - 8],
  port: [1, 65535],
  ttl: [1, 255],
} as const;

const OPTIONS = ['inst', 'id', 'maxlen', 'port', 'ttl', 'group'];

/** Takes words off the front; what is found goes into `found`. */
interface Reading {
  readonly rest: Word[];
  readonly found: { -readonly [K in keyof SyncDaemonArgs]?: SyncDaemonArgs[K] };
  readonly report: ReportArg;
}

/**
 * `IF [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group IP]`, the options in any order;
 * a bare number after the instance is an old form of `id N`.
 */
export const syncDaemon: Args<SyncDaemonArgs> = {
  syntax:
    '<INTERFACE> [[inst] <VRRP_INSTANCE>] [id <0..255>] [maxlen <1..65507>] [port <1..65535>] [ttl <1..255>] [group <IPADDR>]',
  expects: 'an interface, and perhaps an instance and options',
  min: 1,
  max: 13,
  parse([first, ...rest], report) {
    const device = interfaceName.parse([first as Word], report);
    const reading: Reading = { rest, found: {}, report };
    if (rest[0] && !OPTIONS.includes(rest[0].text)) {
      reading.found.instance = rest.shift() as Word;
      if (rest[0] && /^\d+$/.test(rest[0].text) && !oldId(reading)) return undefined;
    }
    let good = true;
    while (rest.length > 0) {
      const option = rest.shift() as Word;
      if (!OPTIONS.includes(option.text)) {
        report('CONFIG_INVALID_VALUE', option, {
          message: `unknown option '${option.text}'`,
          expected: syncDaemon.syntax,
        });
        return undefined;
      }
      if (!readOption(option, reading)) good = false;
    }
    return good && device !== undefined ? { interface: device, ...reading.found } : undefined;
  },
};

function oldId({ rest, found, report }: Reading): boolean {
  const word = rest.shift() as Word;
  report('CONFIG_OLD_NAME', word, {
    message: "the sync id without 'id' before it is an old form",
    suggestion: `'id ${word.text}'`,
  });
  const id = number('id', word, report);
  if (id === undefined) return false;
  found.id = id;
  return true;
}

/** One option with its value; false after a report. */
function readOption(option: Word, { rest, found, report }: Reading): boolean {
  const name = option.text as 'inst' | 'group' | keyof typeof NUMBERS;
  const value = rest.shift();
  if (!value) {
    report('CONFIG_MISSING_VALUE', option, { message: `'${name}' needs a value` });
    return false;
  }
  if (name === 'inst') {
    if (!found.instance) {
      found.instance = value;
      return true;
    }
    report('CONFIG_INVALID_VALUE', value, {
      message: `the instance is given already, '${found.instance.text}': there is one pair of daemons`,
    });
    return false;
  }
  if (name === 'group') {
    const group = parseAddress(value, report);
    if (group === undefined) return false;
    if (!isMulticast(group)) {
      report('CONFIG_INVALID_VALUE', value, {
        message: `${group} is not a multicast address`,
        expected: 'an IPv4 or IPv6 multicast address',
      });
      return false;
    }
    found.group = group;
    return true;
  }
  const parsed = number(name, value, report);
  if (parsed === undefined) return false;
  found[name] = parsed;
  return true;
}

function number(name: keyof typeof NUMBERS, word: Word, report: ReportArg): number | undefined {
  const [min, max] = NUMBERS[name];
  const expected = name === 'id' ? 'a sync id from 0 to 255' : `a number from ${min} to ${max}`;
  return parseInteger(word, min, max, expected, report);
}
