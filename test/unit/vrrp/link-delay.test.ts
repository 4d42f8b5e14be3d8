import assert from 'node:assert/strict';
import type { VrrpEffect } from '../../../src/vrrp/effects.js';
import { createEngine, step } from '../../../src/vrrp/engine.js';
import type { VrrpEvent } from '../../../src/vrrp/events.js';
import type { LinkDelay } from '../../../src/vrrp/settings.js';
import { linkState, SECOND, vrrpSettings } from './fixture.js';

/** An engine with a delay on eth0, and what it does. */
function node(delay: LinkDelay = { down: 2 * SECOND, up: 3 * SECOND }) {
  const engine = createEngine();
  const settings = vrrpSettings([{}], { linkDelays: { eth0: delay } });
  let armed: number | undefined;
  const run = (event: VrrpEvent): VrrpEffect[] => {
    const { effects } = step(engine, event);
    for (const effect of effects) {
      if (effect.kind === 'arm-timer' && effect.timer === 'link-delay/eth0') armed = effect.dueAt;
      if (effect.kind === 'cancel-timer' && effect.timer === 'link-delay/eth0') armed = undefined;
    }
    return effects;
  };
  const configure = (at: number, generation = 1, up = true) =>
    run({ kind: 'configured', at, generation, settings, links: [linkState({ up })] });
  configure(0);
  return {
    configure,
    link: (at: number, up: boolean, mac?: string) =>
      run({ kind: 'link-changed', at, link: linkState({ up, ...(mac ? { mac } : {}) }) }),
    remove: (at: number) => run({ kind: 'link-removed', at, name: 'eth0' }),
    expire: (at: number, dueAt = armed) =>
      run({ kind: 'timer-expired', at, dueAt: dueAt ?? -1, timer: 'link-delay/eth0' }),
    armed: () => armed,
    state: () => engine.instances.get('VI_1')?.state,
    mac: () => engine.links.get('eth0')?.mac,
  };
}

describe('tracking: interface_up_down_delays', () => {
  it('down counts after its delay, up after its own', () => {
    const one = node();
    one.link(SECOND, false);
    assert.equal(one.armed(), 3 * SECOND);
    assert.equal(one.state(), 'BACKUP');
    one.expire(3 * SECOND);
    assert.equal(one.state(), 'FAULT');
    one.link(10 * SECOND, true);
    assert.equal(one.armed(), 13 * SECOND);
    assert.equal(one.state(), 'FAULT');
    one.expire(13 * SECOND);
    assert.equal(one.state(), 'BACKUP');
  });

  it('what goes back before has not happened, and a late timer of it is stale', () => {
    const one = node();
    one.link(SECOND, false);
    one.link(2 * SECOND, true);
    assert.equal(one.armed(), undefined);
    one.expire(3 * SECOND, 3 * SECOND);
    assert.equal(one.state(), 'BACKUP');
    // It begins anew.
    one.link(4 * SECOND, false);
    assert.equal(one.armed(), 6 * SECOND);
  });

  it('what is told again meanwhile does not begin anew, and the rest of it counts at once', () => {
    const one = node();
    one.link(SECOND, false);
    one.link(2 * SECOND, false, '02:00:00:00:00:09');
    assert.equal(one.armed(), 3 * SECOND);
    assert.equal(one.mac(), '02:00:00:00:00:09');
    one.expire(3 * SECOND);
    assert.equal(one.state(), 'FAULT');
  });

  it('an interface that is gone is gone at once, and what appears counts as it is', () => {
    const one = node();
    one.link(SECOND, false);
    one.remove(2 * SECOND);
    assert.equal(one.armed(), undefined);
    assert.equal(one.state(), 'FAULT');
    one.link(3 * SECOND, true);
    assert.equal(one.armed(), undefined);
    assert.equal(one.state(), 'BACKUP');
  });

  it('a delay of 0 counts at once', () => {
    const one = node({ down: 0, up: 3 * SECOND });
    one.link(SECOND, false);
    assert.equal(one.state(), 'FAULT');
    one.link(2 * SECOND, true);
    assert.equal(one.state(), 'FAULT');
  });

  it('a reload goes on waiting', () => {
    const one = node();
    one.link(SECOND, false);
    one.configure(2 * SECOND, 2, false);
    assert.equal(one.state(), 'BACKUP');
    assert.equal(one.armed(), 3 * SECOND);
    one.expire(3 * SECOND);
    assert.equal(one.state(), 'FAULT');
  });
});
