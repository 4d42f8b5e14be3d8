/**
 * no_accept in traffic: what comes in for the addresses is dropped, and adverts are not. On this machine's
 * kernel: the lab's has no nftables for IP.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { skip } from '../support/skip.js';
import { Daemon, eventually, whyNoNamespaces } from './daemon.js';

const VIP = '192.0.2.100';

function config(accept: 'accept' | 'no_accept'): string {
  return `vrrp_instance VI_1 {
  interface v0
  virtual_router_id 51
  version 3
  advert_int 0.1
  priority 200
  ${accept}
  virtual_ipaddress {
    ${VIP}/24
  }
}
`;
}

function whyNoNftables(): string | undefined {
  const made = spawnSync('unshare', ['--net', 'nft', 'add', 'table', 'ip', 't'], { stdio: 'pipe' });
  return made.status === 0
    ? undefined
    : 'this kernel, or the lack of nft, gives no nftables for IP';
}

function whyNoPing(): string | undefined {
  return spawnSync('ping', ['-V']).error ? 'no ping here' : undefined;
}

describe('process: no_accept', function () {
  this.timeout(120_000);
  const daemon = new Daemon();
  let client: ChildProcess | undefined;

  before(async function () {
    const root = process.getuid?.() === 0 ? undefined : 'needs root';
    const why = root ?? whyNoNamespaces() ?? whyNoNftables() ?? whyNoPing();
    if (why) skip(this, why);
    client = spawn('unshare', ['--net', 'sleep', '300'], { stdio: 'ignore' });
    daemon.start(config('no_accept'));
    await eventually('MASTER', () => daemon.pidOf('vrrp') && daemon.holds(VIP), 60_000);
    // The other end of the wire is another machine.
    run(daemon.pid, `ip link set v1 netns ${client.pid}`);
    run(client.pid, 'ip addr add 192.0.2.2/24 dev v1');
    run(client.pid, 'ip link set v1 up');
    await eventually('MASTER with the wire', () => daemon.holds(VIP), 60_000);
  });
  after(async () => {
    client?.kill('SIGKILL');
    await daemon.clean();
  });

  function run(pid: number | undefined, command: string): string {
    const words = [`--net=/proc/${pid}/ns/net`, ...command.split(' ')];
    return execFileSync('nsenter', words, { encoding: 'utf8', stdio: 'pipe' });
  }
  const answers = (address: string): boolean =>
    spawnSync('nsenter', [
      `--net=/proc/${client?.pid}/ns/net`,
      ...`ping -c 1 -W 1 ${address}`.split(' '),
    ]).status === 0;

  it('the address does not answer, but for ARP; the machine’s own one does', async () => {
    await eventually('the wire works', () => answers('192.0.2.1'));
    await eventually('the address is here', () => daemon.holds(VIP), 60_000);
    assert.equal(answers(VIP), false);
    assert.match(run(client?.pid, `ip neigh show ${VIP}`), /lladdr/);
    assert.match(run(daemon.pid, 'nft list ruleset'), /table ip keepalived \{/);
    assert.equal((await daemon.status()).vrrp?.instances[0]?.state, 'MASTER');
  });

  it('accept by a reload opens it, no_accept closes it again, without a new election', async () => {
    const times = async (): Promise<number | undefined> =>
      (await daemon.status()).vrrp?.instances[0]?.becameMaster;
    const before = await times();
    daemon.configure(config('accept'));
    daemon.kill('SIGHUP');
    await eventually('it answers', () => answers(VIP));
    daemon.configure(config('no_accept'));
    daemon.kill('SIGHUP');
    await eventually('it does not', () => !answers(VIP));
    assert.equal(await times(), before);
  });

  it('rules that something else removes are back', async () => {
    run(daemon.pid, 'nft flush ruleset');
    const rules = (): string => run(daemon.pid, 'nft list ruleset');
    await eventually('they are back', () => rules().includes('table ip keepalived'), 30_000);
    await eventually('it does not answer', () => !answers(VIP));
  });
});
