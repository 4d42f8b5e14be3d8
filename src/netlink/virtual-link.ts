/**
 * Interfaces on top of others (macvlan, ipvlan) and what of an interface's behaviour goes with them,
 * as rtnetlink has it (rtnetlink(7), linux/if_link.h). Pure.
 *
 * ```
 *   IFLA_LINKINFO { IFLA_INFO_KIND "macvlan", IFLA_INFO_DATA { IFLA_MACVLAN_MODE } }
 *   IFLA_AF_SPEC { AF_INET { IFLA_INET_CONF }, AF_INET6 { IFLA_INET6_CONF, IFLA_INET6_ADDR_GEN_MODE } }
 * ```
 *
 * IFLA_INET_CONF is read as an array of u32, and written as attributes of the numbers to change.
 */
import { viewOf } from '../base/bytes.js';
import { type Mac, macToBytes } from '../base/mac.js';
import {
  type Attributes,
  attribute,
  concat,
  decodeAttributes,
  LITTLE_ENDIAN,
  nested,
  text,
  u8,
  u16,
  u32,
} from './attributes.js';
import {
  AF_INET,
  AF_INET6,
  DEVCONF_DISABLE_IPV6,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_AF_SPEC,
  IFLA_GROUP,
  IFLA_IFNAME,
  IFLA_INET_CONF,
  IFLA_INET6_ADDR_GEN_MODE,
  IFLA_INET6_CONF,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_IPVLAN_FLAGS,
  IFLA_IPVLAN_MODE,
  IFLA_LINK,
  IFLA_LINKINFO,
  IFLA_MACVLAN_MODE,
  IN6_ADDR_GEN_MODE_NONE,
  IPV4_DEVCONF_ACCEPT_LOCAL,
  IPV4_DEVCONF_ARP_IGNORE,
  IPV4_DEVCONF_ARPFILTER,
  IPV4_DEVCONF_PROMOTE_SECONDARIES,
  IPV4_DEVCONF_RP_FILTER,
  IPVLAN_F_PRIVATE,
  IPVLAN_F_VEPA,
  IPVLAN_MODE_L2,
  MACVLAN_MODE_PRIVATE,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_DELLINK,
  RTM_NEWLINK,
} from './constants.js';
import type { NetlinkMessage } from './message.js';
import { decodeLink, type Link } from './rtnl.js';
import type { NetlinkRequest } from './socket.js';

/** `net.ipv4.conf.IF.NAME`: the numbers of linux/ip.h. */
const IPV4_SETTINGS = {
  rp_filter: IPV4_DEVCONF_RP_FILTER,
  arp_filter: IPV4_DEVCONF_ARPFILTER,
  arp_ignore: IPV4_DEVCONF_ARP_IGNORE,
  promote_secondaries: IPV4_DEVCONF_PROMOTE_SECONDARIES,
  accept_local: IPV4_DEVCONF_ACCEPT_LOCAL,
} as const;

export type Ipv4Setting = keyof typeof IPV4_SETTINGS;
const IPV4_NAMES = Object.keys(IPV4_SETTINGS) as Ipv4Setting[];

/** Some of an interface's `net.ipv4.conf`. */
export type Ipv4Settings = Readonly<Partial<Record<Ipv4Setting, number>>>;

/** A link with what decides whether it is one of ours, and how it behaves. */
export interface LinkDetails extends Link {
  /** `macvlan`, `ipvlan`, `bridge` ...; absent: hardware, loopback. */
  readonly kind?: string;
  /** The index of the interface below. */
  readonly parent?: number;
  readonly group: number;
  /** Mode and flags as in the kernel's headers. */
  readonly macvlanMode?: number;
  readonly ipvlan?: { readonly mode: number; readonly flags: number };
  readonly ipv4: Ipv4Settings;
  /** IN6_ADDR_GEN_MODE_*; absent without IPv6. */
  readonly addressGeneration?: number;
  readonly ipv6Disabled: boolean;
}

/** What makes a macvlan or ipvlan; it is not up at first. */
export type NewLink = {
  readonly name: string;
  readonly parent: number;
  readonly group?: number;
} & (
  | { readonly kind: 'macvlan'; readonly mac: Mac }
  | { readonly kind: 'ipvlan'; readonly mode: IpvlanFlags }
);

export type IpvlanFlags = 'bridge' | 'private' | 'vepa';

/** What is to change on a link. */
export interface LinkChange {
  readonly index: number;
  readonly up?: boolean;
  readonly mac?: Mac;
  readonly group?: number;
  readonly ipv4?: Ipv4Settings;
  /** IPv6 addresses come from nobody but us. */
  readonly noAddressGeneration?: true;
}

const IFINFOMSG = 16;

/** The flags of an ipvlan in L2 mode. */
export function ipvlanFlags(mode: IpvlanFlags): number {
  if (mode === 'private') return IPVLAN_F_PRIVATE;
  return mode === 'vepa' ? IPVLAN_F_VEPA : 0;
}

