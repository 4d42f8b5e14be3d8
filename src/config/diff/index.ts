/**
 * What a reload from one configuration to another does. The rules are those of the engines:
 * `vrrp/configure.ts` for instances, `checker/reload.ts` and `ipvs/plan.ts` for services.
 */
import { dumpLines } from '../dump/index.js';
import type { Line } from '../dump/text.js';
import type { Config, InstanceConfig, VirtualServerConfig } from '../model/index.js';
import { notRun } from '../readiness.js';
import { globalConsequences } from './global.js';
import {
  type ComparedBlock,
  compareBlocks,
  keywordOf,
  sameLines,
  type ValueChange,
  wordsAfter,
} from './lines.js';
import { serverConsequences } from './lvs.js';
import { groupConsequences, instanceConsequences, matchInstances } from './vrrp.js';

export type { ValueChange } from './lines.js';

/** What clients or peers notice, or what is good to know. */
export interface Consequence {
  readonly kind:
    | 'moves-address'
    | 'may-move-address'
    | 'drops-connections'
    | 'may-drop-connections'
    | 'note';
  readonly text: string;
}

export interface ObjectChange {
  /** The keyword of its block. */
  readonly kind: string;
  /** What follows that keyword; empty for `global_defs`. */
  readonly name: string;
  /** restarted: it ends, and another one with the same name begins. */
  readonly how: 'added' | 'removed' | 'changed' | 'restarted';
  /** Of a changed or restarted object what differs; empty if only places differ. */
  readonly values: readonly ValueChange[];
  readonly consequences: readonly Consequence[];
}

export interface ConfigDiff {
  /** In the order of the canonical text: removed ones where they were before. */
  readonly changes: readonly ObjectChange[];
}

/** Whether nothing changes. */
export function isSame(diff: ConfigDiff): boolean {
  return diff.changes.length === 0;
}

/** A block of the canonical text and the object that it is made of. */
interface Entry {
  readonly key: string;
  readonly clear: Line;
  /** Its place among the blocks. */
  readonly index: number;
  readonly instance: InstanceConfig | undefined;
  readonly server: VirtualServerConfig | undefined;
}

/** One configuration, ready to be compared. */
interface Side {
  readonly config: Config;
  readonly entries: ReadonlyMap<string, Entry>;
  /** The blocks as they may be shown; made when the first one is. */
  shown(index: number): Line;
  isRun(object: InstanceConfig | VirtualServerConfig): boolean;
}

/** Compares two configurations. Objects are compared by value: places do not count. */
export function diffConfigs(old: Config, next: Config): ConfigDiff {
  const before = sideOf(old);
  const after = sideOf(next);
  const pairs = pairEntries(before, after);
  const changes: ObjectChange[] = [];
  for (const [one, other] of pairs) {
    const change = compareEntries(one, other, before, after);
    if (change) changes.push(change);
  }
  return { changes };
}

function sideOf(config: Config): Side {
  const entries = new Map<string, Entry>();
  let instances = 0;
  let servers = 0;
  dumpLines(config, { secrets: 'show' }).forEach((clear, index) => {
    const word = keywordOf(clear);
    // Blocks come in the order of the model's lists.
    const instance = word === 'vrrp_instance' ? config.instances[instances++] : undefined;
    const server = word === 'virtual_server' ? config.virtualServers[servers++] : undefined;
    const base = server ? `${clear.text} ${protocolOf(clear)}` : clear.text;
    let key = base;
    for (let number = 1; entries.has(key); number++) key = `${base} #${number}`;
    entries.set(key, { key, clear, index, instance, server });
  });
  const left = notRun(config);
  let shown: readonly Line[] | undefined;
  return {
    config,
    entries,
    shown(index) {
      shown ??= dumpLines(config);
      return shown[index] as Line;
    },
    isRun: (object) =>
      !left.instances.has(object as InstanceConfig) &&
      !left.virtualServers.has(object as VirtualServerConfig),
  };
}

/** Two services of one address and port differ in their protocol, which stands inside. */
function protocolOf(block: Line): string {
  const line = block.body?.find(({ text }) => /^(?:protocol|ip_family) /.test(text));
  return line ? wordsAfter(line) : '';
}

/** Each object with its counterpart: by its key, but instances as the engine finds them again. */
function pairEntries(
  before: Side,
  after: Side,
): (readonly [Entry | undefined, Entry | undefined])[] {
  const renamed = renamedInstances(before, after);
  const taken = new Set([...renamed.values()].map(({ key }) => key));
  const pairs: (readonly [Entry | undefined, Entry | undefined])[] = [];
  const paired = new Set<string>();
  for (const [key, entry] of before.entries) {
    const same = taken.has(key) ? undefined : after.entries.get(key);
    const other = renamed.get(key) ?? same;
    if (other) paired.add(other.key);
    pairs.push([entry, other]);
  }
  for (const [key, entry] of after.entries) if (!paired.has(key)) pairs.push([undefined, entry]);
  return pairs;
}

