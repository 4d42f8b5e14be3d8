import assert from 'node:assert/strict';
import type { StartConditions } from '../../../src/vrrp/hold-back.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import { Bench, linkState, SECOND, vrrpSettings } from './fixture.js';

/** What the status says of an instance that starts under these conditions. */
function heldBack(bench: Bench, at: number): string | undefined {
  return snapshot(bench.engine, at).instances[0]?.heldBack;
}

function started(start: StartConditions, overrides = {}): Bench {
  const bench = new Bench();
  const settings = vrrpSettings([overrides]);
  bench.do({ kind: 'configured', at: 0, generation: 1, settings, links: [linkState()], start });
  return bench;
}

describe('vrrp/hold-back: what the status says', () => {
  it('a link that has received nothing, until it has', () => {
    const bench = started({ notBefore: 0, quiet: ['eth0'] });
    assert.equal(heldBack(bench, SECOND), 'quiet-link');
    bench.do({ kind: 'traffic-seen', at: 2 * SECOND, interface: 'eth0' });
    assert.equal(heldBack(bench, 2 * SECOND), undefined);
  });

  it('a delay, until it is over; then the link', () => {
    const bench = started({ notBefore: 5 * SECOND, quiet: ['eth0'] });
    assert.equal(heldBack(bench, 5 * SECOND - 1), 'start-delay');
    assert.equal(heldBack(bench, 5 * SECOND), 'quiet-link');
  });

  it('nothing holds back on a link that works', () => {
    assert.equal(heldBack(started({ notBefore: 0, quiet: [] }), 0), undefined);
  });
});
