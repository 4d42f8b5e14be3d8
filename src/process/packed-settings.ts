/**
 * The checker's settings as they travel from the supervisor to its process: what many real servers
 * have in common is told once, so that a hundred thousand of them are a few megabytes and no work.
 *
 *     settings -> pack -> message -> unpack -> equal settings
 *
 * A real server is an address, a port, a weight and a shape: everything else, in which a check that
 * connects to the server itself does not say where that is.
 */
import type { Ip } from '../base/ip.js';
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
  /** Of its real servers, with a blank between. */
  readonly addresses: string;
}

/** Settings without repetitions. Plain data. */
export interface PackedSettings extends Omit<CheckerSettings, 'virtualServers'> {
  readonly virtualServers: readonly PackedVirtualServer[];
  readonly servers: {
    /** Of each server, in the order of virtual servers, {@link NUMBERS}; all of 32 bits. */
    readonly numbers: Int32Array;
    readonly shapes: readonly Shape[];
  };
}

/** Numbers of a server: port, weight and the index of its shape. */
const NUMBERS = 3;

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
    packed.push({ ...virtual, addresses: servers.takeAddresses() });
  }
  const { numbers, shapes } = servers;
  return { ...settings, virtualServers: packed, servers: { numbers, shapes: shapes.all } };
}

class PackedServers implements ServersToPack {
  readonly shapes = new Shapes();
  readonly numbers: Int32Array;
  private at = 0;
  /** Joined only when they are all there: a text that grows is a chain of small ones. */
  private addresses: Ip[] = [];

  constructor(count: number) {
    this.numbers = new Int32Array(NUMBERS * count);
  }

  add(server: RealServerSettings): number {
    const shape = this.shapes.indexOf(server);
    this.addAlike(server.address, server.port, server.weight, shape);
    return shape;
  }

  addAlike(address: Ip, port: number, weight: number, shape: number): void {
    const { numbers } = this;
    this.addresses.push(address);
    numbers[this.at++] = port;
    numbers[this.at++] = weight;
    numbers[this.at++] = shape;
  }

  /** Those of the servers since the last time. */
  takeAddresses(): string {
    const addresses = this.addresses.join(' ');
    this.addresses = [];
    return addresses;
  }
}

/** The settings that were packed. Servers share the parts of them that are equal. */
export function unpackSettings({ servers, ...packed }: PackedSettings): CheckerSettings {
  const { numbers, shapes } = servers;
  let n = 0;
  const virtualServers = packed.virtualServers.map((whole): VirtualServerSettings => {
    const { addresses, ...virtual } = whole;
    const realServers: RealServerSettings[] = [];
    for (const address of addresses === '' ? [] : addresses.split(' ')) {
      const shape = shapes[numbers[n + 2] as number] as Shape;
      realServers.push(serverOf(shape, address, numbers[n] as number, numbers[n + 1] as number));
      n += NUMBERS;
    }
    return { ...virtual, realServers };
  });
  return { ...packed, virtualServers };
}

/**
 * Field by field: copies that are then added to take several times the time and memory, here and for
 * whoever reads them.
 */
function serverOf(shape: Shape, address: Ip, port: number, weight: number): RealServerSettings {
  const { method, tunnel, sourceNat, checks } = shape;
  const { upperThreshold, lowerThreshold, inhibitOnFailure, alpha } = shape;
  const server: RealServerSettings = {
    address,
    port,
    method,
    weight,
    upperThreshold,
    lowerThreshold,
    inhibitOnFailure,
    alpha,
    // Their empty list is shared.
    checks: checks.length === 0 ? NO_CHECKS : checks.map((each) => checkOf(each, address, port)),
  };
  if (!tunnel && !sourceNat) return server;
  return { ...server, ...(tunnel ? { tunnel } : {}), ...(sourceNat ? { sourceNat } : {}) };
}

const NO_CHECKS: readonly CheckSettings[] = [];

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
