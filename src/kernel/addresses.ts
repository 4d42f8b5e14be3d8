/**
 * Makes the virtual addresses true.
 *
 * A pass first adds, in one datagram and without looking, what was not seen on its interface in
 * the pass before: a fail-over must not wait for a dump, and adding what is there is harmless. Then
 * it reads, adds what is missing, deletes what is listed as not wanted, and reads again. Addresses
 * that nobody listed are another's and stay.
 */
import { constants } from 'node:os';
import { type Family, familyOf, ipToBytes } from '../base/ip.js';
import type { NetlinkError } from '../netlink/errors.js';
import type { AddressOperation, RouteClient } from '../netlink/route.js';
import type { AddressEntry, Link } from '../netlink/rtnl.js';
import { addressKey, addressKeyOf, type DesiredAddress } from '../vrrp/desired.js';
import type { VirtualAddress } from '../vrrp/settings.js';
import { differences, specOf, specOfEntry } from './address-spec.js';

export type { DesiredAddress };

export interface InstanceAddress {
  readonly instance: string;
  readonly address: VirtualAddress;
}

/** What a pass did and found. */
export interface AddressReport {
  /** Put there by this pass (without what was restored). */
  readonly added: readonly InstanceAddress[];
  readonly removed: readonly InstanceAddress[];
  /** Was there after the pass before, is still wanted, and was gone: something else removed it. */
  readonly restored: readonly InstanceAddress[];
  /** Wanted and not there, or not wanted and still there, with the reason in words. */
  readonly failed: readonly (InstanceAddress & { readonly reason: string })[];
  /** Was there with other options than are wanted, in words, and is now as wanted. */
  readonly corrected: readonly (InstanceAddress & {
    readonly was: string;
    /** It had been as wanted: something else has changed it. */
    readonly drifted: boolean;
  })[];
  /** Is there with other options, and stays so; told once. It is useful all the same. */
  readonly uncorrected: readonly (InstanceAddress & { readonly reason: string })[];
  /** Wanted, and seen there at the end of the pass. */
  readonly confirmed: readonly InstanceAddress[];
  /** Addresses of others that the kernel had removed together with one of ours; put back. */
  readonly foreignRepaired: readonly AddressEntry[];
  /** The kernel was not read: `confirmed` is what `onAdded` was told. */
  readonly endedEarly?: true;
}

/** What is needed of the kernel. */
export type AddressKernel = Pick<RouteClient, 'links' | 'addresses' | 'applyAddresses'>;

/**
 * Deleting a subnet's first address makes the kernel delete the others of that subnet, which one
 * more round puts back.
 */
const ROUNDS = 3;
/** So many passes in a row may leave the reading to the next. */
const MOST_EARLY_ENDS = 32;
const NOTHING_DONE = {
  added: [],
  removed: [],
  restored: [],
  failed: [],
  corrected: [],
  uncorrected: [],
  foreignRepaired: [],
};

export class AddressReconciler {
  readonly #kernel: AddressKernel;
  /** Bounded by the number of interfaces. */
  #indices: ReadonlyMap<string, number> = new Map();
  #names: ReadonlyMap<number, string> = new Map();
  /** Keys that were wanted and seen at the end of the last pass; bounded by the configuration. */
  #confirmed: ReadonlySet<string> = new Set();
  /** `no_track` addresses that something else removed; bounded by the configuration. */
  readonly #left = new Set<string>();
  /** Added by passes that ended before they read the kernel; bounded by the configuration. */
  readonly #ahead = new Set<string>();
  #earlyEnds = 0;
  /** What the last pass that has begun was to make true, by key; bounded by the configuration. */
  #wanted: ReadonlyMap<string, DesiredAddress> = new Map();
  #unwanted: ReadonlyMap<string, DesiredAddress> = new Map();
  /** Differences that a correction did not end, by key, so that it is not tried again and again. */
  #stubborn: ReadonlyMap<string, string> = new Map();

  constructor(kernel: AddressKernel) {
    this.#kernel = kernel;
  }

  /** Tells of the interfaces that the caller has read, so that the first pass too adds at once. */
  learnLinks(links: readonly Link[]): void {
    this.#indices = new Map(links.map((link) => [link.name, link.index]));
    this.#names = new Map(links.map((link) => [link.index, link.name]));
  }

