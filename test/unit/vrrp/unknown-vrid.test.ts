import assert from 'node:assert/strict';
import { createEngine, step } from '../../../src/vrrp/engine.js';
import { datagram, linkState, SECOND, vrrpSettings } from './fixture.js';

/** What is logged of adverts of virtual router 77 at these times; ours is another one. */
function logged(logUnknownVrids: boolean, times: readonly number[]): string[] {
  const engine = createEngine();
  const settings = vrrpSettings([{}], logUnknownVrids ? { logUnknownVrids } : {});
  step(engine, { kind: 'configured', at: 0, generation: 1, settings, links: [linkState()] });
  return times.flatMap((at) =>
    step(engine, {
      kind: 'packet-received',
      at,
      interface: 'eth0',
      datagram: datagram({ vrid: 77 }),
    }).effects.flatMap((effect) =>
      effect.kind === 'log' && effect.event === 'packet-rejected'
        ? [`${effect.level} ${effect.text}`]
        : [],
    ),
  );
}

const LINE = 'Unknown VRID(77) received on interface(eth0). ignoring...';

describe('vrrp: log_unknown_vrids', () => {
  it('says in the log what is dropped', () => {
    assert.deepEqual(logged(true, [SECOND]), [`notice ${LINE}`]);
  });

  it('says it no more often than other drops', () => {
    const [first, ...others] = logged(true, [SECOND, SECOND + 1, SECOND + 2]);
    assert.equal(first, `notice ${LINE}`);
    assert.deepEqual(others, []);
  });

  it('without it only who debugs is told', () => {
    assert.deepEqual(logged(false, [SECOND]), [`debug ${LINE}`]);
  });
});
