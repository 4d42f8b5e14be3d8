/**
 * Makes the interfaces true that instances have of their own: macvlans with a virtual router's MAC
 * address and ipvlans, what of their behaviour keepalived sets, and how the interface below answers.
 *
 * A pass reads, makes what is missing, changes in place what differs, reads again. One that is there
 * and fits, whoever made it, is taken over; of the right kind but on another interface it is made
 * anew; of another kind it is not touched. Removed is what a pass was told to remove, by name, and
 * only if it is a macvlan or ipvlan.
 */
import { constants } from 'node:os';
import { type Ip, ipFromBytes } from '../base/ip.js';
import { type Mac, macToBytes } from '../base/mac.js';
import {
  IFA_F_DEPRECATED,
  IFF_UP,
  IN6_ADDR_GEN_MODE_NONE,
  IPVLAN_MODE_L2,
  MACVLAN_MODE_PRIVATE,
} from '../netlink/constants.js';
import type { NetlinkError } from '../netlink/errors.js';
import type { LinkClient } from '../netlink/links.js';
import type { AddressEntry } from '../netlink/rtnl.js';
import {
  type Ipv4Settings,
  ipvlanFlags,
  type LinkChange,
  type LinkDetails,
  type NewLink,
} from '../netlink/virtual-link.js';
import type { VirtualInterface } from '../vrrp/settings.js';

/** What is needed of the kernel. */
export type VirtualLinkKernel = Pick<LinkClient, 'links' | 'addresses' | 'apply'>;

/** What a pass did and found; names of interfaces. */
export interface VirtualLinkReport {
  readonly created: readonly string[];
  readonly removed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
  /** Whether a pass changed anything that others see. */
  readonly changed: boolean;
  /** As they are at the end of the pass. */
  readonly links: readonly LinkDetails[];
}

/**
 * `net.ipv4.conf` of a macvlan for IPv4. It is not to answer for addresses of the interface below,
 * and has to hear what is sent from an address of this machine.
 */
const OWN_IPV4: Ipv4Settings = {
  arp_ignore: 1,
  accept_local: 1,
  rp_filter: 0,
  promote_secondaries: 1,
};
const LINK_LOCAL_PREFIX = 64;
/** So many are removed as a group. */
const MANY = 4;
/** INFINITY_LIFE_TIME of the kernel's net/addrconf.h. */
const FOR_EVER = 0xffff_ffff;

export class VirtualLinkReconciler {
  readonly #kernel: VirtualLinkKernel;
  readonly #writeIpv6: (name: string, disabled: boolean) => void;

  /** @param writeIpv6 sets `net.ipv6.conf.NAME.disable_ipv6`, which netlink cannot. May throw. */
  constructor(kernel: VirtualLinkKernel, writeIpv6: (name: string, disabled: boolean) => void) {
    this.#kernel = kernel;
    this.#writeIpv6 = writeIpv6;
  }