  /**
   * Whether a change of an address that the kernel tells of is what a pass has made, or would make: it is
   * no reason for another. Thousands of them come after a pass that has added thousands.
   *
   * @param isThere it appeared or changed; false: it is gone.
   */
  isAsWanted(entry: AddressEntry, isThere: boolean): boolean {
    const key = this.#keyOf(entry);
    if (key === undefined) return false;
    if (!isThere) return this.#unwanted.has(key);
    const item = this.#wanted.get(key);
    if (!item || !isUsable(entry)) return false;
    if (!this.#confirmed.has(key) && !this.#ahead.has(key)) return false;
    return differences(item.address, entry).length === 0;
  }

  /**
   * One pass. Passes must not overlap (the Reconciler sees to it).
   *
   * @param desired every address of the configuration, wanted or not; one that several instances
   *   list is wanted if any wants it.
   * @param onAdded told which wanted addresses are there after the first additions, before the
   *   kernel is read: they can be announced.
   * @param hasNews asked after that: with newer wishes the pass ends there, and says only what is there
   *   as far as it knows. The next pass, which must follow, does the rest. Where hundreds of instances
   *   take over one after the other, the last of them would wait for the reading of all before it.
   * @throws {NetlinkError} the kernel could not be read; additions have been tried.
   */
  async reconcile(
    desired: readonly DesiredAddress[],
    onAdded: (held: readonly InstanceAddress[]) => void = () => {},
    hasNews: () => boolean = () => false,
  ): Promise<AddressReport> {
    const wanted = new Map<string, DesiredAddress>();
    const unwanted = new Map<string, DesiredAddress>();
    for (const item of desired) {
      if (item.present) wanted.set(addressKey(item.address), item);
    }
    for (const item of desired) {
      const key = addressKey(item.address);
      if (!item.present && !wanted.has(key)) unwanted.set(key, item);
    }

    for (const key of this.#left) if (!wanted.has(key)) this.#left.delete(key);
    for (const key of this.#left) wanted.delete(key);
    this.#wanted = wanted;
    this.#unwanted = unwanted;

    const errors = new Map<string, NetlinkError>();
    const isKnown = (key: string): boolean => this.#confirmed.has(key) || this.#ahead.has(key);
    const unseen = [...wanted].filter(([key]) => !isKnown(key));
    const added = await this.#apply('add', unseen, errors, this.#ahead);
    const held = [...wanted]
      .filter(([key]) => isKnown(key) || added.has(key))
      .map(([, item]) => instanceAddress(item));
    onAdded(held);
    if (added.size > 0 && this.#earlyEnds < MOST_EARLY_ENDS && hasNews()) {
      this.#earlyEnds++;
      return { ...NOTHING_DONE, confirmed: held, endedEarly: true };
    }
    this.#earlyEnds = 0;
    const done = new Set(this.#ahead);
    this.#ahead.clear();

    this.learnLinks(await this.#kernel.links());
    let before = this.#keyed(await this.#kernel.addresses());
    let present = usableKeys(before);
    for (const [key, { address }] of wanted) {
      if (!address.noTrack || !this.#confirmed.has(key) || present.has(key)) continue;
      this.#left.add(key);
      wanted.delete(key);
    }
    const lost = [...wanted.keys()].filter((k) => this.#confirmed.has(k) && !present.has(k));
    const first = this.#wrong(wanted, before);
    const read = before;
    const repaired: AddressEntry[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const missing = [...wanted].filter(([key]) => !present.has(key));
      const surplus = [...unwanted].filter(([key]) => before.byKey.has(key));
      const useless = missing.filter(([key]) => before.byKey.has(key));
      const wrong = round === 1 ? [...first.values()].filter((w) => !w.stubborn) : [];
      if (missing.length === 0 && surplus.length === 0 && wrong.length === 0) break;
      if (useless.length > 0) await this.#apply('delete', useless, errors, done, before);
      await this.#correct(wrong);
      await this.#apply('add', missing, errors, done);
      await this.#apply('delete', surplus, errors, done, before);
      let after = this.#keyed(await this.#kernel.addresses());
      const victims = collateral(
        before.entries,
        after.entries,
        [...surplus.map(([, item]) => item), ...wrong.map(({ item }) => item)].map(
          (item) => item.address,
        ),
      );
      const foreign = victims.filter((entry) => !this.#isListed(entry, wanted, unwanted));
      if (foreign.length > 0) {
        await this.#kernel.applyAddresses(foreign.map(restoration));
        repaired.push(...foreign);
        after = this.#keyed(await this.#kernel.addresses());
      }
      before = after;
      present = usableKeys(after);
    }
    const there = before.byKey;
    const left = before === read ? first : this.#wrong(wanted, before);
    this.#stubborn = new Map([...left].map(([key, { was }]) => [key, was]));

    const seen = this.#confirmed;
    this.#confirmed = new Set([...wanted.keys()].filter((key) => present.has(key)));
    const lostKeys = new Set(lost);
    const pick = (items: ReadonlyMap<string, DesiredAddress>, test: (key: string) => boolean) =>
      [...items].filter(([key]) => test(key)).map(([, item]) => instanceAddress(item));
    const failed = [
      ...[...wanted].filter(([key]) => !present.has(key)),
      ...[...unwanted].filter(([key]) => there.has(key)),
    ].map(([key, item]) => ({
      ...instanceAddress(item),
      reason: this.#reason(item, errors.get(key), before.entries),
    }));
    return {
      added: pick(wanted, (key) => present.has(key) && done.has(key) && !seen.has(key)),
      restored: pick(wanted, (key) => present.has(key) && lostKeys.has(key)),
      removed: pick(unwanted, (key) => !there.has(key) && done.has(key)),
      failed,
      corrected: [...first]
        .filter(([key]) => present.has(key) && !left.has(key))
        .map(([key, { item, was }]) => ({
          ...instanceAddress(item),
          was,
          drifted: seen.has(key),
        })),
      uncorrected: [...left.values()]
        .filter(({ stubborn }) => !stubborn)
        .map(({ item, was }) => ({ ...instanceAddress(item), reason: `is there with ${was}` })),
      confirmed: pick(wanted, (key) => present.has(key)),
      foreignRepaired: repaired,
    };
  }

  /**
   * Tries every item whose interface exists. Collects errors, and the keys that really changed.
   *
   * @returns the keys that are as wanted now, changed or not.
   */
  async #apply(
    kind: AddressOperation['kind'],
    items: readonly (readonly [string, DesiredAddress])[],
    errors: Map<string, NetlinkError>,
    done: Set<string>,
    there?: Keyed,
  ): Promise<ReadonlySet<string>> {
    const keys: string[] = [];
    const operations: AddressOperation[] = [];
    for (const [key, { address }] of items) {
      const interfaceIndex = this.#indices.get(address.interface);
      if (interfaceIndex === undefined) continue;
      keys.push(key);
      // Its peer is part of what an address is deleted by.
      const entry = there?.byKey.get(key);
      operations.push({ kind, spec: entry ? specOfEntry(entry) : specOf(address, interfaceIndex) });
    }
    const good = new Set<string>();
    if (operations.length === 0) return good;
    const results = await this.#kernel.applyAddresses(operations);
    keys.forEach((key, i) => {
      const error = results[i];
      if (error === undefined) done.add(key);
      if (error === undefined || isAlready(kind, error)) {
        errors.delete(key);
        good.add(key);
      } else errors.set(key, error);
    });
    return good;
  }

  /** What is there, usable, and not as wanted. */
  #wrong(wanted: ReadonlyMap<string, DesiredAddress>, { byKey }: Keyed): Map<string, Wrong> {
    const found = new Map<string, Wrong>();
    for (const [key, entry] of byKey) {
      const item = wanted.get(key);
      if (!item || !isUsable(entry)) continue;
      const differs = differences(item.address, entry);
      if (differs.length === 0) continue;
      const was = differs.join(', ');
      found.set(key, { item, entry, was, stubborn: this.#stubborn.get(key) === was });
    }
    return found;
  }

  /** Changes what can be changed in place, and puts the rest there anew in the same datagram. */
  async #correct(wrong: readonly Wrong[]): Promise<void> {
    const operations = wrong.flatMap(({ item, entry }): AddressOperation[] => {
      const spec = specOf(item.address, entry.interfaceIndex);
      if (entry.family === 6) return [{ kind: 'change', spec }];
      return [
        { kind: 'delete', spec: specOfEntry(entry) },
        { kind: 'add', spec },
      ];
    });
    if (operations.length > 0) await this.#kernel.applyAddresses(operations);
  }

  #keyOf(entry: AddressEntry): string | undefined {
    const name = this.#names.get(entry.interfaceIndex);
    return name === undefined ? undefined : addressKeyOf(name, entry);
  }

  /** What was read, with the key of each that is on an interface that is known. */
  #keyed(entries: readonly AddressEntry[]): Keyed {
    const byKey = new Map<string, AddressEntry>();
    for (const entry of entries) {
      const key = this.#keyOf(entry);
      if (key !== undefined) byKey.set(key, entry);
    }
    return { entries, byKey };
  }

  #isListed(
    entry: AddressEntry,
    ...lists: readonly ReadonlyMap<string, DesiredAddress>[]
  ): boolean {
    const key = this.#keyOf(entry);
    return key === undefined || lists.some((list) => list.has(key));
  }

  #reason(
    item: DesiredAddress,
    error: NetlinkError | undefined,
    entries: readonly AddressEntry[],
  ): string {
    const { address, interface: name } = item.address;
    const index = this.#indices.get(name);
    if (index === undefined) return `no interface ${name}`;
    if (error) return error.message;
    // An interface has an IPv6 address once, whatever its prefix length.
    const other = entries.find((e) => e.interfaceIndex === index && e.address === address);
    if (item.present && other?.family === 6 && isUsable(other)) {
      return `is there with prefix length ${other.prefixLength}`;
    }
    return item.present ? 'removed again at once' : 'added again at once';
  }
}

/** What the kernel has, in its order and by key. */
interface Keyed {
  readonly entries: readonly AddressEntry[];
  readonly byKey: ReadonlyMap<string, AddressEntry>;
}

function usableKeys({ byKey }: Keyed): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const [key, entry] of byKey) if (isUsable(entry)) keys.add(key);
  return keys;
}

/** An address that is there with other options than are wanted. */
interface Wrong {
  readonly item: DesiredAddress;
  readonly entry: AddressEntry;
  /** What is not as wanted, in words. */
  readonly was: string;
  /** A correction was tried, and changed nothing. */
  readonly stubborn: boolean;
}

function instanceAddress({ instance, address }: DesiredAddress): InstanceAddress {
  return { instance, address };
}

/**
 * Whether an address answers. One that the kernel added with duplicate address detection, and found
 * another to have, does not, and stays so: it has to be added anew, without.
 */
function isUsable(entry: AddressEntry): boolean {
  return !entry.dadFailed;
}

/** Adding what is there, and deleting what is not, is success. */
function isAlready(kind: AddressOperation['kind'], error: NetlinkError): boolean {
  const { EEXIST, EADDRNOTAVAIL, ENODEV } = constants.errno;
  return kind === 'add'
    ? error.errno === EEXIST
    : error.errno === EADDRNOTAVAIL || error.errno === ENODEV;
}

/** Secondary addresses that went with a deleted address of their subnet. */
function collateral(
  before: readonly AddressEntry[],
  after: readonly AddressEntry[],
  deleted: readonly VirtualAddress[],
): AddressEntry[] {
  const id = (e: AddressEntry): string => `${e.interfaceIndex} ${e.address}/${e.prefixLength}`;
  const left = new Set(after.map(id));
  return before.filter(
    (entry) =>
      entry.secondary &&
      !left.has(id(entry)) &&
      deleted.some(
        (d) =>
          d.prefixLength === entry.prefixLength &&
          familyOf(d.address) === entry.family &&
          sameSubnet(d.address, entry.address, d.prefixLength, entry.family),
      ),
  );
}

function sameSubnet(a: string, b: string, prefixLength: number, family: Family): boolean {
  const x = ipToBytes(a);
  const y = ipToBytes(b);
  for (let bit = 0; bit < prefixLength && bit < (family === 4 ? 32 : 128); bit++) {
    const mask = 0x80 >> (bit & 7);
    if (((x[bit >> 3] as number) & mask) !== ((y[bit >> 3] as number) & mask)) return false;
  }
  return true;
}

/** Puts an address of another's back as it was. */
function restoration(entry: AddressEntry): AddressOperation {
  return { kind: 'add', spec: specOfEntry(entry) };
}
