/** IPVS's part of the fake kernel: net/netfilter/ipvs/ip_vs_ctl.c as user space sees it. */
import { viewOf } from '../../src/base/bytes.js';
import { type Family, ipFromBytes, ipToBytes } from '../../src/base/ip.js';
import {
  type Attributes,
  attribute,
  be16,
  be32,
  concat,
  decodeAttributes,
  LITTLE_ENDIAN,
  nested,
  text,
  u8,
  u16,
  u32,
  u64,
} from '../../src/netlink/attributes.js';
import { NLM_F_DUMP } from '../../src/netlink/constants.js';
import { Errno, type FakeAnswer, type FakeProtocol } from './kernel-protocol.js';

const FAMILY = 27;
const COMMANDS = [
  ...['UNSPEC', 'NEW_SERVICE', 'SET_SERVICE', 'DEL_SERVICE', 'GET_SERVICE', 'NEW_DEST', 'SET_DEST'],
  ...['DEL_DEST', 'GET_DEST', 'NEW_DAEMON', 'DEL_DAEMON', 'GET_DAEMON', 'SET_CONFIG', 'GET_CONFIG'],
  ...['SET_INFO', 'GET_INFO', 'ZERO', 'FLUSH'],
];
const SCHEDULERS = 'rr wrr lc wlc sed nq sh dh mh lblc lblcr fo ovf'.split(' ');
const METHODS: Readonly<Record<number, string>> = { 0: 'Masq', 2: 'Tunnel', 3: 'Route' };

interface Destination {
  readonly family: Family;
  readonly address: string;
  readonly port: number;
  method: number;
  weight: number;
  upper: number;
  lower: number;
}

interface Service {
  readonly family: Family;
  /** `TCP  10.0.0.1:80`, as ipvsadm prints it, which is identity enough. */
  readonly title: string;
  readonly identity: Uint8Array;
  scheduler: string;
  flags: number;
  timeout: number;
  mask: number;
  destinations: Destination[];
}

export class FakeIpvs implements FakeProtocol {
  /** false: `modprobe -r ip_vs` */
  loaded = true;
  #services: Service[] = [];
  #daemons: { state: number; interface: string; id: number; options: Uint8Array[] }[] = [];
  #timeouts = [900, 120, 300];

