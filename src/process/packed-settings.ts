/**
 * The checker's settings as they travel from the supervisor to its process: what many real servers
 * have in common is told once, so that a hundred thousand of them are a few megabytes and no work.
 *
 *     settings -> pack -> message -> unpack -> equal settings
 *
 * A real server is an address and a weight in columns, and belongs to a run of servers with one port and one
 * shape: everything else, in which a check that connects to the server itself does not say where that is.
 * Those of a virtual server without checks stay in their columns where they arrive.
 */
import { type Ip, ipToBytes } from '../base/ip.js';
import type { List } from '../base/list.js';
import {
  type Columns,
  made,
  type Run,
  type Runs,
  serverOf,
  UncheckedServers,
} from '../checker/server-columns.js';
import type {
  CheckerSettings,
  CheckSettings,
  CheckTarget,
  RealServerSettings,
  VirtualServerSettings,
} from '../checker/settings.js';

/** What a server and its shape are put together from: a check's place is absent if it is the server's. */
type ShapeTarget = Omit<CheckTarget, 'address' | 'port'> & Partial<CheckTarget>;

type ShapeCheck = CheckSettings extends infer Check
  ? Check extends CheckSettings
    ? Omit<Check, 'target'> & { readonly target: ShapeTarget }
    : never
  : never;

type Own = 'address' | 'port' | 'weight';

type Shape = Omit<RealServerSettings, Own | 'checks'> & { readonly checks: readonly ShapeCheck[] };

/** A virtual server whose real servers are told apart from it. */
interface PackedVirtualServer extends Omit<VirtualServerSettings, 'realServers'> {
  /** How many runs its real servers are. */
  readonly runs: number;
}

/** Settings without repetitions. Plain data. */
export interface PackedSettings extends Omit<CheckerSettings, 'virtualServers'> {
  readonly virtualServers: readonly PackedVirtualServer[];
  /** Of all of them, in their order. */
  readonly servers: Columns & {
    /** {@link NUMBERS} of each run. */
    readonly runs: Int32Array;
    readonly shapes: readonly Shape[];
  };
}

/** Numbers of a run: how many servers, the bytes of an address, port and the index of the shape. */
const NUMBERS = 4;

/** A virtual server that is to be packed. */
export interface ServiceToPack {
  readonly virtual: Omit<VirtualServerSettings, 'realServers'>;
  /** Gives its real servers, in their order. */
  readonly giveServers: (to: ServersToPack) => void;
}

/** One whose real servers are there. */
export function serviceToPack({ realServers, ...virtual }: VirtualServerSettings): ServiceToPack {
  const giveServers = (to: ServersToPack): void => {
    for (const server of realServers) to.add(server);
  };
  return { virtual, giveServers };
}

/** Takes the real servers of a virtual server. */
export interface ServersToPack {
  /** @returns its shape, for those that differ in address, port and weight only. */
  add(server: RealServerSettings): number;
  /** One with the shape of an earlier one. */
  addAlike(address: Ip, port: number, weight: number, shape: number): void;
}

/**
 * Packs settings.
 *
 * @param services may be made one by one; they are not kept.
 * @param count of their real servers, all together.
 */
export function packSettings(
  settings: Omit<CheckerSettings, 'virtualServers'>,
  services: Iterable<ServiceToPack>,
  count: number,
): PackedSettings {
  const servers = new PackedServers(count);
  const packed: PackedVirtualServer[] = [];
  for (const { virtual, giveServers } of services) {
    giveServers(servers);
    packed.push({ ...virtual, runs: servers.endService() });
  }
  return { ...settings, virtualServers: packed, servers: servers.packed() };
}

class PackedServers implements ServersToPack {
  readonly #shapes = new Shapes();
  readonly #weights: Int32Array;
  /** Grows if there are IPv6 addresses. */
  #addresses: Uint8Array;
  #used = 0;
  #servers = 0;
  readonly #runs: number[] = [];
  /** Where the service's runs begin. */
  #begun = 0;

  constructor(count: number) {
    this.#weights = new Int32Array(count);
    this.#addresses = new Uint8Array(4 * count);
  }

  add(server: RealServerSettings): number {
    const shape = this.#shapes.indexOf(server);
    this.addAlike(server.address, server.port, server.weight, shape);
    return shape;
  }

