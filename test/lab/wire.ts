/** What a scenario does to the wire, and what others on it believe. */
import type { Host } from './host.js';
import { type Network, portOf } from './network.js';
import { must } from './program.js';

/** Of linux/if_bridge.h. */
const BR_STATE_LISTENING = 1;
const BR_STATE_FORWARDING = 3;

/** Adverts from an address do not reach a host any more, until the returned function has run. */
export async function loseAdverts(host: Host, from: string): Promise<() => Promise<void>> {
  const rule = ['INPUT', '-s', from, '-p', '112', '-j', 'DROP'];
  await must(['iptables-legacy', '-w', '-I', ...rule], { netns: host.netns });
  return async () => {
    await must(['iptables-legacy', '-w', '-D', ...rule], { netns: host.netns });
  };
}

/** The Ethernet address that a host believes an IPv4 address to have. No fork. */
export function neighbourOf(host: Host, address: string): string | undefined {
  const line = host
    .procNet('arp')
    .split('\n')
    .find((each) => each.startsWith(`${address} `));
  return line?.split(/\s+/)[3];
}

/**
 * The switch's port of a host's first cable has its carrier and forwards nothing, as with spanning
 * tree just after it came up, until the returned function has run.
 */
export async function holdPort(network: Network, host: Host): Promise<() => Promise<void>> {
  const port = portOf(host.name, host.spec.nics[0]?.segment ?? '');
  const set = (state: number): Promise<string> =>
    must(['bridge', 'link', 'set', 'dev', port, 'state', `${state}`], {
      netns: network.switchNetns,
    });
  await set(BR_STATE_LISTENING);
  return async () => {
    await set(BR_STATE_FORWARDING);
  };
}
