/** FULLNAT: real servers in another network that know no way back to the client. */
import assert from 'node:assert/strict';
import type { Echo } from './client.js';
import { directorConfig } from './config-text.js';
import type { Director } from './director.js';
import type { Lab } from './lab.js';
import { HIGH, LOW, ownsAll, START_TIMEOUT } from './steps.js';
import { labSuite } from './suite.js';

const VIP = '172.25.254.100';
/** Moves with the VIP: connections that come from it survive a fail-over. */
const SHARED = '192.168.0.100';
const [R1, R2] = ['10.20.0.10', '10.20.0.20'];
const HTTP = `TCP ${VIP}:80`;
/** Connections to port 7 come from the shared address, those to 8 from the director's own. */
const [SHARED_ECHO, OWN_ECHO] = [7, 8];
const ECHO_PORT = 7;

function service(port: number, real: number, lines: readonly string[], check: string): string {
  const servers = [R1, R2].map(
    (address) => `    real_server ${address} ${real} {\n        ${check}\n    }`,
  );
  const all = ['delay_loop 1', 'lb_algo rr', 'lvs_method FULLNAT', 'protocol TCP', ...lines];
  return `virtual_server ${VIP} ${port} {\n    ${all.join('\n    ')}\n${servers.join('\n')}\n}`;
}

const TIMES = 'connect_timeout 1\n retry 0';
const SERVICES = [
  service(80, 80, [], `HTTP_GET {\n url {\n path /\n status_code 200\n }\n ${TIMES}\n }`),
  service(SHARED_ECHO, ECHO_PORT, [`snat_address ${SHARED}`], `TCP_CHECK {\n ${TIMES}\n }`),
  service(OWN_ECHO, ECHO_PORT, [], `TCP_CHECK {\n ${TIMES}\n }`),
];

function config(name: 'a' | 'b', services: readonly string[] = SERVICES): string {
  return directorConfig({
    topology: 'fullnat',
    sync: true,
    // What leaves the configuration goes at once, though a connection lives.
    globals: ['lvs_drain_timeout 0'],
    priority: name === 'a' ? HIGH : LOW,
    virtualServers: services.join('\n\n'),
  });
}

function start(lab: Lab, name: 'a' | 'b'): void {
  lab.director(name).startTandem(config(name));
}

async function complete(lab: Lab, director: Director): Promise<void> {
  await lab.eventually(
    () => director.table().length === 3 && director.servers(HTTP).length === 2,
    START_TIMEOUT,
    `${director.name} has all services and servers in its table`,
  );
}

/** All rules of ours, whichever way they were made; empty without any. */
async function rules(director: Director): Promise<string> {
  const nft = await director.run('nft list ruleset | grep -A 40 tandem_fullnat');
  const iptables = await director.run(
    'for t in nat filter; do iptables-legacy-save -t $t | grep TANDEM-FULLNAT; done',
  );
  return `${nft.stdout}${iptables.stdout}`;
}

/** What is set besides the rules. */
async function settings(director: Director): Promise<string[]> {
  const names = 'net.ipv4.vs.conntrack net.netfilter.nf_conntrack_tcp_be_liberal';
  return (await director.run(`sysctl -n ${names}`)).stdout.trim().split('\n');
}

/** Where a server sees the client of an echo connection: the addresses of who is connected to it. */
function clientsOf(lab: Lab): string[] {
  const found = lab.realServers.flatMap((server) =>
    server
      .procNet('tcp')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => local?.endsWith(':0007') && state === '01')
      .map(([, , remote = '']) => remote.slice(0, 8).match(/../g)!),
  );
  return found.map((bytes) =>
    bytes
      .map((byte) => Number.parseInt(byte, 16))
      .reverse()
      .join('.'),
  );
}

