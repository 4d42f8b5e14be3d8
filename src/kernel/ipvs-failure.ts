/**
 * What the kernel means by refusing a service or a server, in words that name the service. The
 * meanings are those of ip_vs_add_service, ip_vs_edit_service and ip_vs_new_dest
 * (net/netfilter/ipvs/ip_vs_ctl.c).
 */
import { familyOf } from '../base/ip.js';
import type { OperationResult } from '../ipvs/client.js';
import { destinationKey, type IpvsDestination, type ServiceId, serviceKey } from '../ipvs/model.js';
import {
  type IpvsOperation,
  operationTarget,
  renderOperation,
  type ServiceOptions,
} from '../ipvs/operations.js';
import type { NetlinkError } from '../netlink/errors.js';

/** An operation that was refused, and why. */
export interface TableFailure {
  readonly operation: IpvsOperation;
  readonly reason: string;
}

/** `TCP 192.0.2.1:80: the kernel has no scheduler twos: modprobe ip_vs_twos (ENOENT)` */
export function describeFailure({ operation, error }: OperationResult): TableFailure {
  if (!error) return { operation, reason: `${renderOperation(operation)}: failed` };
  const id = operationTarget(operation);
  const meaning = meaningOf(operation, id, error);
  if (meaning === undefined) return { operation, reason: error.message };
  return { operation, reason: `${serviceKey(id)}: ${meaning} (${error.errnoName})` };
}

/**
 * Servers whose tunnel the kernel passes over, as kernels before 5.2 do without a word: they are in
 * the table, and their packets go by IPIP, which they do not expect. They are known by being without
 * a tunnel again after it was asked for.
 */
export class IgnoredTunnels {
  /** Keys of service and server; bounded by the servers with tunnels. */
  readonly #asked = new Set<string>();

  /** Takes out of a service's plan what has been asked for in vain. */
  judge(
    id: ServiceId,
    found: readonly IpvsDestination[],
    operations: readonly IpvsOperation[],
  ): { readonly operations: readonly IpvsOperation[]; readonly failed: readonly TableFailure[] } {
    const failed: TableFailure[] = [];
    for (const { address, port, tunnel } of found) {
      if (tunnel) this.#asked.delete(keyOf(id, { address, port }));
    }
    const plain = new Set<string>();
    for (const destination of found) {
      if (destination.method === 'TUN' && !destination.tunnel) plain.add(keyOf(id, destination));
    }
    const left = operations.filter((operation) => {
      if (operation.kind !== 'set-destination' || !operation.destination.tunnel) return true;
      const key = keyOf(id, operation.destination);
      if (!plain.has(key)) return true;
      if (!this.#asked.has(key)) {
        this.#asked.add(key);
        return true;
      }
      const type = operation.destination.tunnel.type.toUpperCase();
      const server = destinationKey(operation.destination);
      const reason = `${serviceKey(id)}: the kernel knows no ${type} tunnels, which come with Linux 5.2: packets to ${server} go by IPIP`;
      failed.push({ operation, reason });
      return false;
    });
    return { operations: left, failed };
  }
}

function keyOf(id: ServiceId, destination: Pick<IpvsDestination, 'address' | 'port'>): string {
  return `${serviceKey(id)} ${destinationKey(destination)}`;
}

function meaningOf(
  operation: IpvsOperation,
  id: ServiceId,
  error: NetlinkError,
): string | undefined {
  if (error.is('EPERM')) return 'changing the table takes CAP_NET_ADMIN';
  if (error.is('EAFNOSUPPORT')) return "the kernel's IPVS has no IPv6";
  if ('service' in operation) return serviceMeaning(operation.service, error);
  if (operation.kind === 'add-destination' || operation.kind === 'set-destination') {
    return destinationMeaning(operation.destination, id, error);
  }
  return undefined;
}

function serviceMeaning(service: ServiceOptions, error: NetlinkError): string | undefined {
  if (!error.is('ENOENT')) return undefined;
  const { scheduler, persistenceEngine: engine } = service;
  const lacks = `the kernel has no scheduler ${scheduler}`;
  if (engine === undefined) return `${lacks}: modprobe ip_vs_${scheduler}`;
  return `${lacks} or no persistence engine ${engine}: modprobe ip_vs_${scheduler} ip_vs_pe_${engine}`;
}

function destinationMeaning(
  destination: IpvsDestination,
  id: ServiceId,
  error: NetlinkError,
): string | undefined {
  const { address, method } = destination;
  const server = `the kernel refuses server ${destinationKey(destination)}`;
  if (error.is('ERANGE')) return `${server}: its weight or its thresholds are out of range`;
  if (!error.is('EINVAL')) return undefined;
  const family = id.kind === 'fwmark' ? id.family : familyOf(id.address);
  if (familyOf(address) === family) {
    return `${server}: its address is broadcast, multicast or link-local here, and no server can be reached by that`;
  }
  return method === 'TUN'
    ? `${server}: it is of another family than its service, which does not go together with a connection sync daemon`
    : `${server}: it is of another family than its service, and only TUN reaches that`;
}
