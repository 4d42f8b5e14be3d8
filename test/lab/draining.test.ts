/** Servers and services that leave the configuration; switches of IPVS; what others change. */
import assert from 'node:assert/strict';
import type { Echo } from './client.js';
import { directorConfig } from './config-text.js';
import { START_TIMEOUT, speakTo } from './steps.js';
import { labSuite } from './suite.js';

const VIP = '172.25.254.100';
const ECHO = `TCP ${VIP}:7`;
const OTHER = `TCP ${VIP}:77`;
const R1 = '192.168.0.10';
const R2 = '192.168.0.20';

/** An echo service that checks nothing. */
function service(port: number, servers: readonly string[], lines: readonly string[] = []): string {
  return [
    `virtual_server ${VIP} ${port} {`,
    'lvs_sched rr',
    'lvs_method NAT',
    'protocol TCP',
    ...lines,
    ...servers.map((address) => `real_server ${address} 7 {\n}`),
    '}',
  ].join('\n');
}

function config(services: readonly string[], globals: readonly string[] = []): string {
  return directorConfig({
    topology: 'nat',
    priority: 150,
    sync: false,
    globals,
    virtualServers: services.join('\n'),
  });
}

labSuite('lab: draining', 'nat', (lab) => {
  const a = () => lab().director('a');
  /** `address=weight` of a service, in order. */
  const weights = (name: string): string =>
    (a().service(name)?.servers ?? [])
      .map(({ address, weight }) => `${address}=${weight}`)
      .sort()
      .join(' ');
  const until = (name: string, wanted: string): Promise<unknown> =>
    lab().eventually(() => weights(name) === wanted, START_TIMEOUT, `${name}: ${wanted}`);
  const switchOf = async (name: string): Promise<string> =>
    (await a().run(`sysctl -n net.ipv4.vs.${name}`)).stdout.trim();

  async function start(text: string): Promise<void> {
    a().startTandem(text);
    speakTo(lab(), a());
    await lab().eventually(() => a().holds(VIP), START_TIMEOUT, 'the address is there');
    await until(ECHO, `${R1}=1 ${R2}=1`);
  }

  /** One connection to each server. */
  async function echoes(): Promise<{ readonly r1: Echo; readonly r2: Echo }> {
    const found = new Map<string, Echo>();
    for (let i = 0; i < 2; i++) {
      const echo = await lab().client.openEcho(VIP);
      const { localPort } = await echo.report();
      const connection = a()
        .connections()
        .find(({ client }) => client.endsWith(`:${localPort}`));
      found.set(connection?.destination.split(':')[0] ?? '', echo);
    }
    const [r1, r2] = [found.get(R1), found.get(R2)];
    assert.ok(r1 && r2, [...found.keys()].join(' '));
    return { r1, r2 };
  }

  after(async () => {
    if (a().isRunning()) await a().stop();
  });

  /** As the kernel has it. */
  let threshold: string;

  it('a removed server keeps its connections, takes no new one, and goes with the last', async () => {
    threshold = await switchOf('sync_threshold');
    await start(config([service(7, [R1, R2])]));
    const { r1, r2 } = await echoes();
    a().reload(config([service(7, [R1])]));
    await until(ECHO, `${R1}=1 ${R2}=0`);
    const status = await lab().eventually(
      async () => (await a().status()).checker?.draining?.find((each) => each.connections === 1),
      START_TIMEOUT,
      'status counts its connection',
    );
    assert.equal(status.address, R2);
    for (let i = 0; i < 2; i++) await (await lab().client.openEcho(VIP)).reset();
    assert.equal(
      a()
        .service(ECHO)
        ?.servers.find(({ address }) => address === R2)?.active,
      1,
    );
    await r2.mark();
    await lab().always(() => weights(ECHO) === `${R1}=1 ${R2}=0`, 3_000, 'it stays');
    const alive = await r2.report();
    assert.deepEqual([alive.ended, alive.wrong], [null, 0]);
    assert.ok(alive.roundTripMedian > 0);
    await r2.reset();
    await until(ECHO, `${R1}=1`);
    await lab().logged(a(), /Draining service \[192\.168\.0\.20\]:tcp:7 of VS .*, at most 300 s/);
    await lab().logged(a(), /\[192\.168\.0\.20\]:tcp:7 of VS .* is drained, it is removed/);
    await r1.reset();
  });

  it('one that comes back goes on, and one whose limit is up goes with its connections', async () => {
    a().reload(config([service(7, [R1, R2])]));
    await until(ECHO, `${R1}=1 ${R2}=1`);
    const { r1, r2 } = await echoes();
    a().reload(config([service(7, [R1])]));
    await until(ECHO, `${R1}=1 ${R2}=0`);
    a().reload(config([service(7, [R1, R2])]));
    await until(ECHO, `${R1}=1 ${R2}=1`);
    await r2.mark();
    await lab().eventually(
      async () => (await r2.report()).roundTripMedian > 0,
      START_TIMEOUT,
      'its connection lives',
    );
    a().reload(config([service(7, [R1], ['drain_timeout 3'])]));
    await until(ECHO, `${R1}=1`);
    await lab().logged(a(), /is removed with 1 connections? left: the limit is up/);
    // expire_nodest_conn: the client is told, it does not hang.
    await lab().eventually(
      async () => (await r2.report()).ended !== null,
      START_TIMEOUT,
      'its client hears of it',
    );
    assert.equal((await r1.report()).ended, null);
    await r1.reset();
  });

  it('what others change is repaired and counted, and their services are left alone', async () => {
    a().reload(config([service(7, [R1, R2])]));
    await until(ECHO, `${R1}=1 ${R2}=1`);
    const before = (await a().status()).checker?.table?.drift ?? 0;
    await a().ipvsadm(`-e -t ${VIP}:7 -r ${R1}:7 -m -w 5`);
    await a().ipvsadm(`-A -t ${VIP}:99 -s rr`);
    await until(ECHO, `${R1}=1 ${R2}=1`);
    await lab().eventually(
      async () => ((await a().status()).checker?.table?.drift ?? 0) > before,
      START_TIMEOUT,
      'the repair is counted',
    );
    assert.ok(a().service(`TCP ${VIP}:99`));
  });

  it('switches of net.ipv4.vs are set, checked, overridden and put back', async () => {
    assert.equal(await switchOf('expire_nodest_conn'), '1');
    assert.equal(await switchOf('expire_quiescent_template'), '0', 'no service is persistent');
    await a().run('sysctl -w net.ipv4.vs.expire_nodest_conn=0');
    await lab().eventually(
      async () => (await switchOf('expire_nodest_conn')) === '1',
      START_TIMEOUT,
      'it is set again',
    );
    a().reload(
      config(
        [service(7, [R1, R2], ['persistence_timeout 60'])],
        ['lvs_sysctl expire_nodest_conn keep', 'lvs_sysctl sync_threshold 5 60'],
      ),
    );
    await lab().eventually(
      async () => (await switchOf('expire_quiescent_template')) === '1',
      START_TIMEOUT,
      'the persistent service wants it',
    );
    assert.equal(await switchOf('expire_nodest_conn'), '0', 'the configuration says so');
    assert.match(await switchOf('sync_threshold'), /^5\s+60$/);
  });

  it('kill -9 of all while services leave the file: the next start removes them', async () => {
    const before = config([service(7, [R1, R2]), service(77, [R1, R2])]);
    a().reload(before);
    await until(OTHER, `${R1}=1 ${R2}=1`);
    a().kill('all');
    await lab().eventually(() => a().pids().length === 0, START_TIMEOUT, 'all are gone');
    await until(OTHER, `${R1}=1 ${R2}=1`);
    a().startTandem(config([service(7, [R1])]));
    await lab().eventually(() => !a().service(OTHER), START_TIMEOUT, 'the service is gone');
    await until(ECHO, `${R1}=1`);
    assert.ok(a().service(`TCP ${VIP}:99`), "another's service stays");
  });

  it('a stop puts the switches back as they were before the crash', async () => {
    await lab().eventually(
      async () => (await switchOf('expire_nodest_conn')) === '1',
      START_TIMEOUT,
      'set by the new process',
    );
    await a().stop();
    assert.equal(await switchOf('expire_nodest_conn'), '0');
    assert.equal(await switchOf('expire_quiescent_template'), '0');
    assert.equal(await switchOf('sync_threshold'), threshold);
    assert.deepEqual(
      a()
        .table()
        .map(({ name }) => name),
      [`TCP ${VIP}:99`],
    );
  });
});
