/** Health checks against the real IPVS table: who leaves it, by when, and who returns. */
import assert from 'node:assert/strict';
import { now } from './clock.js';
import {
  checkTimes,
  type DirectorConfig,
  directorConfig,
  LEAVES_WITHIN,
  virtualServer,
} from './config-text.js';
import { assertAtMost } from './noise.js';
import { labSuite } from './suite.js';

const HTTP = 'TCP 172.25.254.100:80';
const HTTPS = 'TCP 172.25.254.100:443';
const ECHO = 'TCP 172.25.254.100:7';
const R1 = '192.168.0.10';
const R2 = '192.168.0.20';
/** Above the sum of the configured times: the lab's kernel is slow to start a process. */
const SLACK_MS = 1_000;
const RETURNS_WITHIN = 1_000 + SLACK_MS;
const START_WITHIN = 20_000;

const OPTIONS: DirectorConfig = { topology: 'nat', priority: 150, sync: false };
const CHECK = ['HTTP_GET {', '    url {', '        path /', '    }', ...checkTimes(), '}'];

labSuite('lab: checker', 'nat', function (lab) {
  // Times are compared with their bounds: noise only ever adds to them.
  this.retries(2);

  /** Runs the checker alone; what it needs of VRRP is nothing. */
  async function start(config: string, service: string, servers: readonly string[]): Promise<void> {
    lab().director('a').startTandem(config, ['-C']);
    await until(service, servers, START_WITHIN);
  }

  async function until(service: string, servers: readonly string[], ms: number): Promise<number> {
    const started = now();
    const wanted = JSON.stringify(servers.toSorted());
    await lab().eventually(
      () => JSON.stringify(lab().director('a').servers(service)) === wanted,
      ms,
      `${service} has ${servers.join(', ') || 'no server'}`,
    );
    const took = now() - started;
    assertAtMost(took, ms, started);
    return took;
  }

  /** Addresses with their weights. */
  function weights(service: string): string[] {
    const servers = lab().director('a').service(service)?.servers ?? [];
    return servers.map(({ address, weight }) => `${address}=${weight}`).sort();
  }

  afterEach(async () => {
    const a = lab().director('a');
    if (a.isRunning()) await a.stop();
    for (const server of lab().realServers) {
      await server.mood('ok');
      await server.plug();
    }
  });

  it('a server that hangs leaves the services that ask it something, and returns', async () => {
    await start(directorConfig(OPTIONS), HTTP, [R1, R2]);
    await until(HTTPS, [R1, R2], START_WITHIN);
    await lab().realServer('r1').mood('hang');
    await until(HTTP, [R2], LEAVES_WITHIN + SLACK_MS);
    await until(HTTPS, [R2], LEAVES_WITHIN + SLACK_MS);
    assert.deepEqual(lab().director('a').servers(ECHO), [R1, R2], 'it still accepts connections');
    await lab().realServer('r1').mood('ok');
    await until(HTTP, [R1, R2], RETURNS_WITHIN);
    await until(HTTPS, [R1, R2], RETURNS_WITHIN);
  });

  it('a server that answers 500 leaves, one that refuses does, and both return', async () => {
    await start(directorConfig(OPTIONS), HTTP, [R1, R2]);
    for (const mood of ['error500', 'refuse'] as const) {
      await lab().realServer('r2').mood(mood);
      await until(HTTP, [R1], LEAVES_WITHIN + SLACK_MS);
      await lab().realServer('r2').mood('ok');
      await until(HTTP, [R1, R2], RETURNS_WITHIN);
    }
  });

  it('a server whose cable is pulled leaves every service', async () => {
    await start(directorConfig(OPTIONS), ECHO, [R1, R2]);
    await lab().realServer('r1').unplug();
    await until(ECHO, [R2], LEAVES_WITHIN + SLACK_MS);
    await until(HTTP, [R2], LEAVES_WITHIN + SLACK_MS);
    await lab().realServer('r1').plug();
    await until(ECHO, [R1, R2], 5_000);
  });

  it('the sorry server comes with the last failure and goes with the first success', async () => {
    const extra = ['sorry_server 192.168.0.30 80'];
    const virtualServers = virtualServer(OPTIONS, 80, 'TCP', CHECK, extra);
    await start(directorConfig({ ...OPTIONS, virtualServers }), HTTP, [R1, R2]);
    await lab().realServer('r1').mood('error500');
    await lab().realServer('r2').mood('error500');
    await until(HTTP, ['192.168.0.30'], LEAVES_WITHIN + SLACK_MS);
    await lab().realServer('r2').mood('ok');
    await until(HTTP, [R2], RETURNS_WITHIN);
    await lab().realServer('r1').mood('ok');
    await until(HTTP, [R1, R2], RETURNS_WITHIN);
  });

  it('a sorry server that is a real server comes back out', async () => {
    const extra = [`sorry_server ${R1} 80`];
    const virtualServers = virtualServer(OPTIONS, 80, 'TCP', CHECK, extra);
    await start(directorConfig({ ...OPTIONS, virtualServers }), HTTP, [R1, R2]);
    await lab().realServer('r1').mood('error500');
    await until(HTTP, [R2], LEAVES_WITHIN + SLACK_MS);
    await lab().realServer('r2').mood('error500');
    await until(HTTP, [R1], LEAVES_WITHIN + SLACK_MS);
    await lab().realServer('r2').mood('ok');
    await until(HTTP, [R2], RETURNS_WITHIN);
  });

  it('inhibit_on_failure keeps a failed server with weight 0', async () => {
    const check = ['inhibit_on_failure', ...CHECK];
    const virtualServers = virtualServer(OPTIONS, 80, 'TCP', check);
    await start(directorConfig({ ...OPTIONS, virtualServers }), HTTP, [R1, R2]);
    await lab().realServer('r1').mood('error500');
    await lab().eventually(
      () => weights(HTTP).join() === `${R1}=0,${R2}=1`,
      LEAVES_WITHIN + SLACK_MS,
      'weight 0',
    );
    await lab().realServer('r1').mood('ok');
    await lab().eventually(() => weights(HTTP)[0] === `${R1}=1`, RETURNS_WITHIN, 'weight 1');
  });

  it('a checker that is killed leaves the table, and the next one takes it as it is', async () => {
    await start(directorConfig(OPTIONS), HTTP, [R1, R2]);
    await lab().realServer('r1').mood('error500');
    await until(HTTP, [R2], LEAVES_WITHIN + SLACK_MS);
    const a = lab().director('a');
    const killed = a.pidOf('checker');
    a.kill('checker');
    await lab().eventually(
      () => a.pidOf('checker') !== undefined && a.pidOf('checker') !== killed,
      START_WITHIN,
      'a new checker',
    );
    await lab().always(() => a.servers(HTTP).join() === R2, 3_000, 'only r2 is in the table');
    await lab().realServer('r1').mood('ok');
    await until(HTTP, [R1, R2], START_WITHIN);
  });
});
