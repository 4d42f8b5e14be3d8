/** Which way the kernel would send a packet to an address (RTM_GETROUTE, rtnetlink(7)). */
import { familyOf, type Ip, ipFromBytes, ipToBytes } from '../base/ip.js';
import { attribute, concat, decodeAttributes } from './attributes.js';
import { AF_INET, AF_INET6, RTM_GETROUTE, RTM_NEWROUTE } from './constants.js';
import type { NetlinkMessage } from './message.js';
import type { NetlinkRequest } from './socket.js';

/** linux/rtnetlink.h */
const RTMSG = 12;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTN_LOCAL = 2;

/** The way to an address. */
export interface FoundRoute {
  /** The address is this machine's. */
  readonly isLocal: boolean;
  /** Index of the interface; missing for routes of other kinds. */
  readonly interface?: number;
  /** The router; missing if the address is on the wire. */
  readonly gateway?: Ip;
}

/** Asks for the way to an address. */
export function encodeRouteLookup(address: Ip): NetlinkRequest {
  const bytes = ipToBytes(address);
  const head = new Uint8Array(RTMSG);
  head[0] = familyOf(address) === 4 ? AF_INET : AF_INET6;
  head[1] = bytes.length * 8;
  return {
    type: RTM_GETROUTE,
    body: concat([head, attribute(RTA_DST, bytes)]),
    operation: `RTM_GETROUTE ${address}`,
  };
}

/** The way that an answer tells; `undefined` for another message. */
export function decodeRouteLookup({ type, body }: NetlinkMessage): FoundRoute | undefined {
  if (type !== RTM_NEWROUTE || body.length < RTMSG) return undefined;
  const attributes = decodeAttributes(body.subarray(RTMSG));
  const index = attributes.u32(RTA_OIF);
  const gateway = attributes.bytes(RTA_GATEWAY);
  return {
    isLocal: body[7] === RTN_LOCAL,
    ...(index === undefined ? {} : { interface: index }),
    ...(gateway ? { gateway: ipFromBytes(gateway) } : {}),
  };
}
