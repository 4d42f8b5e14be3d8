/** The lines of `virtual_ipaddress` and `virtual_ipaddress_excluded`. */
import {
  familyOf,
  type Ip,
  ipFromBytes,
  ipToBytes,
  maxPrefixLength,
  parseIp,
} from '../../base/ip.js';
import type { DiagnosticCode, Report, Sink } from '../diagnostics/diagnostics.js';
import { interfaceName, parseInteger } from '../grammar/args.js';
import type { ReportArg } from '../grammar/keyword.js';
import { ADDRESS_SYNTAX } from '../grammar/vrrp.js';
import type { VirtualAddressConfig } from '../model/index.js';
import type { Statement, Word } from '../text/source.js';

/** rtnetlink's scopes (linux/rtnetlink.h). */
export const SCOPES: Readonly<Record<string, number>> = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};

/** The kernel's IFNAMSIZ less its closing zero, which labels share. */
const MAX_LABEL = 15;

const WITH_VALUE = new Set(['brd', 'broadcast', 'dev', 'scope', 'label']);
const PLANNED_OPTIONS = new Set([
  'peer',
  'home',
  '-nodad',
  'nodad',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
  'no_track',
  'track_group',
  'preferred_lft',
  'use_vmac',
]);

/**
 * Builds one virtual address.
 *
 * @param ownInterface the instance's interface, for addresses without `dev`.
 * @returns `undefined` after a report.
 */
export function buildAddress(
  statement: Statement,
  ownInterface: string,
  sink: Sink,
): VirtualAddressConfig | undefined {
  const { keyword: word, args, body } = statement;
  const report: ReportArg = (code: DiagnosticCode, at: Word, detail: Report) =>
    sink.report(code, at.at, detail);
  if (body) {
    sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', word.at, { message: 'an address takes no block' });
    return undefined;
  }
  const parsed = parsePrefix(word, report);
  const options = readOptions(args, report);
  if (!parsed || !options) return undefined;
  const { brd, dev, scope, label } = options;
  const device = dev ? interfaceName.parse([dev], report) : ownInterface;
  const scopeNumber = scope ? parseScope(scope, report) : 0;
  const broadcast = brd ? parseBroadcast(brd, parsed, report) : '';
  if (label && label.text.length > MAX_LABEL) {
    report('CONFIG_INVALID_VALUE', label, {
      message: `the label '${label.text}' is longer than ${MAX_LABEL} characters`,
    });
    return undefined;
  }
  if (device === undefined || scopeNumber === undefined || broadcast === undefined)
    return undefined;
  return {
    at: word.at,
    ...parsed,
    interface: device,
    scope: scopeNumber,
    ...(broadcast === '' ? {} : { broadcast }),
    ...(label ? { label: label.text } : {}),
  };
}

function parsePrefix(
  word: Word,
  report: ReportArg,
): { address: Ip; prefixLength: number } | undefined {
  const slash = word.text.indexOf('/');
  const address = parseIp(slash < 0 ? word.text : word.text.slice(0, slash));
  if (address === undefined) {
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not an IP address`,
      expected: ADDRESS_SYNTAX,
    });
    return undefined;
  }
  const longest = maxPrefixLength(familyOf(address));
  if (slash < 0) return { address, prefixLength: longest };
  const expected = `a prefix length from 0 to ${longest}`;
  const text = word.text.slice(slash + 1);
  const prefixLength = parseInteger({ ...word, text }, 0, longest, expected, report);
  return prefixLength === undefined ? undefined : { address, prefixLength };
}

type Options = Partial<Record<'brd' | 'dev' | 'scope' | 'label', Word>>;

function readOptions(args: readonly Word[], report: ReportArg): Options | undefined {
  const options: Options = {};
  let good = true;
  for (let i = 0; i < args.length; i++) {
    const option = args[i] as Word;
    if (WITH_VALUE.has(option.text)) {
      const value = args[++i];
      if (!value) {
        report('CONFIG_MISSING_VALUE', option, { message: `'${option.text}' needs a value` });
        return undefined;
      }
      options[option.text === 'broadcast' ? 'brd' : (option.text as keyof Options)] = value;
    } else if (PLANNED_OPTIONS.has(option.text)) {
      report('CONFIG_PLANNED', option, {
        message: `the option '${option.text}' of an address is not supported yet`,
      });
      if (['peer', 'track_group', 'preferred_lft'].includes(option.text)) i++;
      good = false;
    } else if (parseIp(option.text.split('/', 1)[0] ?? '') !== undefined) {
      report('CONFIG_INVALID_VALUE', option, {
        message: `'${option.text}': each address stands on a line of its own`,
      });
      good = false;
    } else {
      report('CONFIG_INVALID_VALUE', option, {
        message: `unknown option '${option.text}' of an address`,
        expected: ADDRESS_SYNTAX,
      });
      good = false;
    }
  }
  return good ? options : undefined;
}

function parseScope(word: Word, report: ReportArg): number | undefined {
  const named = Object.hasOwn(SCOPES, word.text) ? SCOPES[word.text] : undefined;
  if (named !== undefined) return named;
  const expected = `${Object.keys(SCOPES).join(', ')} or a number from 0 to 255`;
  return parseInteger(word, 0, 255, expected, report);
}

/** `+` sets the host bits of the address, `-` means none. Returns '' for none. */
function parseBroadcast(
  word: Word,
  to: { readonly address: Ip; readonly prefixLength: number },
  report: ReportArg,
): Ip | '' | undefined {
  if (word.text === '-') return '';
  if (familyOf(to.address) === 6) {
    report('CONFIG_INVALID_VALUE', word, { message: 'an IPv6 address has no broadcast address' });
    return undefined;
  }
  if (word.text === '+') {
    const bytes = ipToBytes(to.address).map((byte, i) => {
      const hostBits = Math.min(8, Math.max(0, 8 * (i + 1) - to.prefixLength));
      return byte | (2 ** hostBits - 1);
    });
    return ipFromBytes(bytes);
  }
  const ip = parseIp(word.text);
  if (ip === undefined || familyOf(ip) === 6) {
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not an IPv4 address`,
      expected: "an IPv4 address, '+' or '-'",
    });
    return undefined;
  }
  return ip;
}
