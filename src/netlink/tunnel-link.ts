/**
 * Tunnel interfaces that take packets from anybody, as rtnetlink has them (linux/if_tunnel.h). Pure.
 *
 * ```
 *   IFLA_LINKINFO { IFLA_INFO_KIND "gre", IFLA_INFO_DATA { IFLA_GRE_IFLAGS, IFLA_GRE_OFLAGS, IFLA_GRE_LOCAL } }
 * ```
 */
import { type Ip, ipToBytes } from '../base/ip.js';
import { attribute, be16, concat, nested, text } from './attributes.js';
import {
  GRE_CSUM,
  IFLA_GRE_IFLAGS,
  IFLA_GRE_LOCAL,
  IFLA_GRE_OFLAGS,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_LINKINFO,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RTM_NEWLINK,
} from './constants.js';
import type { NetlinkRequest } from './socket.js';

/** Kinds of tunnel by what carries what: IPv4 in IPv4, IPv6 in IPv4, any in IPv6, and GRE over each. */
export type TunnelKind = 'ipip' | 'sit' | 'ip6tnl' | 'gre' | 'ip6gre';

/** A tunnel without another end; it is not up at first. */
export interface NewTunnel {
  readonly name: string;
  readonly kind: TunnelKind;
  /** GRE with checksums: the end here. The kernel's own interface takes packets without. */
  readonly checksumsAt?: Ip;
}

const IFINFOMSG = 16;

/**
 * Makes a tunnel interface. The kernel loads the module of its kind, and that makes the kind's own
 * interface (`tunl0`, `gre0`), so EEXIST for such a name says that it is there now.
 */
export function encodeNewTunnel({ name, kind, checksumsAt }: NewTunnel): NetlinkRequest {
  const data =
    checksumsAt === undefined
      ? []
      : [
          nested(IFLA_INFO_DATA, [
            be16(IFLA_GRE_IFLAGS, GRE_CSUM),
            be16(IFLA_GRE_OFLAGS, GRE_CSUM),
            attribute(IFLA_GRE_LOCAL, ipToBytes(checksumsAt)),
          ]),
        ];
  return {
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: concat([
      new Uint8Array(IFINFOMSG),
      text(IFLA_IFNAME, name),
      nested(IFLA_LINKINFO, [text(IFLA_INFO_KIND, kind), ...data]),
    ]),
    operation: `RTM_NEWLINK ${name} kind ${kind}`,
  };
}
