/**
 * What a reload from one configuration to another does. The rules are those of the engines:
 * `vrrp/configure.ts` for instances, `checker/reload.ts` and `ipvs/plan.ts` for services.
 */
import { labelOf } from '../build/lvs/settle.js';
import { dumpLines, secretWriter } from '../dump/index.js';
import { serverBlock } from '../dump/lvs.js';
import type { Line } from '../dump/text.js';
import { instanceBlock } from '../dump/vrrp/instance.js';
import type { Config, InstanceConfig, VirtualServerConfig } from '../model/index.js';
import { notRun } from '../readiness.js';
import { globalConsequences } from './global.js';
import { groupEntryConsequences } from './groups.js';
import { compareBlocks, keywordOf, sameLines, type ValueChange, wordsAfter } from './lines.js';
import { serverConsequences } from './lvs.js';
import { sameValue } from './same.js';
import {
  findHolders,
  groupConsequences,
  type Holders,
  instanceConsequences,
  matchInstances,
} from './vrrp.js';

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

/** A block of the canonical text, and the object that it is made of if that is acted on as one. */
interface Entry {
  readonly key: string;
  readonly block: () => Line;
  readonly instance?: InstanceConfig;
  readonly server?: VirtualServerConfig;
}

/** One configuration, ready to be compared. */
interface Side {
  readonly config: Config;
  readonly entries: ReadonlyMap<string, Entry>;
  isRun(object: InstanceConfig | VirtualServerConfig): boolean;
  readonly holders: Holders;
}

/** Compares two configurations. Objects are compared by value: places do not count. */
export function diffConfigs(old: Config, next: Config): ConfigDiff {
  const before = sideOf(old);
  const after = sideOf(next);
  const changes: ObjectChange[] = [];
  for (const [one, other] of pairEntries(before, after)) {
    const change = compareEntries(one, other, before, after);
    if (change) changes.push(change);
  }
  return { changes };
}

const SECRETS = { secrets: 'mark' } as const;

function sideOf(config: Config): Side {
  const entries = new Map<string, Entry>();
  const add = (name: string, entry: Omit<Entry, 'key'>): void => {
    let key = name;
    for (let number = 1; entries.has(key); number++) key = `${name} #${number}`;
    entries.set(key, { key, ...entry });
  };
  // There may be very many instances and servers: their text is made of those only that changed.
  for (const block of dumpLines({ ...config, instances: [], virtualServers: [] }, SECRETS)) {
    add(block.text, { block: () => block });
  }
  const secret = secretWriter(SECRETS);
  for (const instance of config.instances) {
    add(`vrrp_instance ${instance.name}`, {
      instance,
      block: () => instanceBlock(instance, secret),
    });
  }
  for (const server of config.virtualServers) {
    add(`virtual_server ${keyOf(server)}`, {
      server,
      block: () => serverBlock(server),
    });
  }
  const left = notRun(config);
  let holders: ReadonlyMap<string, string> | undefined;
  return {
    config,
    entries,
    holders() {
      holders ??= findHolders(config.instances);
      return holders;
    },
    isRun: (object) =>
      !left.instances.has(object as InstanceConfig) &&
      !left.virtualServers.has(object as VirtualServerConfig),
  };
}

/** One group may be balanced with several protocols, as virtual servers of their own. */
function keyOf(server: VirtualServerConfig): string {
  const { id } = server;
  return id.kind === 'group' ? `${labelOf(server)} ${id.protocol ?? id.family}` : labelOf(server);
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
  const isRunBefore = isRun(one, before);
  const isRunAfter = isRun(other, after);
  if (one && other && isRunBefore === isRunAfter && sameObject(one, other)) return undefined;
  const old = one?.block();
  const next = other?.block();
  const block = (old ?? next) as Line;
  if (old && next && isRunBefore === isRunAfter && sameLines(old, next)) return undefined;
  const kind = keywordOf(block);
  const name = wordsAfter(block);
  const consequences = consequencesOf(one, other, before, after, isRunBefore, isRunAfter);
  if (!one || !old) return { kind, name, how: 'added', values: [], consequences };
  if (!other || !next) return { kind, name, how: 'removed', values: [], consequences };
  const values = [...renaming(old, next), ...compareBlocks(old, next, [kind])];
  const how = isRestarted(one, other, isRunBefore && isRunAfter) ? 'restarted' : 'changed';
  return { kind, name, how, values, consequences };
}

/** Whether two entries are the same already as objects, so that their text need not be made. */
function sameObject(one: Entry, other: Entry): boolean {
  if (one.instance && other.instance) return sameValue(one.instance, other.instance);
  if (one.server && other.server) return sameValue(one.server, other.server);
  return false;
}

function isRun(entry: Entry | undefined, side: Side): boolean {
  const object = entry?.instance ?? entry?.server;
  return object === undefined ? entry !== undefined : side.isRun(object);
}

function renaming(old: Line, next: Line): ValueChange[] {
  if (old.text === next.text) return [];
  return [
    {
      path: [keywordOf(old)],
      old: wordsAfter(old),
      new: wordsAfter(next),
      oldAt: old.from,
      newAt: next.from,
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
    consequences.push(...instanceConsequences(from?.instance, to?.instance, after.holders));
  } else if (from?.server || to?.server) {
    consequences.push(...serverConsequences(from?.server, to?.server));
  } else {
    const kind = keywordOf((one ?? other)?.block() as Line);
    if (kind === 'vrrp_sync_group') {
      consequences.push(...groupConsequences(one?.block(), other?.block()));
    } else if (kind === 'virtual_server_group') {
      const name = wordsAfter((one ?? other)?.block() as Line);
      consequences.push(...groupEntryConsequences(before.config, after.config, name));
    } else if (kind === 'global_defs') {
      consequences.push(...globalConsequences(before.config.global, after.config.global));
    }
  }
  return consequences;
}
