/** The hardware addresses that the kernel knows: `/proc/net/arp`, IPv4 only. */
import { readFileSync } from 'node:fs';
import type { VrrpSnapshot } from '../vrrp/snapshot.js';

const UNKNOWN = '00:00:00:00:00:00';

/**
 * MAC addresses by IP address out of the text of `/proc/net/arp` (proc(5)): IP address, HW type,
 * flags, HW address, mask, device.
 */
export function parseNeighbours(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n').slice(1)) {
    const [ip, , , mac] = line.trim().split(/\s+/);
    if (ip !== undefined && mac !== undefined && mac !== UNKNOWN) found.set(ip, mac);
  }
  return found;
}

/** Adds to the alarms the hardware address of who causes them, where the kernel knows it. */
export function nameNeighbours(vrrp: VrrpSnapshot): VrrpSnapshot {
  if (vrrp.instances.every(({ alarms }) => alarms.length === 0)) return vrrp;
  let known: Map<string, string>;
  try {
    known = parseNeighbours(readFileSync('/proc/net/arp', 'latin1'));
  } catch {
    return vrrp;
  }
  return {
    ...vrrp,
    instances: vrrp.instances.map((instance) => ({
      ...instance,
      alarms: instance.alarms.map((alarm) => {
        const mac = alarm.source === undefined ? undefined : known.get(alarm.source);
        return mac === undefined || alarm.mac !== undefined ? alarm : { ...alarm, mac };
      }),
    })),
  };
}
