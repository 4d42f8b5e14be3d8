/** The lines of `virtual_rules` and `static_rules`. */
import type { Family } from '../../base/ip.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import { suggest } from '../diagnostics/nearest.js';
import type { EntryWords } from '../grammar/entry.js';
import { routeType } from '../grammar/routes.js';
import { RULE_ACTIONS, staticRuleOptions, virtualRuleOptions } from '../grammar/rules.js';
import type { RuleAction, RuleConfig } from '../model/index.js';
import type { RoutingNames } from '../names.js';
import type { Statement, Word } from '../text/source.js';
import {
  type EntryField,
  type EntryFields,
  type EntryReader,
  entryWords,
  readOptions,
} from './entry.js';
import { FamilyClaims, inFamily, type Network, requireInetLast } from './family.js';
import { present } from './present.js';
import { protocolOf } from './routes.js';

type RuleOptions = typeof virtualRuleOptions;

/** Types of routes that are actions of rules as well. */
const TYPE_ACTIONS = ['blackhole', 'unreachable', 'prohibit'] as const;
/** Actions that say of a packet what is to be looked up: only these can have a realm or suppress. */
const NEED_TABLE = ['realms', 'suppress_prefixlength', 'suppress_ifgroup'] as const;

const FIRST_PREFERENCE = 16384;

/** keepalived's numbers for rules that have none: down from 16384, for each family. */
export class Preferences {
  private readonly next = { 4: FIRST_PREFERENCE, 6: FIRST_PREFERENCE };

  take(family: Family): number {
    return this.next[family]--;
  }
}

/**
 * Builds the rules of one `virtual_rules`.
 *
 * @param preferences for rules without one, shared by the whole configuration.
 * @returns those that are good.
 */
export function buildVirtualRules(
  entries: readonly Statement[],
  preferences: Preferences,
  names: RoutingNames,
  sink: Sink,
): RuleConfig[] {
  return entries.flatMap(
    (entry) => buildRule(entry, virtualRuleOptions, preferences, names, sink)?.rule ?? [],
  );
}

/** Builds the rules of one `static_rules`. */
export function buildStaticRules(
  entries: readonly Statement[],
  preferences: Preferences,
  names: RoutingNames,
  sink: Sink,
): RuleConfig[] {
  return entries.flatMap((entry) => {
    const built = buildRule(entry, staticRuleOptions, preferences, names, sink);
    if (!built) return [];
    const fields = built.fields as EntryFields<typeof staticRuleOptions>;
    const group = fields.get('track_group');
    if (!group) return [built.rule];
    if (built.rule.incomingInterface === undefined) {
      sink.report('CONFIG_WITHOUT_EFFECT', group.word.at, {
        message:
          "'track_group' is ignored: it tracks the interface of a rule, and this one has no 'iif'",
        expected: "'iif <INTERFACE>'",
      });
      return [built.rule];
    }
    return [{ ...built.rule, trackGroup: group.value }];
  });
}

function buildRule(
  entry: Statement,
  options: RuleOptions,
  preferences: Preferences,
  names: RoutingNames,
  sink: Sink,
): { readonly rule: RuleConfig; readonly fields: EntryFields<RuleOptions> } | undefined {
  const words = entryWords(entry, 'a rule', names, sink);
  if (!words) return undefined;
  const reader: EntryReader<RuleOptions> = { what: 'a rule', options, other: typeAction };
  const { fields, good } = readOptions(reader, words);
  if (!good) return undefined;
  const rule = assemble(entry, fields, preferences, words);
  return rule && { rule, fields };
}

/** `type X`, and types by number: ip(8)'s other way of writing actions. */
function typeAction(
  word: Word,
  words: EntryWords,
  fields: EntryFields<RuleOptions>,
): boolean | undefined {
  let name = word;
  if (word.text === 'type') {
    const next = words.need("'blackhole', 'unreachable', 'prohibit', 'nop' or 'goto'");
    if (!next) return undefined;
    name = next;
  }
  if (word.text === 'type' && name.text === 'goto') {
    const value = virtualRuleOptions.goto.value.read(words);
    if (value === undefined) return undefined;
    fields.set('goto', name, value, words.last?.at ?? name.at);
    return true;
  }
  const type = name.text === 'nop' ? 'nop' : routeType(name.text);
  const action = ['nop', ...TYPE_ACTIONS].find((known) => known === type);
  if (action !== undefined) {
    fields.set(action, name, true, name.at);
    return true;
  }
  if (type === undefined && name === word) return false;
  words.report('CONFIG_INVALID_VALUE', name, {
    message: `'${name.text}' is not what a rule can do`,
    expected: `one of ${RULE_ACTIONS.join(', ')}`,
    suggestion: suggest(name.text, RULE_ACTIONS),
  });
  return undefined;
}

