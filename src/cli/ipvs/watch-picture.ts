/** The lines of `tandem ipvs watch`. Pure. */
import type { Count, DestinationRow, ServiceRow } from '../../ipvs/rows.js';
import { endpointName } from './listing.js';
import type { Naming, Transport } from './names.js';

export interface WatchedService extends ServiceRow {
  readonly destinations: readonly DestinationRow[];
}

export interface WatchView {
  readonly columns: number;
  readonly rows: number;
  /** `12:34:56` */
  readonly time: string;
  /** Seconds between two pictures. */
  readonly interval: number;
  readonly naming: Naming;
}

const METHODS: Readonly<Record<number, string>> = { 0: 'NAT', 1: 'LOC', 2: 'TUN', 3: 'DR' };
const HEADS = ['Weight', 'Active', 'InAct', 'Conn/s', 'Pkts/s', 'In/s', 'Out/s'];
const CELL = 7;
/** Columns of the numbers. */
const NUMBERS = HEADS.length * CELL;
const NARROWEST_NAME = 16;

/** One line a service and a real server, as many as there is room for; none is wider than the view. */
export function renderWatch(services: readonly WatchedService[], view: WatchView): string[] {
  const width = Math.max(NARROWEST_NAME, view.columns - NUMBERS - 1);
  const servers = services.reduce((sum, { destinations }) => sum + destinations.length, 0);
  const what = `${services.length} services, ${servers} real servers`;
  const lines = [
    `IPVS ${view.time}  ${what}  every ${view.interval} s, q ends`,
    line('Service, real server', HEADS, width),
  ];
  const body: string[] = [];
  for (const service of services) {
    const { id, scheduler } = service.service;
    const transport = id.kind === 'fwmark' ? undefined : (id.protocol.toLowerCase() as Transport);
    const family = id.kind === 'fwmark' ? id.family : id.address.includes(':') ? 6 : 4;
    const name =
      id.kind === 'fwmark'
        ? `FWM ${id.fwmark}${family === 6 ? ' IPv6' : ''}`
        : `${id.protocol} ${endpointName(id.address, family, id.port, transport, view.naming)}`;
    const rows = service.destinations;
    const sum = (of: (row: DestinationRow) => number): Count =>
      rows.reduce((total, row) => total + of(row), 0);
    body.push(
      line(
        `${name} ${scheduler}`,
        [
          '',
          short(sum((row) => row.activeConnections)),
          short(sum((row) => row.inactiveConnections)),
          ...rates(service.counts),
        ],
        width,
      ),
    );
    for (const row of rows) {
      const { address, port } = row;
      const where = endpointName(address, row.family, port, transport, view.naming);
      body.push(
        line(
          `  -> ${where} ${METHODS[row.method] ?? '?'}`,
          [
            String(row.weight),
            short(row.activeConnections),
            short(row.inactiveConnections),
            ...rates(row.counts),
          ],
          width,
        ),
      );
    }
  }
  const room = Math.max(1, view.rows - lines.length - 1);
  const left = body.length - room;
  lines.push(...(left > 0 ? [...body.slice(0, room), `... ${left} lines more`] : body));
  return lines.map((each) => each.slice(0, view.columns));
}

/** A name in its column, cut at its end, with numbers behind it. */
function line(name: string, cells: readonly string[], width: number): string {
  const shown = name.length <= width ? name.padEnd(width) : `${name.slice(0, width - 1)}~`;
  return `${shown}${cells.map((cell) => cell.padStart(CELL)).join('')}`.trimEnd();
}

function rates(counts: readonly Count[]): string[] {
  const [connections = 0, inPackets = 0, outPackets = 0, inBytes = 0, outBytes = 0] =
    counts.slice(5);
  const packets = Number(inPackets) + Number(outPackets);
  return [connections, packets, inBytes, outBytes].map(short);
}

/** Five digits at most: 99999, 100K, 12.3M. */
function short(count: Count): string {
  let value = Number(count);
  if (value < 100_000) return String(value);
  for (const unit of ['K', 'M', 'G', 'T']) {
    value /= 1000;
    if (value < 1000 || unit === 'T') {
      return `${value < 99.95 ? value.toFixed(1) : Math.round(value)}${unit}`;
    }
  }
  return '';
}
