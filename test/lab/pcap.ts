/**
 * Reads the lab's captures: pcap files of Ethernet frames with VRRP of both families, ARP, ICMP and
 * neighbour advertisements in them. A reader of
 * its own, so that what tandem sends is not judged by tandem's own decoder.
 */

export interface AdvertFrame {
  readonly kind: 'advert';
  /** Monotonic ms. */
  readonly at: number;
  /** Sender's Ethernet address. */
  readonly mac: string;
  readonly source: string;
  readonly ttl: number;
  readonly version: number;
  readonly vrid: number;
  readonly priority: number;
  readonly addresses: readonly string[];
}

export interface ArpFrame {
  readonly kind: 'arp';
  readonly at: number;
  readonly mac: string;
  readonly operation: 'request' | 'reply';
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetIp: string;
  /** It says of its sender's address where it is, asked by nobody. */
  readonly gratuitous: boolean;
}

/** ICMP "port unreachable": an address answers somebody who knocks at it. */
export interface AnswerFrame {
  readonly kind: 'answer';
  readonly at: number;
  readonly mac: string;
  readonly source: string;
}

/** An unsolicited ICMPv6 neighbour advertisement: what gratuitous ARP is to IPv6. */
export interface NeighbourFrame {
  readonly kind: 'neighbour';
  readonly at: number;
  readonly mac: string;
  readonly target: string;
  readonly override: boolean;
  readonly router: boolean;
}

export type Frame = AdvertFrame | ArpFrame | AnswerFrame | NeighbourFrame;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET_HEADER = 14;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;
const PROTOCOL_ICMP = 1;
const PROTOCOL_ICMPV6 = 58;
const ICMPV6_NEIGHBOUR_ADVERTISEMENT = 136;
const PROTOCOL_VRRP = 112;
const ICMP_PORT_UNREACHABLE = 0x0303;
const MAGIC_MICROS = 0xa1b2c3d4;

/** Reads a capture that is still written to, piece by piece. */
export class PcapReader {
  readonly #toMonotonic: number;
  /** Of a record whose rest has not come yet. */
  #rest: Buffer = Buffer.alloc(0);
  #headed = false;

  /** @param toMonotonic what is added to a record's wall-clock ms. */
  constructor(toMonotonic: number) {
    this.#toMonotonic = toMonotonic;
  }

  /** The frames that are complete with the next bytes of the file. */
  push(bytes: Uint8Array): Frame[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    let offset = 0;
    if (!this.#headed) {
      if (this.#rest.length < FILE_HEADER) return [];
      if (this.#rest.readUInt32LE(0) !== MAGIC_MICROS) {
        throw new Error('not a little-endian pcap file');
      }
      this.#headed = true;
      offset = FILE_HEADER;
    }
    const frames: Frame[] = [];
    while (offset + RECORD_HEADER <= this.#rest.length) {
      const seconds = this.#rest.readUInt32LE(offset);
      const micros = this.#rest.readUInt32LE(offset + 4);
      const start = offset + RECORD_HEADER;
      const end = start + this.#rest.readUInt32LE(offset + 8);
      if (end > this.#rest.length) break;
      const at = seconds * 1000 + micros / 1000 + this.#toMonotonic;
      const frame = readFrame(this.#rest.subarray(start, end), at);
      if (frame) frames.push(frame);
      offset = end;
    }
    this.#rest = this.#rest.subarray(offset);
    return frames;
  }
}

function readFrame(bytes: Buffer, at: number): Frame | undefined {
  if (bytes.length < ETHERNET_HEADER) return undefined;
  const mac = macText(bytes.subarray(6, 12));
  const payload = bytes.subarray(ETHERNET_HEADER);
  const type = bytes.readUInt16BE(12);
  if (type === ETHERTYPE_ARP) return readArp(payload, at, mac);
  if (type === ETHERTYPE_IPV4) return readAdvert(payload, at, mac) ?? readAnswer(payload, at, mac);
  if (type === ETHERTYPE_IPV6) return readIpv6(payload, at, mac);
  return undefined;
}

function readIpv6(packet: Buffer, at: number, mac: string): Frame | undefined {
  if (packet.length < 40) return undefined;
  const payload = packet.subarray(40, 40 + packet.readUInt16BE(4));
  if (packet[6] === PROTOCOL_ICMPV6) return readNeighbour(payload, at, mac);
  if (packet[6] !== PROTOCOL_VRRP || payload.length < 8) return undefined;
  const addresses: string[] = [];
  for (let i = 0; i < payload[3]! && 24 + 16 * i <= payload.length; i++) {
    addresses.push(ipv6Text(payload.subarray(8 + 16 * i, 24 + 16 * i)));
  }
  return {
    kind: 'advert',
    at,
    mac,
    source: ipv6Text(packet.subarray(8, 24)),
    ttl: packet[7]!,
    version: payload[0]! >> 4,
    vrid: payload[1]!,
    priority: payload[2]!,
    addresses,
  };
}

function readNeighbour(icmp: Buffer, at: number, mac: string): NeighbourFrame | undefined {
  if (icmp.length < 24 || icmp[0] !== ICMPV6_NEIGHBOUR_ADVERTISEMENT) return undefined;
  const flags = icmp[4]!;
  // Solicited ones answer somebody.
  if (flags & 0x40) return undefined;
  return {
    kind: 'neighbour',
    at,
    mac,
    target: ipv6Text(icmp.subarray(8, 24)),
    override: (flags & 0x20) !== 0,
    router: (flags & 0x80) !== 0,
  };
}

/** As URL writes it, which is the canonical form. */
function ipv6Text(bytes: Buffer): string {
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new URL(`http://[${words.join(':')}]/`).hostname.slice(1, -1);
}

function readArp(bytes: Buffer, at: number, mac: string): ArpFrame | undefined {
  if (bytes.length < 28) return undefined;
  const operation = bytes.readUInt16BE(6) === 1 ? 'request' : 'reply';
  const senderIp = [...bytes.subarray(14, 18)].join('.');
  const targetIp = [...bytes.subarray(24, 28)].join('.');
  return {
    kind: 'arp',
    at,
    mac,
    operation,
    senderMac: macText(bytes.subarray(8, 14)),
    senderIp,
    targetIp,
    gratuitous: senderIp === targetIp,
  };
}

function readAdvert(packet: Buffer, at: number, mac: string): AdvertFrame | undefined {
  if (packet.length < 20 || packet[9] !== PROTOCOL_VRRP) return undefined;
  const vrrp = packet.subarray((packet[0]! & 0x0f) * 4, packet.readUInt16BE(2));
  if (vrrp.length < 8) return undefined;
  const addresses: string[] = [];
  for (let i = 0; i < vrrp[3]! && 12 + 4 * i <= vrrp.length; i++) {
    addresses.push([...vrrp.subarray(8 + 4 * i, 12 + 4 * i)].join('.'));
  }
  return {
    kind: 'advert',
    at,
    mac,
    source: [...packet.subarray(12, 16)].join('.'),
    ttl: packet[8]!,
    version: vrrp[0]! >> 4,
    vrid: vrrp[1]!,
    priority: vrrp[2]!,
    addresses,
  };
}

function readAnswer(packet: Buffer, at: number, mac: string): AnswerFrame | undefined {
  if (packet.length < 28 || packet[9] !== PROTOCOL_ICMP) return undefined;
  if (packet.readUInt16BE((packet[0]! & 0x0f) * 4) !== ICMP_PORT_UNREACHABLE) return undefined;
  return { kind: 'answer', at, mac, source: [...packet.subarray(12, 16)].join('.') };
}

function macText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
