/** systemd/install.sh into a folder: what it puts there runs without the checkout. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../support/root.js';

describe('systemd/install.sh', function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tandem-install-'));
    install();
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  const at = (name: string): string => path.join(folder, name);

  function install(): void {
    execFileSync(path.join(ROOT, 'systemd/install.sh'), [folder], { stdio: 'pipe' });
  }

  it('installs commands that run from anywhere', () => {
    for (const [command, words] of [
      ['usr/sbin/tandemd', ['--version']],
      ['usr/bin/tandem', ['version']],
    ] as const) {
      const result = spawnSync(at(command), words, { cwd: '/', encoding: 'utf8' });
      assert.match(result.stdout, /^Tandem v\d+\.\d+\.\d+$/m, result.stderr);
    }
  });

  it('checks the installed configuration with the installed program', () => {
    const file = at('etc/tandem/tandem.conf');
    const result = spawnSync(at('usr/sbin/tandemd'), ['-t', '-f', file], { encoding: 'utf8' });
    assert.equal(result.status, 0, result.stderr);
  });

  it('brings what runs and leaves out what builds', () => {
    for (const name of ['sonic-boom', 'koffi', 'netlink', 'raw-socket']) {
      assert.ok(existsSync(at(`usr/lib/tandem/node_modules/${name}`)), name);
    }
    for (const name of ['typescript', 'mocha', '@biomejs']) {
      assert.equal(existsSync(at(`usr/lib/tandem/node_modules/${name}`)), false, name);
    }
    assert.equal(existsSync(at('usr/lib/tandem/dist/test')), false);
  });

  it('brings units, manual pages and samples', () => {
    for (const name of [
      'usr/lib/systemd/system/tandemd.service',
      'usr/lib/systemd/system/tandem-realserver.service',
      'usr/share/man/man8/tandemd.8',
      'usr/share/man/man8/tandem-ipvs.8',
      'usr/share/man/man5/tandem.conf.5',
      'usr/share/man/man1/tandem.1',
      'usr/share/bash-completion/completions/tandemd',
      'usr/share/zsh/vendor-completions/_tandem',
      'usr/share/fish/vendor_completions.d/tandem.fish',
      'usr/share/doc/tandem/samples/nat.conf',
      'usr/share/doc/tandem/hardening.conf',
      'usr/share/doc/tandem/tutorials/network.sh',
    ]) {
      assert.ok(statSync(at(name)).isFile(), name);
    }
  });

  it('never overwrites a configuration', () => {
    const file = at('etc/tandem/tandem.conf');
    writeFileSync(file, '# mine\n');
    install();
    assert.equal(readFileSync(file, 'utf8'), '# mine\n');
  });
});
