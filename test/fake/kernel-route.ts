/** rtnetlink's part of the fake kernel: links and addresses as net/ipv4/devinet.c keeps them. */
import { viewOf } from '../../src/base/bytes.js';
import { ipFromBytes, ipToBytes } from '../../src/base/ip.js';
import { macToBytes } from '../../src/base/mac.js';
import {
  attribute,
  concat,
  decodeAttributes,
  LITTLE_ENDIAN,
  text,
  u8,
  u32,
} from '../../src/netlink/attributes.js';
import {
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
} from '../../src/netlink/constants.js';
import { Errno, type FakeAnswer, type FakeProtocol } from './kernel-protocol.js';

interface FakeLink {
  readonly index: number;
  readonly name: string;
  up: boolean;
}

interface FakeAddress {
  readonly index: number;
  readonly address: string;
  readonly prefix: number;
  readonly scope: number;
  readonly label: string | undefined;
  readonly protocol: number;
  /** IPv6: duplicate address detection has found another owner. */
  readonly dadFailed?: boolean;
  /** IFA_CACHEINFO as it was given: preferred and valid, s. */
  readonly lifetime?: readonly [number, number];
  secondary: boolean;
}

const NAMES: Readonly<Record<number, string>> = {
  [RTM_GETLINK]: 'RTM_GETLINK',
  [RTM_GETADDR]: 'RTM_GETADDR',
  [RTM_NEWADDR]: 'RTM_NEWADDR',
  [RTM_DELADDR]: 'RTM_DELADDR',
};

export class FakeRoute implements FakeProtocol {
  readonly #links: FakeLink[] = [];
  #addresses: FakeAddress[] = [];
  readonly #notify: (answer: FakeAnswer) => void;
  /** net.ipv4.conf.*.promote_secondaries */
  promoteSecondaries = false;

  constructor(notify: (answer: FakeAnswer) => void) {
    this.#notify = notify;
  }

  /** `ip link add NAME; ip link set NAME up` */
  addLink(name: string, up = true): void {
    const index = (this.#links.at(-1)?.index ?? 0) + 1;
    const link = { index, name, up };
    this.#links.push(link);
    this.#notify(encodeLink(RTM_NEWLINK, link));
  }

  /** `ip link set NAME up|down` */
  setLink(name: string, up: boolean): void {
    const link = this.#link(name);
    link.up = up;
    this.#notify(encodeLink(RTM_NEWLINK, link));
  }

  /** `ip link del NAME` */
  deleteLink(name: string): void {
    const link = this.#link(name);
    for (const each of this.#addresses.filter((a) => a.index === link.index)) this.#drop(each);
    this.#links.splice(this.#links.indexOf(link), 1);
    this.#notify(encodeLink(RTM_DELLINK, link));
  }

  /** `ip addr add ADDRESS/PREFIX dev NAME` by someone else. */
  addAddress(name: string, cidr: string, more: Pick<FakeAddress, 'dadFailed'> = {}): void {
    const [address = '', prefix = ''] = cidr.split('/');
    const { index } = this.#link(name);
    const label = address.includes(':') ? undefined : name;
    this.#insert({ index, address, prefix: Number(prefix), scope: 0, label, protocol: 0, ...more });
  }

  /** `ip addr del ADDRESS/PREFIX dev NAME` by someone else. */
  deleteAddress(name: string, cidr: string): void {
    const [address, prefix] = cidr.split('/');
    this.#remove(this.#link(name).index, address as string, Number(prefix));
  }

  /** Lines as `ip -o addr` has them, without the counters. */
  lines(): string[] {
    return this.#links.flatMap(({ index, name }) =>
      this.#addresses
        .filter((each) => each.index === index)
        .map(({ address, prefix, scope, secondary, label, protocol, dadFailed, lifetime }) => {
          const family = address.includes(':') ? 'inet6' : 'inet';
          const words = [`${name} ${family} ${address}/${prefix}`, `scope ${scopeName(scope)}`];
          if (secondary) words.push('secondary');
          if (dadFailed) words.push('dadfailed');
          if (lifetime) words.push(`preferred_lft ${lifetime[0]}`);
          if (protocol !== 0) words.push(`proto ${protocol}`);
          if (label !== undefined && label !== name) words.push(label);
          return words.join(' ');
        }),
    );
  }

  nameOf(type: number): string {
    return NAMES[type] ?? `type ${type}`;
  }

  handle(type: number, _flags: number, body: Uint8Array): FakeAnswer[] {
    switch (type) {
      case RTM_GETLINK:
        return this.#links.map((link) => encodeLink(RTM_NEWLINK, link));
      case RTM_GETADDR:
        return this.#addresses.map((each) => encodeAddress(RTM_NEWADDR, each));
      case RTM_NEWADDR:
      case RTM_DELADDR: {
        const index = viewOf(body).getUint32(4, LITTLE_ENDIAN);
        if (!this.#links.some((link) => link.index === index)) throw new Errno('ENODEV');
        const attributes = decodeAttributes(body.subarray(8));
        const address = ipFromBytes(attributes.bytes(2) as Uint8Array);
        const prefix = body[1] as number;
        if (type === RTM_DELADDR) this.#remove(index, address, prefix);
        else {
          this.#insert({
            index,
            address,
            prefix,
            scope: body[3] as number,
            label: attributes.text(3) ?? this.#links.find((l) => l.index === index)?.name,
            protocol: attributes.u8(11) ?? 0,
            ...lifetimeOf(attributes.bytes(6, 16)),
          });
        }
        return [];
      }
      default:
        throw new Errno('EOPNOTSUPP');
    }
  }

