import assert from 'node:assert/strict';
import { desiredKernel } from '../../../src/vrrp/desired.js';
import type { SyncDaemonSettings } from '../../../src/vrrp/settings.js';
import { Bench, vrrpSettings } from './fixture.js';

const SPEAKS = { interface: 'eth1', syncId: 7, port: 9000, ttl: 3, group: '224.0.0.99' };

function configured(syncDaemon: SyncDaemonSettings): Bench {
  const bench = new Bench();
  bench.configure(0, { ...vrrpSettings(), syncDaemon });
  return bench;
}

describe('vrrp: daemons of connection sync', () => {
  it('with an instance its state decides, and all options go along', () => {
    const bench = configured({ ...SPEAKS, instance: 'VI_1' });
    assert.deepEqual(desiredKernel(bench.engine).syncDaemons, [{ state: 'backup', ...SPEAKS }]);
    bench.expire('master-down/VI_1');
    assert.deepEqual(desiredKernel(bench.engine).syncDaemons, [{ state: 'master', ...SPEAKS }]);
  });

  it('without one both run, whatever the instances are', () => {
    const bench = configured(SPEAKS);
    const both = [
      { state: 'master', ...SPEAKS },
      { state: 'backup', ...SPEAKS },
    ];
    assert.deepEqual(desiredKernel(bench.engine).syncDaemons, both);
    bench.expire('master-down/VI_1');
    assert.deepEqual(desiredKernel(bench.engine).syncDaemons, both);
  });

  it('none is wanted of one that was not configured', () => {
    const bench = new Bench();
    bench.configure(0, vrrpSettings());
    assert.deepEqual(desiredKernel(bench.engine).syncDaemons, []);
  });
});
