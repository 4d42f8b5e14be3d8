/** What a reload means for virtual routers; the counterpart of `vrrp/configure.ts`. */
import type { Line } from '../dump/text.js';
import type { InstanceConfig, VirtualAddressConfig } from '../model/index.js';
import type { Consequence } from './index.js';
import { sameValue } from './same.js';

/** An instance of this priority is MASTER at once (RFC 9568 6.4.1). */
const OWNER_PRIORITY = 255;
/** Addresses named in one text; the others are counted. */
const MAX_NAMED = 4;

/**
 * Old instances that go on, with the new ones that they become: the same name, or else the same
 * virtual router.
 */
export function matchInstances(
  before: readonly InstanceConfig[],
  next: readonly InstanceConfig[],
): Map<InstanceConfig, InstanceConfig> {
  const kept = new Map<InstanceConfig, InstanceConfig>();
  const byName = new Map(before.map((instance) => [instance.name, instance]));
  const byRouter = new Map(before.map((instance) => [routerKey(instance), instance]));
  const unmatched = next.filter((instance) => {
    const old = byName.get(instance.name);
    if (!old || routerKey(old) !== routerKey(instance)) return true;
    kept.set(old, instance);
    return false;
  });
  for (const instance of unmatched) {
    const old = byRouter.get(routerKey(instance));
    if (old && !kept.has(old)) kept.set(old, instance);
  }
  return kept;
}

/** What makes a virtual router the same one. */
function routerKey(instance: InstanceConfig): string {
  const { interface: name, virtualRouterId, version, family } = instance;
  return `${name} ${virtualRouterId} ${version} ${family}`;
}

/** Which instance of the new configuration an address follows, by {@link addressKey}. */
export type Holders = () => ReadonlyMap<string, string>;

/** What an instance's change means; `undefined`: not there, or not run. */
export function instanceConsequences(
  old: InstanceConfig | undefined,
  next: InstanceConfig | undefined,
  holders: Holders,
): Consequence[] {
  if (old && next) {
    return routerKey(old) === routerKey(next)
      ? changedInPlace(old, next, holders)
      : [ending(old), ...starting(next)];
  }
  if (old) return [ending(old)];
  return next ? starting(next) : [];
}

function ending(old: InstanceConfig): Consequence {
  return {
    kind: 'moves-address',
    text: `if it is MASTER here, it sends priority 0 and withdraws ${named(addressesOf(old))}: a backup takes over`,
  };
}

function starting(next: InstanceConfig): Consequence[] {
  if (next.priority !== OWNER_PRIORITY) return [];
  return [
    {
      kind: 'moves-address',
      text: `it owns the addresses (priority 255) and is MASTER at once: ${named(addressesOf(next))} come here`,
    },
  ];
}

function changedInPlace(
  old: InstanceConfig,
  next: InstanceConfig,
  holders: Holders,
): Consequence[] {
  return [
    ...addressConsequences(old, next, holders),
    ...priorityConsequences(old, next),
    ...peerConsequences(old, next),
    ...destinationConsequences(old, next),
    ...trackConsequences(old, next),
    ...(old.state === next.state || next.priority === OWNER_PRIORITY
      ? []
      : [note('the state counts at the next start only: it stays what it is')]),
  ];
}

function addressConsequences(
  old: InstanceConfig,
  next: InstanceConfig,
  holders: Holders,
): Consequence[] {
  const before = new Map(addressesOf(old).map((address) => [addressKey(address), address]));
  const after = new Map(addressesOf(next).map((address) => [addressKey(address), address]));
  const gone = [...before].filter(([key]) => !after.has(key));
  const consequences: Consequence[] = [];
  for (const [key, address] of gone) {
    const holder = holders().get(key);
    consequences.push({
      kind: 'moves-address',
      text: holder
        ? `${address.address} now follows vrrp_instance ${holder}: it is here while that one is MASTER`
        : `${address.address}/${address.prefixLength} on ${address.interface} is withdrawn if it is here`,
    });
  }
  const kept = [...after].filter(([key, address]) => {
    const same = before.get(key);
    return same !== undefined && !sameAttributes(same, address);
  });
  if (kept.length > 0) {
    const which = named(kept.map(([, address]) => address));
    consequences.push(
      note(`${which}: scope, broadcast and label change when it is put on the interface again`),
    );
  }
  return consequences;
}

