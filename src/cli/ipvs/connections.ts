/** /proc/net/ip_vs_conn as ipvsadm prints it (`-L -c`). Pure. */
import type { Ip } from '../../base/ip.js';
import { endpointName } from './listing.js';
import { type Naming, NUMERIC, type Transport } from './names.js';
import type { ListFormat } from './request.js';
import { ipv4FromNumber, parseIpv6, parseLooseIpv4 } from './values.js';

export interface Endpoint {
  readonly address: Ip;
  readonly family: 4 | 6;
  readonly port: number;
}

/** One entry of the connection table. */
export interface Connection {
  /** `TCP`, or another protocol's name as the kernel has it. */
  readonly protocol: string;
  readonly client: Endpoint;
  readonly virtual: Endpoint;
  readonly destination: Endpoint;
  /** `ESTABLISHED` */
  readonly state: string;
  /** Seconds. */
  readonly expires: number;
  /** What recognises the client, and by which data. */
  readonly engine?: string;
  readonly data?: string;
}

/** The entries behind the head; lines that are none are left out. */
export function parseConnections(text: string): Connection[] {
  const connections: Connection[] = [];
  for (const line of text.split('\n').slice(1)) {
    const words = line.trim().split(/\s+/);
    const [protocol, client, clientPort, virtual, virtualPort, server, serverPort] = words;
    const [, , , , , , , state, expires, engine, data] = words;
    if (protocol === undefined || expires === undefined || state === undefined) continue;
    connections.push({
      protocol,
      client: endpoint(client, clientPort),
      virtual: endpoint(virtual, virtualPort),
      destination: endpoint(server, serverPort),
      state,
      expires: Number(expires),
      ...(engine === undefined ? undefined : { engine }),
      ...(data === undefined ? undefined : { data }),
    });
  }
  return connections;
}

/** IPv4 in hexadecimal or with dots, IPv6 with colons; ports in hexadecimal. */
function endpoint(text = '', port = '0'): Endpoint {
  const six = parseIpv6(text);
  return {
    address:
      six ??
      (text.includes('.') ? parseLooseIpv4(text) : undefined) ??
      ipv4FromNumber(Number.parseInt(text, 16) >>> 0),
    family: six === undefined ? 4 : 6,
    port: Number.parseInt(port, 16) & 0xffff,
  };
}

/** The heads of the columns. */
export function renderConnectionHead({ persistentConnections }: ListFormat): string {
  const heads = ['state'.padEnd(11), 'source'.padEnd(18), 'virtual'.padEnd(18)];
  if (persistentConnections) {
    heads.push('destination'.padEnd(18), 'pe name'.padEnd(16), 'pe_data');
  } else heads.push('destination');
  return `IPVS connection entries\npro expire ${heads.join(' ')}\n`;
}

/** One line. */
export function renderConnection(
  connection: Connection,
  format: ListFormat,
  naming: Naming,
): string {
  const { protocol, client, virtual, destination, state, expires, engine, data } = connection;
  const names = format.numeric ? NUMERIC : naming;
  const transport = transportOf(protocol);
  const name = ({ address, family, port }: Endpoint): string =>
    endpointName(address, family, port, transport, names);
  const two = (value: number): string => String(value).padStart(2, '0');
  const columns = [
    protocol.padEnd(3),
    `${two(Math.floor(expires / 60))}:${two(expires % 60)}`.padEnd(6),
    state.padEnd(11),
    name(client).padEnd(18),
    name(virtual).padEnd(18),
  ];
  if (format.persistentConnections && engine !== undefined && data !== undefined) {
    columns.push(name(destination).padEnd(16), engine.padEnd(18), data);
  } else columns.push(name(destination));
  return `${columns.join(' ')}\n`;
}

/** What its ports' names are looked up for. */
export function transportOf(protocol: string): Transport | undefined {
  return ({ TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const)[protocol];
}

/** Every address that a list of these shows. */
export function addressesOf(connections: readonly Connection[]): Ip[] {
  return connections.flatMap(({ client, virtual, destination }) => [
    client.address,
    virtual.address,
    destination.address,
  ]);
}