  /**
   * One pass. Passes must not overlap.
   *
   * @param retired names that are to be gone.
   * @param beforeUp called when new ones are there, and not up yet.
   * @throws {NetlinkError} the kernel could not be read.
   */
  async reconcile(
    desired: readonly VirtualInterface[],
    retired: readonly string[] = [],
    beforeUp: (links: readonly LinkDetails[]) => Promise<void> = async () => {},
  ): Promise<VirtualLinkReport> {
    const failures = new Map<string, string>();
    const created: string[] = [];
    const removed: string[] = [];
    let changes = 0;
    let links = byName(await this.#kernel.links());
    const wanted = new Set(desired.map(({ name }) => name));
    const surplus = retired
      .filter((name) => !wanted.has(name))
      .flatMap((name) => links.get(name) ?? [])
      .filter(isVirtual);
    const group = freeGroup(links);
    if (surplus.length >= MANY && (await this.#removeAtOnce(surplus, group))) {
      removed.push(...surplus.map(({ name }) => name));
    } else {
      for (const { name, index } of surplus) {
        const error = await this.#kernel.apply({ kind: 'delete', index });
        if (error && error.errno !== constants.errno.ENODEV) failures.set(name, error.message);
        else removed.push(name);
      }
    }
    for (const item of desired) {
      const reason = await this.#make(item, links);
      if (reason === true) created.push(item.name);
      else if (reason !== undefined) failures.set(item.name, reason);
    }
    changes += created.length + removed.length;
    if (changes > 0) links = byName(await this.#kernel.links());
    if (created.length > 0) await beforeUp([...links.values()]);
    const addresses = desired.some(needsAddress) ? await this.#kernel.addresses() : [];
    for (const item of desired) {
      const link = links.get(item.name);
      if (!link || failures.has(item.name)) continue;
      const { done, reason } = await this.#settle(item, link, links, addresses);
      changes += done;
      if (reason !== undefined) failures.set(item.name, reason);
    }
    if (changes > 0) links = byName(await this.#kernel.links());
    return {
      created,
      removed,
      failed: [...failures].map(([name, reason]) => ({ name, reason })),
      changed: changes > 0,
      links: [...links.values()],
    };
  }

  /** Each one takes the kernel long to remove, a group of links not longer. */
  async #removeAtOnce(surplus: readonly LinkDetails[], group: number): Promise<boolean> {
    for (const { index } of surplus) {
      const error = await this.#kernel.apply({ kind: 'change', change: { index, group } });
      if (error) return false;
    }
    return (await this.#kernel.apply({ kind: 'delete-group', group })) === undefined;
  }

  /** true: made; a text: why it could not be; undefined: it is there. */
  async #make(
    item: VirtualInterface,
    links: ReadonlyMap<string, LinkDetails>,
  ): Promise<true | string | undefined> {
    const parent = links.get(item.parent);
    const there = links.get(item.name);
    if (!parent) return `no interface ${item.parent}`;
    if (there && there.kind !== item.kind) return `${item.name} is there, and is no ${item.kind}`;
    if (there?.parent === lowerIndex(parent, item.kind) && hasMode(there, item)) return undefined;
    if (there) await this.#kernel.apply({ kind: 'delete', index: there.index });
    const error = await this.#kernel.apply({ kind: 'create', link: newLink(item, parent) });
    return error ? error.message : true;
  }

  /** Changes what is not as it should be; IPv6 and its addresses before the interface is up. */
  async #settle(
    item: VirtualInterface,
    link: LinkDetails,
    links: ReadonlyMap<string, LinkDetails>,
    addresses: readonly AddressEntry[],
  ): Promise<{ done: number; reason?: string }> {
    let done = 0;
    let failure: NetlinkError | undefined;
    const change = changeOf(item, link);
    if (change) {
      done++;
      failure = await this.#kernel.apply({ kind: 'change', change });
      if (failure) return { done, reason: failure.message };
    }
    if (link.ipv6Disabled === item.ipv6 && link.addressGeneration !== undefined) {
      done++;
      try {
        this.#writeIpv6(item.name, !item.ipv6);
      } catch {
        // Only less tidy: nothing is sent over IPv6 from an address that is not there.
      }
    }
    const parent = links.get(item.parent);
    for (const spec of parent ? ownAddresses(item, link, parent, addresses) : []) {
      done++;
      failure = await this.#kernel.apply({ kind: 'add-address', spec });
      if (failure && failure.errno !== constants.errno.EEXIST) {
        return { done, reason: failure.message };
      }
    }
    if ((link.flags & IFF_UP) === 0) {
      done++;
      failure = await this.#kernel.apply({
        kind: 'change',
        change: { index: link.index, up: true },
      });
      if (failure && failure.errno !== constants.errno.ENETDOWN) {
        return { done, reason: failure.message };
      }
      if (parent && item.kind === 'macvlan' && item.notify) {
        // The kernel does not tell of its own that the interface below is promiscuous now.
        await this.#kernel.apply({
          kind: 'change',
          change: { index: parent.index, group: parent.group },
        });
      }
    }
    return { done };
  }
}

function byName(links: readonly LinkDetails[]): ReadonlyMap<string, LinkDetails> {
  return new Map(links.map((link) => [link.name, link]));
}

/** A link group that no interface is in. */
function freeGroup(links: ReadonlyMap<string, LinkDetails>): number {
  const taken = new Set([...links.values()].map(({ group }) => group));
  let group = 0x7000_0000;
  while (taken.has(group)) group++;
  return group;
}

/** Only such are ever removed. */
function isVirtual({ kind }: LinkDetails): boolean {
  return kind === 'macvlan' || kind === 'ipvlan';
}

