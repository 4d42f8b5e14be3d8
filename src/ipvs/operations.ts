/** What can be ordered of the kernel's IPVS table, as data. */
import {
  destinationKey,
  type IpvsDestination,
  type IpvsService,
  type ServiceId,
  serviceKey,
  type Tunnel,
} from './model.js';

/** A service without its destinations: they have operations of their own. */
export type ServiceOptions = Omit<IpvsService, 'destinations'>;

export type IpvsOperation =
  | { readonly kind: 'add-service'; readonly service: ServiceOptions }
  | { readonly kind: 'set-service'; readonly service: ServiceOptions }
  | { readonly kind: 'delete-service'; readonly id: ServiceId }
  | {
      readonly kind: 'add-destination' | 'set-destination';
      readonly id: ServiceId;
      readonly destination: IpvsDestination;
    }
  | {
      readonly kind: 'delete-destination';
      readonly id: ServiceId;
      readonly destination: Pick<IpvsDestination, 'address' | 'port'>;
    };

/** The service that an operation is about. */
export function operationTarget(operation: IpvsOperation): ServiceId {
  return 'service' in operation ? operation.service.id : operation.id;
}

/** `add-destination TCP 192.0.2.1:80 192.168.0.10:80 NAT weight 1`: for logs and tests. */
export function renderOperation(operation: IpvsOperation): string {
  const head = `${operation.kind} ${serviceKey(operationTarget(operation))}`;
  switch (operation.kind) {
    case 'add-service':
    case 'set-service': {
      const { scheduler, flags, persistenceEngine: engine } = operation.service;
      return `${head} ${scheduler}${flags ? ` flags ${flags}` : ''}${persistence(operation.service)}${engine ? ` pe ${engine}` : ''}`;
    }
    case 'delete-service':
      return head;
    case 'delete-destination':
      return `${head} ${destinationKey(operation.destination)}`;
    default: {
      const { method, weight, upperThreshold, lowerThreshold, tunnel } = operation.destination;
      const thresholds =
        upperThreshold || lowerThreshold ? ` thresholds ${lowerThreshold}-${upperThreshold}` : '';
      return `${head} ${destinationKey(operation.destination)} ${method}${method === 'TUN' && tunnel ? renderTunnel(tunnel) : ''} weight ${weight}${thresholds}`;
    }
  }
}

function persistence(service: ServiceOptions): string {
  const { persistenceTimeout: timeout, persistencePrefix: prefix, persistenceMask: mask } = service;
  if (timeout === 0) return '';
  return ` persistent ${timeout}/${mask === undefined ? prefix : `0x${mask.toString(16)}`}`;
}

function renderTunnel({ type, port, checksum }: Tunnel): string {
  return ` ${type}${type === 'gue' ? ` port ${port}` : ''} ${checksum}`;
}
