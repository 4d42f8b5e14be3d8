/** A real server that others with the same text are made like, but for address, port and places. */
import type { Ip } from '../../../base/ip.js';
import type { CheckConfig, CheckTargetConfig, RealServerConfig } from '../../model/index.js';
import { type BlockLines, moved } from '../../text/repeated.js';
import { NOWHERE, type Position } from '../../text/source.js';
import type { Setting } from '../interpret.js';
import type { Writable } from '../present.js';

export interface Given {
  readonly address: Ip;
  readonly port: number | undefined;
}

/** What a service says besides its servers, in the order of its text. */
export type OwnSettings = readonly Setting[];

/** One server of those with the same text in services that say the same. */
export class Sample {
  readonly given: Given;
  readonly server: RealServerConfig;
  readonly lines: BlockLines;
  readonly from: OwnSettings;
  private parts: PlacedParts | undefined;

  constructor(given: Given, server: RealServerConfig, lines: BlockLines, from: OwnSettings) {
    this.given = given;
    this.server = server;
    this.lines = lines;
    this.from = from;
  }

  /** Most samples of a file whose servers all differ are never asked. */
  get placed(): PlacedParts {
    this.parts ??= placedParts(this);
    return this.parts;
  }
}

/** What of a server and of its checks has positions in its block or in its service. */
interface PlacedParts {
  readonly ofServer: readonly (keyof RealServerConfig)[];
  readonly ofChecks: readonly (readonly (keyof CheckConfig)[])[];
  /** Nothing of it has a place of its own in a message, as a script has. */
  readonly isPlain: boolean;
}

/** What a server has of its own. */
export interface OwnPlace {
  readonly at: Position;
  readonly address: Ip;
  /** As it comes into the table. */
  readonly port: number;
  /** Where checks connect to that do not say it. */
  readonly checkedPort: number;
}

/**
 * A server like another one.
 *
 * @param others what stands in its service for the positions of the sample's; `undefined`: they are of
 *   one service.
 */
export function serverLike(
  { server, lines, placed }: Sample,
  own: OwnPlace,
  others: ReadonlyMap<Position, Position> | undefined,
): RealServerConfig {
  const { at } = own;
  const like: Writable<RealServerConfig> = { ...server };
  like.at = at;
  like.address = own.address;
  like.port = own.port;
  like.checks = server.checks.map((check, i) => {
    const other: Writable<CheckConfig> = { ...check };
    move(other, placed.ofChecks[i] ?? [], lines, at, others);
    if ('target' in other) other.target = targetLike(other, own);
    return other;
  });
  move(like, placed.ofServer, lines, at, others);
  return like;
}

/** The target of a check at another server; what the check itself says of it stays. */
function targetLike(
  { target, origins }: CheckConfig & { readonly target: CheckTargetConfig },
  { address, checkedPort }: OwnPlace,
): CheckTargetConfig {
  const like: Writable<CheckTargetConfig> = { ...target };
  if (!origins['connect_ip']) like.address = address;
  if (!origins['connect_port']) like.port = checkedPort;
  return like;
}

function move<T extends object>(
  value: T,
  keys: readonly (keyof T)[],
  lines: BlockLines,
  to: Position,
  others: ReadonlyMap<Position, Position> | undefined,
): void {
  for (const key of keys) value[key] = moved(value[key] as T[keyof T] & object, lines, to, others);
}

const PLAIN: ReadonlySet<string> = new Set(['at', 'origins', 'urls']);

function placedParts({ server, lines, from }: Sample): PlacedParts {
  const others = new Map(from.map(({ at }) => [at, NOWHERE]));
  const ofServer = placedIn(server, lines, others).filter((key) => key !== 'checks');
  const ofChecks = server.checks.map((check) => placedIn(check, lines, others));
  const keys: readonly string[] = [...ofServer, ...ofChecks.flat()];
  return { ofServer, ofChecks, isPlain: keys.every((key) => PLAIN.has(key)) };
}

/** The keys below which there are such positions. */
function placedIn<T extends object>(
  value: T,
  lines: BlockLines,
  others: ReadonlyMap<Position, Position>,
): (keyof T)[] {
  const elsewhere = { file: lines.file, line: lines.line + 1 };
  return (Object.keys(value) as (keyof T)[]).filter((key) => {
    const inner: unknown = value[key];
    if (typeof inner !== 'object' || inner === null) return false;
    return moved(inner, lines, elsewhere, others) !== inner;
  });
}
