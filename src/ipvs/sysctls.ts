/**
 * The kernel's switches of IPVS (`net.ipv4.vs.*`, Documentation/networking/ipvs-sysctl.rst): which
 * value is right for a set of services. Pure.
 *
 * What is not known to be right for everybody is left as it is, unless the configuration says a value.
 */
import type { Ip } from '../base/ip.js';
import { type IpvsSysctlName, KEEP, type SysctlWishes } from '../base/ipvs-sysctls.js';
import type { ForwardingMethod } from './model.js';

/** What of a service decides about switches. */
export interface ServiceTraits {
  readonly persistent: boolean;
  readonly servers: Iterable<{ readonly address: Ip; readonly method: ForwardingMethod }>;
}

export interface SysctlInput {
  readonly services: readonly ServiceTraits[];
  readonly wishes: SysctlWishes;
  /** Addresses of this machine that no instance moves. */
  readonly own: ReadonlySet<Ip>;
  /** A sync daemon runs whose instance says for all addresses of this machine who is master. */
  readonly syncFollowsAll: boolean;
  /** Connections of some service get another source address here. */
  readonly translates?: boolean;
}

/** A switch that is to have a value, and why. */
export interface WantedSysctl {
  readonly name: IpvsSysctlName;
  readonly value: string;
  readonly why: string;
}

/** The switches that are to be set, in the order of their names. */
export function wantedSysctls(input: SysctlInput): WantedSysctl[] {
  const wanted = new Map<IpvsSysctlName, WantedSysctl>();
  const want = (name: IpvsSysctlName, value: string, why: string): void => {
    wanted.set(name, { name, value, why });
  };
  if (input.services.length > 0) {
    want('conn_reuse_mode', '1', 'a client that uses its port again gets a server that lives');
    want('expire_nodest_conn', '1', 'clients of a server that failed are told instead of hanging');
  }
  if (input.services.some(({ persistent }) => persistent)) {
    const why = 'persistent clients of a server of weight 0 get another one for new connections';
    want('expire_quiescent_template', '1', why);
  }
  const itself = ownServer(input);
  if (itself !== undefined && input.syncFollowsAll) {
    want('backup_only', '1', `${itself} is this machine: as backup it must not schedule again`);
  }
  if (input.translates) want('conntrack', '1', 'FULLNAT translates sources by connection');
  for (const [name, value] of Object.entries(input.wishes) as [IpvsSysctlName, string][]) {
    if (value === KEEP) wanted.delete(name);
    else want(name, value, 'lvs_sysctl of the configuration');
  }
  return [...wanted.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A real server of DR or TUN that is this machine itself. */
function ownServer({ services, own }: SysctlInput): Ip | undefined {
  for (const { servers } of services) {
    for (const { address, method } of servers) {
      if (method !== 'NAT' && own.has(address)) return address;
    }
  }
  return undefined;
}
