/** Whether a real server's machine is as it should be, and whether it has the ARP problem. Pure. */
import { familyOf, type Ip, ipToBytes } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';
import { RTPROT_KEEPALIVED } from '../../netlink/constants.js';
import type { GuePort } from '../../netlink/fou.js';
import type { AddressEntry, Link } from '../../netlink/rtnl.js';
import type { TunnelKind } from '../../netlink/tunnel-link.js';
import {
  type Placed,
  placedKey,
  type RealServerUse,
  renderGuePort,
  type SettingKey,
} from './model.js';
import { isUp, placedKeys, sysctl } from './side.js';
import { answersArp, isSilent, settingRules, usesOf, wantedOf } from './wanted.js';

/** What the kernel was found to have. */
export interface Found {
  readonly links: readonly Link[];
  readonly addresses: readonly AddressEntry[];
  readonly settings: (key: SettingKey) => number | undefined;
  /** `undefined`: the kernel has no GUE. */
  readonly guePorts: readonly GuePort[] | undefined;
}

export interface SideStatus {
  /** What this machine is a real server of. */
  readonly uses: readonly RealServerUse[];
  readonly addresses: readonly (Placed & { readonly present: boolean })[];
  readonly settings: readonly {
    readonly name: string;
    /** `undefined`: the interface is not there. */
    readonly value: number | undefined;
    readonly wanted: number;
  }[];
  readonly tunnels: readonly {
    readonly name: string;
    readonly kind: TunnelKind;
    readonly up: boolean;
  }[];
  readonly guePorts: readonly (GuePort & { readonly open: boolean })[];
  /** What is not as it should be, in words. */
  readonly missing: readonly string[];
  /** How this machine takes virtual addresses from the director, in words. */
  readonly arpProblems: readonly string[];
}

/** Compares what is there with what the configuration needs of this machine. */
export function judge(uses: readonly RealServerUse[], found: Found): SideStatus {
  const own = usesOf(uses, found.addresses);
  const rpFilterOfAll = found.settings('all/rp_filter') ?? 0;
  const wanted = wantedOf(own, found.links, found.addresses, rpFilterOfAll);
  const there = placedKeys(found.links, found.addresses);
  const rules = settingRules(wanted, rpFilterOfAll);
  const open = new Set((found.guePorts ?? []).map(renderGuePort));
  const status = {
    uses: own,
    addresses: wanted.addresses.map((one) => ({ ...one, present: there.has(placedKey(one)) })),
    settings: [...rules].map(([key, rule]) => {
      const value = found.settings(key);
      return { name: sysctl(key), value, wanted: rule(value ?? 0) };
    }),
    tunnels: wanted.tunnels.map(({ name, kind }) => ({
      name,
      kind,
      up: isUp(found.links.find((link) => link.name === name)),
    })),
    guePorts: wanted.guePorts.map((port) => ({ ...port, open: open.has(renderGuePort(port)) })),
  };
  return {
    ...status,
    missing: [
      ...status.addresses
        .filter((each) => !each.present)
        .map((each) => `${each.address} is not on ${each.interface}`),
      // Without its interface there is none; that is said of the interface.
      ...status.settings
        .filter(({ value, wanted: wants }) => value !== undefined && value !== wants)
        .map(({ name, value, wanted: wants }) => `${name} is ${value}, not ${wants}`),
      ...status.tunnels.filter(({ up }) => !up).map(({ name }) => `${name} is not up`),
      ...status.guePorts
        .filter((each) => !each.open)
        .map((port) => `no GUE is taken on UDP port ${renderGuePort(port)}`),
    ],
    arpProblems: own.length === 0 ? [] : arpProblems(own, found),
  };
}

