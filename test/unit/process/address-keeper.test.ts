import assert from 'node:assert/strict';
import type { AddressReport, InstanceAddress } from '../../../src/kernel/addresses.js';
import { AddressKeeper } from '../../../src/process/address-keeper.js';
import type { DesiredAddress } from '../../../src/vrrp/desired.js';

function desired(last: number, present = true): DesiredAddress {
  const address = `192.0.2.${last}`;
  return {
    instance: 'VI_1',
    address: { address, prefixLength: 24, interface: 'eth0', scope: 0 },
    present,
  };
}

const target = (last: number) => ({ interface: 'eth0', address: `192.0.2.${last}` });

/** A pass that the test lets go step by step. */
class Fixture {
  wanted: DesiredAddress[] = [];
  passes = 0;
  /** How often the wishes were asked for. */
  asked = 0;
  readonly announced: string[] = [];
  readonly reconciled: object[] = [];
  #onAdded: (held: readonly InstanceAddress[]) => void = () => {};
  #resolve: (report: AddressReport) => void = () => {};

  readonly keeper = new AddressKeeper({
    reconcile: (_desired, onAdded) => {
      this.passes++;
      this.#onAdded = onAdded;
      return new Promise((resolve) => {
        this.#resolve = resolve;
      });
    },
    desired: () => {
      this.asked++;
      return this.wanted;
    },
    announce: (targets, repeat) =>
      this.announced.push(`${targets.map((t) => t.address).join()} x${repeat}`),
    onReconciled: (report) => this.reconciled.push(report),
    onError: () => {},
  });

  /** What was ordered in this turn has begun. */
  async begins(): Promise<void> {
    const before = this.passes;
    for (let i = 0; this.passes === before && i < 10; i++) await Promise.resolve();
    assert.equal(this.passes, before + 1);
  }

  added(...held: DesiredAddress[]): void {
    this.#onAdded(held);
  }

  async ends(report: Partial<AddressReport>): Promise<void> {
    const none = {
      added: [],
      removed: [],
      restored: [],
      failed: [],
      confirmed: [],
      foreignRepaired: [],
      corrected: [],
      uncorrected: [],
    };
    this.#resolve({ ...none, ...report });
    await this.keeper.settled();
  }
}

describe('address keeper', () => {
  it('announces as soon as the first additions have put the addresses there', async () => {
    const f = new Fixture();
    f.wanted = [desired(1), desired(2)];
    f.keeper.reconcile();
    f.keeper.announceWhenPresent([target(1), target(2)], 5);
    assert.deepEqual(f.announced, []);
    await f.begins();
    f.added(desired(1));
    assert.deepEqual(f.announced, ['192.0.2.1 x5']);
    await f.ends({ confirmed: [desired(1), desired(2)] });
    assert.deepEqual(f.announced, ['192.0.2.1 x5', '192.0.2.2 x5']);
  });

  it('makes one pass of what is ordered in one turn, and looks at the wishes once', async () => {
    const f = new Fixture();
    for (let i = 1; i <= 3; i++) {
      f.wanted.push(desired(i));
      f.keeper.reconcile();
      f.keeper.announceWhenPresent([target(i)], 1);
    }
    await f.begins();
    await f.ends({ confirmed: f.wanted });
    assert.equal(f.passes, 1);
    // In one order, so that each is announced once before any is repeated.
    assert.deepEqual(f.announced, ['192.0.2.1,192.0.2.2,192.0.2.3 x1']);
    const asked = f.asked;
    for (let i = 1; i <= 3; i++) f.keeper.announceWhenPresent([target(i)], 1);
    assert.equal(f.announced.length, 4);
    assert.equal(f.asked, asked);
  });

  it('makes another pass of what is ordered during one', async () => {
    const f = new Fixture();
    f.wanted = [desired(1)];
    f.keeper.reconcile();
    await f.begins();
    f.wanted = [desired(1, false)];
    f.keeper.reconcile();
    f.keeper.announceWhenPresent([target(1)], 1);
    f.added(desired(1));
    assert.deepEqual(f.announced, []);
    void f.ends({ confirmed: [desired(1)] });
    await f.begins();
    await f.ends({});
    assert.deepEqual(f.announced, []);
  });

  it('does not announce what could not be put there, and tells the engine', async () => {
    const f = new Fixture();
    f.wanted = [desired(1)];
    f.keeper.reconcile();
    f.keeper.announceWhenPresent([target(1)], 5);
    await f.begins();
    f.added();
    await f.ends({ failed: [{ ...desired(1), reason: 'EPERM' }] });
    assert.deepEqual(f.announced, []);
    assert.deepEqual(f.reconciled, [
      { instance: 'VI_1', restored: [], failed: [{ address: '192.0.2.1', reason: 'EPERM' }] },
    ]);
  });

  it('does not announce for an instance that has left MASTER meanwhile', async () => {
    const f = new Fixture();
    f.wanted = [desired(1)];
    f.keeper.reconcile();
    f.keeper.announceWhenPresent([target(1)], 5);
    await f.begins();
    f.wanted = [desired(1, false)];
    f.added(desired(1));
    await f.ends({ confirmed: [desired(1)] });
    assert.deepEqual(f.announced, []);
  });

  it('announces at once what is held while no pass is under way', async () => {
    const f = new Fixture();
    f.wanted = [desired(1)];
    f.keeper.reconcile();
    await f.begins();
    await f.ends({ confirmed: [desired(1)] });
    f.keeper.announceWhenPresent([target(1)], 1);
    assert.deepEqual(f.announced, ['192.0.2.1 x1']);
  });
});
