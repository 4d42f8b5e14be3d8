/** Which instances an interface has, and which of them a packet is for. */
import { sameBytes } from '../base/bytes.js';
import { type Family, ipFromBytes, ipToBytes } from '../base/ip.js';
import { type IpPacket, isMulticast, standardGroup } from './ip-packet.js';
import type { InstanceSettings } from './settings.js';
import type { EngineState, Instance } from './state.js';

/** By {@link transportKey}, then by VRID. Several only if unicast peers or groups tell them apart. */
export type RouterIndex = Map<string, Map<number, Instance[]>>;

const STANDARD_IPV4 = ipToBytes(standardGroup(4));
const STANDARD_IPV6 = ipToBytes(standardGroup(6));

/** The name of the sockets that one interface has for one family. */
export function transportKey(name: string, family: Family): string {
  return `${name}/${family}`;
}

/** The interface that an instance's adverts leave by and come in at; empty: any. */
export function socketInterface(settings: InstanceSettings): string {
  const { interface: name, ownInterface, transmitOnBase } = settings;
  return transmitOnBase ? name : (ownInterface ?? name);
}

/** The instances by the interfaces that they need. */
export function indexInterfaces(instances: Iterable<Instance>): Map<string, Instance[]> {
  const index = new Map<string, Instance[]>();
  for (const instance of instances) {
    const { interface: base, ownInterface } = instance.settings;
    for (const name of new Set([base, ownInterface ?? base])) {
      const known = index.get(name);
      if (known) known.push(instance);
      else index.set(name, [instance]);
    }
  }
  return index;
}

/** The instances by where their packets come in. */
export function indexRouters(instances: Iterable<Instance>): RouterIndex {
  const index: RouterIndex = new Map();
  for (const instance of instances) {
    const { family, virtualRouterId } = instance.settings;
    const key = transportKey(socketInterface(instance.settings), family);
    const byVrid = index.get(key) ?? new Map<number, Instance[]>();
    index.set(key, byVrid);
    byVrid.set(virtualRouterId, [...(byVrid.get(virtualRouterId) ?? []), instance]);
  }
  return index;
}

/** The instances of both families that need an interface, theirs or the one below. */
export function instancesOn(state: EngineState, name: string): readonly Instance[] {
  return state.interfaces.get(name) ?? [];
}

/** The instances of one family whose packets come in at an interface. */
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

/** The same as bytes. Every packet that comes needs them. */
export function groupBytes({ multicastGroup, family }: InstanceSettings): Uint8Array {
  if (multicastGroup !== undefined) return ipToBytes(multicastGroup);
  return family === 4 ? STANDARD_IPV4 : STANDARD_IPV6;
}

/** Whether a packet was sent to where the instance listens: its group, or, with peers, this node. */
export function isSentTo(settings: InstanceSettings, destination: Uint8Array): boolean {
  if (settings.unicast) return !isMulticast(destination);
  return sameBytes(destination, groupBytes(settings));
}

function isMeant(settings: InstanceSettings, packet: IpPacket): boolean {
  if (!isSentTo(settings, packet.destination)) return false;
  if (!settings.unicast) return true;
  const source = ipFromBytes(packet.source);
  return settings.unicast.peers.some((peer) => peer.address === source);
}
