/** Priority 0 in the name of an instance whose process is gone. */
import { type Ip, ipToBytes } from '../base/ip.js';
import { encodeAdvert, PRIORITY_RELEASE } from './advert.js';
import { authOf, wireAddresses } from './instance.js';
import { MULTICAST_GROUP_IPV4 } from './ipv4.js';
import type { InstanceSettings } from './settings.js';

/**
 * The advert by which an IPv4 instance gives up mastership (RFC 9568 5.2.4).
 *
 * @param source the address that it will be sent from, IPv4.
 * @returns the VRRP packet without IP header, and where to send it (TTL 255).
 */
export function releaseAdvert(
  settings: InstanceSettings,
  source: Ip,
): { readonly packet: Uint8Array; readonly destination: Ip } {
  return {
    packet: encodeAdvert(
      {
        version: settings.version,
        virtualRouterId: settings.virtualRouterId,
        priority: PRIORITY_RELEASE,
        interval: settings.advertInterval,
        addressBytes: wireAddresses(settings),
        addressCount: settings.virtualAddresses.length,
        auth: authOf(settings),
      },
      { source: ipToBytes(source), destination: ipToBytes(MULTICAST_GROUP_IPV4) },
    ),
    destination: MULTICAST_GROUP_IPV4,
  };
}
