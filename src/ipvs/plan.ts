/**
 * The difference between the kernel's IPVS table and the wanted one, as operations. Pure.
 *
 * Order: services before their destinations; of a service first what is added, then what changes,
 * then what goes; services that go come last. So a client always finds a server.
 *
 * Nothing but the identity needs delete and add: the kernel's ip_vs_edit_service takes a new
 * scheduler, flags, timeout, mask and persistence engine, and ip_vs_edit_dest a new method, tunnel,
 * weight and thresholds.
 * Identity is, for a service, family with mark or protocol, address and port; for a destination
 * address and port.
 */
import {
  destinationKey,
  type IpvsDestination,
  type IpvsService,
  serviceKey,
  shortKeys,
  type Tunnel,
} from './model.js';
import type { IpvsOperation, ServiceOptions } from './operations.js';

export interface PlanOptions {
  /**
   * Keys of services that are ours though not wanted any more: they are deleted. Services that are
   * neither wanted nor in here are another's and left alone.
   */
  readonly owned: ReadonlySet<string>;
}

/**
 * What makes the kernel's table equal to the wanted one. Of a service, or of a destination in a
 * service, that is wanted twice the first counts.
 */
export function planTable(
  kernel: readonly IpvsService[],
  desired: readonly IpvsService[],
  options: PlanOptions,
): IpvsOperation[] {
  const present = new Map(kernel.map((service) => [serviceKey(service.id), service]));
  const wanted = new Set<string>();
  const operations: IpvsOperation[] = [];
  for (const service of desired) {
    const key = serviceKey(service.id);
    if (wanted.has(key)) continue;
    wanted.add(key);
    operations.push(...planService(present.get(key), service));
  }
  for (const [key, service] of present) {
    if (options.owned.has(key) && !wanted.has(key)) {
      operations.push({ kind: 'delete-service', id: service.id });
    }
  }
  return operations;
}

/**
 * The same for one service: what makes it as it is wanted.
 *
 * @param old as the kernel has it; `undefined`: it has not.
 */
export function planService(old: IpvsService | undefined, service: IpvsService): IpvsOperation[] {
  const operations = planDestinations(old, service);
  if (!old) operations.unshift({ kind: 'add-service', service: withoutDestinations(service) });
  else if (!sameOptions(old, service)) {
    operations.unshift({ kind: 'set-service', service: withoutDestinations(service) });
  }
  return operations;
}

/** Whether two wishes are the same. Of a service that is told by the same object nothing is compared. */
export function sameService(a: IpvsService, b: IpvsService): boolean {
  if (a === b) return true;
  const others = [...b.destinations];
  return (
    sameOptions(a, b) &&
    a.destinations.length === others.length &&
    [...a.destinations].every((one, i) => {
      const other = others[i] as IpvsDestination;
      return (
        one === other ||
        (one.address === other.address && one.port === other.port && sameDestination(one, other))
      );
    })
  );
}

function planDestinations(old: IpvsService | undefined, service: IpvsService): IpvsOperation[] {
  if (!old || old.destinations.length === 0) return addAll(service);
  const { id } = service;
  const present = new Map([...old.destinations].map((d) => [destinationKey(d), d]));
  const wanted = new Set<string>();
  const added: IpvsOperation[] = [];
  const changed: IpvsOperation[] = [];
  const deleted: IpvsOperation[] = [];
  for (const destination of service.destinations) {
    const key = destinationKey(destination);
    if (wanted.has(key)) continue;
    wanted.add(key);
    const was = present.get(key);
    if (!was) added.push({ kind: 'add-destination', id, destination });
    else if (!sameDestination(was, destination)) {
      changed.push({ kind: 'set-destination', id, destination });
    }
  }
  for (const [key, { address, port }] of present) {
    if (!wanted.has(key)) {
      deleted.push({ kind: 'delete-destination', id, destination: { address, port } });
    }
  }
  if (changed.length > 0) added.push(...changed);
  if (deleted.length > 0) added.push(...deleted);
  return added;
}

/** Of a service that is empty, or will be new. */
function addAll({ id, destinations }: IpvsService): IpvsOperation[] {
  const keyOf = shortKeys();
  const wanted = new Set<string>();
  const added: IpvsOperation[] = [];
  for (const destination of destinations) {
    const key = keyOf(destination);
    if (wanted.has(key)) continue;
    wanted.add(key);
    added.push({ kind: 'add-destination', id, destination });
  }
  return added;
}

function withoutDestinations(service: IpvsService): ServiceOptions {
  const { destinations: _, ...options } = service;
  return options;
}

function sameOptions(a: IpvsService, b: IpvsService): boolean {
  return (
    a.scheduler === b.scheduler &&
    a.flags === b.flags &&
    a.persistenceTimeout === b.persistenceTimeout &&
    // The mask means something only to a persistent service (and to sh, which takes it too).
    a.persistencePrefix === b.persistencePrefix &&
    a.persistenceMask === b.persistenceMask &&
    (a.persistenceEngine ?? '') === (b.persistenceEngine ?? '')
  );
}

function sameDestination(a: IpvsDestination, b: IpvsDestination): boolean {
  return (
    a.method === b.method &&
    a.weight === b.weight &&
    a.upperThreshold === b.upperThreshold &&
    a.lowerThreshold === b.lowerThreshold &&
    (a.method !== 'TUN' || sameTunnel(a.tunnel, b.tunnel))
  );
}

function sameTunnel(a: Tunnel | undefined, b: Tunnel | undefined): boolean {
  return a?.type === b?.type && a?.port === b?.port && a?.checksum === b?.checksum;
}
