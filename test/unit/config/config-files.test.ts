import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../../src/config/load.js';
import { memoryFiles } from '../../../src/config/text/files.js';
import { diskFiles } from '../../../src/process/config-files.js';

describe('config: files on disk', () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-config-'));
    mkdirSync(join(folder, 'conf.d'));
    for (const name of [
      'conf.d/a.conf',
      'conf.d/b.conf',
      'conf.d/c.txt',
      'conf.d/.hidden.conf',
      'main',
    ]) {
      writeFileSync(join(folder, name), `# ${name}\n`);
    }
    mkdirSync(join(folder, 'conf.d/dir.conf'));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const glob = (pattern: string): string[] =>
    diskFiles.glob(pattern, join(folder, 'main')).map((path) => path.slice(folder.length + 1));

  it('match patterns, relative to the including file, sorted, without folders and hidden files', () => {
    assert.deepEqual(glob('conf.d/*.conf'), ['conf.d/a.conf', 'conf.d/b.conf']);
    assert.deepEqual(glob('*/?.conf'), ['conf.d/a.conf', 'conf.d/b.conf']);
    assert.deepEqual(glob('conf.d/[!b]*'), ['conf.d/a.conf', 'conf.d/c.txt']);
    assert.deepEqual(glob('conf.d/.h*'), ['conf.d/.hidden.conf']);
    assert.deepEqual(glob('main'), ['main']);
    assert.deepEqual(glob('./conf.d/../main'), ['main']);
    assert.deepEqual(glob(join(folder, 'main')), ['main']);
  });

  it('match braces, nested too', () => {
    assert.deepEqual(glob('conf.d/{a,b}.conf'), ['conf.d/a.conf', 'conf.d/b.conf']);
    assert.deepEqual(glob('{main,conf.d/{a.conf,c.*}}'), ['conf.d/a.conf', 'conf.d/c.txt', 'main']);
    assert.deepEqual(glob('conf.d/{a'), []);
  });

  it('match nothing', () => {
    assert.deepEqual(glob('none/*'), []);
    assert.deepEqual(glob('conf.d'), []);
    assert.deepEqual(glob('conf.d/[z-a]*'), []);
    assert.deepEqual(glob('conf.d/a(conf'), []);
  });

  it('braces that multiply are bounded', () => {
    assert.deepEqual(glob(`{x,y}`.repeat(14)), []);
  });

  it('are read as text, or say why not', () => {
    assert.equal(diskFiles.read(join(folder, 'main')), '# main\n');
    assert.match(String(diskFiles.read(join(folder, 'none'))), /ENOENT/);
    assert.ok(diskFiles.read(folder) instanceof Error);
  });

  it('a file that is not there is one error at its beginning', () => {
    const { config, diagnostics } = loadConfiguration(join(folder, 'none'), diskFiles);
    assert.equal(config, undefined);
    assert.deepEqual(
      diagnostics.map(({ code, at }) => `${code} ${at.line}`),
      ['CONFIG_FILE_UNREADABLE 1'],
    );
  });
});

describe('config: files in memory', () => {
  const files = memoryFiles({ '/c/a': '1', '/c/b': '2', '/c/d/a': '3', x: '4' });

  it('match exact names and stars within one folder', () => {
    assert.deepEqual(files.glob('*', '/c/main'), ['/c/a', '/c/b']);
    assert.deepEqual(files.glob('*/a', '/c/main'), ['/c/d/a']);
    assert.deepEqual(files.glob('/c/b', 'y'), ['/c/b']);
    assert.deepEqual(files.glob('none', '/c/main'), []);
    assert.equal(files.read('x'), '4');
    assert.ok(files.read('y') instanceof Error);
  });
});
