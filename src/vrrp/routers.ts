/** Which instances an interface has, and which of them a packet is for. */
import { sameBytes } from '../base/bytes.js';
import { type Family, ipFromBytes, ipToBytes } from '../base/ip.js';
import { type IpPacket, isMulticast, standardGroup } from './ip-packet.js';
import type { InstanceSettings } from './settings.js';
import type { EngineState, Instance } from './state.js';

/** By {@link transportKey}, then by VRID. Several only if unicast peers or groups tell them apart. */
export type RouterIndex = Map<string, Map<number, Instance[]>>;

/** The name of the sockets that one interface has for one family. */
export function transportKey(name: string, family: Family): string {
  return `${name}/${family}`;
}

/** The instances by where their packets come in. */
export function indexRouters(instances: Iterable<Instance>): RouterIndex {
  const index: RouterIndex = new Map();
  for (const instance of instances) {
    const { interface: name, family, virtualRouterId } = instance.settings;
    const key = transportKey(name, family);
    const byVrid = index.get(key) ?? new Map<number, Instance[]>();
    index.set(key, byVrid);
    byVrid.set(virtualRouterId, [...(byVrid.get(virtualRouterId) ?? []), instance]);
  }
  return index;
}

/** The instances of both families on an interface. */
export function instancesOn(state: EngineState, name: string): readonly Instance[] {
  return ([4, 6] as const).flatMap((family) => instancesAt(state, name, family));
}

/** The instances of one family on an interface. */
export function instancesAt(state: EngineState, name: string, family: Family): readonly Instance[] {
  const byVrid = state.routers.get(transportKey(name, family));
  return byVrid ? [...byVrid.values()].flat() : [];
}

/**
 * The instance that a packet is for: of several with its VRID the one whose group it was sent to, or
 * whose peer sent it. If it fits none, the first of them, which will reject it.
 */
export function instanceFor(
  state: EngineState,
  name: string,
  packet: IpPacket,
): Instance | undefined {
  const vrid = packet.payload[1];
  if (vrid === undefined) return undefined;
  const candidates = state.routers.get(transportKey(name, packet.family))?.get(vrid);
  if (!candidates || candidates.length === 1) return candidates?.[0];
  return candidates.find(({ settings }) => isMeant(settings, packet)) ?? candidates[0];
}

/** The group that a multicast instance speaks in. */
export function groupOf(settings: InstanceSettings): string {
  return settings.multicastGroup ?? standardGroup(settings.family);
}

/** Whether a packet was sent to where the instance listens: its group, or, with peers, this node. */
export function isSentTo(settings: InstanceSettings, destination: Uint8Array): boolean {
  if (settings.unicast) return !isMulticast(destination);
  return sameBytes(destination, ipToBytes(groupOf(settings)));
}

function isMeant(settings: InstanceSettings, packet: IpPacket): boolean {
  if (!isSentTo(settings, packet.destination)) return false;
  if (!settings.unicast) return true;
  const source = ipFromBytes(packet.source);
  return settings.unicast.peers.some((peer) => peer.address === source);
}
