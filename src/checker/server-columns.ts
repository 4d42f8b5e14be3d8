/**
 * Real servers as columns of addresses and weights, and runs of what servers in a row have in common:
 * a few bytes each. A table that is only kept may have a hundred thousand of them.
 *
 * Of servers without checks nothing else is kept: as nothing becomes of them, their settings, their
 * state and their entries in the table are made whenever they are looked at.
 */
import { type Ip, ipFromBytes } from '../base/ip.js';
import { type List, MadeList } from '../base/list.js';
import type { CheckSettings, RealServerSettings } from './settings.js';

/** Where addresses and weights are, those of a whole configuration in two arrays. */
export interface Columns {
  readonly addresses: Uint8Array;
  readonly weights: Int32Array;
}

/** Servers in a row that are alike but for address and weight. */
export interface Run<Kind> {
  readonly count: number;
  /** Of an address. */
  readonly bytes: 4 | 16;
  readonly port: number;
  readonly kind: Kind;
}

/** The servers of one virtual server: the next runs, from a place in the columns on. */
export interface Runs<Kind> {
  readonly columns: Columns;
  /** Where the first one's address is, and its weight. */
  readonly address: number;
  readonly weight: number;
  readonly runs: readonly Run<Kind>[];
}

/** What a server is besides its address, its port and its weight. */
export type ServerKind = Omit<RealServerSettings, 'address' | 'port' | 'weight' | 'checks'>;

const NO_CHECKS: readonly CheckSettings[] = [];

/** The servers of a virtual server that has no checks at all. */
export class UncheckedServers extends MadeList<RealServerSettings> {
  readonly #servers: Runs<ServerKind>;

  constructor(servers: Runs<ServerKind>) {
    const length = servers.runs.reduce((sum, { count }) => sum + count, 0);
    super(length, () => made(servers, unchecked));
    this.#servers = servers;
  }

  /** One of each run, for what does not depend on address and weight. */
  different(): readonly RealServerSettings[] {
    return this.#servers.runs.map(({ kind, port }) => unchecked(kind, '', port, 0));
  }

  /** Whether two have the same address and port. */
  repeats(): boolean {
    const { columns, address, runs } = this.#servers;
    const known = new Set<number | string>();
    let at = address;
    for (const { count, bytes, port } of runs) {
      for (let i = 0; i < count; i++) {
        known.add(keyAt(columns.addresses, at, bytes, port));
        at += bytes;
      }
    }
    return known.size < this.length;
  }

  /** The sum of what has a weight above 0. */
  weight(): number {
    const { columns, weight } = this.#servers;
    let sum = 0;
    for (let i = 0; i < this.length; i++) {
      sum += Math.max(0, columns.weights[weight + i] as number);
    }
    return sum;
  }
}

function unchecked(
  kind: ServerKind,
  address: Ip,
  port: number,
  weight: number,
): RealServerSettings {
  return serverOf(kind, address, port, weight, NO_CHECKS);
}

/** The real servers of a virtual server; of those without checks one of each kind, without its address. */
export function differentServers(servers: List<RealServerSettings>): Iterable<RealServerSettings> {
  return servers instanceof UncheckedServers ? servers.different() : servers;
}

/** Goes through servers, in their order, and makes something of each. */
export function made<Kind, T>(
  { columns, address, weight, runs }: Runs<Kind>,
  make: (kind: Kind, address: Ip, port: number, weight: number) => T,
): T[] {
  const { addresses, weights } = columns;
  const all: T[] = [];
  let at = address;
  let next = weight;
  for (const { count, bytes, port, kind } of runs) {
    for (let i = 0; i < count; i++) {
      const ip = bytes === 4 ? dotted(addresses, at) : ipFromBytes(addresses.subarray(at, at + 16));
      all.push(make(kind, ip, port, weights[next++] as number));
      at += bytes;
    }
  }
  return all;
}

/** Tells servers apart: of an IPv4 one a number, which is exact. */
function keyAt(bytes: Uint8Array, at: number, length: 4 | 16, port: number): number | string {
  const key = bytes.subarray(at, at + length);
  if (length === 16) return `${key.join(' ')} ${port}`;
  const [a = 0, b = 0, c = 0, d = 0] = key;
  return port * 2 ** 32 + ((a * 256 + b) * 256 + c) * 256 + d;
}

function dotted(bytes: Uint8Array, at: number): Ip {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/**
 * Field by field: copies that are then added to take several times the time and memory, here and for
 * whoever reads them.
 */
export function serverOf(
  kind: ServerKind,
  address: Ip,
  port: number,
  weight: number,
  checks: readonly CheckSettings[],
): RealServerSettings {
  const { method, tunnel, sourceNat } = kind;
  const { upperThreshold, lowerThreshold, inhibitOnFailure, alpha } = kind;
  const server: RealServerSettings = {
    address,
    port,
    method,
    weight,
    upperThreshold,
    lowerThreshold,
    inhibitOnFailure,
    alpha,
    checks,
  };
  if (!tunnel && !sourceNat) return server;
  return { ...server, ...(tunnel ? { tunnel } : {}), ...(sourceNat ? { sourceNat } : {}) };
}