  #link(name: string): FakeLink {
    const link = this.#links.find((each) => each.name === name);
    if (!link) throw new Error(`no link ${name}`);
    return link;
  }

  /** inet_insert_ifa: the second address of a subnet is a secondary one. */
  #insert(wanted: Omit<FakeAddress, 'secondary'>): void {
    const mates = this.#mates(wanted);
    // ipv6_add_addr: an interface has an address once, whatever its prefix length.
    const twin = this.#addresses.find(
      (a) => a.index === wanted.index && a.address === wanted.address,
    );
    if (twin && wanted.address.includes(':')) throw new Errno('EEXIST');
    if (mates.some(({ address }) => address === wanted.address)) throw new Errno('EEXIST');
    const added = { ...wanted, secondary: !wanted.address.includes(':') && mates.length > 0 };
    this.#addresses.push(added);
    this.#notify(encodeAddress(RTM_NEWADDR, added));
  }

  /** __inet_del_ifa: the first address of a subnet takes the others along, or makes one its heir. */
  #remove(index: number, address: string, prefix: number): void {
    const found = this.#addresses.find(
      (each) => each.index === index && each.address === address && each.prefix === prefix,
    );
    if (!found) throw new Errno('EADDRNOTAVAIL');
    this.#drop(found);
    if (found.secondary || address.includes(':')) return;
    const mates = this.#mates(found);
    if (this.promoteSecondaries) {
      const heir = mates[0];
      if (heir) heir.secondary = false;
    } else {
      for (const mate of mates) this.#drop(mate);
    }
  }

  #drop(address: FakeAddress): void {
    this.#addresses = this.#addresses.filter((each) => each !== address);
    this.#notify(encodeAddress(RTM_DELADDR, address));
  }

  #mates(of: { index: number; address: string; prefix: number }): FakeAddress[] {
    return this.#addresses.filter(
      (each) =>
        each.index === of.index &&
        each.prefix === of.prefix &&
        subnet(each.address, of.prefix) === subnet(of.address, of.prefix),
    );
  }
}

function lifetimeOf(cache: Uint8Array | undefined): Pick<FakeAddress, 'lifetime'> {
  if (!cache) return {};
  const view = viewOf(cache);
  return { lifetime: [view.getUint32(0, LITTLE_ENDIAN), view.getUint32(4, LITTLE_ENDIAN)] };
}

function subnet(address: string, prefix: number): string {
  if (address.includes(':')) return address;
  const bits = [...ipToBytes(address)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.slice(0, prefix);
}

function scopeName(scope: number): string {
  return { 0: 'global', 253: 'link', 254: 'host' }[scope] ?? String(scope);
}

function encodeLink(type: number, link: FakeLink): FakeAnswer {
  const head = new Uint8Array(16);
  viewOf(head).setInt32(4, link.index, LITTLE_ENDIAN);
  viewOf(head).setUint32(8, link.up ? 0x11043 : 0x1002, LITTLE_ENDIAN);
  const mac = `02:00:00:00:00:${link.index.toString(16).padStart(2, '0')}`;
  const parts = [text(3, link.name), u32(4, 1500), u8(16, link.up ? 6 : 2)];
  return { type, body: concat([head, ...parts, attribute(1, macToBytes(mac))]) };
}

function encodeAddress(type: number, entry: FakeAddress): FakeAnswer {
  const v6 = entry.address.includes(':');
  const head = new Uint8Array(8);
  head[0] = v6 ? 10 : 2;
  head[1] = entry.prefix;
  head[3] = entry.scope;
  viewOf(head).setUint32(4, entry.index, LITTLE_ENDIAN);
  const bytes = ipToBytes(entry.address);
  const parts = [attribute(1, bytes)];
  if (!v6) parts.push(attribute(2, bytes), text(3, entry.label ?? ''));
  parts.push(u32(8, 0x80 | (entry.secondary ? 1 : 0) | (entry.dadFailed ? 0x08 : 0)));
  if (entry.protocol !== 0) parts.push(u8(11, entry.protocol));
  return { type, body: concat([head, ...parts]) };
}