  /** `ipvsadm -Ln` without its head and counters. */
  lines(): string[] {
    return this.#services.flatMap((service) => [
      `${service.title} ${service.scheduler}${options(service)}`,
      ...service.destinations.map(({ address, port, method, weight, upper, lower }) => {
        const where = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
        const thresholds = upper || lower ? ` ${upper} ${lower}` : '';
        return `  -> ${where} ${METHODS[method]} ${weight}${thresholds}`;
      }),
    ]);
  }

  /** `ipvsadm -L --daemon` */
  daemonLines(): string[] {
    return this.#daemons.map(
      ({ state, interface: name, id }) =>
        `${state === 1 ? 'master' : 'backup'} sync daemon (mcast=${name}, syncid=${id})`,
    );
  }

  nameOf(type: number, body: Uint8Array): string {
    return type === FAMILY ? `IPVS_CMD_${COMMANDS[body[0] as number]}` : 'CTRL_CMD_GETFAMILY';
  }

  handle(type: number, flags: number, body: Uint8Array): FakeAnswer[] {
    const attributes = decodeAttributes(body.subarray(4));
    if (type !== FAMILY) {
      if (!this.loaded || attributes.text(2) !== 'IPVS') throw new Errno('ENOENT');
      return [{ type, body: concat([Uint8Array.of(1, 2, 0, 0), text(2, 'IPVS'), u16(1, FAMILY)]) }];
    }
    const command = COMMANDS[body[0] as number] as string;
    const answer = (parts: Uint8Array[]): FakeAnswer => ({
      type: FAMILY,
      body: concat([Uint8Array.of(body[0] as number, 1, 0, 0), ...parts]),
    });
    if (command === 'FLUSH') this.#services = [];
    else if (command === 'GET_SERVICE' && (flags & NLM_F_DUMP) === 0) {
      const service = this.#find(attributes);
      if (!service) throw new Errno('ESRCH');
      return [answer([encode(service)])];
    } else if (command === 'GET_SERVICE') return this.#services.map((s) => answer([encode(s)]));
    else if (command.endsWith('_DAEMON')) return this.#daemon(command, attributes, answer);
    else if (command === 'GET_INFO') return [answer([u32(1, 0x010201), u32(2, 4096)])];
    else if (command === 'GET_CONFIG') {
      return [answer(this.#timeouts.map((value, i) => u32(4 + i, value)))];
    } else if (command === 'SET_CONFIG') {
      this.#timeouts = this.#timeouts.map((old, i) => attributes.u32(4 + i) || old);
    } else if (command === 'GET_DEST') {
      const service = this.#find(attributes);
      return service ? service.destinations.map((d) => answer([encodeDestination(d)])) : [];
    } else this.#change(command, attributes);
    return [];
  }

  #change(command: string, attributes: Attributes): void {
    const service = this.#find(attributes);
    if (command === 'NEW_SERVICE') {
      if (service) throw new Errno('EEXIST');
      const made = { ...identify(attributes), destinations: [] } as unknown as Service;
      edit(made, attributes);
      this.#services.push(made);
      return;
    }
    if (!service) throw new Errno('ESRCH');
    if (command === 'SET_SERVICE') edit(service, attributes);
    else if (command === 'DEL_SERVICE') {
      this.#services = this.#services.filter((each) => each !== service);
    } else if (command.endsWith('_DEST')) changeDestination(command, service, attributes);
  }

  #find(attributes: Attributes): Service | undefined {
    const { title } = identify(attributes);
    return this.#services.find((service) => service.title === title);
  }

  #daemon(
    command: string,
    attributes: Attributes,
    answer: (parts: Uint8Array[]) => FakeAnswer,
  ): FakeAnswer[] {
    if (command === 'GET_DAEMON') {
      return this.#daemons.map(({ state, interface: name, id, options: speaks }) =>
        answer([nested(3, [u32(1, state), text(2, name), u32(3, id), ...speaks])]),
      );
    }
    const daemon = attributes.nested(3);
    const state = daemon?.u32(1) as number;
    const running = this.#daemons.find((each) => each.state === state);
    if (command === 'DEL_DAEMON') {
      if (!running) throw new Errno('ESRCH');
      this.#daemons = this.#daemons.filter((each) => each !== running);
      return [];
    }
    if (running) throw new Errno('EEXIST');
    const name = daemon?.text(2) as string;
    if (name.startsWith('no')) throw new Errno('ENODEV');
    const speaks = [
      u16(4, Math.max(daemon?.u16(4) ?? 1472, state === 1 ? 1 : 1024)),
      attribute(5, daemon?.bytes(5, 4) ?? ipToBytes('224.0.0.81')),
      u16(7, daemon?.u16(7) ?? 8848),
      u8(8, daemon?.u8(8) ?? 1),
    ];
    this.#daemons.push({
      state,
      interface: name,
      id: daemon?.u32(3) as number,
      options: speaks,
    });
    return [];
  }
}

function identify(attributes: Attributes): Pick<Service, 'family' | 'title' | 'identity'> {
  const service = attributes.nested(1);
  const family = service?.u16(1) === 10 ? 6 : 4;
  const mark = service?.u32(5);
  if (mark !== undefined) {
    const title = `FWM  ${mark}${family === 6 ? ' IPv6' : ''}`;
    return { family, title, identity: concat([u16(1, family === 6 ? 10 : 2), u32(5, mark)]) };
  }
  const protocol = service?.u16(2);
  const bytes = service?.bytes(3, 16);
  const port = service?.be16(4);
  if (!protocol || !bytes || port === undefined) throw new Errno('EINVAL');
  const address = ipFromBytes(bytes.subarray(0, family === 6 ? 16 : 4));
  const words = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' }[protocol] ?? '?';
  return {
    family,
    title: `${words.padEnd(4)} ${family === 6 ? `[${address}]` : address}:${port}`,
    identity: concat([
      u16(1, family === 6 ? 10 : 2),
      u16(2, protocol),
      attribute(3, bytes),
      be16(4, port),
    ]),
  };
}

