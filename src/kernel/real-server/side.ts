/**
 * Makes the machine of a real server ready, and puts it back as it was.
 *
 * Everything that is not yet as it should be is noted before it is changed, so that it can be undone by
 * another process, later, also if this one dies in between. What is there already is not ours and stays.
 * Settings come before addresses, and go after them: at no moment does the machine answer for one.
 */
import { messageOf } from '../../base/errors.js';
import { familyOf, type Ip } from '../../base/ip.js';
import { IFF_UP } from '../../netlink/constants.js';
import type { NetlinkError } from '../../netlink/errors.js';
import type { GuePort } from '../../netlink/fou.js';
import type { LinkOperation } from '../../netlink/links.js';
import type { AddressEntry, AddressSpec, Link } from '../../netlink/rtnl.js';
import {
  type Changes,
  hostPrefix,
  LOOPBACK,
  type Placed,
  placedKey,
  type RealServerUse,
  renderGuePort,
  type SettingKey,
  type Settings,
  type Wanted,
  type WantedTunnel,
} from './model.js';
import { settingRules, usesOf, wantedOf } from './wanted.js';

/** What is needed of the kernel. */
export interface RealServerKernel {
  links(): Promise<readonly Link[]>;
  addresses(): Promise<readonly AddressEntry[]>;
  apply(operation: LinkOperation): Promise<NetlinkError | undefined>;
  readonly settings: Settings;
  /** Ports of GUE. Throws when the kernel has none of it. */
  readonly gue: {
    read(): Promise<readonly GuePort[]>;
    add(port: GuePort): Promise<void>;
    delete(port: GuePort): Promise<void>;
  };
}

/** What a run did, in words, and what it could not do. */
export interface SideReport {
  readonly uses: readonly RealServerUse[];
  readonly done: readonly string[];
  readonly failed: readonly string[];
  readonly changes: Changes;
}

/** INFINITY_LIFE_TIME of the kernel's net/addrconf.h. */
const FOR_EVER = 0xffff_ffff;

interface Mutable {
  addresses: Map<string, Placed>;
  settings: Map<SettingKey, { was: number; set: number }>;
  tunnels: Map<string, 'made' | 'raised'>;
  guePorts: Map<string, GuePort>;
}

export class RealServerSide {
  readonly #kernel: RealServerKernel;
  readonly #note: (changes: Changes) => void;
  readonly #changes: Mutable;
  #done: string[] = [];
  #failed: string[] = [];

