import assert from 'node:assert/strict';
import {
  type Changes,
  isUnchanged,
  NO_CHANGES,
  type RealServerUse,
} from '../../../../src/kernel/real-server/model.js';
import { type RealServerKernel, RealServerSide } from '../../../../src/kernel/real-server/side.js';
import { NetlinkError } from '../../../../src/netlink/errors.js';

const USES: readonly RealServerUse[] = [
  {
    service: '10.0.0.100 80 TCP',
    address: '10.0.0.100',
    realServer: '10.0.0.11',
    encapsulation: { kind: 'gue', port: 6080 },
  },
];

/** A machine with lo, eth0 and tunl0, as lines; `log` has every change in its order. */
class Machine {
  readonly addresses = new Map([
    ['127.0.0.1', 1],
    ['10.0.0.11', 2],
  ]);
  readonly settings: Record<string, number> = {
    'all/arp_ignore': 0,
    'all/arp_announce': 0,
    'eth0/arp_ignore': 0,
    'eth0/arp_announce': 0,
    'tunl0/rp_filter': 1,
    'all/rp_filter': 0,
  };
  readonly ports = new Set<number>();
  readonly log: string[] = [];
  tunnelUp = false;
  /** Fails the change that begins so. */
  refuse: string | undefined;
  /** The process ends after so many changes. */
  diesAfter = Number.POSITIVE_INFINITY;

  readonly kernel: RealServerKernel = {
    links: async () =>
      ['lo', 'eth0', 'tunl0'].map((name, i) => ({
        index: i + 1,
        name,
        flags: name === 'tunl0' && !this.tunnelUp ? 0x80 : 0x1043,
        up: true,
        loopback: name === 'lo',
        operState: 6,
        mac: '02:00:00:00:00:01',
        mtu: 1500,
      })),
    addresses: async () =>
      [...this.addresses].map(([address, interfaceIndex]) => ({
        family: 4 as const,
        interfaceIndex,
        address,
        prefixLength: address === '10.0.0.11' ? 24 : 32,
        scope: 0,
        flags: 0,
        secondary: false,
        tentative: false,
        dadFailed: false,
        protocol: 0,
      })),
    apply: async (operation) => {
      switch (operation.kind) {
        case 'add-address':
          return this.#do(`add ${operation.spec.address} ${operation.spec.label}`, () =>
            this.addresses.set(operation.spec.address, 1),
          );
        case 'delete-address':
          return this.#do(`delete ${operation.spec.address}`, () =>
            this.addresses.delete(operation.spec.address),
          );
        case 'change':
          return this.#do(`tunl0 ${operation.change.up ? 'up' : 'down'}`, () => {
            this.tunnelUp = operation.change.up === true;
          });
        default:
          throw new Error(operation.kind);
      }
    },
    settings: {
      read: (key) => this.settings[key],
      write: (key, value) => {
        const error = this.#do(`${key} ${value}`, () => {
          this.settings[key] = value;
        });
        if (error) throw error;
      },
    },
    gue: {
      read: async () => [...this.ports].map((port) => ({ port, family: 4 as const })),
      add: async ({ port }) => {
        this.#do(`gue ${port}`, () => this.ports.add(port));
      },
      delete: async ({ port }) => {
        this.#do(`no gue ${port}`, () => this.ports.delete(port));
      },
    },
  };

  #do(what: string, change: () => void): NetlinkError | undefined {
    if (this.log.length >= this.diesAfter) throw new Error('died');
    if (this.refuse !== undefined && what.startsWith(this.refuse)) {
      return new NetlinkError('NETLINK_REFUSED', what, 1);
    }
    this.log.push(what);
    change();
    return undefined;
  }

  state(): unknown {
    return {
      addresses: [...this.addresses.keys()].sort(),
      settings: { ...this.settings },
      ports: [...this.ports],
      tunnelUp: this.tunnelUp,
    };
  }
}

describe('real server: up and down', () => {
  let machine: Machine;
  let noted: Changes;
  const run = (uses: readonly RealServerUse[]) =>
    new RealServerSide(machine.kernel, noted, (changes) => {
      noted = JSON.parse(JSON.stringify(changes)) as Changes;
    }).reconcile(uses);

  beforeEach(() => {
    machine = new Machine();
    noted = NO_CHANGES;
  });

  it('settings come before addresses, and go after them', async () => {
    await run(USES);
    assert.deepEqual(machine.log, [
      'all/arp_ignore 1',
      'all/arp_announce 2',
      'eth0/arp_ignore 1',
      'eth0/arp_announce 2',
      'tunl0/rp_filter 0',
      'gue 6080',
      'tunl0 up',
      'add 10.0.0.100 lo:0',
    ]);
    machine.log.length = 0;
    await run([]);
    assert.deepEqual(machine.log, [
      'delete 10.0.0.100',
      'tunl0/rp_filter 1',
      'tunl0 down',
      'no gue 6080',
      'all/arp_ignore 0',
      'all/arp_announce 0',
      'eth0/arp_ignore 0',
      'eth0/arp_announce 0',
    ]);
  });

  it('twice is once', async () => {
    await run(USES);
    const changes = noted;
    machine.log.length = 0;
    const again = await run(USES);
    assert.deepEqual([again.done, again.failed, machine.log], [[], [], []]);
    assert.deepEqual(noted, changes);
  });

  it('what was there is nobody’s to take away', async () => {
    machine.addresses.set('10.0.0.100', 1);
    machine.settings['all/arp_ignore'] = 1;
    machine.tunnelUp = true;
    const before = machine.state();
    await run(USES);
    await run([]);
    assert.deepEqual(machine.state(), before);
    assert.ok(isUnchanged(noted));
  });

  it('a process that dies at any moment leaves what another can undo, or finish', async () => {
    const before = machine.state();
    for (let steps = 0; steps < 8; steps++) {
      for (const next of [[], USES]) {
        machine = new Machine();
        noted = NO_CHANGES;
        machine.diesAfter = steps;
        await run(USES).catch(() => undefined);
        machine.diesAfter = Number.POSITIVE_INFINITY;
        const { failed } = await run(next);
        assert.deepEqual(failed, []);
        assert.equal(machine.addresses.has('10.0.0.100'), next.length > 0);
        await run([]);
        assert.deepEqual(machine.state(), before, `after ${steps} steps`);
        assert.ok(isUnchanged(noted));
      }
    }
  });

  it('one refusal does not stop the rest, and is tried again', async () => {
    machine.refuse = 'all/arp_announce';
    const { failed, done } = await run(USES);
    assert.equal(failed.length, 1);
    assert.match(failed[0] ?? '', /net\.ipv4\.conf\.all\.arp_announce/);
    assert.ok(done.includes('10.0.0.100 is on lo'));
    machine.refuse = undefined;
    machine.log.length = 0;
    assert.deepEqual((await run(USES)).failed, []);
    assert.deepEqual(machine.log, ['all/arp_announce 2']);
  });

  it('what somebody else has set since stays, and is said', async () => {
    await run(USES);
    machine.settings['eth0/arp_ignore'] = 8;
    const { done } = await run([]);
    assert.equal(machine.settings['eth0/arp_ignore'], 8);
    assert.ok(
      done.includes('net.ipv4.conf.eth0.arp_ignore stays 8: somebody else has set it'),
      done.join('\n'),
    );
  });
});
