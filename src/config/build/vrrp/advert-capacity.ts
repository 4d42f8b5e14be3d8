/** How many addresses an advert can list. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { InstanceConfig } from '../../model/index.js';

/** The advert counts its addresses in one byte (RFC 9568 5.2.5). */
const MAX_ADDRESSES = 255;
/** The VRRP header (RFC 9568 5.1), and IPsec AH, for which keepalived always leaves room. */
const HEADERS = 8 + 24;
const IP_HEADER = { 4: 20, 6: 40 };
const ADDRESS = { 4: 4, 6: 16 };

type Addresses = Pick<InstanceConfig, 'name' | 'family' | 'virtualAddresses' | 'excludedAddresses'>;

/**
 * keepalived moves what the advert cannot list to the excluded addresses.
 *
 * @param mtu the largest packet of the interface; `undefined`: not known, one byte is the bound.
 */
export function limitAddresses(
  { name, family, virtualAddresses, excludedAddresses }: Addresses,
  mtu: number | undefined,
  sink: Sink,
): Pick<InstanceConfig, 'virtualAddresses' | 'excludedAddresses'> {
  const room = mtu === undefined ? MAX_ADDRESSES : roomIn(mtu, family);
  const surplus = virtualAddresses.slice(room);
  if (surplus[0]) {
    const why = room < MAX_ADDRESSES ? `an advert of ${mtu} bytes` : 'an advert';
    sink.report('CONFIG_TOO_MANY_ADDRESSES', surplus[0].at, {
      message: `vrrp_instance ${name}: ${why} lists at most ${room} addresses; this one and those after it are treated as virtual_ipaddress_excluded`,
    });
  }
  return {
    virtualAddresses: virtualAddresses.slice(0, room),
    excludedAddresses: [...surplus, ...excludedAddresses],
  };
}

function roomIn(mtu: number, family: 4 | 6): number {
  const left = Math.floor((mtu - IP_HEADER[family] - HEADERS) / ADDRESS[family]);
  return Math.min(MAX_ADDRESSES, Math.max(0, left));
}