  /**
   * @param changes what earlier runs have changed and not undone.
   * @param note keeps what is about to be changed. Throws if it cannot, and then nothing is.
   */
  constructor(kernel: RealServerKernel, changes: Changes, note: (changes: Changes) => void) {
    this.#kernel = kernel;
    this.#note = note;
    this.#changes = {
      addresses: new Map(changes.addresses.map((one) => [placedKey(one), one])),
      settings: new Map(Object.entries(changes.settings)),
      tunnels: new Map(Object.entries(changes.tunnels)),
      guePorts: new Map(changes.guePorts.map((port) => [renderGuePort(port), port])),
    };
  }

  /**
   * Makes true what this machine needs for its uses, and undoes what an earlier run did for others.
   *
   * @param uses of all real servers; none: everything is undone.
   * @throws what `note` throws; NetlinkError if the kernel cannot be read.
   */
  async reconcile(uses: readonly RealServerUse[]): Promise<SideReport> {
    this.#done = [];
    this.#failed = [];
    const links = await this.#kernel.links();
    const addresses = await this.#kernel.addresses();
    const own = usesOf(uses, addresses);
    const rpFilterOfAll = this.#kernel.settings.read('all/rp_filter') ?? 0;
    const wanted = wantedOf(own, links, addresses, rpFilterOfAll);
    const rules = settingRules(wanted, rpFilterOfAll);
    this.#noteMissing(wanted, links, addresses);
    await this.#makeTunnels(wanted.tunnels, links);
    this.#makeSettings(rules);
    await this.#openPorts(wanted.guePorts);
    await this.#raiseTunnels(wanted.tunnels);
    await this.#addAddresses(wanted.addresses);

    await this.#removeAddresses(new Set(wanted.addresses.map(placedKey)));
    await this.#lowerTunnels(new Set(wanted.tunnels.map(({ name }) => name)));
    await this.#closePorts(new Set(wanted.guePorts.map(renderGuePort)));
    this.#restoreSettings(rules);
    this.#tell();
    return { uses: own, done: this.#done, failed: this.#failed, changes: this.#snapshot() };
  }

  // --- making ---------------------------------------------------------------------------------

  #noteMissing(wanted: Wanted, links: readonly Link[], addresses: readonly AddressEntry[]): void {
    const there = placedKeys(links, addresses);
    for (const one of wanted.addresses) {
      if (!there.has(placedKey(one))) this.#changes.addresses.set(placedKey(one), one);
    }
    for (const { name } of wanted.tunnels) {
      const link = links.find((each) => each.name === name);
      if (!isUp(link) && !this.#changes.tunnels.has(name)) {
        this.#changes.tunnels.set(name, link ? 'raised' : 'made');
      }
    }
    this.#tell();
  }

  async #makeTunnels(tunnels: readonly WantedTunnel[], links: readonly Link[]): Promise<void> {
    for (const tunnel of tunnels) {
      const { name } = tunnel;
      if (links.some((link) => link.name === name)) continue;
      const error = await this.#kernel.apply({ kind: 'create-tunnel', tunnel });
      // Loading its module has made it: it goes with the module, not with us.
      if (error?.is('EEXIST')) this.#changes.tunnels.set(name, 'raised');
      else if (error) this.#failed.push(error.message);
      else this.#done.push(`made ${name}`);
    }
    this.#tell();
  }

  async #raiseTunnels(tunnels: readonly WantedTunnel[]): Promise<void> {
    const links = tunnels.length > 0 ? await this.#kernel.links() : [];
    for (const { name } of tunnels) {
      const link = links.find((each) => each.name === name);
      if (!link || isUp(link)) continue;
      const change = { index: link.index, up: true };
      const error = await this.#kernel.apply({ kind: 'change', change });
      if (error) this.#failed.push(`${name}: ${error.message}`);
      else this.#done.push(`${name} is up`);
    }
  }

  #makeSettings(rules: ReturnType<typeof settingRules>): void {
    const { settings } = this.#kernel;
    const missing = [...rules].flatMap(([key, rule]) => {
      const was = settings.read(key);
      return was === undefined || rule(was) === was ? [] : [{ key, was, set: rule(was) }];
    });
    for (const { key, was, set } of missing) {
      const earlier = this.#changes.settings.get(key);
      this.#changes.settings.set(key, { was: earlier?.was ?? was, set });
    }
    this.#tell();
    for (const { key, was, set } of missing) this.#write(key, was, set);
  }

  async #openPorts(ports: readonly GuePort[]): Promise<void> {
    if (ports.length === 0) return;
    try {
      const there = new Set((await this.#kernel.gue.read()).map(renderGuePort));
      const missing = ports.filter((port) => !there.has(renderGuePort(port)));
      for (const port of missing) this.#changes.guePorts.set(renderGuePort(port), port);
      this.#tell();
      for (const port of missing) {
        await this.#kernel.gue.add(port);
        this.#done.push(`takes GUE on UDP port ${renderGuePort(port)}`);
      }
    } catch (error) {
      this.#failed.push(messageOf(error));
    }
  }

  async #addAddresses(wanted: readonly Placed[]): Promise<void> {
    const links = await this.#kernel.links();
    const addresses = await this.#kernel.addresses();
    const there = placedKeys(links, addresses);
    const labels = new Set(addresses.map(({ label }) => label));
    let number = 0;
    for (const one of wanted) {
      if (there.has(placedKey(one))) continue;
      const { address, interface: name } = one;
      const index = links.find((link) => link.name === name)?.index;
      if (index === undefined) {
        this.#failed.push(`${address}: no interface ${name}`);
        continue;
      }
      let label: string | undefined;
      if (name === LOOPBACK && familyOf(address) === 4) {
        while (labels.has(`${name}:${number}`)) number++;
        label = `${name}:${number++}`;
      }
      const spec = specOf(address, index, label);
      const error = await this.#kernel.apply({ kind: 'add-address', spec });
      if (error && !error.is('EEXIST')) this.#failed.push(error.message);
      else this.#done.push(`${address} is on ${name}`);
    }
  }

  // --- undoing --------------------------------------------------------------------------------

  async #removeAddresses(wanted: ReadonlySet<string>): Promise<void> {
    const surplus = [...this.#changes.addresses].filter(([key]) => !wanted.has(key));
    if (surplus.length === 0) return;
    const links = await this.#kernel.links();
    for (const [key, { address, interface: name }] of surplus) {
      const index = links.find((link) => link.name === name)?.index;
      if (index === undefined) {
        this.#changes.addresses.delete(key);
        continue;
      }
      const spec = specOf(address, index);
      const error = await this.#kernel.apply({ kind: 'delete-address', spec });
      if (error && !error.is('EADDRNOTAVAIL') && !error.is('ENODEV')) {
        this.#failed.push(error.message);
        continue;
      }
      this.#changes.addresses.delete(key);
      if (!error) this.#done.push(`${address} is off ${name}`);
    }
  }

  async #lowerTunnels(wanted: ReadonlySet<string>): Promise<void> {
    const surplus = [...this.#changes.tunnels].filter(([name]) => !wanted.has(name));
    if (surplus.length === 0) return;
    const links = await this.#kernel.links();
    for (const [name, how] of surplus) {
      const link = links.find((each) => each.name === name);
      // Its settings are put back while it is there.
      this.#restore([...this.#changes.settings.keys()].filter((key) => key.startsWith(`${name}/`)));
      const error =
        link &&
        (await this.#kernel.apply(
          how === 'made'
            ? { kind: 'delete', index: link.index }
            : { kind: 'change', change: { index: link.index, up: false } },
        ));
      if (error && !error.is('ENODEV')) {
        this.#failed.push(`${name}: ${error.message}`);
        continue;
      }
      this.#changes.tunnels.delete(name);
      if (link) this.#done.push(how === 'made' ? `removed ${name}` : `${name} is down`);
    }
  }

  async #closePorts(wanted: ReadonlySet<string>): Promise<void> {
    const surplus = [...this.#changes.guePorts].filter(([key]) => !wanted.has(key));
    if (surplus.length === 0) return;
    try {
      const there = new Set((await this.#kernel.gue.read()).map(renderGuePort));
      for (const [key, port] of surplus) {
        if (there.has(key)) {
          await this.#kernel.gue.delete(port);
          this.#done.push(`takes no GUE on UDP port ${key} any more`);
        }
        this.#changes.guePorts.delete(key);
      }
    } catch (error) {
      this.#failed.push(messageOf(error));
    }
  }

  #restoreSettings(rules: ReturnType<typeof settingRules>): void {
    this.#restore([...this.#changes.settings.keys()].filter((key) => !rules.has(key)));
  }

  #restore(keys: readonly SettingKey[]): void {
    for (const key of keys) {
      const change = this.#changes.settings.get(key);
      if (!change) continue;
      const now = this.#kernel.settings.read(key);
      if (now === change.set && !this.#write(key, change.set, change.was)) continue;
      if (now !== undefined && now !== change.set && now !== change.was) {
        this.#done.push(`${sysctl(key)} stays ${now}: somebody else has set it`);
      }
      this.#changes.settings.delete(key);
    }
  }

  #write(key: SettingKey, was: number, value: number): boolean {
    try {
      this.#kernel.settings.write(key, value);
      this.#done.push(`${sysctl(key)} is ${value} (was ${was})`);
      return true;
    } catch (error) {
      this.#failed.push(`${sysctl(key)}: ${messageOf(error)}`);
      return false;
    }
  }

  // --- what is remembered ---------------------------------------------------------------------

  #tell(): void {
    this.#note(this.#snapshot());
  }

  #snapshot(): Changes {
    const { addresses, settings, tunnels, guePorts } = this.#changes;
    return {
      addresses: [...addresses.values()],
      settings: Object.fromEntries(settings),
      tunnels: Object.fromEntries(tunnels),
      guePorts: [...guePorts.values()],
    };
  }
}

