/** Raw frames onto a wire, for packets that nobody should send; and adverts to spoil. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from './director.js';
import type { Host } from './host.js';
import { macOf } from './network.js';
import { must } from './program.js';

const PROGRAM = '/run/tandem-lab/send-frames';
/** A flood takes as long as the machine lets it. */
const TIMEOUT_MS = 90_000;
const VRRP_MAC = '01:00:5e:00:00:12';
const VRRP_GROUP = '224.0.0.18';

/** What goes into an advert's packet; everything that is not given is as it should be. */
export interface AdvertShape {
  readonly source: string;
  readonly vrid: number;
  readonly priority: number;
  readonly addresses: readonly string[];
  readonly version?: number;
  readonly type?: number;
  readonly ttl?: number;
  /** Seconds. */
  readonly advertInt?: number;
  /** The count of addresses that is claimed. */
  readonly count?: number;
  /** Added to the right checksum. */
  readonly checksumError?: number;
  /** Bytes of the VRRP packet that are sent; the IP header says so, too. */
  readonly length?: number;
}

/** How often frames are sent again, and how many a second at most. */
export interface Flood {
  readonly rounds: number;
  readonly perSecond: number;
}

/**
 * Sends Ethernet frames from a host, in order: no more than 256, and again and again in a flood. The
 * program for it is compiled at first use.
 */
export async function sendFrames(
  host: Host,
  device: string,
  frames: readonly Uint8Array[],
  flood?: Flood,
): Promise<void> {
  if (!existsSync(PROGRAM)) {
    await must(['cc', '-O1', '-o', PROGRAM, path.join(CHECKOUT, 'test/lab/kernel/send-frames.c')]);
  }
  const input = frames.map((frame) => `${Buffer.from(frame).toString('hex')}\n`).join('');
  const words = flood ? [`${flood.rounds}`, `${flood.perSecond}`] : [];
  await must([PROGRAM, device, ...words], { netns: host.netns, input, timeoutMs: TIMEOUT_MS });
}

/** A VRRP version 2 advert as an Ethernet frame, written here and not by tandem's own encoder. */
export function advertFrame(shape: AdvertShape): Uint8Array {
  const pdu = Buffer.alloc(8 + 4 * shape.addresses.length + 8);
  pdu[0] = ((shape.version ?? 2) << 4) | (shape.type ?? 1);
  pdu[1] = shape.vrid;
  pdu[2] = shape.priority;
  pdu[3] = shape.count ?? shape.addresses.length;
  pdu[5] = shape.advertInt ?? 1;
  shape.addresses.forEach((address, i) => {
    pdu.set(address.split('.').map(Number), 8 + 4 * i);
  });
  pdu.writeUInt16BE((checksum(pdu) + (shape.checksumError ?? 0)) & 0xffff, 6);
  const payload = pdu.subarray(0, shape.length ?? pdu.length);
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip[1] = 0xc0;
  ip.writeUInt16BE(20 + payload.length, 2);
  ip[8] = shape.ttl ?? 255;
  ip[9] = 112;
  ip.set(shape.source.split('.').map(Number), 12);
  ip.set(VRRP_GROUP.split('.').map(Number), 16);
  ip.writeUInt16BE(checksum(ip), 10);
  const ethernet = Buffer.concat([
    macBytes(VRRP_MAC),
    macBytes(macOf(shape.source)),
    Buffer.from([8, 0]),
  ]);
  return Buffer.concat([ethernet, ip, payload]);
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}
