/** What a scenario does to the wire, and what others on it believe. */
import type { Host } from './host.js';
import { must } from './program.js';

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
