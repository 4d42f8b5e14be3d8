/**
 * How other interfaces have to behave while macvlans for IPv4 are on top of some of them, as
 * keepalived sets it, and what they were before.
 *
 * - The interface below does not answer ARP for addresses of the macvlan, nor the macvlan for its:
 *   `arp_ignore`, `arp_filter`.
 * - A macvlan without an address has to hear the others: `rp_filter` is the greater of the
 *   interface's and `all`'s, so that `all` is moved into every single interface.
 *
 * `disable_local_igmp` is here too, though it is of no interface: it is put back in the same way.
 *
 * What a setting was is remembered before it is changed, and told, so that a later process can put it
 * back. It is put back only if it still is what was set here.
 */
import type { NetlinkError } from '../netlink/errors.js';
import type { LinkOperation } from '../netlink/links.js';
import type { Ipv4Setting, LinkDetails } from '../netlink/virtual-link.js';
import type { VirtualInterface } from '../vrrp/settings.js';

/** What settings were before, by `INTERFACE/SETTING`. Bounded by the machine's interfaces. */
export type SavedSettings = Readonly<Record<string, number>>;

interface Options {
  apply(operation: LinkOperation): Promise<NetlinkError | undefined>;
  /** `net.ipv4.conf.NAME.rp_filter` of `all` and `default`, which netlink does not have. */
  readRpFilter(name: 'all' | 'default'): number;
  writeRpFilter(name: 'all' | 'default', value: number): void;
  /** `net.ipv4.igmp_link_local_mcast_reports`; `undefined` on kernels before 4.3. */
  readIgmpReports(): number | undefined;
  writeIgmpReports(value: number): void;
  /** Called before anything is changed, and after everything has been put back. */
  onSaved(saved: SavedSettings): void;
}

/** No interface's name has a blank. */
const IGMP_REPORTS = 'net ipv4/igmp_link_local_mcast_reports';

const GENERAL = ['all', 'default'] as const;

export class InterfaceSettings {
  readonly #options: Options;
  #saved: Record<string, number> = {};

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes over what an earlier process has changed and not put back. */
  adopt(saved: SavedSettings): void {
    this.#saved = { ...saved, ...this.#saved };
  }

  /**
   * Sets what the macvlans need, and puts back what none needs any more.
   *
   * @param links as they are now, the macvlans included.
   * @param promote interfaces that keep the addresses of a network when its first one goes
   *   (`promote_secondaries`).
   * @param quietIgmp `disable_local_igmp`: the kernel sends no reports of groups in 224.0.0.0/24.
   */
  async reconcile(
    interfaces: readonly VirtualInterface[],
    links: readonly LinkDetails[],
    promote: readonly string[] = [],
    quietIgmp = false,
  ): Promise<void> {
    const macvlans = interfaces.filter(({ kind, family }) => kind === 'macvlan' && family === 4);
    const own = new Set(interfaces.map(({ name }) => name));
    const parents = new Set(macvlans.map(({ parent }) => parent));
    const wanted = new Map<string, number>();
    for (const name of parents) {
      wanted.set(`${name}/arp_ignore`, 1);
      wanted.set(`${name}/arp_filter`, 1);
    }
    if (quietIgmp) wanted.set(IGMP_REPORTS, 0);
    for (const name of promote) wanted.set(`${name}/promote_secondaries`, 1);
    if (macvlans.length > 0) this.#wantRpFilter(wanted, links, own);
    const before = Object.keys(this.#saved).length;
    for (const [key, value] of wanted) {
      const now = this.#read(key, links);
      if (now !== undefined && now !== value) this.#saved[key] ??= now;
    }
    if (Object.keys(this.#saved).length !== before) this.#tell();
    for (const [key, value] of wanted) {
      if (this.#read(key, links) !== value) await this.#write(key, value, links);
    }
    const unneeded = Object.keys(this.#saved).filter((key) => !wanted.has(key));
    await this.#putBack(unneeded, links);
  }

  /** Puts everything back. */
  async restore(links: readonly LinkDetails[]): Promise<void> {
    await this.#putBack(Object.keys(this.#saved), links);
  }

  #wantRpFilter(
    wanted: Map<string, number>,
    links: readonly LinkDetails[],
    own: ReadonlySet<string>,
  ): void {
    const all = this.#saved['all/rp_filter'] ?? this.#options.readRpFilter('all');
    if (all === 0) return;
    const atLeast = (key: string): void => {
      const before = this.#saved[key] ?? this.#read(key, links) ?? 0;
      wanted.set(key, Math.max(before, all));
    };
    // The single ones first, so that no interface is without for a moment.
    for (const { name } of links) if (!own.has(name)) atLeast(`${name}/rp_filter`);
    atLeast('default/rp_filter');
    wanted.set('all/rp_filter', 0);
  }

  async #putBack(keys: readonly string[], links: readonly LinkDetails[]): Promise<void> {
    if (keys.length === 0) return;
    const { 'all/rp_filter': all } = this.#saved;
    // `all` first, for the same reason.
    const ordered = [...keys].sort(
      (a, b) => Number(b.startsWith('all/')) - Number(a.startsWith('all/')),
    );
    for (const key of ordered) {
      const before = this.#saved[key] as number;
      const set = this.#setTo(key, before, all);
      if (this.#read(key, links) === set) await this.#write(key, before, links);
      delete this.#saved[key];
    }
    this.#tell();
  }

  /** What {@link reconcile} has made of it. */
  #setTo(key: string, before: number, all: number | undefined): number {
    if (key === IGMP_REPORTS) return 0;
    if (!key.endsWith('/rp_filter')) return 1;
    return key.startsWith('all/') ? 0 : Math.max(before, all ?? 0);
  }

  #read(key: string, links: readonly LinkDetails[]): number | undefined {
    if (key === IGMP_REPORTS) return this.#options.readIgmpReports();
    const [name, setting] = split(key);
    const general = GENERAL.find((one) => one === name);
    if (general) return this.#options.readRpFilter(general);
    return links.find((link) => link.name === name)?.ipv4[setting];
  }

  async #write(key: string, value: number, links: readonly LinkDetails[]): Promise<void> {
    if (key === IGMP_REPORTS) {
      this.#options.writeIgmpReports(value);
      return;
    }
    const [name, setting] = split(key);
    const general = GENERAL.find((one) => one === name);
    if (general) {
      this.#options.writeRpFilter(general, value);
      return;
    }
    const index = links.find((link) => link.name === name)?.index;
    if (index === undefined) return;
    await this.#options.apply({ kind: 'change', change: { index, ipv4: { [setting]: value } } });
  }

  #tell(): void {
    this.#options.onSaved({ ...this.#saved });
  }
}

/** An interface's name has no slash. */
function split(key: string): [name: string, setting: Ipv4Setting] {
  const at = key.lastIndexOf('/');
  return [key.slice(0, at), key.slice(at + 1) as Ipv4Setting];
}