function newLink(item: VirtualInterface, parent: LinkDetails): NewLink {
  const common = {
    name: item.name,
    parent: parent.index,
    ...(item.group === undefined ? {} : { group: item.group }),
  };
  return item.kind === 'macvlan'
    ? { ...common, kind: item.kind, mac: item.mac }
    : { ...common, kind: item.kind, mode: item.mode };
}

function changeOf(item: VirtualInterface, link: LinkDetails): LinkChange | undefined {
  const ipv4 =
    item.family === 4 && item.kind === 'macvlan' ? differing(OWN_IPV4, link.ipv4) : undefined;
  const mac = item.kind === 'macvlan' && link.mac !== item.mac ? item.mac : undefined;
  const group = item.group !== undefined && link.group !== item.group ? item.group : undefined;
  const generates =
    item.kind === 'macvlan' &&
    link.addressGeneration !== undefined &&
    link.addressGeneration !== IN6_ADDR_GEN_MODE_NONE;
  if (!ipv4 && mac === undefined && group === undefined && !generates) return undefined;
  return {
    index: link.index,
    ...(mac === undefined ? {} : { mac }),
    ...(group === undefined ? {} : { group }),
    ...(ipv4 ? { ipv4 } : {}),
    ...(generates ? { noAddressGeneration: true } : {}),
  };
}

/** What of the settings is not so; undefined if everything is. */
export function differing(wanted: Ipv4Settings, there: Ipv4Settings): Ipv4Settings | undefined {
  const entries = Object.entries(wanted) as [keyof Ipv4Settings, number][];
  const different = entries.filter(([name, value]) => there[name] !== value);
  return different.length === 0 ? undefined : Object.fromEntries(different);
}

function needsAddress(item: VirtualInterface): boolean {
  return item.linkLocal !== undefined || (item.kind === 'ipvlan' && item.address !== undefined);
}

/** The addresses that it needs to send from and that are not there. */
function ownAddresses(
  item: VirtualInterface,
  link: LinkDetails,
  parent: LinkDetails,
  addresses: readonly AddressEntry[],
): { interfaceIndex: number; address: Ip; prefixLength: number }[] {
  const specs = [];
  const own = addresses.filter(({ interfaceIndex }) => interfaceIndex === link.index);
  if (item.kind === 'ipvlan' && item.address) {
    const { address } = item.address;
    if (!own.some((entry) => entry.address === address)) {
      specs.push({ interfaceIndex: link.index, ...item.address });
    }
  }
  if (item.linkLocal === undefined) return specs;
  const address =
    item.linkLocal === 'parent' ? linkLocalOf(parent, addresses) : (item.linkLocal as Ip);
  if (own.some((entry) => entry.address === address)) return specs;
  specs.push({
    interfaceIndex: link.index,
    address,
    prefixLength: LINK_LOCAL_PREFIX,
    // Never a source of the kernel's own choice, as the interface below has it too.
    lifetime: { valid: FOR_EVER, preferred: 0 },
    scope: 0,
  });
  return specs;
}

/** The interface's link-local address, or the one that its MAC address makes (RFC 4291 A). */
function linkLocalOf(link: LinkDetails, addresses: readonly AddressEntry[]): Ip {
  const there = addresses.find(
    (entry) => entry.interfaceIndex === link.index && isUsableLinkLocal(entry),
  );
  return there?.address ?? linkLocalFrom(link.mac);
}

function isUsableLinkLocal({ family, address, dadFailed, flags }: AddressEntry): boolean {
  return (
    family === 6 && address.startsWith('fe80:') && !dadFailed && (flags & IFA_F_DEPRECATED) === 0
  );
}

function linkLocalFrom(mac: Mac): Ip {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = macToBytes(mac);
  return ipFromBytes(
    Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 0x02, b, c, 0xff, 0xfe, d, e, f),
  );
}

/** Whether a link of the right kind can be taken over; its MAC address can be changed in place. */
function hasMode(link: LinkDetails, item: VirtualInterface): boolean {
  return item.kind === 'macvlan'
    ? link.macvlanMode === MACVLAN_MODE_PRIVATE
    : link.ipvlan?.mode === IPVLAN_MODE_L2 && link.ipvlan.flags === ipvlanFlags(item.mode);
}

/** The index that the kernel tells for what is on a link: of a macvlan's own, what that is on. */
function lowerIndex(parent: LinkDetails, kind: VirtualInterface['kind']): number {
  return parent.kind === kind ? (parent.parent ?? parent.index) : parent.index;
}
