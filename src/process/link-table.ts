/**
 * The interfaces as the VRRP engine needs them, kept from what the kernel tells: which are up, and
 * which addresses are their own (virtual ones of ours are not: an instance must not take its own
 * virtual address for the source of its adverts).
 *
 * Bounded by the machine's interfaces and addresses.
 */
import type { Ip } from '../base/ip.js';
import type { AddressEntry, Link } from '../netlink/rtnl.js';
import type { LinkState } from '../vrrp/events.js';
import type { VrrpSettings } from '../vrrp/settings.js';

export class LinkTable {
  readonly #links = new Map<number, Link>();
  readonly #byName = new Map<string, Link>();
  readonly #addresses = new Map<number, AddressEntry[]>();
  #virtual: ReadonlySet<string> = new Set();

  /** Replaces everything by what a dump of the kernel says. */
  load(links: readonly Link[], addresses: readonly AddressEntry[]): void {
    this.#links.clear();
    this.#byName.clear();
    this.#addresses.clear();
    for (const link of links) this.setLink(link);
    for (const address of addresses) this.addAddress(address);
  }

  /** Says which addresses are virtual: those of the settings in force. */
  setVirtual(settings: VrrpSettings): void {
    const virtual = new Set<string>();
    for (const instance of settings.instances) {
      for (const address of [...instance.virtualAddresses, ...instance.excludedAddresses]) {
        virtual.add(address.address);
      }
    }
    this.#virtual = virtual;
  }

  setLink(link: Link): void {
    this.#forgetName(link.index);
    this.#links.set(link.index, link);
    this.#byName.set(link.name, link);
  }

  removeLink(index: number): void {
    this.#forgetName(index);
    this.#links.delete(index);
    this.#addresses.delete(index);
  }

  addAddress(entry: AddressEntry): void {
    const known = this.#addresses.get(entry.interfaceIndex) ?? [];
    const place = known.findIndex((other) => sameAddress(other, entry));
    // One that is known may have become usable, or be found to be another's.
    const changed = place < 0 ? [...known, entry] : known.with(place, entry);
    this.#addresses.set(entry.interfaceIndex, changed);
  }

  removeAddress(entry: AddressEntry): void {
    const known = this.#addresses.get(entry.interfaceIndex);
    if (!known) return;
    this.#addresses.set(
      entry.interfaceIndex,
      known.filter((other) => !sameAddress(other, entry)),
    );
  }

  /** Whether an address is one of ours to hold. */
  isVirtual(address: Ip): boolean {
    return this.#virtual.has(address);
  }

  nameOf(index: number): string | undefined {
    return this.#links.get(index)?.name;
  }

  indexOf(name: string): number | undefined {
    return this.#byName.get(name)?.index;
  }

  /** What is needed to send on it, without its addresses. */
  named(name: string): Pick<Link, 'name' | 'index' | 'mac'> | undefined {
    return this.#byName.get(name);
  }

  /** The routing table of a VRF. */
  vrfTableOf(name: string): number | undefined {
    return this.#byName.get(name)?.vrfTable;
  }

  /** The name may be another's by now. */
  #forgetName(index: number): void {
    const old = this.#links.get(index);
    if (old && this.#byName.get(old.name) === old) this.#byName.delete(old.name);
  }

  /** An interface by name. */
  get(name: string): LinkState | undefined {
    const link = this.#byName.get(name);
    return link && this.#state(link);
  }

  all(): LinkState[] {
    return [...this.#links.values()].map((link) => this.#state(link));
  }

  #state(link: Link): LinkState {
    const own = (this.#addresses.get(link.index) ?? []).filter(
      (entry) => !this.#virtual.has(entry.address) && isUsable(entry),
    );
    return {
      index: link.index,
      name: link.name,
      up: link.up,
      mac: link.mac,
      mtu: link.mtu,
      addresses: own.map((entry) => entry.address),
    };
  }
}

/** IPv6: the kernel sends from an address only after it has found no duplicate (RFC 4862 5.4). */
function isUsable({ tentative, dadFailed }: AddressEntry): boolean {
  return !tentative && !dadFailed;
}

function sameAddress(a: AddressEntry, b: AddressEntry): boolean {
  return a.address === b.address && a.prefixLength === b.prefixLength;
}
