/**
 * The checker process of the tests: the real one over a table in memory, which it reports with each
 * `table-request` and at its end. Run by test/process/checker.test.ts.
 */
import { writeSync } from 'node:fs';
import { silentLogger } from '../../src/base/log.js';
import type { OperationResult } from '../../src/ipvs/client.js';
import type { KernelDestination, KernelService } from '../../src/ipvs/codec.js';
import { destinationKey, serviceKey } from '../../src/ipvs/model.js';
import type { IpvsOperation } from '../../src/ipvs/operations.js';
import { runCheckerProcess } from '../../src/process/checker-process.js';

const [mode = 'table'] = process.argv.slice(2);
const table = new Map<string, KernelService>();
let opened = 0;

function apply(operation: IpvsOperation): void {
  const id = 'service' in operation ? operation.service.id : operation.id;
  const key = serviceKey(id);
  const old = table.get(key);
  switch (operation.kind) {
    case 'add-service':
    case 'set-service': {
      const destinations = old?.destinations ?? [];
      table.set(key, { ...operation.service, destinations } as unknown as KernelService);
      return;
    }
    case 'delete-service':
      table.delete(key);
      return;
    default: {
      const target = destinationKey(operation.destination);
      const others = (old?.destinations ?? []).filter((d) => destinationKey(d) !== target);
      const added =
        operation.kind === 'delete-destination'
          ? []
          : [operation.destination as unknown as KernelDestination];
      table.set(key, { ...(old as KernelService), destinations: [...others, ...added] });
    }
  }
}

process.on('message', (message: { kind: string }) => {
  if (message.kind !== 'table-request') return;
  const services = [...table].map(([key, service]) => ({
    key,
    destinations: service.destinations.map((d) => `${destinationKey(d)}=${d.weight}`).sort(),
  }));
  process.send?.({ kind: 'table', opened, services });
});

process.on('exit', () => {
  writeSync(1, `left in the table: ${[...table.keys()].join(', ') || 'nothing'}\n`);
});

const log = (_event: string, text: string): void => {
  if (process.connected) process.send?.({ kind: 'line', text });
};
await runCheckerProcess({
  logger: { ...silentLogger, notice: log, warning: log, error: log },
  openTable: async () => {
    opened++;
    if (mode === 'no-ipvs') throw new Error('the kernel has no IPVS');
    return {
      readTable: async () => [...table.values()],
      readServices: async () => [...table.values()],
      readService: async (id) => table.get(serviceKey(id)),
      readFoundDestinations: async (id) => table.get(serviceKey(id))?.destinations.slice() ?? [],
      apply: async (operations): Promise<OperationResult[]> =>
        operations.map((operation) => {
          apply(operation);
          return { operation };
        }),
      flush: async () => table.clear(),
      readTimeouts: async () => ({ tcp: 900, tcpFin: 120, udp: 300 }),
      setTimeouts: async () => {},
      close() {},
    };
  },
});
