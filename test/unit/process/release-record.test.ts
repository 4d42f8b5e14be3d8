import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  readReleaseRecord,
  removeReleaseRecord,
  writeReleaseRecord,
} from '../../../src/process/release-record.js';
import {
  type InstanceSettings,
  PROTOCOL_DEFAULTS,
  type VrrpSettings,
} from '../../../src/vrrp/settings.js';

function settings(name: string, address: string): VrrpSettings {
  const instance: InstanceSettings = {
    name,
    interface: 'eth0',
    virtualRouterId: 51,
    version: 2,
    family: 4,
    initialState: 'BACKUP',
    priority: 100,
    advertInterval: 1_000_000,
    preempt: true,
    preemptDelay: 0,
    virtualAddresses: [{ address, prefixLength: 32, interface: 'eth0', scope: 0 }],
    excludedAddresses: [],
    garp: {
      masterDelay: 5_000_000,
      masterRepeat: 5,
      masterRefresh: 0,
      masterRefreshRepeat: 1,
      lowerPrioDelay: 5_000_000,
      lowerPrioRepeat: 5,
    },
    trackPrimary: true,
    ...PROTOCOL_DEFAULTS,
  };
  return { instances: [instance], syncGroups: [] };
}

describe('release record', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tandem-release-'));
    path = join(directory, 'run', 'release.json');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is read as it was written, the old settings with the new ones', () => {
    const [old, now] = [settings('VI_1', '192.0.2.1'), settings('VI_1', '192.0.2.2')];
    writeReleaseRecord(path, old, now);
    const record = readReleaseRecord(path);
    assert.deepEqual(record?.instances, [...old.instances, ...now.instances]);
  });

  it('is readable for its owner only: it has passwords and keys', () => {
    writeReleaseRecord(path, settings('VI_1', '192.0.2.1'));
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('of an earlier version is read with the defaults of what it lacks', () => {
    const [{ checksum: _, ...earlier }] = settings('VI_1', '192.0.2.1').instances as [
      InstanceSettings,
    ];
    writeReleaseRecord(path, { instances: [earlier as InstanceSettings], syncGroups: [] });
    const [instance] = readReleaseRecord(path)?.instances ?? [];
    assert.deepEqual(instance?.checksum, { plain: false, oldUnicast: 'auto' });
  });

  it('is nothing when it is not there', () => {
    assert.equal(readReleaseRecord(path), undefined);
    removeReleaseRecord(path);
  });

  for (const text of ['', '{"format":1}', '{"format":2,"settings":{"instances":[]}}', '[1']) {
    it(`refuses a damaged one: ${text}`, () => {
      writeReleaseRecord(path, settings('VI_1', '192.0.2.1'));
      writeFileSync(path, text);
      assert.throws(() => readReleaseRecord(path), { code: 'RELEASE_RECORD_UNREADABLE' });
    });
  }
});
