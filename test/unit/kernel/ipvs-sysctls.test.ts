import assert from 'node:assert/strict';
import type { WantedSysctl } from '../../../src/ipvs/sysctls.js';
import { IpvsSysctls, type SavedSysctls } from '../../../src/kernel/ipvs-sysctls.js';

const want = (name: WantedSysctl['name'], value: string): WantedSysctl => ({
  name,
  value,
  why: 'a test',
});

function setup(values: Record<string, string>) {
  const saved: SavedSysctls[] = [];
  const files = {
    read: (name: string) => values[name],
    write(name: string, value: string) {
      if (value === '9') throw new Error('EINVAL');
      values[name] = value;
    },
  };
  return { values, saved, sysctls: new IpvsSysctls(files, (now) => saved.push(now)) };
}

describe('kernel: switches of IPVS', () => {
  it('are set, told before that, and put back', () => {
    const { values, saved, sysctls } = setup({ conntrack: '0', backup_only: '1' });
    const report = sysctls.reconcile([want('conntrack', '1'), want('backup_only', '1')]);
    assert.deepEqual(report.changed, [{ name: 'conntrack', from: '0', to: '1' }]);
    assert.deepEqual(saved, [{ conntrack: { was: '0', set: '1' } }]);
    assert.equal(values['conntrack'], '1');
    sysctls.restore();
    assert.equal(values['conntrack'], '0');
    assert.deepEqual(saved.at(-1), {});
  });

  it('are set again when something else changes them, and remember the first value', () => {
    const { values, sysctls } = setup({ conntrack: '0' });
    sysctls.reconcile([want('conntrack', '1')]);
    values['conntrack'] = '0';
    assert.equal(sysctls.reconcile([want('conntrack', '1')]).changed.length, 1);
    sysctls.restore();
    assert.equal(values['conntrack'], '0');
  });

  it('stay as somebody else made them when they are not wanted any more', () => {
    const { values, sysctls } = setup({ sync_ports: '1' });
    sysctls.reconcile([want('sync_ports', '2')]);
    values['sync_ports'] = '4';
    sysctls.reconcile([]);
    assert.equal(values['sync_ports'], '4');
  });

  it('are put back after a crash', () => {
    const { values, sysctls } = setup({ conntrack: '1' });
    sysctls.adopt({ conntrack: { was: '0', set: '1' } });
    sysctls.reconcile([want('conntrack', '1')]);
    assert.equal(values['conntrack'], '1');
    sysctls.restore();
    assert.equal(values['conntrack'], '0');
  });

  it('that the kernel lacks or refuses are told, and the others are set', () => {
    const { values, sysctls } = setup({ conntrack: '0', sync_ports: '1' });
    const { failed } = sysctls.reconcile([
      want('sloppy_tcp', '1'),
      want('sync_ports', '9'),
      want('conntrack', '1'),
    ]);
    assert.deepEqual(failed, [
      'net.ipv4.vs.sloppy_tcp: the kernel has no such switch',
      'net.ipv4.vs.sync_ports = 9: EINVAL',
    ]);
    assert.equal(values['conntrack'], '1');
  });
});
