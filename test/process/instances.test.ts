/** Several daemons on one machine, told apart by `instance`. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../support/skip.js';
import { Daemon, eventually, whyNoNamespaces } from './daemon.js';

const BIN = new URL('../../../bin/tandemd', import.meta.url).pathname;

function config(instance: string, vrid: number, more = ''): string {
  return `instance ${instance}
global_defs {
  script_user root
  enable_script_security
  nftables ${instance}
}
vrrp_instance VI_${vrid} {
  interface v0
  virtual_router_id ${vrid}
  priority 255
  ${more}
  virtual_ipaddress {
    192.0.2.${vrid}/24
  }
}
`;
}

describe('process: daemons with different instance', function () {
  this.timeout(120_000);
  let web: Daemon;
  let db: ChildProcess;
  let dbOutput = '';
  const path = (name: string): string => join(web.directory, name);
  const pidIn = (name: string): number =>
    existsSync(path(name)) ? Number(readFileSync(path(name), 'utf8')) : 0;

  before(async function () {
    const why = process.getuid?.() === 0 ? whyNoNamespaces() : 'needs root';
    if (why) skip(this, why);
    web = new Daemon();
    web.start(config('web', 51));
    await eventually(
      'the first runs',
      () => pidIn('keepalived/keepalived_web.pid') === web.pid,
      60_000,
    );
    // What a script of it asks with `tandem` is about its own daemon.
    const told = `${process.execPath} ${join(BIN, '../tandem')} status`;
    writeFileSync(path('tell.sh'), `#!/bin/sh\n${told} >${path('told')} 2>&1\n`, { mode: 0o755 });
    writeFileSync(path('db.conf'), config('db', 52, `notify_stop ${path('tell.sh')}`));
    const words = [process.execPath, BIN, '-n', '-l', '-f', path('db.conf')];
    db = spawn('nsenter', [`--net=/proc/${web.pid}/ns/net`, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TANDEM_RUN_DIR: web.directory },
    });
    for (const stream of [db.stdout, db.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        dbOutput += chunk.toString();
      });
    }
  });
  after(async () => {
    if (db?.exitCode === null) db.kill('SIGKILL');
    await web?.clean();
  });

  const status = async (...words: string[]): Promise<string> =>
    (await web.tandem(['status', ...words])).output;

  it('both run, each with its pid files, and hold their addresses', async () => {
    await eventually(
      'both are MASTER',
      () => web.holds('192.0.2.51') && web.holds('192.0.2.52'),
      60_000,
    );
    assert.equal(pidIn('keepalived/keepalived_db.pid'), db.pid);
    assert.deepEqual(readdirSync(path('keepalived')).sort(), [
      'keepalived_db.pid',
      'keepalived_web.pid',
      'vrrp_db.pid',
      'vrrp_web.pid',
    ]);
    await eventually('the log names it', () => /Tandem_vrrp_db\[\d+\]: /.test(dbOutput));
  });

  it('tandem asks the one that is named, and wants a name while there are two', async () => {
    const named = await status('--instance', 'db');
    assert.match(named, /^instance db$/m);
    assert.match(named, /VI_52 +MASTER/);
    assert.doesNotMatch(named, /VI_51/);
    const none = await web.tandem(['status']);
    assert.equal(none.code, 2);
    assert.match(none.output, /Several daemons run here, say which: --instance=db, --instance=web/);
    const wrong = await web.tandem(['explain', '--instance', 'mail']);
    assert.equal(wrong.code, 4);
    assert.match(wrong.output, /no daemon answers on .*\/instance\/mail\/control\.sock/);
  });

  it('the same instance does not start twice', async () => {
    const second = new Daemon();
    try {
      const env = { TANDEM_RUN_DIR: web.directory };
      second.start(config('web', 53), [], env);
      assert.equal(await second.ended(15_000), 4);
      assert.match(second.output, /already running .*keepalived_web\.pid/);
    } finally {
      await second.clean();
    }
  });

  it('instance is not changed by a reload, which is told', async () => {
    web.configure(config('other', 51));
    web.kill('SIGHUP');
    await eventually('told', () => /instance cannot be changed by a reload/.test(web.output));
    assert.match(await status('--instance', 'web'), /^instance web$/m);
  });

  it('one that ends takes its files with it, and leaves those of the other', async () => {
    db.kill('SIGTERM');
    await eventually('it has ended', () => db.exitCode !== null);
    assert.equal(db.exitCode, 0);
    assert.deepEqual(readdirSync(path('keepalived')).sort(), [
      'keepalived_web.pid',
      'vrrp_web.pid',
    ]);
    assert.match(await status(), /^instance web$/m);
    const told = await eventually('its script was told', () =>
      existsSync(path('told')) ? readFileSync(path('told'), 'utf8') : '',
    );
    assert.match(told, /instance db|no daemon answers on .*instance\/db\/control\.sock/);
    web.kill('SIGTERM');
    assert.equal(await web.ended(15_000), 0);
    assert.equal(existsSync(path('keepalived')), false);
    assert.equal(existsSync(path('instance/web')), false);
  });
});

describe('process: a daemon in a network namespace', function () {
  this.timeout(120_000);
  const NETNS = `tandem-place-${process.pid}`;
  let folder = '';
  let daemon: ChildProcess | undefined;

  before(function () {
    const commands = [
      `ip netns add ${NETNS}`,
      `ip -n ${NETNS} link add v0 type veth peer name v1`,
      `ip -n ${NETNS} link set v0 up`,
      `ip -n ${NETNS} link set v1 up`,
      `ip -n ${NETNS} addr add 192.0.2.1/24 dev v0`,
    ];
    for (const command of commands) {
      const [program = '', ...words] = command.split(' ');
      if (spawnSync(program, words).status !== 0) skip(this, `needs a kernel that can: ${command}`);
    }
    folder = mkdtempSync(join(tmpdir(), 'tandem-place-'));
  });
  after(() => {
    if (daemon?.exitCode === null) daemon.kill('SIGKILL');
    spawnSync('ip', ['netns', 'del', NETNS]);
    if (folder) rmSync(folder, { recursive: true });
  });

  const pidOf = (name: string): number =>
    Number(readFileSync(join(folder, 'keepalived', NETNS, name), 'utf8'));
  const run = (program: string, ...words: string[]): { status: number | null; stdout: string } =>
    spawnSync(process.execPath, [join(BIN, '..', program), ...words], {
      encoding: 'utf8',
      env: { ...process.env, TANDEM_RUN_DIR: folder },
    });
  const addresses = (): string =>
    spawnSync('ip', ['-n', NETNS, '-o', 'addr', 'show', 'dev', 'v0'], { encoding: 'utf8' }).stdout;

  const places: [string, head: string, options: string[]][] = [
    ['net_namespace', `net_namespace ${NETNS}\n`, []],
    ['-s', '', ['-s', NETNS]],
    ['-s against net_namespace', 'net_namespace elsewhere\n', ['-s', NETNS]],
  ];
  for (const [what, head, options] of places) {
    it(`by ${what} has its files in a folder of it, where tandem and --release find them`, () =>
      inNamespace(head, options));
  }

  async function inNamespace(head: string, options: readonly string[]): Promise<void> {
    const file = join(folder, 'tandem.conf');
    writeFileSync(file, `${head}${config('web', 51).replace(/^instance.*$/m, 'use_pid_dir')}`);
    daemon = spawn(process.execPath, [BIN, '-n', '-l', '-f', file, ...options], {
      stdio: 'ignore',
      env: { ...process.env, TANDEM_RUN_DIR: folder },
    });
    await eventually('MASTER', () => addresses().includes('192.0.2.51/24'), 60_000);
    assert.equal(pidOf('keepalived.pid'), daemon.pid);
    for (const words of [[], ['-s', NETNS]]) {
      assert.match(run('tandem', 'status', ...words).stdout, /VI_51 +MASTER/);
    }
    const vrrp = pidOf('vrrp.pid');
    // At one moment: the death of one is not seen by the other.
    for (const pid of [daemon.pid as number, vrrp]) process.kill(pid, 'SIGSTOP');
    for (const pid of [daemon.pid as number, vrrp]) process.kill(pid, 'SIGKILL');
    await eventually('it is dead', () => daemon?.signalCode === 'SIGKILL');
    assert.match(addresses(), /192\.0\.2\.51/);
    const { status, stdout } = run('tandemd', '--release', '-f', file, ...options);
    assert.equal(status, 0);
    assert.match(stdout, /Withdrew 192\.0\.2\.51/);
    assert.doesNotMatch(addresses(), /192\.0\.2\.51/);
  }
});
