/** Where adverts come from and go to. */
import { familyOf, type Ip } from '../../../base/ip.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import { parseInteger } from '../../grammar/args.js';
import type { ReportArg } from '../../grammar/keyword.js';
import { PEER_SYNTAX, parseBareAddress } from '../../grammar/vrrp/addressing.js';
import type { vrrpInstance } from '../../grammar/vrrp.js';
import type { UnicastConfig, UnicastPeerConfig } from '../../model/index.js';
import { type Position, renderPosition, type Statement, type Word } from '../../text/source.js';
import type { Section } from '../interpret.js';
import type { Given, Picker } from '../pick.js';

type InstanceSection = Section<typeof vrrpInstance>;

/** The source address: `mcast_src_ip` and `unicast_src_ip` are one setting, the last counts. */
export function sourceOf(section: InstanceSection, pick: Picker): Ip | undefined {
  const multicast = section.get('mcast_src_ip');
  const unicast = section.get('unicast_src_ip');
  const unicastCounts = unicast && (!multicast || unicast.order > multicast.order);
  return unicastCounts
    ? pick.optional('unicast_src_ip', unicast)
    : pick.optional('mcast_src_ip', multicast);
}

/** Keywords of unicast; but for the last they make sense with peers only. */
const UNICAST_WORDS = [
  'unicast_src_ip',
  'unicast_ttl',
  'check_unicast_src',
  'old_unicast_checksum',
  'unicast_peer',
] as const;

/**
 * The unicast peers.
 *
 * @param source the instance's own address, if it is known.
 * @returns `undefined` for an instance that uses multicast. Without peers, but with
 *   `unicast_fault_no_peer`, an empty list: such an instance is in FAULT.
 */
export function buildUnicast(
  section: InstanceSection,
  pick: Picker,
  name: string,
  source: Ip | undefined,
  checkByDefault: Given<boolean> | undefined,
  sink: Sink,
): UnicastConfig | undefined {
  const peers = readPeers(section, name, source, sink);
  const fault = section.get('unicast_fault_no_peer');
  if (fault) pick.origins['unicast_fault_no_peer'] = fault.at;
  if (peers.length === 0) {
    reportNoPeer(section, name, sink);
    if (!fault) return undefined;
  }
  const blocks = section.all('unicast_peer');
  if (blocks[0]) pick.origins['unicast_peer'] = blocks[0].at;
  const ttl = pick.optional('unicast_ttl', section.get('unicast_ttl'));
  const limited = peers.some(({ minTtl, maxTtl }) => minTtl > 0 || maxTtl < 255);
  return {
    peers,
    ...(ttl === undefined ? {} : { ttl }),
    checkSource:
      pick.value<boolean>(
        'check_unicast_src',
        false,
        section.get('check_unicast_src'),
        checkByDefault,
      ) || limited,
    oldChecksum: pick.value<UnicastConfig['oldChecksum']>(
      'old_unicast_checksum',
      'detect',
      section.get('old_unicast_checksum'),
    ),
  };
}

function readPeers(
  section: InstanceSection,
  name: string,
  source: Ip | undefined,
  sink: Sink,
): UnicastPeerConfig[] {
  const peers = new Map<Ip, UnicastPeerConfig>();
  const odd = (at: Position, message: string): void =>
    sink.report('CONFIG_UNICAST_PEER', at, { message: `vrrp_instance ${name}: ${message}` });
  for (const { entries } of section.all('unicast_peer')) {
    for (const statement of entries) {
      const peer = readPeer(statement, sink);
      if (!peer) continue;
      const { at, address, minTtl, maxTtl } = peer;
      if (minTtl > maxTtl) {
        odd(
          at,
          `no TTL is from ${minTtl} to ${maxTtl}: everything that ${address} sends is dropped`,
        );
      }
      if (address === source) {
        odd(
          at,
          `the peer ${address} is this node's own source address: it would send its adverts to itself`,
        );
      }
      const earlier = peers.get(address);
      if (earlier) {
        odd(
          at,
          `the peer ${address} is listed already (${renderPosition(earlier.at)}): it would get each advert twice, the first line counts`,
        );
      } else peers.set(address, peer);
    }
  }
  return [...peers.values()];
}

function readPeer({ keyword, args, body }: Statement, sink: Sink): UnicastPeerConfig | undefined {
  const report: ReportArg = (code, word, detail) =>
    sink.report(code, word.at, { ...detail, message: `unicast_peer: ${detail.message}` });
  if (body) {
    report('CONFIG_UNEXPECTED_OPEN_BRACE', keyword, { message: 'a peer takes no block' });
    return undefined;
  }
  const address = parseBareAddress(keyword, report);
  if (address === undefined) return undefined;
  const ttl = { min_ttl: 0, max_ttl: 255 };
  for (let i = 0; i < args.length; i += 2) {
    const option = args[i] as Word;
    const value = args[i + 1];
    if (option.text !== 'min_ttl' && option.text !== 'max_ttl') {
      report('CONFIG_INVALID_VALUE', option, {
        message: `'${option.text}' is not an option of a peer; each peer stands on a line of its own`,
        expected: PEER_SYNTAX,
      });
      return undefined;
    }
    if (!value) {
      report('CONFIG_MISSING_VALUE', option, { message: `'${option.text}' needs a value` });
      return undefined;
    }
    const number = parseInteger(value, 0, 255, 'a whole number from 0 to 255', report);
    if (number === undefined) return undefined;
    ttl[option.text] = number;
  }
  return { at: keyword.at, address, minTtl: ttl.min_ttl, maxTtl: ttl.max_ttl };
}

/** keepalived goes on with multicast, and complains. */
function reportNoPeer(section: InstanceSection, name: string, sink: Sink): void {
  // Peers that are wrong, or may be in what was not read, were reported.
  const isUnsure = section.all('unicast_peer').some(({ entries }) => entries.length > 0);
  if (isUnsure || (section.isIncomplete && !section.get('unicast_peer'))) return;
  const fault = section.get('unicast_fault_no_peer');
  if (fault) {
    sink.report('CONFIG_UNICAST_NO_PEER', fault.at, {
      message: `vrrp_instance ${name}: unicast_peer lists nobody: with unicast_fault_no_peer the instance stays in FAULT`,
      expected: "'unicast_peer { <IPADDR> }'",
    });
    return;
  }
  const words = UNICAST_WORDS.filter((word) => section.get(word));
  const [first] = words;
  if (!first) return;
  sink.report('CONFIG_UNICAST_NO_PEER', section.get(first)?.at ?? section.at, {
    message: `vrrp_instance ${name}: ${words.join(', ')}, but no peer: adverts are sent by multicast all the same`,
    expected: "'unicast_peer { <IPADDR> }'",
  });
}

/** The family that the addresses of adverts tell, if any does. */
export function familyOfAdverts(...addresses: readonly (Ip | undefined)[]): 4 | 6 | undefined {
  const first = addresses.find((address) => address !== undefined);
  return first === undefined ? undefined : familyOf(first);
}
