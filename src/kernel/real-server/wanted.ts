/**
 * From the uses of a real server to what its machine needs. Pure.
 *
 * - The virtual address is on `lo`, as a single address: the machine takes packets for it, and no route
 *   and no neighbour hears of it.
 * - An interface for IPv4 must not answer ARP for it (`arp_ignore`), nor say it in requests of its own
 *   (`arp_announce`). The kernel takes the greater of `all`'s and the interface's. IPv6 needs none of
 *   it: an interface answers for its own addresses only (ndisc_recv_ns).
 * - Tunnelled packets come out of the interface that the kernel keeps for packets from anybody. They
 *   come from clients, to whom the way is another one: `rp_filter` must let that pass. The kernel takes
 *   the greater of `all`'s and the interface's here too, so where `all`'s is not 0 only 2 (any route to
 *   the source) beats 1 (the same way back), and that is 1 again on an interface without an address
 *   (__fib_validate_source): there the interface has the virtual address as well.
 */
import { familyOf, type Ip } from '../../base/ip.js';
import { IFF_NOARP } from '../../netlink/constants.js';
import type { GuePort } from '../../netlink/fou.js';
import type { AddressEntry, Link } from '../../netlink/rtnl.js';
import type { TunnelKind } from '../../netlink/tunnel-link.js';
import {
  LOOPBACK,
  type Placed,
  placedKey,
  type RealServerUse,
  renderGuePort,
  type SettingKey,
  type Wanted,
  type WantedTunnel,
} from './model.js';

/** The interface that each module makes for packets from anybody. */
const OWN_INTERFACE: Readonly<Record<TunnelKind, string>> = {
  ipip: 'tunl0',
  sit: 'sit0',
  ip6tnl: 'ip6tnl0',
  gre: 'gre0',
  ip6gre: 'ip6gre0',
};
/** Ours, for GRE with checksums: `ipvsgre0`, `ipvsgre1` by the real servers' addresses. */
const CHECKSUM_INTERFACE = 'ipvsgre';

/** The uses whose real server this machine is, by its own addresses. */
export function usesOf(
  uses: readonly RealServerUse[],
  addresses: readonly AddressEntry[],
): RealServerUse[] {
  const own = new Set(addresses.map(({ address }) => address));
  return uses.filter(({ realServer }) => own.has(realServer));
}

/**
 * What a machine needs.
 *
 * @param own the uses whose real server it is.
 * @param rpFilterOfAll `net.ipv4.conf.all.rp_filter`.
 */
export function wantedOf(
  own: readonly RealServerUse[],
  links: readonly Link[],
  addresses: readonly AddressEntry[],
  rpFilterOfAll: number,
): Wanted {
  const placed = new Map<string, Placed>();
  const place = (address: Ip, name: string): void => {
    const one = { address, interface: name };
    placed.set(placedKey(one), one);
  };
  for (const { address } of own) place(address, LOOPBACK);
  const servers = new Set(
    own.filter(({ address }) => familyOf(address) === 4).map(({ realServer }) => realServer),
  );
  const names = new Map(links.map((link) => [link.index, link]));
  const silent = addresses
    .filter(({ address }) => servers.has(address))
    .map(({ interfaceIndex }) => names.get(interfaceIndex))
    .filter((link) => link !== undefined && answersArp(link))
    .map((link) => (link as Link).name);
  const tunnels = new Map<string, WantedTunnel>();
  const ports = new Map<string, GuePort>();
  for (const use of own) {
    if (use.encapsulation.kind === 'none') continue;
    if (use.encapsulation.kind === 'gue') {
      const port = { port: use.encapsulation.port, family: familyOf(use.realServer) };
      ports.set(renderGuePort(port), port);
    }
    const tunnel = tunnelOf(use, [...servers]);
    const carriesIpv4 = tunnel.carriesIpv4 || (tunnels.get(tunnel.name)?.carriesIpv4 ?? false);
    tunnels.set(tunnel.name, { ...tunnel, carriesIpv4 });
    if (rpFilterOfAll !== 0 && tunnel.carriesIpv4) place(use.address, tunnel.name);
  }
  return {
    addresses: [...placed.values()],
    silent: servers.size === 0 ? [] : ['all', ...new Set(silent)],
    tunnels: [...tunnels.values()],
    guePorts: [...ports.values()],
  };
}

function tunnelOf(use: RealServerUse, servers: readonly Ip[]): WantedTunnel {
  const outer = familyOf(use.realServer);
  const inner = familyOf(use.address);
  const carriesIpv4 = inner === 4;
  if (use.encapsulation.kind === 'gre') {
    const kind = outer === 4 ? 'gre' : 'ip6gre';
    if (!use.encapsulation.checksums) return { name: OWN_INTERFACE[kind], kind, carriesIpv4 };
    const name = `${CHECKSUM_INTERFACE}${Math.max(0, servers.indexOf(use.realServer))}`;
    return { name, kind, checksumsAt: use.realServer, carriesIpv4 };
  }
  const kind = outer === 6 ? 'ip6tnl' : inner === 6 ? 'sit' : 'ipip';
  return { name: OWN_INTERFACE[kind], kind, carriesIpv4 };
}

/** What a setting has to be, given what it is; the same if it may stay. */
export type SettingRule = (now: number) => number;

/**
 * The settings that go with it, in the order in which they are made.
 *
 * @param rpFilterOfAll `net.ipv4.conf.all.rp_filter`.
 */
export function settingRules(
  { silent, tunnels }: Wanted,
  rpFilterOfAll: number,
): Map<SettingKey, SettingRule> {
  const rules = new Map<SettingKey, SettingRule>();
  for (const name of silent) {
    rules.set(`${name}/arp_ignore`, (now) => (isSilent(now) ? now : 1));
    rules.set(`${name}/arp_announce`, (now) => Math.max(now, 2));
  }
  for (const { name, carriesIpv4 } of tunnels) {
    if (carriesIpv4) rules.set(`${name}/rp_filter`, () => (rpFilterOfAll === 0 ? 0 : 2));
  }
  return rules;
}

/**
 * Whether an interface with this effective `arp_ignore` does not answer for an address of `lo`
 * (Documentation/networking/ip-sysctl.rst): 1 and 2 only for its own, 8 never; 3 hides scope host alone.
 */
export function isSilent(arpIgnore: number): boolean {
  return arpIgnore === 1 || arpIgnore === 2 || arpIgnore === 8;
}

/** Whether neighbours ask on an interface. */
export function answersArp({ loopback, flags }: Link): boolean {
  return !loopback && (flags & IFF_NOARP) === 0;
}
