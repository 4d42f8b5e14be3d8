/** Forwarding methods: `NAT`, `DR`, `TUN` with its options, and tandem's own `FULLNAT`. */
import { suggest } from '../../diagnostics/nearest.js';
import type { Word } from '../../text/source.js';
import { parseInteger } from '../args.js';
import type { Args, ReportArg } from '../keyword.js';

export type Method = 'NAT' | 'DR' | 'TUN' | 'FULLNAT';
const METHODS = ['NAT', 'DR', 'TUN', 'FULLNAT'] as const;

/** Options of `TUN`; plain IPIP has none. */
export interface Tunnel {
  readonly type: 'gue' | 'gre';
  /** The UDP port of GUE. */
  readonly port?: number;
  /** `remcsum`: remote checksum offload, GUE only. */
  readonly checksum: 'nocsum' | 'csum' | 'remcsum';
}

export interface MethodValue {
  readonly method: Method;
  readonly tunnel?: Tunnel;
}

const TUNNEL_TYPES = ['ipip', 'gue', 'gre'] as const;
const CHECKSUMS = ['nocsum', 'csum', 'remcsum'] as const;
const OPTION_WORDS = ['type', 'port', ...CHECKSUMS];

export const method: Args<MethodValue> = {
  syntax: 'NAT|DR|FULLNAT | TUN [type ipip|gue|gre] [port <PORT>] [nocsum|csum|remcsum]',
  expects: 'NAT, DR, TUN with its options, or FULLNAT',
  min: 1,
  max: Number.POSITIVE_INFINITY,
  choices: METHODS,
  parse([word, ...options], report) {
    const given = word as Word;
    const found = METHODS.find((candidate) => candidate === given.text);
    if (found === undefined) {
      report('CONFIG_INVALID_VALUE', given, {
        message: `'${given.text}' is not a forwarding method`,
        expected: method.expects,
        suggestion: suggest(given.text, METHODS),
      });
      return undefined;
    }
    const [first] = options;
    if (!first) return VALUES[found];
    const read = readOptions(options, report);
    const tunnel = read && judge(read, first, report);
    if (!read || tunnel === undefined) return undefined;
    if (found !== 'TUN') {
      report('CONFIG_WITHOUT_EFFECT', first, {
        message: `${found} has no tunnel: its options are ignored`,
      });
      return VALUES[found];
    }
    return tunnel === 'ipip' ? VALUES.TUN : { method: 'TUN', tunnel };
  },
};

/** One value for all servers that have it. */
const VALUES: Readonly<Record<Method, MethodValue>> = {
  NAT: { method: 'NAT' },
  DR: { method: 'DR' },
  TUN: { method: 'TUN' },
  FULLNAT: { method: 'FULLNAT' },
};

interface Options {
  type: (typeof TUNNEL_TYPES)[number];
  port: number | undefined;
  checksum: Tunnel['checksum'];
}

function readOptions(words: readonly Word[], report: ReportArg): Options | undefined {
  const options: Options = { type: 'ipip', port: undefined, checksum: 'nocsum' };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word;
    const checksum = CHECKSUMS.find((candidate) => candidate === word.text);
    if (checksum) {
      options.checksum = checksum;
      continue;
    }
    if (word.text !== 'type' && word.text !== 'port') {
      report('CONFIG_INVALID_VALUE', word, {
        message: `'${word.text}' is not an option of a tunnel`,
        expected: 'type, port, nocsum, csum or remcsum',
        suggestion: suggest(word.text, OPTION_WORDS),
      });
      return undefined;
    }
    const value = words[++i];
    if (!value) {
      report('CONFIG_MISSING_VALUE', word, {
        message: `'${word.text}' needs a value`,
        expected: word.text === 'type' ? TUNNEL_TYPES.join(', ') : 'a port from 1 to 65535',
      });
      return undefined;
    }
    if (word.text === 'type') {
      const type = TUNNEL_TYPES.find((candidate) => candidate === value.text);
      if (!type) {
        report('CONFIG_INVALID_VALUE', value, {
          message: `'${value.text}' is not a type of tunnel`,
          expected: `one of ${TUNNEL_TYPES.join(', ')}`,
          suggestion: suggest(value.text, TUNNEL_TYPES),
        });
        return undefined;
      }
      options.type = type;
    } else {
      const port = parseInteger(value, 1, 65535, 'a port from 1 to 65535', report);
      if (port === undefined) return undefined;
      options.port = port;
    }
  }
  return options;
}

/** What the kernel knows of these options together; `undefined` after a report. */
function judge(
  { type, port, checksum }: Options,
  first: Word,
  report: ReportArg,
): Tunnel | 'ipip' | undefined {
  const wrong =
    type === 'gue' && port === undefined
      ? 'a GUE tunnel needs a port'
      : type !== 'gue' && port !== undefined
        ? `only a GUE tunnel has a port, not ${type}`
        : type === 'ipip' && checksum !== 'nocsum'
          ? 'an IPIP tunnel has no checksum'
          : type === 'gre' && checksum === 'remcsum'
            ? 'a GRE tunnel has no remote checksum'
            : undefined;
  if (wrong !== undefined) {
    report('CONFIG_INVALID_VALUE', first, {
      message: wrong,
      expected: 'type ipip, type gue port <PORT> [csum|remcsum], or type gre [csum]',
    });
    return undefined;
  }
  return type === 'ipip' ? 'ipip' : { type, ...(port === undefined ? {} : { port }), checksum };
}
