/** What can be ordered of the kernel's IPVS table, as data. */
import {
  destinationKey,
  type IpvsDestination,
  type IpvsService,
  type ServiceId,
  serviceKey,
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
      const { scheduler, flags, persistenceTimeout, persistencePrefix } = operation.service;
      const persistence =
        persistenceTimeout > 0 ? ` persistent ${persistenceTimeout}/${persistencePrefix}` : '';
      return `${head} ${scheduler}${flags ? ` flags ${flags}` : ''}${persistence}`;
    }
    case 'delete-service':
      return head;
    case 'delete-destination':
      return `${head} ${destinationKey(operation.destination)}`;
    default: {
      const { method, weight, upperThreshold, lowerThreshold } = operation.destination;
      const thresholds =
        upperThreshold || lowerThreshold ? ` thresholds ${lowerThreshold}-${upperThreshold}` : '';
      return `${head} ${destinationKey(operation.destination)} ${method} weight ${weight}${thresholds}`;
    }
  }
}