/** ip_vs_genl_parse_service with full_entry, then ip_vs_add_service or ip_vs_edit_service. */
function edit(service: Service, attributes: Attributes): void {
  const entry = attributes.nested(1);
  const scheduler = entry?.text(6);
  const flags = entry?.bytes(7, 8);
  const timeout = entry?.u32(8);
  const mask = service.family === 4 ? entry?.be32(9) : entry?.u32(9);
  if (scheduler === undefined || !flags || timeout === undefined || mask === undefined) {
    throw new Errno('EINVAL');
  }
  if (!SCHEDULERS.includes(scheduler)) throw new Errno('ENOENT');
  if (service.family === 6 && (mask < 1 || mask > 128)) throw new Errno('EINVAL');
  const bits = viewOf(flags).getUint32(0, LITTLE_ENDIAN);
  const set = viewOf(flags).getUint32(4, LITTLE_ENDIAN);
  service.scheduler = scheduler;
  service.flags = ((service.flags ?? 0) & ~set) | (bits & set) | 2;
  service.timeout = timeout;
  service.mask = mask;
}

function changeDestination(command: string, service: Service, attributes: Attributes): void {
  const entry = attributes.nested(2);
  const family: Family = (entry?.u16(11) ?? (service.family === 6 ? 10 : 2)) === 10 ? 6 : 4;
  const bytes = entry?.bytes(1, 16);
  const port = entry?.be16(2);
  if (!entry || !bytes || port === undefined) throw new Errno('EINVAL');
  const address = ipFromBytes(bytes.subarray(0, family === 6 ? 16 : 4));
  const found = service.destinations.find((d) => d.address === address && d.port === port);
  if (command === 'DEL_DEST') {
    if (!found) throw new Errno('ENOENT');
    service.destinations = service.destinations.filter((each) => each !== found);
    return;
  }
  const method = entry.u32(3);
  const weight = entry.s32(4);
  const upper = entry.u32(5);
  const lower = entry.u32(6);
  if (method === undefined || weight === undefined || upper === undefined || lower === undefined) {
    throw new Errno('EINVAL');
  }
  if (weight < 0 || lower > upper) throw new Errno('ERANGE');
  if (command === 'NEW_DEST') {
    if (found) throw new Errno('EEXIST');
    service.destinations.push({ family, address, port, method, weight, upper, lower });
  } else {
    if (!found) throw new Errno('ENOENT');
    Object.assign(found, { method, weight, upper, lower });
  }
}

function options({ flags, timeout, mask, family }: Service): string {
  const words: string[] = [];
  if (flags & 1) words.push(`persistent ${timeout}`);
  if (family === 4 && mask !== 0xffff_ffff)
    words.push(`mask ${ipFromBytes(be32(0, mask).subarray(4))}`);
  if (family === 6 && mask !== 128) words.push(`mask ${mask}`);
  if (flags & 4) words.push('ops');
  if (flags & 8) words.push('flag-1');
  if (flags & 16) words.push('flag-2');
  if (flags & 32) words.push('flag-3');
  return words.map((word) => ` ${word}`).join('');
}

function encode(service: Service): Uint8Array {
  const bits = concat([u32(0, service.flags).subarray(4), u32(0, 0xffff_ffff).subarray(4)]);
  return nested(1, [
    service.identity,
    text(6, service.scheduler),
    attribute(7, bits),
    u32(8, service.timeout),
    service.family === 4 ? be32(9, service.mask) : u32(9, service.mask),
    stats(10, 4),
    stats(12, 8),
  ]);
}

function encodeDestination(destination: Destination): Uint8Array {
  const address = new Uint8Array(16);
  address.set(ipToBytes(destination.address));
  return nested(2, [
    attribute(1, address),
    be16(2, destination.port),
    u32(3, destination.method),
    u32(4, destination.weight),
    u32(5, destination.upper),
    u32(6, destination.lower),
    u32(7, 0),
    u32(8, 0),
    u32(9, 0),
    u16(11, destination.family === 6 ? 10 : 2),
    stats(10, 4),
    stats(12, 8),
  ]);
}

/** Counters that differ from each other, so that a mix-up shows. */
function stats(type: number, size: 4 | 8): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 1; i <= 10; i++) parts.push(size === 8 ? u64(i, BigInt(i)) : u32(i, i));
  return nested(type, parts);
}
