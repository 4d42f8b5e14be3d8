/** `bfd_instance`. */
import type { Word } from '../text/source.js';
import { address, bool, integer, milliseconds, none, parseInteger } from './args.js';
import {
  type Args,
  allPlanned,
  block,
  oldName,
  planned,
  type ReportArg,
  setting,
} from './keyword.js';

/** keepalived's longest intervals, in milliseconds: a 32-bit count of microseconds (RFC 5880 4.1). */
const MAX_MILLIS = 4_294_967;
const MAX_TTL = 255;
/** keepalived's BFD_INAME_MAX less its closing zero. */
const MAX_NAME = 31;

/** The name that `track_bfd` and `BFD_CHECK` use. */
const name: Args<Word> = {
  syntax: '<NAME>',
  expects: `a name of at most ${MAX_NAME} characters`,
  min: 1,
  max: 1,
  parse([word], report) {
    if (word && word.text.length <= MAX_NAME) return word;
    report('CONFIG_INVALID_VALUE', word as Word, {
      message: `'${word?.text}' is too long for a name`,
      expected: name.expects,
    });
    return undefined;
  },
};

export interface WeightArgs {
  readonly weight: number;
  readonly reverse: boolean;
}

/** `WEIGHT [reverse]`. */
export function trackWeight(limit: number): Args<WeightArgs> {
  const expects = `a whole number from ${-limit} to ${limit}, and perhaps 'reverse'`;
  return {
    syntax: `<${-limit}..${limit}> [reverse]`,
    expects,
    min: 1,
    max: 2,
    range: [-limit, limit],
    parse([number, option], report: ReportArg) {
      const weight = parseInteger(number as Word, -limit, limit, expects, report);
      if (option && option.text !== 'reverse') {
        report('CONFIG_INVALID_VALUE', option, {
          message: `'${option.text}' is not known`,
          expected: "'reverse' or nothing",
        });
        return undefined;
      }
      return weight === undefined ? undefined : { weight, reverse: option !== undefined };
    },
  };
}

const NO_BFD = 'no neighbour is watched';

const bfdInstance = allPlanned(
  {
    neighbor_ip: setting(address, 'The neighbour that is watched.'),
    neighbour_ip: oldName('neighbor_ip'),
    source_ip: setting(address, 'The address to send from.', { default: "the kernel's choice" }),
    min_rx: setting(
      milliseconds(1, MAX_MILLIS),
      'The shortest interval at which packets of the neighbour are wanted.',
      { default: '10' },
    ),
    min_tx: setting(milliseconds(1, MAX_MILLIS), 'The shortest interval of packets sent.', {
      default: '10',
    }),
    idle_tx: setting(
      milliseconds(1000, MAX_MILLIS),
      'The interval of packets sent while the neighbour is down.',
      { default: '1000' },
    ),
    multiplier: setting(integer(1, 255), 'How many packets may be missed.', { default: '5' }),
    passive: setting(none, 'Nothing is sent before the neighbour has.'),
    ttl: setting(integer(1, MAX_TTL), 'The TTL of packets sent.', {
      default: '255 over IPv4, 64 over IPv6',
    }),
    hoplimit: setting(integer(1, MAX_TTL), 'Another name of ttl, for IPv6.', { default: 'ttl' }),
    max_hops: setting(
      integer(-1, MAX_TTL),
      'How many hops a packet may have come; 255: any number.',
      { default: '0' },
    ),
    multihop: setting(bool, 'The port of sessions over several hops is used (RFC 5883).', {
      default: 'no',
    }),
    weight: setting(trackWeight(253), 'The default weight of track_bfd.', { default: '0' }),
    vrrp: setting(none, 'The vrrp process is told; without this and checker both are.'),
    checker: setting(none, 'The checker process is told; without this and vrrp both are.'),
  },
  NO_BFD,
);

export const bfd = {
  bfd_instance: planned(
    block(name, bfdInstance, 'A neighbour that is watched by BFD (RFC 5880).', {
      repeatable: true,
    }),
    NO_BFD,
  ),
};
