import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../../support/root.js';
import { skip } from '../../support/skip.js';

describe('systemd', () => {
  const text = readFileSync(path.join(ROOT, 'systemd/tandemd.service'), 'utf8');
  const realServer = readFileSync(path.join(ROOT, 'systemd/tandem-realserver.service'), 'utf8');
  const hardening = readFileSync(path.join(ROOT, 'systemd/hardening.conf'), 'utf8');
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tandem-unit-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** What systemd's own checker says about a unit: nothing when it is right. */
  function verify(unit: string): string {
    // The commands have to exist where they are checked.
    const command = path.join(folder, 'tandemd');
    writeFileSync(command, '#!/bin/sh\n');
    chmodSync(command, 0o755);
    const file = path.join(folder, 'tandemd.service');
    writeFileSync(file, unit.replaceAll(/\/usr\/s?bin\/tandemd?/g, command));
    const result = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    // Units of the machine's own that it reads along the way are not ours to judge.
    return `${result.stdout}${result.stderr}`
      .split('\n')
      .filter((line) => line.includes('tandemd'))
      .join('\n');
  }

  it('the units are good in the eyes of systemd-analyze', function () {
    if (spawnSync('systemd-analyze', ['--version']).error) {
      skip(this, 'systemd-analyze is not installed (Debian package systemd)');
    }
    this.timeout(30_000);
    assert.match(verify(text.replace('Type=notify', 'Type=notifi')), /notifi/, 'it finds mistakes');
    assert.match(verify(text.replace('KillMode=', 'KilMode=')), /KilMode/, 'it finds mistakes');
    assert.equal(verify(text), '');
    assert.match(verify(realServer.replace('Type=oneshot', 'Type=onshot')), /onshot/);
    assert.equal(verify(realServer), '');
  });

  it('tandemd.service keeps the record of what to release, and releases', () => {
    assert.match(text, /^RuntimeDirectory=tandem$/m);
    assert.match(text, /^RuntimeDirectoryPreserve=yes$/m);
    assert.match(text, /^ExecStopPost=\/usr\/sbin\/tandemd --release \$OPTIONS$/m);
  });

  it('scripts find what they find under keepalived; what limits them is in a file of its own', () => {
    const limits = /^(Capability|Protect|Restrict[A-Z]|Private|NoNewPrivileges|SystemCall)/m;
    assert.doesNotMatch(text, limits);
    assert.match(hardening, limits);
    const [head = '', rest = ''] = text.split('\n[Install]');
    const hardened = `${head}\n${hardening.replace('[Service]\n', '')}\n[Install]${rest}`;
    assert.match(verify(hardened.replace('LockPersonality', 'LokPersonality')), /LokPersonality/);
    assert.equal(verify(hardened), '');
  });

  it('the JavaScript engine has what it needs, hardened too', () => {
    assert.doesNotMatch(text + hardening, /^MemoryDenyWriteExecute=/m);
    assert.doesNotMatch(text + hardening, /^ProtectKernelTunables=/m);
  });

  it('tandem-realserver.service undoes at its stop what it did, by the same record', () => {
    assert.match(realServer, /^ExecStart=\/usr\/bin\/tandem realserver up \$OPTIONS$/m);
    assert.match(realServer, /^ExecStop=\/usr\/bin\/tandem realserver down \$OPTIONS$/m);
    assert.match(realServer, /^RemainAfterExit=yes$/m);
    assert.match(realServer, /^RuntimeDirectoryPreserve=yes$/m);
  });
});