  addAlike(address: Ip, port: number, weight: number, shape: number): void {
    this.#weights[this.#servers++] = weight;
    const bytes = ipToBytes(address);
    if (this.#used + bytes.length > this.#addresses.length) {
      const larger = new Uint8Array(2 * this.#addresses.length + 16);
      larger.set(this.#addresses);
      this.#addresses = larger;
    }
    this.#addresses.set(bytes, this.#used);
    this.#used += bytes.length;
    const runs = this.#runs;
    const last = runs.length - NUMBERS;
    if (
      last >= this.#begun &&
      runs[last + 1] === bytes.length &&
      runs[last + 2] === port &&
      runs[last + 3] === shape
    ) {
      (runs[last] as number)++;
    } else runs.push(1, bytes.length, port, shape);
  }

  /** @returns how many runs the service has. */
  endService(): number {
    const count = (this.#runs.length - this.#begun) / NUMBERS;
    this.#begun = this.#runs.length;
    return count;
  }

  packed(): PackedSettings['servers'] {
    return {
      addresses: this.#addresses.subarray(0, this.#used),
      weights: this.#weights,
      runs: Int32Array.from(this.#runs),
      shapes: this.#shapes.all,
    };
  }
}

/** The settings that were packed. Servers share the parts of them that are equal. */
export function unpackSettings({ servers, ...packed }: PackedSettings): CheckerSettings {
  const { runs: numbers, shapes, ...columns } = servers;
  let n = 0;
  let address = 0;
  let weight = 0;
  const virtualServers = packed.virtualServers.map((whole): VirtualServerSettings => {
    const { runs: count, ...virtual } = whole;
    const place = { columns, address, weight };
    const runs: Run<Shape>[] = [];
    for (const end = n + NUMBERS * count; n < end; n += NUMBERS) {
      const run = runAt(numbers, n, shapes);
      runs.push(run);
      address += run.count * run.bytes;
      weight += run.count;
    }
    return { ...virtual, realServers: serversOf({ ...place, runs }) };
  });
  return { ...packed, virtualServers };
}

function runAt(numbers: Int32Array, n: number, shapes: readonly Shape[]): Run<Shape> {
  const [count = 0, bytes, port = 0, shape = 0] = numbers.subarray(n, n + NUMBERS);
  return { count, bytes: bytes === 16 ? 16 : 4, port, kind: shapes[shape] as Shape };
}

function serversOf(servers: Runs<Shape>): List<RealServerSettings> {
  const { runs } = servers;
  if (runs.length > 0 && runs.every(({ kind }) => kind.checks.length === 0)) {
    return new UncheckedServers(servers);
  }
  return made(servers, (shape, address, port, weight) => {
    const checks = shape.checks.map((each) => checkOf(each, address, port));
    return serverOf(shape, address, port, weight, checks);
  });
}

function checkOf(check: ShapeCheck, address: Ip, port: number): CheckSettings {
  return { ...check, target: { address, port, ...check.target } };
}

/** The shapes of one configuration, each once; bounded by its servers. */
class Shapes {
  readonly all: Shape[] = [];
  readonly #byText = new Map<string, number>();
  #last: RealServerSettings | undefined;
  #lastIndex = 0;

  indexOf(server: RealServerSettings): number {
    // Servers of a service are mostly alike; making text of each would take most of the time.
    if (this.#last && sameShape(this.#last, server)) return this.#lastIndex;
    const shape = shapeOf(server);
    const text = JSON.stringify(shape);
    let index = this.#byText.get(text);
    if (index === undefined) {
      index = this.all.push(shape) - 1;
      this.#byText.set(text, index);
    }
    this.#last = server;
    this.#lastIndex = index;
    return index;
  }
}

function shapeOf(server: RealServerSettings): Shape {
  const { address, port, weight: _, checks, ...rest } = server;
  const { method, tunnel, sourceNat, ...flags } = rest;
  const { upperThreshold, lowerThreshold, inhibitOnFailure, alpha, ...others } = flags;
  // A field that is new is to be known to `serverOf` and `sameShape` as well: here it does not compile.
  const none: Record<string, never> = others;
  return { ...none, ...rest, checks: checks.map((check) => shapeOfCheck(check, address, port)) };
}

function shapeOfCheck(check: CheckSettings, address: Ip, port: number): ShapeCheck {
  const { address: itsAddress, port: itsPort, ...target } = check.target;
  return {
    ...check,
    target: {
      ...(itsAddress === address ? {} : { address: itsAddress }),
      ...(itsPort === port ? {} : { port: itsPort }),
      ...target,
    },
  };
}

function sameShape(a: RealServerSettings, b: RealServerSettings): boolean {
  return (
    a.method === b.method &&
    a.upperThreshold === b.upperThreshold &&
    a.lowerThreshold === b.lowerThreshold &&
    a.inhibitOnFailure === b.inhibitOnFailure &&
    a.alpha === b.alpha &&
    isEqual(a.tunnel, b.tunnel) &&
    isEqual(a.sourceNat, b.sourceNat) &&
    a.checks.length === b.checks.length &&
    a.checks.every((check, i) => sameCheck(a, check, b, b.checks[i] as CheckSettings))
  );
}

function sameCheck(
  a: RealServerSettings,
  { target, ...one }: CheckSettings,
  b: RealServerSettings,
  { target: otherTarget, ...other }: CheckSettings,
): boolean {
  const { address, port, ...rest } = target;
  const { address: otherAddress, port: otherPort, ...otherRest } = otherTarget;
  return (
    (address === a.address ? otherAddress === b.address : otherAddress === address) &&
    (port === a.port ? otherPort === b.port : otherPort === port) &&
    isEqual(rest, otherRest) &&
    isEqual(one, other)
  );
}

/** Whether two values of plain data are equal; a field that is `undefined` is as none. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const one = a as Readonly<Record<string, unknown>>;
  const other = b as Readonly<Record<string, unknown>>;
  for (const name in one) if (!isEqual(one[name], other[name])) return false;
  for (const name in other) if (other[name] !== undefined && !(name in one)) return false;
  return Array.isArray(a) === Array.isArray(b);
}