/** `net.ipv4.conf.all.arp_ignore` */
export function sysctl(key: SettingKey): string {
  return `net.ipv4.conf.${key.replaceAll('/', '.')}`;
}

/** Single addresses that are there, by {@link placedKey}. */
export function placedKeys(
  links: readonly Link[],
  addresses: readonly AddressEntry[],
): ReadonlySet<string> {
  const names = new Map(links.map(({ index, name }) => [index, name]));
  return new Set(
    addresses
      .filter(({ prefixLength, family }) => prefixLength === hostPrefix(family))
      .map(({ address, interfaceIndex }) =>
        placedKey({ address, interface: names.get(interfaceIndex) ?? '' }),
      ),
  );
}

/** Whether an interface is switched on. */
export function isUp(link: Link | undefined): boolean {
  return link !== undefined && (link.flags & IFF_UP) !== 0;
}

/**
 * As it is done by hand: scope global and a label of IPv4; of IPv6 it is deprecated from the beginning,
 * so that it is never the source of what this machine begins itself.
 */
function specOf(address: Ip, interfaceIndex: number, label?: string): AddressSpec {
  const family = familyOf(address);
  return {
    interfaceIndex,
    address,
    prefixLength: hostPrefix(family),
    scope: 0,
    protocol: 0,
    ...(label === undefined ? {} : { label }),
    ...(family === 6 ? { lifetime: { valid: FOR_EVER, preferred: 0 } } : {}),
  };
}
