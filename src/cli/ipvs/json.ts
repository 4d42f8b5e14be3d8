/** Lists as JSON: plain data, stable for scripts. Pure. */
import type { IpvsInfo } from '../../ipvs/control-codec.js';
import type { Counts, DestinationRow, ServiceRow } from '../../ipvs/rows.js';
import type { Connection } from './connections.js';
import { ONE_PACKET, printSchedulerFlags } from './scheduler-flags.js';
import { ipv4FromNumber } from './values.js';

const METHODS: Readonly<Record<number, string>> = { 0: 'NAT', 1: 'LOCAL', 2: 'TUN', 3: 'DR' };
const TUNNELS: Readonly<Record<number, string>> = { 0: 'ipip', 1: 'gue', 2: 'gre' };
const CHECKSUMS = ['nocsum', 'csum', 'remcsum'];

/** The table, one service a line. */
export function tableJson(info: IpvsInfo, services: readonly string[]): string {
  const head = `"version":"${info.version}","connectionTableSize":${info.connectionTableSize}`;
  return `{${head},"services":[${services.map((each) => `\n${each}`).join(',')}\n]}\n`;
}

/** A service with its destinations. Counts above 2^53 are rounded. */
export function serviceJson(
  { service, counts }: ServiceRow,
  destinations: readonly DestinationRow[],
): string {
  const { id, scheduler, flags, persistenceTimeout, persistencePrefix } = service;
  const { persistenceMask: mask, persistenceEngine: engine } = service;
  const words = printSchedulerFlags(flags, scheduler);
  return JSON.stringify({
    ...(id.kind === 'fwmark'
      ? { fwmark: id.fwmark, family: id.family }
      : { protocol: id.protocol, address: id.address, port: id.port }),
    scheduler,
    flags: words === '' ? [] : words.split(','),
    onePacket: (flags & ONE_PACKET) !== 0,
    ...(persistenceTimeout > 0 && {
      persistence: {
        timeout: persistenceTimeout,
        ...(mask === undefined ? { prefix: persistencePrefix } : { mask: ipv4FromNumber(mask) }),
        ...(engine !== undefined && { engine }),
      },
    }),
    ...countsJson(counts),
    destinations: destinations.map(destinationJson),
  });
}

function destinationJson(row: DestinationRow) {
  return {
    address: row.address,
    port: row.port,
    method: METHODS[row.method] ?? 'UNKNOWN',
    ...(row.method === 2 && {
      tunnel: {
        type: TUNNELS[row.tunnelType] ?? 'unknown',
        ...(row.tunnelType === 1 && { port: row.tunnelPort }),
        ...(row.tunnelType !== 0 && { checksum: CHECKSUMS[row.tunnelFlags] ?? 'unknown' }),
      },
    }),
    weight: row.weight,
    upperThreshold: row.upperThreshold,
    lowerThreshold: row.lowerThreshold,
    activeConnections: row.activeConnections,
    inactiveConnections: row.inactiveConnections,
    persistentConnections: row.persistentConnections,
    ...countsJson(row.counts),
  };
}

function countsJson(counts: Counts) {
  const [connections, inPackets, outPackets, inBytes, outBytes, ...rates] = counts.map(Number);
  const [connectionRate, inPacketRate, outPacketRate, inByteRate, outByteRate] = rates;
  return {
    stats: { connections, inPackets, outPackets, inBytes, outBytes },
    rates: {
      connections: connectionRate,
      inPackets: inPacketRate,
      outPackets: outPacketRate,
      inBytes: inByteRate,
      outBytes: outByteRate,
    },
  };
}

/** The connections, one a line. */
export function connectionsJson(connections: readonly Connection[]): string {
  const place = ({ address, port }: Connection['client']) => ({ address, port });
  const lines = connections.map(({ client, virtual, destination, ...more }) =>
    JSON.stringify({
      ...more,
      client: place(client),
      virtual: place(virtual),
      destination: place(destination),
    }),
  );
  return `{"connections":[${lines.map((line) => `\n${line}`).join(',')}\n]}\n`;
}
