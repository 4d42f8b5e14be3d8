import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../../src/config/load.js';
import { type Matches, memoryFiles } from '../../../src/config/text/files.js';
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

  const matches = (pattern: string): Matches => {
    const found = diskFiles.glob(pattern, join(folder, 'main'));
    assert.ok(!(found instanceof Error), String(found));
    return found;
  };
  const glob = (pattern: string): string[] =>
    matches(pattern).files.map((path) => path.slice(folder.length + 1));
  const missing = (pattern: string): readonly string[] => matches(pattern).missing;

  it('match patterns, relative to the including file, sorted, without hidden files', () => {
    assert.deepEqual(glob('conf.d/?.conf'), ['conf.d/a.conf', 'conf.d/b.conf']);
    assert.deepEqual(glob('conf.d/*.conf'), ['conf.d/a.conf', 'conf.d/b.conf', 'conf.d/dir.conf']);
    assert.deepEqual(glob('*/?.conf'), ['conf.d/a.conf', 'conf.d/b.conf']);
    assert.deepEqual(glob('conf.d/[!bd]*'), ['conf.d/a.conf', 'conf.d/c.txt']);
    assert.deepEqual(glob('conf.d/.h*'), ['conf.d/.hidden.conf']);
    assert.deepEqual(glob('main'), ['main']);
    assert.deepEqual(glob('./conf.d/../main'), ['main']);
    assert.deepEqual(glob(join(folder, 'main')), ['main']);
  });

  it('match braces, nested too', () => {
    assert.deepEqual(glob('conf.d/{a,b}.conf'), ['conf.d/a.conf', 'conf.d/b.conf']);
    assert.deepEqual(glob('{main,conf.d/{a.conf,c.*}}'), ['main', 'conf.d/a.conf', 'conf.d/c.txt']);
    assert.deepEqual(glob('conf.d/{a'), []);
  });

  it('match nothing', () => {
    assert.deepEqual(glob('none/*'), []);
    assert.deepEqual(glob('none'), []);
    assert.deepEqual(glob('conf.d/[z-a]*'), []);
    assert.deepEqual(glob('conf.d/a(conf'), []);
  });

  it('tell what is not there: files without wildcards, and folders to look in', () => {
    assert.deepEqual(missing('{main,none,conf.d/a.conf,gone}'), ['none', 'gone']);
    assert.deepEqual(missing('none/*'), ['none/*']);
    assert.deepEqual(missing('conf.d/*.none'), []);
    assert.deepEqual(missing('conf.d/a.conf/*'), ['conf.d/a.conf/*']);
  });

  it('braces that multiply are bounded', () => {
    const found = diskFiles.glob(`{x,y}`.repeat(14), 'main');
    assert.match(String(found), /more than 4096 names/);
  });

  it('know their folder, and the environment', () => {
    assert.equal(diskFiles.folderOf(join(folder, 'conf.d/../main')), realpathSync(folder));
    assert.equal(diskFiles.variable('PATH'), process.env['PATH']);
    assert.equal(diskFiles.variable('TANDEM_NO_SUCH'), undefined);
    const random = diskFiles.random();
    assert.ok(random >= 0 && random < 1);
  });

  it('are read as text, or say why not', () => {
    assert.equal(diskFiles.read(join(folder, 'main')), '# main\n');
    assert.match(String(diskFiles.read(join(folder, 'none'))), /ENOENT/);
    assert.match(String(diskFiles.read(folder)), /folder/);
    assert.match(String(diskFiles.read('/dev/null')), /no regular file/);
    const executable = join(folder, 'executable');
    writeFileSync(executable, '', { mode: 0o755 });
    assert.match(String(diskFiles.read(executable)), /executable/);
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
  const files = memoryFiles({ '/c/a': '1', '/c/b': '2', '/c/d/a': '3', x: '4' }, { A: 'b' });
  const glob = (pattern: string, from: string) => {
    const found = files.glob(pattern, from);
    return found instanceof Error ? found : found.files;
  };

  it('match exact names, braces and stars within one folder', () => {
    assert.deepEqual(glob('*', '/c/main'), ['/c/a', '/c/b']);
    assert.deepEqual(glob('*/a', '/c/main'), ['/c/d/a']);
    assert.deepEqual(glob('{b,a}', '/c/main'), ['/c/b', '/c/a']);
    assert.deepEqual(glob('/c/b', 'y'), ['/c/b']);
    assert.deepEqual(files.glob('{b,none,*x}', '/c/main'), { files: ['/c/b'], missing: ['none'] });
    assert.equal(files.read('x'), '4');
    assert.ok(files.read('y') instanceof Error);
    assert.deepEqual(
      [files.folderOf('/c/a'), files.variable('A'), files.variable('B')],
      ['/c', 'b', undefined],
    );
    assert.equal(files.random(), 0);
  });
});
