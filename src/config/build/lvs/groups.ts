/** `virtual_server_group` to the model. */
import { familyOf } from '../../../base/ip.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import { parseInteger } from '../../grammar/args.js';
import type { grammar } from '../../grammar/index.js';
import type { ReportArg } from '../../grammar/keyword.js';
import { parseAddressRange } from '../../grammar/lvs/address-range.js';
import { parseMark } from '../../grammar/lvs/service.js';
import { GROUP_ENTRY } from '../../grammar/lvs/virtual-server.js';
import type { GroupEntryConfig, VirtualServerGroupConfig } from '../../model/index.js';
import type { Statement, Word } from '../../text/source.js';
import type { Setting } from '../interpret.js';

/** Builds one group; `undefined` if it has no name, which was reported. */
export function buildGroup(
  setting: Setting<(typeof grammar)['virtual_server_group']>,
  sink: Sink,
): VirtualServerGroupConfig | undefined {
  const name = setting.value as string | undefined;
  if (name === undefined) return undefined;
  const entries = setting.entries
    .map((statement) => buildEntry(statement, sink))
    .filter((entry) => entry !== undefined);
  const { at } = setting;
  if (setting.entries.length === 0) {
    sink.report('CONFIG_GROUP_ENTRIES', at, {
      message: `virtual_server_group ${name} is empty: its services have no address`,
      expected: GROUP_ENTRY,
    });
  }
  reportUnknownFamily(name, entries, sink);
  return { at, name, entries, origins: {} };
}

function buildEntry(statement: Statement, sink: Sink): GroupEntryConfig | undefined {
  const { keyword: word, args, body } = statement;
  const report: ReportArg = (code, at, detail) => sink.report(code, at.at, detail);
  if (body) {
    sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', word.at, {
      message: 'an entry of a group takes no block',
    });
    return undefined;
  }
  const isMark = word.text === 'fwmark';
  const extra = args[isMark ? 2 : 1];
  if (extra) {
    sink.report('CONFIG_EXTRA_WORD', extra.at, {
      message: `'${word.text}' takes no more words: what follows is ignored`,
    });
  }
  return isMark ? buildMarkEntry(word, args, report) : buildRangeEntry(word, args, report);
}

function buildRangeEntry(
  word: Word,
  [portWord]: readonly Word[],
  report: ReportArg,
): GroupEntryConfig | undefined {
  const range = parseAddressRange(word, report);
  // keepalived takes 0 for "no port".
  const port = portWord ? parseInteger(portWord, 0, 65535, 'a port from 1 to 65535', report) : 0;
  if (!range || port === undefined) return undefined;
  return { kind: 'addresses', at: word.at, ...range, port };
}

function buildMarkEntry(
  word: Word,
  [mark, family]: readonly Word[],
  report: ReportArg,
): GroupEntryConfig | undefined {
  if (!mark) {
    report('CONFIG_MISSING_VALUE', word, {
      message: "'fwmark' needs a number",
      expected: 'fwmark <INTEGER> [inet|inet6]',
    });
    return undefined;
  }
  const fwmark = parseMark(mark, report);
  if (family && family.text !== 'inet' && family.text !== 'inet6') {
    report('CONFIG_INVALID_VALUE', family, {
      message: `'${family.text}' is not a family`,
      expected: 'inet or inet6',
    });
    return undefined;
  }
  if (fwmark === undefined) return undefined;
  return {
    kind: 'fwmark',
    at: word.at,
    fwmark,
    ...(family ? { family: family.text === 'inet6' ? 6 : 4 } : {}),
  };
}

/** With addresses of both families the family of a mark cannot be told. */
function reportUnknownFamily(name: string, entries: readonly GroupEntryConfig[], sink: Sink): void {
  const families = new Set(
    entries.map((entry) => (entry.kind === 'addresses' ? familyOf(entry.first) : undefined)),
  );
  if (!families.has(4) || !families.has(6)) return;
  for (const entry of entries) {
    if (entry.kind !== 'fwmark' || entry.family !== undefined) continue;
    sink.report('CONFIG_FAMILY_MISMATCH', entry.at, {
      message: `virtual_server_group ${name} has addresses of both families: which one mark ${entry.fwmark} is of cannot be told`,
      expected: `fwmark ${entry.fwmark} inet|inet6`,
    });
  }
}