/** Makes an interface on top of another; EEXIST if its name is taken, EADDRINUSE: its MAC is. */
export function encodeNewVirtualLink(link: NewLink): NetlinkRequest {
  const data =
    link.kind === 'macvlan'
      ? [u32(IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE)]
      : [u16(IFLA_IPVLAN_MODE, IPVLAN_MODE_L2), u16(IFLA_IPVLAN_FLAGS, ipvlanFlags(link.mode))];
  const parts: Uint8Array[] = [
    new Uint8Array(IFINFOMSG),
    text(IFLA_IFNAME, link.name),
    u32(IFLA_LINK, link.parent),
    nested(IFLA_LINKINFO, [text(IFLA_INFO_KIND, link.kind), nested(IFLA_INFO_DATA, data)]),
  ];
  if (link.kind === 'macvlan') parts.push(attribute(IFLA_ADDRESS, macToBytes(link.mac)));
  if (link.group !== undefined) parts.push(u32(IFLA_GROUP, link.group));
  return {
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: concat(parts),
    operation: `RTM_NEWLINK ${link.name}`,
  };
}

/** Changes what is given. */
export function encodeLinkChange(change: LinkChange): NetlinkRequest {
  const head = new Uint8Array(IFINFOMSG);
  const view = viewOf(head);
  view.setInt32(4, change.index, LITTLE_ENDIAN);
  if (change.up !== undefined) {
    view.setUint32(8, change.up ? IFF_UP : 0, LITTLE_ENDIAN);
    view.setUint32(12, IFF_UP, LITTLE_ENDIAN);
  }
  const parts: Uint8Array[] = [head];
  if (change.mac !== undefined) parts.push(attribute(IFLA_ADDRESS, macToBytes(change.mac)));
  if (change.group !== undefined) parts.push(u32(IFLA_GROUP, change.group));
  const families: Uint8Array[] = [];
  const ipv4 = Object.entries(change.ipv4 ?? {}) as [Ipv4Setting, number][];
  if (ipv4.length > 0) {
    const settings = ipv4.map(([name, value]) => u32(IPV4_SETTINGS[name], value));
    families.push(nested(AF_INET, [nested(IFLA_INET_CONF, settings)]));
  }
  if (change.noAddressGeneration) {
    families.push(nested(AF_INET6, [u8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE)]));
  }
  if (families.length > 0) parts.push(nested(IFLA_AF_SPEC, families));
  return {
    type: RTM_NEWLINK,
    body: concat(parts),
    operation: `RTM_NEWLINK interface ${change.index}`,
  };
}

/** Removes an interface; ENODEV if it is not there. */
export function encodeDeleteLink(index: number): NetlinkRequest {
  const body = new Uint8Array(IFINFOMSG);
  viewOf(body).setInt32(4, index, LITTLE_ENDIAN);
  return { type: RTM_DELLINK, body, operation: `RTM_DELLINK interface ${index}` };
}

/** Removes all interfaces of a link group at once. */
export function encodeDeleteGroup(group: number): NetlinkRequest {
  const body = concat([new Uint8Array(IFINFOMSG), u32(IFLA_GROUP, group)]);
  return { type: RTM_DELLINK, body, operation: `RTM_DELLINK group ${group}` };
}

/** A link out of RTM_NEWLINK; `undefined` as with {@link decodeLink}. */
export function decodeLinkDetails(message: NetlinkMessage): LinkDetails | undefined {
  const link = decodeLink(message);
  if (!link) return undefined;
  const attributes = decodeAttributes(message.body.subarray(IFINFOMSG));
  const info = attributes.nested(IFLA_LINKINFO);
  const kind = info?.text(IFLA_INFO_KIND);
  const data = info?.nested(IFLA_INFO_DATA);
  const parent = attributes.u32(IFLA_LINK);
  const macvlanMode = kind === 'macvlan' ? data?.u32(IFLA_MACVLAN_MODE) : undefined;
  const spec = attributes.nested(IFLA_AF_SPEC);
  const ipv6 = spec?.nested(AF_INET6);
  const addressGeneration = ipv6?.u8(IFLA_INET6_ADDR_GEN_MODE);
  return {
    ...link,
    ...(kind === undefined ? {} : { kind }),
    ...(parent === undefined ? {} : { parent }),
    group: attributes.u32(IFLA_GROUP) ?? 0,
    ...(macvlanMode === undefined ? {} : { macvlanMode }),
    ...(kind === 'ipvlan' && data
      ? {
          ipvlan: {
            mode: data.u16(IFLA_IPVLAN_MODE) ?? 0,
            flags: data.u16(IFLA_IPVLAN_FLAGS) ?? 0,
          },
        }
      : {}),
    ipv4: ipv4Settings(spec),
    ...(addressGeneration === undefined ? {} : { addressGeneration }),
    ipv6Disabled: settingAt(ipv6?.bytes(IFLA_INET6_CONF), DEVCONF_DISABLE_IPV6) === 1,
  };
}

function ipv4Settings(spec: Attributes | undefined): Ipv4Settings {
  const array = spec?.nested(AF_INET)?.bytes(IFLA_INET_CONF);
  const settings: Partial<Record<Ipv4Setting, number>> = {};
  for (const name of IPV4_NAMES) {
    const value = settingAt(array, IPV4_SETTINGS[name] - 1);
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

/** The number at a place of an array of 32-bit numbers. */
function settingAt(array: Uint8Array | undefined, place: number): number | undefined {
  if (!array || array.length < (place + 1) * 4) return undefined;
  return viewOf(array).getInt32(place * 4, LITTLE_ENDIAN);
}
