import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRoutingNames } from '../../../src/process/routing-names.js';

describe('process: names for routing', () => {
  let folder: string;
  const write = (name: string, text: string): void => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'names-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('a file of the first folder hides that of the second, parts add to it', () => {
    write('etc/rt_tables', '7 own');
    write('usr/rt_tables', '8 hidden');
    write('usr/rt_tables.d/a.conf', '9 hidden-part');
    write('usr/rt_tables.d/b.conf', '10 part');
    write('etc/rt_tables.d/a.conf', '11 own-part');
    write('etc/rt_tables.d/README', '12 no');
    write('usr/rt_scopes', '5 near');
    const names = readRoutingNames([path.join(folder, 'etc'), path.join(folder, 'usr')]);
    assert.deepEqual([...(names.table ?? [])].sort(), [
      ['own', 7],
      ['own-part', 11],
      ['part', 10],
    ]);
    assert.deepEqual([...(names.scope ?? [])], [['near', 5]]);
  });

  it('what is not there has no names, nor has what is too large', () => {
    write('rt_realms', `5 x\n${'#'.repeat(1 << 20)}`);
    mkdirSync(path.join(folder, 'rt_tables'));
    const names = readRoutingNames([path.join(folder, 'none'), folder]);
    assert.equal(names.realm?.size, 0);
    assert.equal(names.table?.size, 0);
    assert.equal(names.group?.size, 0);
  });
});
