/**
 * Addresses that no real server can have: the kernel refuses them (EINVAL of ip_vs_new_dest,
 * net/netfilter/ipvs/ip_vs_ctl.c). The service runs without the server.
 */
import { familyOf, type Ip, ipToBytes } from '../../../base/ip.js';
import { labelOf } from '../../build/lvs/settle.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { Config } from '../../model/index.js';
import type { Position } from '../../text/source.js';

export function checkServerAddresses(config: Pick<Config, 'virtualServers'>, sink: Sink): void {
  for (const server of config.virtualServers) {
    const check = (what: string, { address, at }: { address: Ip; at: Position }): void => {
      const kind = kindOf(address);
      if (kind === undefined) return;
      sink.report('CONFIG_SERVER_ADDRESS', at, {
        message: `virtual_server ${labelOf(server)}: ${what} ${address} is ${kind}: the kernel refuses it, the service runs without it`,
        expected: 'the address of one machine',
      });
    };
    for (const real of server.realServers) check('real_server', real);
    if (server.sorryServer) check('sorry_server', server.sorryServer);
  }
}

/** What keeps an address from being a server's; `undefined`: nothing. */
function kindOf(address: Ip): string | undefined {
  if (familyOf(address) === 4) {
    const first = Number.parseInt(address, 10);
    if (first === 0) return 'no address of a machine';
    if (first >= 224 && first <= 239) return 'a multicast address';
    return address === '255.255.255.255' ? 'the broadcast address' : undefined;
  }
  const bytes = ipToBytes(address);
  const [first = 0, second = 0] = bytes;
  if (first === 0xff) return 'a multicast address';
  if (first === 0xfe && (second & 0xc0) === 0x80)
    return 'a link-local address, which has no interface here';
  return bytes.every((byte) => byte === 0) ? 'no address of a machine' : undefined;
}
