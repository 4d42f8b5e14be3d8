/**
 * Real servers that are like others, in a few numbers each: a large configuration has a hundred
 * thousand of them. The servers themselves are made when they are asked for, and not kept.
 */
import type { Ip } from '../../../base/ip.js';
import type { RealServerConfig, VirtualServerConfig } from '../../model/index.js';
import { type Position, place } from '../../text/source.js';
import { type OwnPlace, type OwnSettings, type Sample, serverLike } from './sample.js';

/** Numbers of a row: its sample's index, line and column of its keyword, its ports. */
const NUMBERS = 5;

/** What a service has of servers that are like others, while it is built. */
export class AlikeServers {
  /** In the order of the text; good for being judged, not for use. */
  readonly shortly = new Set<RealServerConfig>();
  private readonly samples: Sample[] = [];
  private readonly indexes = new Map<Sample, number>();
  private readonly numbers: number[] = [];
  private readonly addresses: Ip[] = [];
  private last: Sample | undefined;
  private lastIndex = 0;
  private own: OwnSettings = [];

  /** Takes one; false if it cannot be told in a few numbers. */
  add(shortly: RealServerConfig, sample: Sample, own: OwnPlace, said: OwnSettings): boolean {
    const { at } = own;
    const known = sample.server.at;
    if (at.definedAt || at.length !== known.length || at.file !== known.file) return false;
    this.shortly.add(shortly);
    this.numbers.push(this.indexOf(sample), at.line, at.column, own.port, own.checkedPort);
    this.addresses.push(own.address);
    this.own = said;
    return true;
  }

  private indexOf(sample: Sample): number {
    if (this.last === sample) return this.lastIndex;
    let index = this.indexes.get(sample);
    if (index === undefined) {
      index = this.samples.push(sample) - 1;
      this.indexes.set(sample, index);
    }
    this.last = sample;
    this.lastIndex = index;
    return index;
  }

  /** The service without them, and what makes it whole again. */
  split(service: VirtualServerConfig): {
    readonly part: VirtualServerConfig;
    readonly rows: ServerRows;
  } {
    const { shortly, samples } = this;
    const addresses = this.addresses.join(' ');
    const different: RealServerConfig[] = [];
    const before: number[] = [];
    let count = 0;
    for (const server of service.realServers) {
      if (shortly.has(server)) {
        count++;
        continue;
      }
      different.push(server);
      before.push(count);
    }
    const positions = this.own.map(({ at }) => at);
    const numbers = Int32Array.from(this.numbers);
    const rows = new ServerRows({ different, before, samples, positions, numbers, addresses });
    return { part: { ...service, realServers: different }, rows };
  }
}

interface Rows {
  /** Servers as such, and how many rows come before each. */
  readonly different: readonly RealServerConfig[];
  readonly before: readonly number[];
  readonly samples: readonly Sample[];
  /** Of what the service says besides its servers. */
  readonly positions: readonly Position[];
  readonly numbers: Int32Array;
  /** With a blank between. */
  readonly addresses: string;
}

/** The real servers of one service. */
export class ServerRows {
  private readonly rows: Rows;

  constructor(rows: Rows) {
    this.rows = rows;
  }

  /** How many there are. */
  get count(): number {
    const { different, numbers } = this.rows;
    return different.length + numbers.length / NUMBERS;
  }

  /** One of each kind: of others nothing else can be said but where they are. */
  get different(): readonly RealServerConfig[] {
    return this.rows.different;
  }

  /** All servers, made anew each time. */
  servers(): readonly RealServerConfig[] {
    const { positions } = this.rows;
    const others = new Map<OwnSettings, ReadonlyMap<Position, Position>>();
    const servers: RealServerConfig[] = [];
    this.each(
      (server) => servers.push(server),
      (sample, own) => {
        let moves = others.get(sample.from);
        if (!moves) {
          // Both say the same, in the same order.
          moves = new Map(sample.from.map(({ at }, i) => [at, positions[i] as Position]));
          others.set(sample.from, moves);
        }
        servers.push(serverLike(sample, own, moves));
      },
    );
    return servers;
  }

  /** Goes through all servers in their order: those that are there, and those that are like a sample. */
  each(
    one: (server: RealServerConfig) => void,
    like: (sample: Sample, own: OwnPlace) => void,
  ): void {
    const { different, before, samples, numbers, addresses } = this.rows;
    const texts = addresses === '' ? [] : addresses.split(' ');
    let next = 0;
    for (let row = 0; row < texts.length; row++) {
      while (before[next] === row) one(different[next++] as RealServerConfig);
      const n = row * NUMBERS;
      const sample = samples[numbers[n] as number] as Sample;
      const { file, length } = sample.server.at;
      like(sample, {
        at: place(file, numbers[n + 1] as number, numbers[n + 2] as number, length),
        address: texts[row] as string,
        port: numbers[n + 3] as number,
        checkedPort: numbers[n + 4] as number,
      });
    }
    while (next < different.length) one(different[next++] as RealServerConfig);
  }
}

const known = new WeakMap<VirtualServerConfig, ServerRows>();

/** A service with all its servers, which are made whenever they are looked at. */
export function withRows(part: VirtualServerConfig, rows: ServerRows): VirtualServerConfig {
  const whole: VirtualServerConfig = {
    ...part,
    get realServers() {
      return rows.servers();
    },
  };
  known.set(whole, rows);
  return whole;
}

/** The servers of a service without making them; `undefined`: they are all there. */
export function rowsOf(service: VirtualServerConfig): ServerRows | undefined {
  return known.get(service);
}

/** One real server of each kind, for what does not depend on where a server is. */
export function differentServers(service: VirtualServerConfig): readonly RealServerConfig[] {
  return known.get(service)?.different ?? service.realServers;
}
