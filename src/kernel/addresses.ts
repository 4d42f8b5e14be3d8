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
import type { AddressEntry, AddressSpec, Link } from '../netlink/rtnl.js';
import { addressKey, type DesiredAddress } from '../vrrp/desired.js';
import type { VirtualAddress } from '../vrrp/settings.js';

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
  /** Wanted, and seen there at the end of the pass. */
  readonly confirmed: readonly InstanceAddress[];
  /** Addresses of others that the kernel had removed together with one of ours; put back. */
  readonly foreignRepaired: readonly AddressEntry[];
}

/** What is needed of the kernel. */
export type AddressKernel = Pick<RouteClient, 'links' | 'addresses' | 'applyAddresses'>;

/**
 * Deleting a subnet's first address makes the kernel delete the others of that subnet, which one
 * more round puts back.
 */
const ROUNDS = 3;
/** INFINITY_LIFE_TIME of the kernel's net/addrconf.h. */
const FOR_EVER = 0xffff_ffff;

export class AddressReconciler {
  readonly #kernel: AddressKernel;
  /** Bounded by the number of interfaces. */
  #indices: ReadonlyMap<string, number> = new Map();
  /** Keys that were wanted and seen at the end of the last pass; bounded by the configuration. */
  #confirmed: ReadonlySet<string> = new Set();

  constructor(kernel: AddressKernel) {
    this.#kernel = kernel;
  }

  /** Tells of the interfaces that the caller has read, so that the first pass too adds at once. */
  learnLinks(links: readonly Link[]): void {
    this.#indices = new Map(links.map((link) => [link.name, link.index]));
  }

  /**
   * One pass. Passes must not overlap (the Reconciler sees to it).
   *
   * @param desired every address of the configuration, wanted or not; one that several instances
   *   list is wanted if any wants it.
   * @param onAdded told which wanted addresses are there after the first additions, before the
   *   kernel is read: they can be announced.
   * @throws {NetlinkError} the kernel could not be read; additions have been tried.
   */
  async reconcile(
    desired: readonly DesiredAddress[],
    onAdded: (held: readonly InstanceAddress[]) => void = () => {},
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

    const errors = new Map<string, NetlinkError>();
    const done = new Set<string>();
    const unseen = [...wanted].filter(([key]) => !this.#confirmed.has(key));
    const added = await this.#apply('add', unseen, errors, done);
    onAdded(
      [...wanted]
        .filter(([key]) => this.#confirmed.has(key) || added.has(key))
        .map(([, item]) => instanceAddress(item)),
    );

    this.learnLinks(await this.#kernel.links());
    let before = await this.#kernel.addresses();
    let present = this.#keysOf(before.filter(isUsable));
    const lost = [...wanted.keys()].filter((k) => this.#confirmed.has(k) && !present.has(k));
    const repaired: AddressEntry[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const missing = [...wanted].filter(([key]) => !present.has(key));
      const there = this.#keysOf(before);
      const surplus = [...unwanted].filter(([key]) => there.has(key));
      const useless = missing.filter(([key]) => there.has(key));
      if (missing.length === 0 && surplus.length === 0) break;
      if (useless.length > 0) await this.#apply('delete', useless, errors, done);
      await this.#apply('add', missing, errors, done);
      await this.#apply('delete', surplus, errors, done);
      let after = await this.#kernel.addresses();
      const victims = collateral(
        before,
        after,
        surplus.map(([, item]) => item.address),
      );
      const foreign = victims.filter((entry) => !this.#isListed(entry, wanted, unwanted));
      if (foreign.length > 0) {
        await this.#kernel.applyAddresses(foreign.map(restoration));
        repaired.push(...foreign);
        after = await this.#kernel.addresses();
      }
      before = after;
      present = this.#keysOf(after.filter(isUsable));
    }
    const there = this.#keysOf(before);

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
      reason: this.#reason(item, errors.get(key), before),
    }));
    return {
      added: pick(wanted, (key) => present.has(key) && done.has(key) && !seen.has(key)),
      restored: pick(wanted, (key) => present.has(key) && lostKeys.has(key)),
      removed: pick(unwanted, (key) => !there.has(key) && done.has(key)),
      failed,
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
  ): Promise<ReadonlySet<string>> {
    const keys: string[] = [];
    const operations: AddressOperation[] = [];
    for (const [key, { address }] of items) {
      const interfaceIndex = this.#indices.get(address.interface);
      if (interfaceIndex === undefined) continue;
      keys.push(key);
      operations.push({ kind, spec: specOf(address, interfaceIndex) });
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

  #keysOf(entries: readonly AddressEntry[]): Set<string> {
    const names = new Map([...this.#indices].map(([name, index]) => [index, name]));
    const keys = new Set<string>();
    for (const entry of entries) {
      const name = names.get(entry.interfaceIndex);
      if (name === undefined) continue;
      const { address, prefixLength, scope } = entry;
      keys.add(addressKey({ interface: name, address, prefixLength, scope }));
    }
    return keys;
  }

  #isListed(
    entry: AddressEntry,
    ...lists: readonly ReadonlyMap<string, DesiredAddress>[]
  ): boolean {
    const [key] = this.#keysOf([entry]);
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

function instanceAddress({ instance, address }: DesiredAddress): InstanceAddress {
  return { instance, address };
}

function specOf(address: VirtualAddress, interfaceIndex: number): AddressSpec {
  return {
    interfaceIndex,
    address: address.address,
    prefixLength: address.prefixLength,
    scope: address.scope,
    ...(address.broadcast === undefined ? {} : { broadcast: address.broadcast }),
    ...(address.label === undefined ? {} : { label: address.label }),
    ...(address.duplicateDetection ? { duplicateDetection: true } : {}),
    ...(address.preferredLifetime === undefined
      ? {}
      : { lifetime: { valid: FOR_EVER, preferred: address.preferredLifetime } }),
  };
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
  return {
    kind: 'add',
    spec: {
      interfaceIndex: entry.interfaceIndex,
      address: entry.address,
      prefixLength: entry.prefixLength,
      scope: entry.scope,
      protocol: entry.protocol,
      ...(entry.peer === undefined ? {} : { peer: entry.peer }),
      ...(entry.broadcast === undefined ? {} : { broadcast: entry.broadcast }),
      ...(entry.label === undefined ? {} : { label: entry.label }),
      ...(entry.lifetime === undefined ? {} : { lifetime: entry.lifetime }),
    },
  };
}