/** Waits until an echo connection has its answers again, and says what became of it. */
async function alive(lab: Lab, echo: Echo, where: string): Promise<void> {
  await lab.eventually(
    async () => {
      const { sent, received, ended } = await echo.report();
      return ended === null && received > 0 && sent - received < 5;
    },
    20_000,
    `the connection goes on ${where}`,
    200,
  );
  assert.equal((await echo.report()).wrong, 0);
}

async function isMaster(lab: Lab, name: 'a' | 'b'): Promise<void> {
  const [one, other] = name === 'a' ? (['a', 'b'] as const) : (['b', 'a'] as const);
  const [master, backup] = [lab.director(one), lab.director(other)];
  await lab.eventually(
    () => ownsAll(lab, master) && master.state() === 'MASTER' && !backup.holds(VIP),
    START_TIMEOUT,
    `${name} is MASTER alone`,
  );
}

labSuite('FULLNAT', 'fullnat', (lab) => {
  let shared: Echo;

  it('clients get answers from servers without a way back, and these see the director', async () => {
    const { client } = lab();
    const a = lab().director('a');
    start(lab(), 'a');
    start(lab(), 'b');
    await complete(lab(), a);
    await complete(lab(), lab().director('b'));
    await isMaster(lab(), 'a');
    assert.deepEqual(await client.burst({ url: `http://${VIP}/`, count: 10 }), { r1: 5, r2: 5 });
    shared = await client.openEcho(VIP, SHARED_ECHO);
    const own = await client.openEcho(VIP, OWN_ECHO);
    await lab().eventually(
      () => clientsOf(lab()).includes(SHARED) && clientsOf(lab()).includes(a.address('inner')),
      5000,
      'servers are connected to the shared and to the own address',
    );
    assert.ok(!clientsOf(lab()).includes(client.address()));
    await alive(lab(), own, 'on a');
    await own.close();
    assert.deepEqual(await settings(a), ['1', '1']);
  });

  it('rules that something else removes come back', async () => {
    const a = lab().director('a');
    const before = await rules(a);
    assert.notEqual(before, '');
    await a.run('nft delete table ip tandem_fullnat; iptables-legacy -t nat -F');
    assert.notEqual(await rules(a), before);
    await lab().eventually(async () => (await rules(a)) === before, 20_000, 'they are back', 500);
    await lab().logged(a, /FULLNAT: .* was changed by something else: restored/);
  });

  it('a server that fails is not asked', async () => {
    const a = lab().director('a');
    const [r1] = lab().realServers;
    try {
      await r1!.mood('refuse');
      await lab().eventually(() => a.servers(HTTP).length === 1, 10_000, 'r1 is out');
      assert.deepEqual(await lab().client.burst({ url: `http://${VIP}/`, count: 4 }), { r2: 4 });
    } finally {
      await r1!.mood('ok');
    }
    await lab().eventually(() => a.servers(HTTP).length === 2, 10_000, 'r1 is in');
  });

  it('kill -9 of all processes: a connection from the shared address goes on by the other', async () => {
    const [a, b] = [lab().director('a'), lab().director('b')];
    const before = await rules(a);
    a.kill('all');
    // Nobody has told it to give its addresses up, as the unit's ExecStopPost would.
    await a.release();
    await lab().eventually(() => ownsAll(lab(), b), 10_000, 'b is MASTER');
    await alive(lab(), shared, 'on b');
    assert.equal(await rules(a), before, 'the services are there, and so are their rules');
  });

  it('the new daemon finds its rules again, once, and the connection comes back to it', async () => {
    const a = lab().director('a');
    const before = await rules(a);
    start(lab(), 'a');
    await complete(lab(), a);
    await isMaster(lab(), 'a');
    assert.equal(await rules(a), before);
    await alive(lab(), shared, 'on a again');
    assert.deepEqual(await lab().client.burst({ url: `http://${VIP}/`, count: 4 }), {
      r1: 2,
      r2: 2,
    });
  });

  it('a machine dies: connections from the shared address live, those from its own are lost', async () => {
    const own = await lab().client.openEcho(VIP, OWN_ECHO);
    await alive(lab(), own, 'on a');
    // Both are known to the other before they need to be.
    const b = lab().director('b');
    await lab().eventually(() => b.connections(true).length >= 2, 5000, 'they are synced');
    await lab().director('a').powerOff();
    await lab().eventually(() => ownsAll(lab(), b), 10_000, 'b is MASTER');
    await alive(lab(), shared, 'on b');
    const isLost = async (): Promise<boolean> => (await own.report()).ended !== null;
    await lab().eventually(isLost, 20_000, 'the server does not know the other director', 200);
    assert.equal((await own.report()).ended, 'ECONNRESET');
  });

  it('rules go with the services, by a reload and at the end, and settings come back', async () => {
    const b = lab().director('b');
    b.reload(config('b', SERVICES.slice(0, 1)));
    await lab().eventually(() => b.table().length === 1, START_TIMEOUT, 'one service is left');
    await lab().eventually(async () => !(await rules(b)).includes(SHARED), 10_000, 'as its rules');
    assert.match(await rules(b), /masquerade/i);
    b.reload(config('b', SERVICES.slice(0, 1)).replace('lvs_method FULLNAT', 'lvs_method NAT'));
    await lab().eventually(async () => (await rules(b)) === '', 10_000, 'no rule is left');
    assert.deepEqual(await settings(b), ['0', '0']);
    b.reload(config('b'));
    await complete(lab(), b);
    assert.notEqual(await rules(b), '');
    await b.stop();
    assert.equal(await rules(b), '');
    assert.deepEqual(await settings(b), ['0', '0']);
  });

  it('kill -9 of all, and the next start has no virtual server: rules and settings go', async () => {
    const b = lab().director('b');
    const none = directorConfig({
      topology: 'fullnat',
      sync: false,
      priority: LOW,
      virtualServers: '',
    });
    start(lab(), 'b');
    await complete(lab(), b);
    assert.notEqual(await rules(b), '');
    b.kill('all');
    await lab().eventually(() => b.pids().length === 0, START_TIMEOUT, 'all are gone');
    // Somebody has cleared the table meanwhile, and nothing says any more which services are ours.
    await b.ipvsadm('-C');
    b.forget('ipvs-services.json');
    assert.notEqual(await rules(b), '');
    b.startTandem(none);
    await lab().eventually(async () => (await rules(b)) === '', 20_000, 'no rule is left', 500);
    assert.deepEqual(await settings(b), ['0', '0']);
    await b.stop();
  });

  it('with net_namespace_ipvs the rules are where the table is', async () => {
    const [a, b] = [lab().director('a'), lab().director('b')];
    await a.powerOn();
    // The addresses are where the table is; the daemon's own machine has none of all this.
    await b.run(`ip address add ${VIP}/24 dev eth0; ip address add ${SHARED}/24 dev eth1`);
    const text = `net_namespace_ipvs ${b.netns}\n${SERVICES.join('\n\n')}\n`;
    a.startTandem(text, ['-C']);
    await complete(lab(), b);
    assert.notEqual(await rules(b), '');
    assert.deepEqual(await settings(b), ['1', '1']);
    assert.equal(await rules(a), '');
    assert.deepEqual(a.table(), []);
    assert.deepEqual(await settings(a), ['0', '0']);
    const { client } = lab();
    assert.deepEqual(await client.burst({ url: `http://${VIP}/`, count: 4 }), { r1: 2, r2: 2 });
    const echo = await client.openEcho(VIP, SHARED_ECHO);
    await alive(lab(), echo, 'by the other namespace');
    assert.ok(clientsOf(lab()).includes(SHARED));
    await a.stop();
    assert.equal(await rules(b), '');
    assert.deepEqual(b.table(), []);
    assert.deepEqual(await settings(b), ['0', '0']);
  });
});
