/** What makes a virtual router: its id, and an interval that its version can carry. */
import { MICROS_PER_CENTISECOND, MICROS_PER_SECOND, toSeconds } from '../../../base/time.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { InstanceConfig } from '../../model/index.js';
import { renderPosition } from '../../text/source.js';

/** VRRP version 3 counts centiseconds in 12 bits (RFC 9568 5.2.7), version 2 seconds in 8. */
const MAX_V3_INTERVAL = 4095 * MICROS_PER_CENTISECOND;

/** An interval that cannot be told to the other nodes. */
export function checkIntervals(instances: readonly InstanceConfig[], sink: Sink): void {
  for (const instance of instances) {
    const { version, advertInterval, name } = instance;
    if (version === 2 && advertInterval % MICROS_PER_SECOND !== 0) {
      sink.report('CONFIG_ADVERT_INT', instance.origins['advert_int'] ?? instance.at, {
        message: `vrrp_instance ${name}: VRRP version 2 carries whole seconds only, not ${toSeconds(advertInterval)}`,
        expected: "whole seconds from 1 to 255, or 'version 3'",
      });
    } else if (
      version === 3 &&
      (advertInterval > MAX_V3_INTERVAL || advertInterval % MICROS_PER_CENTISECOND !== 0)
    ) {
      sink.report('CONFIG_ADVERT_INT', instance.origins['advert_int'] ?? instance.at, {
        message: `vrrp_instance ${name}: VRRP version 3 carries up to 40.95 seconds in steps of 0.01, not ${toSeconds(advertInterval)}`,
        expected: 'seconds from 0.01 to 40.95',
      });
    }
  }
}

/**
 * A virtual router is known by interface, family, id and where its adverts go: two of them would
 * answer each other.
 */
export function checkRouterIds(instances: readonly InstanceConfig[], sink: Sink): void {
  const first = new Map<string, InstanceConfig>();
  for (const instance of instances) {
    if (instance.virtualRouterId === 0) continue;
    const keys = routerKeys(instance);
    const earlier = keys.map((key) => first.get(key)).find((other) => other !== undefined);
    if (earlier) reportRouterId(instance, earlier, sink);
    else for (const key of keys) first.set(key, instance);
  }
}

/** Multicast instances share a group, unicast ones a peer. */
function routerKeys(instance: InstanceConfig): string[] {
  const { interface: device, family, virtualRouterId, unicast, multicastGroup } = instance;
  if (!unicast) {
    if (device === '') return [];
    return [`${device} ${family} ${virtualRouterId} ${multicastGroup}`];
  }
  const from = `${device} ${instance.sourceAddress ?? ''}`;
  return unicast.peers.map(({ address }) => `unicast ${from} ${virtualRouterId} ${address}`);
}

function reportRouterId(instance: InstanceConfig, earlier: InstanceConfig, sink: Sink): void {
  const { virtualRouterId: id, interface: device } = instance;
  const where = instance.unicast ? 'with the same peer' : `on ${device}`;
  sink.report('CONFIG_DUPLICATE_VRID', instance.origins['virtual_router_id'] ?? instance.at, {
    message: `virtual_router_id ${id} is used ${where} by vrrp_instance ${earlier.name} too (${renderPosition(earlier.origins['virtual_router_id'] ?? earlier.at)}): the two would take each other's adverts for their own`,
    expected: 'another number from 1 to 255',
  });
}