/** Old keys to the new entries of the same virtual router under another name. */
function renamedInstances(before: Side, after: Side): Map<string, Entry> {
  const entryOf = (side: Side): Map<InstanceConfig, Entry> => {
    const found = new Map<InstanceConfig, Entry>();
    for (const entry of side.entries.values()) if (entry.instance) found.set(entry.instance, entry);
    return found;
  };
  const oldEntries = entryOf(before);
  const newEntries = entryOf(after);
  const run = (side: Side): InstanceConfig[] => side.config.instances.filter(side.isRun);
  const renamed = new Map<string, Entry>();
  for (const [old, next] of matchInstances(run(before), run(after))) {
    if (old.name === next.name) continue;
    const from = oldEntries.get(old);
    const to = newEntries.get(next);
    if (from && to) renamed.set(from.key, to);
  }
  return renamed;
}

function compareEntries(
  one: Entry | undefined,
  other: Entry | undefined,
  before: Side,
  after: Side,
): ObjectChange | undefined {
  const block = (one ?? other)?.clear as Line;
  const isSameText = one && other && sameLines(one.clear, other.clear);
  const isRunBefore = isRun(one, before);
  const isRunAfter = isRun(other, after);
  if (isSameText && isRunBefore === isRunAfter) return undefined;
  const kind = keywordOf(block);
  const name = wordsAfter(block);
  const consequences = consequencesOf(one, other, before, after, isRunBefore, isRunAfter);
  if (!one) return { kind, name, how: 'added', values: [], consequences };
  if (!other) return { kind, name, how: 'removed', values: [], consequences };
  const compared = (entry: Entry, side: Side): ComparedBlock => ({
    clear: entry.clear,
    shown: side.shown(entry.index),
  });
  const values = [
    ...renaming(one, other),
    ...compareBlocks(compared(one, before), compared(other, after), [kind]),
  ];
  const how = isRestarted(one, other, isRunBefore && isRunAfter) ? 'restarted' : 'changed';
  return { kind, name, how, values, consequences };
}

function isRun(entry: Entry | undefined, side: Side): boolean {
  const object = entry?.instance ?? entry?.server;
  return object === undefined ? entry !== undefined : side.isRun(object);
}

function renaming(one: Entry, other: Entry): ValueChange[] {
  if (one.clear.text === other.clear.text) return [];
  return [
    {
      path: [keywordOf(one.clear)],
      old: wordsAfter(one.clear),
      new: wordsAfter(other.clear),
      oldAt: one.clear.from,
      newAt: other.clear.from,
      isActedOn: true,
    },
  ];
}

function isRestarted(one: Entry, other: Entry, areRun: boolean): boolean {
  if (!areRun || !one.instance || !other.instance) return false;
  return matchInstances([one.instance], [other.instance]).size === 0;
}

function consequencesOf(
  one: Entry | undefined,
  other: Entry | undefined,
  before: Side,
  after: Side,
  isRunBefore: boolean,
  isRunAfter: boolean,
): Consequence[] {
  const consequences: Consequence[] = [];
  const isObject = (one ?? other)?.instance ?? (one ?? other)?.server;
  if (isObject && one && other && isRunBefore !== isRunAfter) {
    const text = isRunAfter ? 'it is run from now on' : 'it is not run any more';
    consequences.push({ kind: 'note', text });
  } else if (isObject && !isRunBefore && !isRunAfter) {
    return [{ kind: 'note', text: 'this version does not run it' }];
  }
  // What is not run is, to the engines, not there.
  const from = isRunBefore ? one : undefined;
  const to = isRunAfter ? other : undefined;
  if (from?.instance || to?.instance) {
    consequences.push(...instanceConsequences(from?.instance, to?.instance, after.config));
  } else if (from?.server || to?.server) {
    consequences.push(...serverConsequences(from?.server, to?.server));
  } else {
    const kind = keywordOf((one ?? other)?.clear as Line);
    if (kind === 'vrrp_sync_group') {
      consequences.push(
        ...groupConsequences(before.config, after.config, one?.clear, other?.clear),
      );
    } else if (kind === 'global_defs') {
      consequences.push(...globalConsequences(before.config.global, after.config.global));
    }
  }
  return consequences;
}
