/** What a real server needs of its machine, and what is remembered of how the machine was. Plain data. */
import type { Family, Ip } from '../../base/ip.js';
import type { GuePort } from '../../netlink/fou.js';
import type { NewTunnel } from '../../netlink/tunnel-link.js';

/** How packets for a virtual address come to a real server. */
export type Encapsulation =
  /** DR: in a frame of their own. */
  | { readonly kind: 'none' }
  | { readonly kind: 'ipip' }
  | { readonly kind: 'gue'; readonly port: number }
  | { readonly kind: 'gre'; readonly checksums: boolean };

/** A virtual address that a director sends to a real server unchanged. */
export interface RealServerUse {
  /** The service in the configuration's words, for people. */
  readonly service: string;
  readonly address: Ip;
  /** The real server's own address. */
  readonly realServer: Ip;
  readonly encapsulation: Encapsulation;
}

/** A setting's place below net.ipv4.conf: `all/arp_ignore`. */
export type SettingKey = string;

/** Sysctls of net.ipv4.conf; a value is `undefined` where the interface has none. */
export interface Settings {
  read(key: SettingKey): number | undefined;
  /** Throws what the file system says. */
  write(key: SettingKey, value: number): void;
}

/** A tunnel interface that has to be there and up. */
export interface WantedTunnel extends NewTunnel {
  /** Whether IPv4 comes out of it, whose sources are elsewhere than the tunnel's other end. */
  readonly carriesIpv4: boolean;
}

/** Where virtual addresses are. */
export const LOOPBACK = 'lo';

/** A single address on an interface. */
export interface Placed {
  readonly address: Ip;
  readonly interface: string;
}

/** `192.0.2.1 lo`: as a map key. */
export function placedKey(placed: Placed): string {
  return `${placed.address} ${placed.interface}`;
}

/** Everything that a machine needs. */
export interface Wanted {
  /** On `lo`, and where `rp_filter` wants one on tunnels. */
  readonly addresses: readonly Placed[];
  /** Interfaces that must not answer ARP for them. */
  readonly silent: readonly string[];
  readonly tunnels: readonly WantedTunnel[];
  readonly guePorts: readonly GuePort[];
}

/** What was changed on a machine, and how it was before: all that is to be undone. */
export interface Changes {
  /** Addresses that were not there. */
  readonly addresses: readonly Placed[];
  /** What a setting was, and what it was set to: it is put back only if it still is that. */
  readonly settings: Readonly<Record<SettingKey, { readonly was: number; readonly set: number }>>;
  /** Tunnel interfaces that were not there, or were not up. */
  readonly tunnels: Readonly<Record<string, 'made' | 'raised'>>;
  readonly guePorts: readonly GuePort[];
}

export const NO_CHANGES: Changes = { addresses: [], settings: {}, tunnels: {}, guePorts: [] };

/** Whether there is nothing to undo. */
export function isUnchanged({ addresses, settings, tunnels, guePorts }: Changes): boolean {
  return (
    addresses.length === 0 &&
    guePorts.length === 0 &&
    Object.keys(settings).length === 0 &&
    Object.keys(tunnels).length === 0
  );
}

/** A port as a map key, and for people: `6080`, `6080 over IPv6`. */
export function renderGuePort({ port, family }: GuePort): string {
  return family === 4 ? `${port}` : `${port} over IPv6`;
}

/** The prefix length of one address. */
export function hostPrefix(family: Family): number {
  return family === 4 ? 32 : 128;
}
