/** One large table, as values, as `ipvsadm -S` writes it and as a configuration. */
import type { IpvsService } from '../../../src/ipvs/model.js';

/** Services on 10.0.0.0/16, servers in 10.128.0.0/9: as many as are asked for, each its own. */
export function wantedTable(services: number, servers: number): IpvsService[] {
  return Array.from({ length: services }, (_, s) => ({
    id: { kind: 'address', protocol: 'TCP', address: `10.0.${s >> 8}.${s & 255}`, port: 80 },
    scheduler: 'wlc',
    flags: 0,
    persistenceTimeout: 0,
    persistencePrefix: 32,
    destinations: Array.from({ length: servers }, (_, d) => {
      const n = s * servers + d;
      return {
        address: `10.${128 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`,
        port: 8080,
        method: 'NAT' as const,
        weight: 1 + (n % 100),
        upperThreshold: 0,
        lowerThreshold: 0,
      };
    }),
  }));
}

/** What `ipvsadm -R` reads. */
export function restoreText(table: readonly IpvsService[]): string {
  const lines: string[] = [];
  for (const { id, scheduler, destinations } of table) {
    if (id.kind !== 'address') continue;
    const service = `-t ${id.address}:${id.port}`;
    lines.push(`-A ${service} -s ${scheduler}`);
    for (const { address, port, weight } of destinations) {
      lines.push(`-a ${service} -r ${address}:${port} -m -w ${weight}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What tandem and keepalived read; nothing is checked. */
export function keepalivedText(table: readonly IpvsService[]): string {
  const lines: string[] = [];
  for (const { id, scheduler, destinations } of table) {
    if (id.kind !== 'address') continue;
    lines.push(`virtual_server ${id.address} ${id.port} {`);
    lines.push(`    lvs_sched ${scheduler}`, '    lvs_method NAT', '    protocol TCP');
    for (const { address, port, weight } of destinations) {
      lines.push(`    real_server ${address} ${port} {`, `        weight ${weight}`, '    }');
    }
    lines.push('}');
  }
  return `${lines.join('\n')}\n`;
}