function priorityConsequences(old: InstanceConfig, next: InstanceConfig): Consequence[] {
  const may = (text: string): Consequence[] => [{ kind: 'may-move-address', text }];
  if (next.priority === OWNER_PRIORITY && old.priority !== OWNER_PRIORITY) {
    return [
      {
        kind: 'moves-address',
        text: `it owns the addresses now (priority 255): a BACKUP becomes MASTER at once`,
      },
    ];
  }
  if (next.priority < old.priority) {
    return may('if it is MASTER here, a backup with a priority above the new one takes over');
  }
  if (next.priority > old.priority && next.preempt) {
    return may(
      'if it is BACKUP here, it takes over from a master with a priority below the new one',
    );
  }
  if (!old.preempt && next.preempt) {
    return may('if it is BACKUP here, it takes over from a master of lower priority from now on');
  }
  return [];
}

/** What makes adverts that the peers reject until they are changed too. */
function peerConsequences(old: InstanceConfig, next: InstanceConfig): Consequence[] {
  const reasons: string[] = [];
  if (next.version === 2 && old.advertInterval !== next.advertInterval) reasons.push('interval');
  if (!sameValue(old.authentication, next.authentication)) reasons.push('authentication');
  if (!sameValue(old.hmac, next.hmac)) reasons.push('signature');
  if (old.v3ChecksumAsV2 !== next.v3ChecksumAsV2) reasons.push('checksum');
  if (!sameList(old.virtualAddresses, next.virtualAddresses)) reasons.push('address list');
  if (reasons.length === 0) return [];
  return [
    {
      kind: 'may-move-address',
      text: `adverts carry another ${reasons.join(' and ')}: peers that have the old one reject them, and both machines are MASTER until the peers are changed, too`,
    },
  ];
}

/** Adverts that go somewhere else. */
function destinationConsequences(old: InstanceConfig, next: InstanceConfig): Consequence[] {
  if (sameValue(old.unicast, next.unicast) && old.multicastGroup === next.multicastGroup) return [];
  return [
    {
      kind: 'may-move-address',
      text: 'adverts go to other peers: one that hears none any more becomes MASTER, too',
    },
  ];
}

function trackConsequences(old: InstanceConfig, next: InstanceConfig): Consequence[] {
  if (sameValue(old.tracks, next.tracks) && (old.trackPrimary || !next.trackPrimary)) return [];
  return [
    {
      kind: 'may-move-address',
      text: 'other things are tracked: the state that they are in changes the priority or makes a FAULT at once',
    },
  ];
}

/** What another list of members means. */
export function groupConsequences(old: Line | undefined, next: Line | undefined): Consequence[] {
  const was = members(old);
  const is = members(next);
  const joined = is.filter((name) => !was.includes(name));
  const left = was.filter((name) => !is.includes(name));
  const consequences: Consequence[] = [];
  if (joined.length > 0 && is.length > 1) {
    consequences.push({
      kind: 'may-move-address',
      text: `${joined.join(', ')} changes state with the group from now on: if one member is BACKUP or in FAULT, all become so`,
    });
  }
  if (left.length > 0) {
    consequences.push(note(`${left.join(', ')} changes state alone from now on`));
  }
  return consequences;
}

/** The names that a group's block lists. */
function members(block: Line | undefined): readonly string[] {
  const list = block?.body?.find(({ text }) => text === 'group');
  return list?.body?.map(({ text }) => text) ?? [];
}

function note(text: string): Consequence {
  return { kind: 'note', text };
}

function addressesOf(instance: InstanceConfig): readonly VirtualAddressConfig[] {
  return [...instance.virtualAddresses, ...instance.excludedAddresses];
}

function addressKey({ address, prefixLength, interface: name }: VirtualAddressConfig): string {
  return `${name} ${address}/${prefixLength}`;
}

/** Which instance each address follows. */
export function findHolders(instances: readonly InstanceConfig[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const instance of instances) {
    for (const address of addressesOf(instance)) found.set(addressKey(address), instance.name);
  }
  return found;
}

function sameAttributes(a: VirtualAddressConfig, b: VirtualAddressConfig): boolean {
  return a.scope === b.scope && a.broadcast === b.broadcast && a.label === b.label;
}

/** Whether two lists of addresses look the same in an advert. */
function sameList(a: readonly VirtualAddressConfig[], b: readonly VirtualAddressConfig[]): boolean {
  const list = (addresses: readonly VirtualAddressConfig[]): string =>
    [...new Set(addresses.map(({ address }) => address))].sort().join();
  return list(a) === list(b);
}

function named(addresses: readonly VirtualAddressConfig[]): string {
  const names = addresses.slice(0, MAX_NAMED).map(({ address }) => address);
  const more = addresses.length - names.length;
  if (names.length === 0) return 'no address';
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
