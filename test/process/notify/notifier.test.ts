import assert from 'node:assert/strict';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NotifyScripts, NotifySettings } from '../../../src/notify/settings.js';
import { Notifier } from '../../../src/process/notify/notifier.js';
import type { CommandSettings } from '../../../src/tracking/settings.js';
import { eventually } from '../daemon.js';
import { silentLogger } from '../tracking/silent-logger.js';

type State = 'BACKUP' | 'MASTER' | 'FAULT' | 'INIT';

describe('notify: scripts and pipes', function () {
  this.timeout(30_000);
  let folder: string;
  let notifier: Notifier;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-notify-'));
    notifier = new Notifier(silentLogger);
  });
  afterEach(async () => {
    await notifier.stop();
    rmSync(folder, { recursive: true });
  });

  const log = (): string[] => {
    try {
      return readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };
  /** Appends its name and arguments to the log, after what `before` does. */
  function script(name: string, before = ''): CommandSettings {
    const path = join(folder, name);
    const text = `#!/bin/sh\n${before}\necho "${name} $* $TANDEM_REASON" >> ${folder}/log\n`;
    writeFileSync(path, text, { mode: 0o755 });
    return { words: [path, 'own'] };
  }
  function configure(scripts: NotifyScripts, fifos: NotifySettings['fifos'] = []): void {
    const instances = { VI_1: { scripts, priorityChanges: true, tellDeleted: false } };
    notifier.configure({ instances, groups: {}, fifos });
  }
  function change(to: State, reason = 'why'): void {
    const from = 'INIT';
    const message = { kind: 'state-changed', instance: 'VI_1', from, to, reason } as const;
    notifier.stateChanged({ ...message, effectivePriority: 120 }, true);
  }

  it('the script of the event, then the general one with what happened', async () => {
    configure({ MASTER: script('master'), FAULT: script('fault'), any: script('any') });
    change('MASTER', 'no advert for 3.6 s');
    await eventually('both', () => log().length === 2);
    assert.deepEqual(log(), [
      'master own no advert for 3.6 s',
      'any own INSTANCE VI_1 MASTER 120 no advert for 3.6 s',
    ]);
  });

  it('a hundred transitions while a script is slow: the last one told is the newest', async () => {
    configure({ any: script('any', 'sleep 0.2') });
    for (let i = 0; i < 50; i++) {
      change('BACKUP', `${2 * i}`);
      change('MASTER', `${2 * i + 1}`);
    }
    await eventually('two runs', () => log().length === 2);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(log(), [
      'any own INSTANCE VI_1 BACKUP 120 0',
      'any own INSTANCE VI_1 MASTER 120 99',
    ]);
  });

  it('the end starts what waits for a script that is slow, the general script too', async () => {
    configure({
      MASTER: script('master', 'sleep 2'),
      STOP: script('stop', 'sleep 1'),
      any: script('any'),
    });
    change('MASTER');
    change('INIT', 'shutdown');
    await notifier.stop();
    // All have ended: with the daemon a service manager ends what is left of them.
    assert.deepEqual(log(), [
      'any own INSTANCE VI_1 MASTER 120 why',
      'any own INSTANCE VI_1 STOP 120 shutdown',
      'stop own shutdown',
      'master own why',
    ]);
  });

  it('the end leaves what takes long, when it is told to', async () => {
    configure({ STOP: script('stop', 'sleep 5') });
    change('MASTER');
    change('INIT', 'shutdown');
    notifier.leave();
    await notifier.stop();
    assert.deepEqual(log(), []);
    await eventually('the script ends later', () => log().length > 0);
  });

  it('a pipe is made, gets every line, and a reader that is late loses nothing that fits', () => {
    const path = join(folder, 'pipe');
    configure({}, [{ path }]);
    assert.ok(statSync(path).isFIFO());
    for (const state of ['BACKUP', 'MASTER', 'FAULT', 'INIT'] as const) change(state);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const bytes = Buffer.alloc(4_096);
    const text = bytes.toString('utf8', 0, readSync(reader, bytes));
    closeSync(reader);
    assert.equal(
      text,
      'INSTANCE "VI_1" BACKUP 120\nINSTANCE "VI_1" MASTER 120\nINSTANCE "VI_1" FAULT 120\nINSTANCE "VI_1" STOP 120\n',
    );
  });

  it('a pipe that nobody reads never holds anything up', () => {
    const path = join(folder, 'pipe');
    configure({}, [{ path }]);
    for (let i = 0; i < 5_000; i++) change(i % 2 ? 'MASTER' : 'BACKUP');
    assert.ok(statSync(path).isFIFO());
  });

  it('the reader of a pipe is started with its path, and ended', async () => {
    const path = join(folder, 'pipe');
    const text = `#!/bin/sh\nwhile read line; do echo "$line" >> ${folder}/log; done < "$1"\n`;
    writeFileSync(join(folder, 'reader'), text, { mode: 0o755 });
    configure({}, [{ path, script: { words: [join(folder, 'reader')] } }]);
    change('MASTER');
    await eventually('it has read', () => log()[0] === 'INSTANCE "VI_1" MASTER 120');
  });

  it('real and virtual servers: each pipe has its lines, each event its script', async () => {
    const paths = ['all', 'vrrp', 'lvs'].map((name) => join(folder, name));
    const [all = '', vrrp = '', lvs = ''] = paths;
    const service = { UP: script('quorum-up'), DOWN: script('quorum-down') };
    const servers = { r: { UP: script('up'), DOWN: script('down') } };
    const settings: NotifySettings = {
      instances: {},
      groups: {},
      fifos: [{ path: all }, { path: vrrp, only: 'vrrp' }, { path: lvs, only: 'lvs' }],
      servers: { services: { v: { ...service, servers } } },
    };
    notifier.configure(settings);
    const readers = paths.map((path) => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    const about = { service: 'v', serviceName: 'V', cause: 'check', reason: 'why' } as const;
    const server = { ...about, server: 'r', serverName: 'R' } as const;
    notifier.serversChanged([
      { subject: 'RS', ...server, event: 'DOWN' },
      { subject: 'VS', ...about, event: 'DOWN' },
    ]);
    change('MASTER');
    const lines = readers.map((reader) => {
      const bytes = Buffer.alloc(4_096);
      const text = bytes.toString('utf8', 0, readSync(reader, bytes));
      closeSync(reader);
      return text;
    });
    const [ofServers, ofVrrp] = ['RS R V DOWN\nVS V DOWN\n', 'INSTANCE "VI_1" MASTER 120\n'];
    assert.deepEqual(lines, [ofServers + ofVrrp, ofVrrp, ofServers]);
    await eventually('both scripts', () => log().length === 2);
    assert.deepEqual(log().toSorted(), ['down own why', 'quorum-down own why']);
    // What a reload removes is told by the configuration before.
    notifier.configure({ ...settings, servers: { services: {} } });
    notifier.serversChanged([{ subject: 'RS', ...server, event: 'DOWN', cause: 'removed' }]);
    await eventually('another script', () => log().length === 3);
    assert.equal(log()[2], 'down own why');
  });

  it('what is no pipe is left alone', () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'precious');
    configure({}, [{ path }]);
    change('MASTER');
    assert.equal(readFileSync(path, 'utf8'), 'precious');
  });
});
