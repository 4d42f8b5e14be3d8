/** Instances whose interface is in a VRF, sends beside its macvlan, or goes away under it. */
import assert from 'node:assert/strict';
import { now } from './clock.js';
import type { Director } from './director.js';
import { type PairOptions, pairConfig, START_TIMEOUT, settled } from './steps.js';
import { labSuite } from './suite.js';

const QUICK: PairOptions = { version: 3, advertInt: 0.3 };
const VRF = 'red';
const VMAC = 'vrrp.51';
const VIRTUAL_MAC = '00:00:5e:00:01:33';
const VLAN = 'eth0.7';
const VLAN_VIP = '10.7.0.100';

labSuite('placed interfaces', 'pair', function (lab) {
  this.retries(2);

  /** Both machines anew, with what a command makes on them before the daemons start. */
  async function start(
    options: PairOptions,
    prepare: (director: Director) => string,
    change: (config: string) => string = (config) => config,
  ): Promise<void> {
    await lab().reboot();
    for (const name of ['a', 'b'] as const) {
      const director = lab().director(name);
      await made(director, prepare(director));
      director.start(options[name] ?? 'tandem', change(pairConfig(lab(), name, options)));
    }
  }

  async function made(director: Director, command: string): Promise<void> {
    if (command === '') return;
    const { code, stderr } = await director.run(command);
    assert.equal(code, 0, stderr);
  }

  /** b takes over when a's interface fails, and a comes back. */
  async function failOverAndBack(): Promise<void> {
    const { vip, client } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await a.run('ip link set eth0 down');
    await lab().eventually(() => b.holds(vip), START_TIMEOUT, 'b takes over');
    await lab().eventually(
      async () => (await client.run(`ping -c 1 -W 1 ${vip}`)).code === 0,
      START_TIMEOUT,
      'b answers',
    );
    await a.run('ip link set eth0 up');
    await settled(lab(), 'a', 'b');
    await lab().eventually(
      async () => (await client.run(`ping -c 1 -W 1 ${vip}`)).code === 0,
      START_TIMEOUT,
      'a answers',
    );
  }

  const intoVrf = `ip link add ${VRF} type vrf table 100 && ip link set ${VRF} up && ip link set eth0 master ${VRF}`;

  it('an interface in a VRF, keepalived on the other side: elect, fail over and back', async () => {
    const a = lab().director('a');
    await start({ ...QUICK, b: 'keepalived' }, () => intoVrf);
    await settled(lab(), 'a', 'b');
    const since = now();
    await failOverAndBack();
    const sources = new Set(
      lab()
        .capture.adverts(undefined, since)
        .map(({ source }) => source),
    );
    assert.ok(sources.has(a.address()) && sources.size === 2, [...sources].join(' '));
    // It leaves the VRF and comes into it again under the daemon.
    await made(a, 'ip link set eth0 nomaster');
    await settled(lab(), 'a', 'b');
    await made(a, `ip link set eth0 master ${VRF}`);
    await settled(lab(), 'a', 'b');
  });

  it('vrf: unicast without an interface is bound to the VRF', async () => {
    const { vip } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await start(
      { ...QUICK, unicast: true },
      () => intoVrf,
      (config) => config.replace('interface eth0', `vrf ${VRF}`),
    );
    await settled(lab(), 'a', 'b');
    await a.run(`ip link set ${VRF} down`);
    await lab().eventually(() => b.holds(vip) && !a.holds(vip), START_TIMEOUT, 'b takes over');
    assert.equal(a.state(), 'FAULT');
    await a.run(`ip link set ${VRF} up`);
    await settled(lab(), 'a', 'b');
  });

  it('vmac_xmit_base: adverts leave with the real MAC address, the VIP has the virtual one', async () => {
    const { vip, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    const options = { ...QUICK, instance: ['use_vmac', 'vmac_xmit_base'] };
    await start({ ...options, b: 'keepalived' }, () => '');
    await settled(lab(), 'a', 'b');
    const since = now();
    await failOverAndBack();
    const macs = new Map(
      capture.adverts(undefined, since).map(({ source, mac }) => [source, mac] as const),
    );
    assert.deepEqual([...macs.keys()].sort(), [a.address(), b.address()].sort());
    for (const mac of macs.values()) assert.notEqual(mac, VIRTUAL_MAC);
    const announced = capture.announcements(vip, undefined, since);
    assert.ok(announced.length >= 2, 'both announce');
    for (const { senderMac } of announced) assert.equal(senderMac, VIRTUAL_MAC);
  });

  it('use_vmac: the interface below is deleted and made again: FAULT, then the VIP is back', async () => {
    const [a, b] = [lab().director('a'), lab().director('b')];
    const vlan = (director: Director): string =>
      `ip link add link eth0 name ${VLAN} type vlan id 7 && ip addr add 10.7.0.${director.address().split('.').at(-1)}/24 dev ${VLAN} && ip link set ${VLAN} up`;
    await start({ ...QUICK, instance: ['use_vmac'] }, vlan, (config) =>
      config
        .replace('interface eth0', `interface ${VLAN}`)
        .replace('172.25.254.100/24 dev eth0', `${VLAN_VIP}/24 dev ${VLAN}`),
    );
    const masterIs = (one: Director, other: Director): Promise<unknown> =>
      lab().eventually(
        () => one.holds(VLAN_VIP) && !other.holds(VLAN_VIP) && one.state() === 'MASTER',
        START_TIMEOUT,
        `${one.name} is MASTER`,
      );
    await masterIs(a, b);
    const index = async (): Promise<string> =>
      (await a.run(`ip -o link show ${VMAC}`)).stdout.split(':')[0] as string;
    const before = await index();
    assert.match(before, /^\d+$/);
    await made(a, `ip link del ${VLAN}`);
    await masterIs(b, a);
    await lab().eventually(() => a.state() === 'FAULT', START_TIMEOUT, 'a is in FAULT');
    assert.equal(await index(), '', 'the macvlan went with what was below it');
    await made(a, vlan(a));
    await masterIs(a, b);
    assert.notEqual(await index(), before);
    const shown = (await a.run(`ip -d link show ${VMAC}`)).stdout;
    assert.match(shown, new RegExp(`${VMAC}@${VLAN}.*${VIRTUAL_MAC}.*macvlan mode private`, 's'));
    assert.equal(b.state(), 'BACKUP');
    await a.stop();
    assert.equal((await a.run('ip -o link show type macvlan')).stdout, '');
  });
});