function assemble(
  entry: Statement,
  fields: EntryFields<RuleOptions>,
  preferences: Preferences,
  words: EntryWords,
): RuleConfig | undefined {
  requireInetLast(entry, fields, words);
  const family = familyOfRule(fields, words);
  const action = family && actionOf(entry, fields, words);
  if (!family || !action) return undefined;
  const value = <K extends keyof RuleOptions & string>(name: K) => fields.get(name)?.value;
  const noTrack = fields.get('no_track') !== undefined;
  const prefix = (network: Network | undefined) =>
    network === undefined ? undefined : inFamily(network, family);
  return {
    at: entry.keyword.at,
    family,
    ...present({ invert: value('not'), from: prefix(value('from')), to: prefix(value('to')) }),
    action,
    preference: value('preference') ?? givePreference(entry, family, preferences, words),
    ...present({
      tos: value('tos'),
      firewallMark: value('fwmark'),
      realms: value('realms'),
      suppressPrefixLength: value('suppress_prefixlength'),
      suppressGroup: value('suppress_ifgroup'),
      incomingInterface: value('iif'),
      outgoingInterface: value('oif'),
      tunnelId: value('tunnel-id'),
      userIds: value('uidrange'),
    }),
    protocol: protocolOf(fields.get('protocol'), noTrack, 'a rule', words),
    ...present({
      ipProtocol: value('ipproto'),
      sourcePorts: value('sport'),
      destinationPorts: value('dport'),
    }),
    ...(noTrack ? { noTrack } : {}),
    origins: fields.origins(),
  };
}

function familyOfRule(fields: EntryFields<RuleOptions>, words: EntryWords): Family | undefined {
  const claims = new FamilyClaims('a rule');
  for (const name of ['from', 'to'] as const) {
    claims.network(fields.get(name)?.value, fields.get(name)?.at);
  }
  claims.always(6, fields.get('inet6'));
  claims.always(4, fields.get('inet'), fields.get('realms'));
  return claims.settle(words);
}

function actionOf(
  entry: Statement,
  fields: EntryFields<RuleOptions>,
  words: EntryWords,
): RuleAction | undefined {
  const given = RULE_ACTIONS.flatMap((kind) => {
    const field = fields.get(kind) as EntryField<number | true> | undefined;
    return field ? [{ kind, field }] : [];
  }).sort((a, b) => a.field.order - b.field.order);
  const [first, second] = given;
  const expected = `one of ${RULE_ACTIONS.join(', ')}`;
  if (!first) {
    words.report('CONFIG_MISSING_VALUE', entry.keyword, {
      message: 'the rule does not say what happens to its packets: it is for nothing',
      expected,
    });
    return undefined;
  }
  if (second) {
    words.report('CONFIG_INVALID_VALUE', second.field.word, {
      message: `a rule does one thing: '${first.field.word.text}' stands before '${second.field.word.text}'`,
      expected,
    });
    return undefined;
  }
  const { kind, field } = first;
  if (kind === 'table') return { kind, table: field.value as number };
  if (kind === 'l3mdev') return { kind };
  const extra = NEED_TABLE.map((name) => fields.get(name)).find((found) => found !== undefined);
  if (extra) {
    words.report('CONFIG_INVALID_VALUE', extra.word, {
      message: `'${extra.word.text}' is about what a table says, and this rule looks up none`,
      expected: "'table <TABLE>'",
    });
    return undefined;
  }
  return kind === 'goto' ? gotoOf(field as EntryField<number>, fields, words) : { kind };
}

/** Rules are gone through by preference, upwards only. */
function gotoOf(
  target: EntryField<number>,
  fields: EntryFields<RuleOptions>,
  words: EntryWords,
): RuleAction | undefined {
  const preference = fields.get('preference');
  if (preference && preference.value < target.value) return { kind: 'goto', target: target.value };
  words.report('CONFIG_INVALID_VALUE', target.word, {
    message: preference
      ? `goto ${target.value} leads back: the rule itself has the preference ${preference.value}`
      : "'goto' needs a preference of the rule itself, lower than the one it leads to",
    expected: preference ? 'a higher preference' : "'preference <NUMBER>'",
  });
  return undefined;
}

function givePreference(
  entry: Statement,
  family: Family,
  preferences: Preferences,
  words: EntryWords,
): number {
  const preference = preferences.take(family);
  words.report('CONFIG_DEFAULTED', entry.keyword, {
    message: `the rule has no preference: ${preference} is used, as by keepalived, which counts down: later rules come first`,
    expected: "'preference <NUMBER>'",
  });
  return preference;
}
