/** Random tables and wishes: what a plan makes of a table needs no second plan. */
import assert from 'node:assert/strict';
import {
  destinationKey,
  type IpvsDestination,
  type IpvsService,
  serviceKey,
} from '../../../src/ipvs/model.js';
import { type IpvsOperation, operationTarget } from '../../../src/ipvs/operations.js';
import { planTable, sameService } from '../../../src/ipvs/plan.js';
import { Random } from '../../sim/random.js';

const SEEDS = 400;

type Dice = (below: number) => number;

function randomTable(dice: Dice): IpvsService[] {
  const services = new Map<string, IpvsService>();
  for (let i = dice(5); i > 0; i--) {
    const service: IpvsService = {
      id:
        dice(4) === 0
          ? { kind: 'fwmark', family: 4, fwmark: 1 + dice(3) }
          : { kind: 'address', protocol: 'TCP', address: `192.0.2.${dice(2)}`, port: 80 + dice(2) },
      scheduler: ['rr', 'wlc', 'sh'][dice(3)] as string,
      flags: dice(2) * 8,
      persistenceTimeout: dice(2) * 300,
      persistencePrefix: 32 - dice(2) * 8,
      destinations: randomDestinations(dice),
    };
    services.set(serviceKey(service.id), service);
  }
  return [...services.values()];
}

function randomDestinations(dice: Dice): IpvsDestination[] {
  const all = new Map<string, IpvsDestination>();
  for (let i = dice(6); i > 0; i--) {
    const destination: IpvsDestination = {
      address: `10.0.0.${dice(6)}`,
      port: 80,
      method: (['NAT', 'DR', 'TUN'] as const)[dice(3)] as IpvsDestination['method'],
      weight: dice(3),
      upperThreshold: dice(2) * 10,
      lowerThreshold: 0,
    };
    all.set(destinationKey(destination), destination);
  }
  return [...all.values()];
}

/** What the kernel makes of operations; each must be possible when its turn comes. */
function carryOut(table: readonly IpvsService[], operations: readonly IpvsOperation[]) {
  const after = new Map(table.map((service) => [serviceKey(service.id), service]));
  for (const operation of operations) {
    const key = serviceKey(operationTarget(operation));
    const service = after.get(key);
    assert.equal(service === undefined, operation.kind === 'add-service', operation.kind);
    if (operation.kind === 'delete-service') after.delete(key);
    else if ('service' in operation) {
      after.set(key, { ...operation.service, destinations: service?.destinations ?? [] });
    } else {
      const target = destinationKey(operation.destination);
      const others = [...(service as IpvsService).destinations].filter(
        (each) => destinationKey(each) !== target,
      );
      const was = others.length < (service as IpvsService).destinations.length;
      assert.equal(was, operation.kind !== 'add-destination', operation.kind);
      const now = operation.kind === 'delete-destination' ? [] : [operation.destination];
      after.set(key, { ...(service as IpvsService), destinations: [...others, ...now] });
    }
  }
  return [...after.values()];
}

/** Everything that an operation adds or deletes, by its name. */
function names(operations: readonly IpvsOperation[], verb: 'add' | 'delete'): string[] {
  return operations
    .filter(({ kind }) => kind.startsWith(verb))
    .map((operation) => {
      const key = serviceKey(operationTarget(operation));
      return 'destination' in operation ? `${key} ${destinationKey(operation.destination)}` : key;
    });
}

describe('ipvs: plan, random tables', () => {
  it(`${SEEDS} times: once is enough, nothing is deleted and added, others are left alone`, () => {
    let operationsInAll = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new Random(seed);
      const dice: Dice = (below) => random.int(0, below - 1);
      const kernel = randomTable(dice);
      const wanted = randomTable(dice);
      const owned = new Set(
        kernel.map(({ id }) => serviceKey(id)).filter((_, i) => (seed >> i) % 2 === 0),
      );
      const operations = planTable(kernel, wanted, { owned });
      operationsInAll += operations.length;
      const deleted = new Set(names(operations, 'delete'));
      assert.deepEqual(
        names(operations, 'add').filter((name) => deleted.has(name)),
        [],
        `seed ${seed}`,
      );
      const after = carryOut(kernel, operations);
      assert.deepEqual(planTable(after, wanted, { owned }), [], `seed ${seed}`);
      const wishes = new Set(wanted.map(({ id }) => serviceKey(id)));
      for (const service of kernel) {
        const key = serviceKey(service.id);
        if (wishes.has(key) || owned.has(key)) continue;
        const still = after.find(({ id }) => serviceKey(id) === key);
        assert.ok(still && sameService(still, service), `seed ${seed}: ${key}`);
      }
    }
    assert.ok(operationsInAll > SEEDS);
  });
});
