/** What the kernel's refusals mean, in words. Pure. */
import { destinationKey, serviceKey } from '../../ipvs/model.js';
import { type IpvsOperation, operationTarget } from '../../ipvs/operations.js';
import type { NetlinkError } from '../../netlink/errors.js';

/** Why an operation failed: `TCP 192.0.2.1:80: there is such a service already (EEXIST)`. */
export function describeRefusal(operation: IpvsOperation, error: NetlinkError): string {
  const service = serviceKey(operationTarget(operation));
  const what =
    'destination' in operation ? `${service} -> ${destinationKey(operation.destination)}` : service;
  const meaning = meaningOf(operation, error.errnoName);
  return meaning === undefined
    ? `${what}: ${error.message}`
    : `${what}: ${meaning} (${error.errnoName})`;
}

function meaningOf(operation: IpvsOperation, errno: string): string | undefined {
  const server = 'destination' in operation;
  switch (errno) {
    case 'EEXIST':
      return server
        ? 'the service has this real server already'
        : 'there is such a service already';
    case 'ESRCH':
      return 'there is no such service';
    case 'ENOENT': {
      if (server) return 'the service has no such real server';
      if (!('service' in operation)) return undefined;
      const { scheduler, persistenceEngine: engine } = operation.service;
      if (engine === undefined) {
        return `the kernel has no scheduler ${scheduler}: modprobe ip_vs_${scheduler}`;
      }
      return `the kernel has no scheduler ${scheduler}, or no persistence engine ${engine}: modprobe ip_vs_${scheduler} ip_vs_pe_${engine}`;
    }
    case 'ERANGE':
      return 'the kernel does not take this weight, or a lower threshold above the upper one';
    default:
      return generalMeaning(errno);
  }
}

/** What an error number of IPVS means whatever was asked; `undefined`: nothing in particular. */
export function generalMeaning(errno: string): string | undefined {
  switch (errno) {
    case 'EPERM':
    case 'EACCES':
      return 'only root may do that (CAP_NET_ADMIN)';
    case 'EINVAL':
      return 'the kernel does not take it: is the address one of a single machine, and its family right?';
    case 'EAFNOSUPPORT':
      return 'the kernel has no IPVS for this address family';
    case 'ENOMEM':
      return 'the kernel has no memory for it';
    case 'ENODEV':
      return 'there is no such interface';
    default:
      return undefined;
  }
}
