/** Blocks about interfaces to the model. */
import type { Micros } from '../../base/time.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import { interfaceName, timer } from '../grammar/args.js';
import { DELAYS_SYNTAX, LINKBEAT_SYNTAX } from '../grammar/interfaces.js';
import type { ReportArg } from '../grammar/keyword.js';
import type {
  GarpGroupConfig,
  InterfaceDelayConfig,
  LinkbeatInterfaceConfig,
} from '../model/index.js';
import { type Position, renderPosition, type Statement, type Word } from '../text/source.js';
import type { TopSection } from './global.js';
import { given, Picker } from './pick.js';

const LINKBEAT_TYPES = ['MII', 'ETHTOOL', 'IOCTL'] as const;
/** keepalived's longest delay of a link's change. */
const MAX_DELAY_SECONDS = 255;
const delay = timer(0, MAX_DELAY_SECONDS);

interface NamedAt {
  readonly name: string;
  readonly at: Position;
}

/** The groups that say something; an interface is in the first that names it. */
export function buildGarpGroups(top: TopSection, sink: Sink): GarpGroupConfig[] {
  const taken = new Map<string, Position>();
  const groups: GarpGroupConfig[] = [];
  for (const { at, section } of top.all('garp_group')) {
    const pick = new Picker();
    const garpInterval = pick.optional('garp_interval', section.get('garp_interval'));
    const gnaInterval = pick.optional('gna_interval', section.get('gna_interval'));
    const list = section.get('interfaces');
    pick.optional('interfaces', list);
    const named = [
      ...section.all('interface').map(({ value, at: place }) => ({ name: value, at: place })),
      ...namesOf(list?.entries ?? [], sink),
    ];
    const interfaces = named.filter((one) => isFree(one, taken, sink));
    const nothing = garpInterval === undefined && gnaInterval === undefined;
    // Words that are wrong were reported.
    if (nothing && (section.mentions('garp_interval') || section.mentions('gna_interval')))
      continue;
    if (named.length === 0 && section.mentions('interface')) continue;
    if (nothing || interfaces.length === 0) {
      if (section.isIncomplete) continue;
      const lacks = nothing ? 'no interval' : 'no interface';
      sink.report('CONFIG_WITHOUT_EFFECT', at, {
        message: `this garp_group has ${lacks} and is left out: nothing is paced by it`,
        expected: "'garp_interval' or 'gna_interval', and 'interface' or 'interfaces'",
      });
      continue;
    }
    for (const { name, at: place } of interfaces) taken.set(name, place);
    groups.push({
      at,
      ...given({ garpInterval, gnaInterval }),
      interfaces,
      shared: list !== undefined,
      origins: pick.origins,
    });
  }
  return groups;
}

function isFree({ name, at }: NamedAt, taken: Map<string, Position>, sink: Sink): boolean {
  const earlier = taken.get(name);
  if (!earlier) return true;
  sink.report('CONFIG_REPEATED', at, {
    message: `interface ${name} is in an earlier garp_group (${renderPosition(earlier)}): the first one counts`,
  });
  return false;
}

function namesOf(entries: readonly Statement[], sink: Sink): NamedAt[] {
  const names: NamedAt[] = [];
  for (const { keyword, args } of entries) {
    for (const word of [keyword, ...args]) {
      const name = interfaceName.parse([word], (code, at, detail) =>
        sink.report(code, at.at, detail),
      );
      if (name !== undefined) names.push({ name, at: word.at });
    }
  }
  return names;
}

export function buildLinkbeatInterfaces(top: TopSection, sink: Sink): LinkbeatInterfaceConfig[] {
  return entriesOf(top, 'linkbeat_interfaces', sink, ({ keyword, args }, name, report) => {
    const [word, extra] = args;
    const type = LINKBEAT_TYPES.find((known) => known === word?.text);
    if (word && !type) {
      report('CONFIG_INVALID_VALUE', word, {
        message: `'${word.text}' is no way to poll a link`,
        expected: LINKBEAT_SYNTAX,
      });
      return undefined;
    }
    reportExtra(extra, LINKBEAT_SYNTAX, report);
    return { at: keyword.at, name, ...given({ type }) };
  });
}

export function buildInterfaceDelays(top: TopSection, sink: Sink): InterfaceDelayConfig[] {
  return entriesOf(top, 'interface_up_down_delays', sink, ({ keyword, args }, name, report) => {
    const [first, second, extra] = args;
    if (!first) {
      report('CONFIG_MISSING_VALUE', keyword, {
        message: `no delay follows ${name}: its changes count at once`,
        expected: DELAYS_SYNTAX,
        severity: 'warning',
      });
      return undefined;
    }
    const down: Micros | undefined = delay.parse([first], report);
    const up = second ? delay.parse([second], report) : down;
    reportExtra(extra, DELAYS_SYNTAX, report);
    if (down === undefined || up === undefined) return undefined;
    return { at: keyword.at, name, down, up };
  });
}

/** The lines of all blocks of a kind; of an interface that is there twice the last counts. */
function entriesOf<T extends NamedAt>(
  top: TopSection,
  block: 'linkbeat_interfaces' | 'interface_up_down_delays',
  sink: Sink,
  build: (entry: Statement, name: string, report: ReportArg) => T | undefined,
): T[] {
  const found = new Map<string, T>();
  for (const entry of top.all(block).flatMap(({ entries }) => entries)) {
    const report: ReportArg = (code, at, detail) =>
      sink.report(code, at.at, { ...detail, message: `${block}: ${detail.message}` });
    const { keyword, body } = entry;
    if (body) {
      report('CONFIG_UNEXPECTED_OPEN_BRACE', keyword, { message: 'an entry takes no block' });
      continue;
    }
    const name = interfaceName.parse([keyword], report);
    const built = name === undefined ? undefined : build(entry, name, report);
    if (!built) continue;
    const earlier = found.get(built.name);
    if (earlier) {
      report('CONFIG_REPEATED', keyword, {
        message: `interface ${built.name} is there already (${renderPosition(earlier.at)}): the last one counts`,
      });
      found.delete(built.name);
    }
    found.set(built.name, built);
  }
  return [...found.values()];
}

function reportExtra(word: Word | undefined, syntax: string, report: ReportArg): void {
  if (!word) return;
  report('CONFIG_EXTRA_WORD', word, {
    message: 'an entry takes no more words: what follows is ignored',
    expected: syntax,
  });
}
