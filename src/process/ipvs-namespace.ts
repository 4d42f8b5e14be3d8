/**
 * `net_namespace_ipvs`: the IPVS table, its timeouts and sync daemons are in another network
 * namespace than the daemon. A netlink socket belongs to the namespace that it was opened in, so
 * the process is there for that moment only.
 */
import { IpvsClient } from '../ipvs/client.js';
import { inNetworkNamespace } from '../packet-io/libc.js';

/** Where iproute2 keeps the names, and the namespace that the machine started with. */
const FOLDER = '/run/netns';
const DEFAULT_NAMESPACE = '/proc/1/ns/net';

/** The path of a namespace by its name; the empty name is the machine's own. */
export function ipvsNamespacePath(name: string): string {
  return name === '' ? DEFAULT_NAMESPACE : `${FOLDER}/${name}`;
}

/**
 * Runs something where IPVS is, and comes back. It must not wait for anything.
 *
 * @param name `undefined`: where the process is anyway.
 * @throws what open(2) gives if there is no such namespace, SystemCallError
 */
export function inIpvsNamespace<T>(name: string | undefined, run: () => T): T {
  return name === undefined ? run() : inNetworkNamespace(ipvsNamespacePath(name), run);
}

/** Opens IPVS, in that namespace. Rejects as {@link IpvsClient.open} does. */
export function openIpvs(name: string | undefined): Promise<IpvsClient> {
  return IpvsClient.open({ within: (open) => inIpvsNamespace(name, open) });
}