/** By the kernel's own rules: whom an interface answers for, and what it says in its requests. */
function arpProblems(own: readonly RealServerUse[], found: Found): string[] {
  const virtual = [...new Set(own.map(({ address }) => address))].filter(
    (address) => familyOf(address) === 4,
  );
  const names = new Map(found.links.map((link) => [link.index, link]));
  const setting = (name: string, key: string): number =>
    Math.max(found.settings(`all/${key}`) ?? 0, found.settings(`${name}/${key}`) ?? 0);
  const problems: string[] = [];
  for (const address of virtual) {
    const entries = found.addresses.filter((entry) => entry.address === address);
    for (const link of found.links) {
      if (!isUp(link) || !answersArp(link)) continue;
      const entry = entries.find(({ interfaceIndex }) => interfaceIndex === link.index);
      if (entry) {
        // The VRRP daemon's: this machine is the director as well.
        if (entry.protocol === RTPROT_KEEPALIVED) continue;
        problems.push(`${address} is on ${link.name} itself, which answers ARP for it`);
        continue;
      }
      if (!entries.some(({ interfaceIndex }) => names.get(interfaceIndex)?.loopback)) continue;
      if (!found.addresses.some((e) => e.interfaceIndex === link.index && e.family === 4)) continue;
      const [ignore, announce] = [
        setting(link.name, 'arp_ignore'),
        setting(link.name, 'arp_announce'),
      ];
      if (!isSilent(ignore)) {
        problems.push(`${link.name} answers ARP for ${address} (arp_ignore is ${ignore})`);
      }
      if (announce < 2) {
        problems.push(
          `${link.name} may say ${address} in ARP requests (arp_announce is ${announce})`,
        );
      }
    }
  }
  return problems;
}

/** What to ask on an interface. */
export interface ArpQuestion {
  readonly link: Link;
  readonly addresses: readonly Ip[];
}

/** As many as are asked for at one time on an interface. */
const MOST_ASKED = 256;

/**
 * Whom to ask for on which interfaces: virtual addresses and real servers of the interface's networks.
 * Nothing on an interface without a virtual address to ask for.
 */
export function arpQuestions(uses: readonly RealServerUse[], found: Found): ArpQuestion[] {
  const virtual = new Set(uses.map((use) => use.address).filter((ip) => familyOf(ip) === 4));
  const servers = new Set(uses.map((use) => use.realServer).filter((ip) => familyOf(ip) === 4));
  return found.links.flatMap((link): ArpQuestion[] => {
    if (!isUp(link) || !answersArp(link)) return [];
    const networks = found.addresses.filter(
      (entry) =>
        entry.interfaceIndex === link.index && entry.family === 4 && entry.prefixLength < 32,
    );
    const near = (ip: Ip): boolean => networks.some((entry) => isInNetwork(ip, entry));
    const nearServers = [...servers].filter(near).slice(0, MOST_ASKED);
    // The address may be of no network here, and the router's still ask for it.
    const asked = [...virtual].filter((ip) => near(ip) || nearServers.length > 0);
    if (asked.length === 0) return [];
    return [{ link, addresses: [...new Set([...asked.slice(0, MOST_ASKED), ...nearServers])] }];
  });
}

/** Somebody who says that he holds a virtual address. */
export interface ArpAnswer {
  readonly address: Ip;
  readonly interface: string;
  readonly mac: Mac;
  /** The real server whose address is answered from the same MAC: the ARP problem. */
  readonly realServer?: Ip;
}

/** What the answers on an interface say of virtual addresses. */
export function arpAnswers(
  uses: readonly RealServerUse[],
  { link }: ArpQuestion,
  holders: ReadonlyMap<Ip, readonly Mac[]>,
): ArpAnswer[] {
  const found: ArpAnswer[] = [];
  for (const address of new Set(uses.map((use) => use.address))) {
    const servers = uses.filter((use) => use.address === address).map((use) => use.realServer);
    for (const mac of holders.get(address) ?? []) {
      const realServer = servers.find((server) => holders.get(server)?.includes(mac));
      found.push({
        address,
        interface: link.name,
        mac,
        ...(realServer === undefined ? {} : { realServer }),
      });
    }
  }
  return found;
}

function isInNetwork(ip: Ip, { address, prefixLength }: AddressEntry): boolean {
  const [a, b] = [ipToBytes(ip), ipToBytes(address)];
  for (let bit = 0; bit < prefixLength; bit++) {
    const mask = 0x80 >> (bit & 7);
    if (((a[bit >> 3] as number) & mask) !== ((b[bit >> 3] as number) & mask)) return false;
  }
  return true;
}
