/** A difference between configurations as text for people, and as data. */

import { jsonPlace } from '../diagnostics/json.js';
import { renderOrigin } from '../dump/annotated.js';
import type { Position } from '../text/source.js';
import type { ConfigDiff, Consequence, ObjectChange, ValueChange } from './index.js';

const SIGNS: Readonly<Record<ObjectChange['how'], string>> = {
  added: '+',
  removed: '-',
  changed: '~',
  restarted: '!',
};

/** How many objects change, by how. */
export function countChanges({ changes }: ConfigDiff): Record<ObjectChange['how'], number> {
  const counts = { added: 0, removed: 0, changed: 0, restarted: 0 };
  for (const { how } of changes) counts[how]++;
  return counts;
}

/** The text, ended by a newline: an object a paragraph, then what is noticed, then the counts. */
export function renderDiff(diff: ConfigDiff): string {
  if (diff.changes.length === 0) return 'no difference: a reload changes nothing\n';
  const { added, removed, changed, restarted } = countChanges(diff);
  const summary = [
    `${added} added, ${removed} removed, ${changed} changed in place, ${restarted} restarted`,
    ...alarm(diff, 'moves-address', 'virtual addresses move'),
    ...alarm(diff, 'may-move-address', 'virtual addresses may move'),
    ...alarm(diff, 'drops-connections', 'connections end'),
    ...alarm(diff, 'may-drop-connections', 'connections may end'),
  ];
  return `${diff.changes.map(renderChange).join('')}${summary.join('\n')}\n`;
}

/** Objects named in a line of the summary; the others are counted. */
const MAX_NAMED = 8;

function alarm({ changes }: ConfigDiff, kind: Consequence['kind'], text: string): string[] {
  const which = changes.filter(({ consequences }) => consequences.some((c) => c.kind === kind));
  if (which.length === 0) return [];
  const names = which.slice(0, MAX_NAMED).map(({ kind: word, name }) => `${word} ${name}`.trim());
  const more = which.length - names.length;
  return [`${text}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

function renderChange({ kind, name, how, values, consequences }: ObjectChange): string {
  const state = how === 'changed' ? 'changed in place' : how;
  return [
    `${SIGNS[how]} ${`${kind} ${name}`.trim()}: ${state}`,
    ...values.map((value) => `    ${renderValue(value)}`),
    ...consequences.map(({ kind: what, text }) => `    ${what === 'note' ? 'note:' : '!'} ${text}`),
    '',
  ].join('\n');
}

function renderValue(change: ValueChange): string {
  const where = change.path.join(' / ');
  const idle = change.isActedOn ? '' : ' (no effect in this version)';
  const { old, new: next } = change;
  if (old === undefined) return `+ ${`${where} ${next}`.trim()}${at(change.newAt)}${idle}`;
  if (next === undefined) return `- ${`${where} ${old}`.trim()}${at(change.oldAt)}${idle}`;
  const text = old === next ? 'changed (not shown)' : `${old || 'yes'} -> ${next || 'yes'}`;
  return `${where}: ${text}${at(change.newAt)}${idle}`;
}

function at(position: Position | undefined): string {
  return position ? `  # ${renderOrigin(position)}` : '  # default';
}

/** The same as data, as doc/man/tandem.1 describes it. */
export function jsonDiff(diff: ConfigDiff): unknown {
  const place = (position: Position | undefined) => (position ? jsonPlace(position) : null);
  return {
    same: diff.changes.length === 0,
    summary: countChanges(diff),
    changes: diff.changes.map(({ kind, name, how, values, consequences }) => ({
      kind,
      name,
      how,
      values: values.map((value) => ({
        path: value.path,
        old: value.old ?? null,
        new: value.new ?? null,
        oldAt: place(value.oldAt),
        newAt: place(value.newAt),
        actedOn: value.isActedOn,
      })),
      consequences,
    })),
  };
}
