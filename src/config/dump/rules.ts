/** Rules of routing as canonical text. */
import { ipProtocolName } from '../grammar/ip-protocols.js';
import type { NumberRange, RuleAction, RuleConfig } from '../model/index.js';
import { entryBlock, groupWords, pair, word } from './addresses.js';
import { prefixText, realmWords } from './routes.js';
import type { Line } from './text.js';

/** A block of rules; nothing for none. */
export function ruleBlock(head: string, rules: readonly RuleConfig[]): Line[] {
  return entryBlock(head, rules, ruleWords);
}

function ruleWords(rule: RuleConfig): string[] {
  const { from, to, firewallMark: mark } = rule;
  return [
    ...word(rule.invert, 'not'),
    ...(from ? [`from ${prefixText(from)}`] : []),
    ...(to ? [`to ${prefixText(to)}`] : []),
    `preference ${rule.preference}`,
    ...pair('tos', rule.tos),
    ...(mark ? [`fwmark ${mark.mark}${mark.mask === undefined ? '' : `/${mark.mask}`}`] : []),
    ...realmWords(rule.realms),
    ...pair('suppress_prefixlength', rule.suppressPrefixLength),
    ...pair('suppress_ifgroup', rule.suppressGroup),
    ...pair('iif', rule.incomingInterface),
    ...pair('oif', rule.outgoingInterface),
    ...pair('tunnel-id', rule.tunnelId),
    ...range('uidrange', rule.userIds),
    `protocol ${rule.protocol}`,
    ...pair('ipproto', protocolWord(rule.ipProtocol)),
    ...range('sport', rule.sourcePorts),
    ...range('dport', rule.destinationPorts),
    ...actionWords(rule.action),
    ...word(rule.noTrack, 'no_track'),
    ...groupWords(rule),
    // A rule with addresses shows its family; keepalived skips the word behind this one.
    ...word(rule.family === 6 && !from && !to, 'inet6'),
  ];
}

/** keepalived takes the high ones by name only. */
function protocolWord(protocol: number | undefined): string | number | undefined {
  return protocol === undefined ? undefined : (ipProtocolName(protocol) ?? protocol);
}

function range(text: string, given: NumberRange | undefined): string[] {
  return given ? [`${text} ${given.from}-${given.to}`] : [];
}

function actionWords(action: RuleAction): string[] {
  switch (action.kind) {
    case 'table':
      return [`table ${action.table}`];
    case 'goto':
      return [`goto ${action.target}`];
    default:
      return [action.kind];
  }
}
