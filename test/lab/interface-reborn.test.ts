/** An interface is deleted and made anew, or renumbered, under an instance. */
import assert from 'node:assert/strict';
import { now } from './clock.js';
import type { Director } from './director.js';
import { sharedPair } from './shared-pair.js';
import { type PairOptions, pairConfig, START_TIMEOUT, settled } from './steps.js';
import { labSuite } from './suite.js';

/** Seconds. */
const ADVERT_INT = 0.3;
const QUICK: PairOptions = { version: 3, advertInt: ADVERT_INT };
const VLAN = 'eth0.7';
const VLAN_VIP = '10.7.0.100';

labSuite('an interface that is reborn', 'pair', function (lab) {
  const ready = sharedPair(this, lab);

  it('a VLAN interface is deleted and made again: FAULT, and the VIP is back', async () => {
    const [a, b] = [lab().director('a'), lab().director('b')];
    await ready(QUICK);
    for (const director of [a, b]) {
      await addVlan(director);
      director.reload(onVlan(pairConfig(lab(), director.name as 'a' | 'b', QUICK)));
    }
    const masterIs = (one: Director, other: Director): Promise<unknown> =>
      lab().eventually(
        () => one.holds(VLAN_VIP) && !other.holds(VLAN_VIP) && one.state() === 'MASTER',
        START_TIMEOUT,
        `${one.name} has the VIP of the VLAN`,
      );
    await masterIs(a, b);
    for (let round = 0; round < 2; round++) {
      await a.run(`ip link del ${VLAN}`);
      await masterIs(b, a);
      await lab().eventually(() => a.state() === 'FAULT', START_TIMEOUT, 'a is in FAULT');
      await addVlan(a);
      await masterIs(a, b);
      await lab().eventually(() => b.state() === 'BACKUP', START_TIMEOUT, 'b is BACKUP');
    }
    // Gone and back at one moment: another interface of the same name.
    await a.run(`ip link del ${VLAN}; ${vlanCommands(a)}`);
    await lab().eventually(
      () => a.holds(VLAN_VIP) !== b.holds(VLAN_VIP),
      START_TIMEOUT,
      'one owner',
    );
    await masterIs(a, b);
    for (const director of [a, b])
      director.reload(pairConfig(lab(), director.name as 'a' | 'b', QUICK));
    await settled(lab(), 'a', 'b');
    assert.equal(a.holds(VLAN_VIP) || b.holds(VLAN_VIP), false);
  });

  it('the address of the interface is replaced: adverts come from the new one', async () => {
    const { capture, vip } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await ready(QUICK);
    const since = now();
    // As DHCP does: the new one first, then the old one goes, and the kernel promotes what is next:
    // the VIP.
    await a.run(
      'sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1; ' +
        'ip addr add 172.25.254.31/24 brd + dev eth0 && ip addr del 172.25.254.11/24 dev eth0',
    );
    await lab().eventually(
      () => capture.adverts('a', since).some(({ source }) => source === '172.25.254.31'),
      START_TIMEOUT,
      'adverts from the new address',
    );
    await settled(lab(), 'a', 'b');
    assert.ok(
      capture.adverts('a', since).every(({ source }) => source !== vip),
      'the VIP is no address to send from',
    );
    assert.deepEqual(lab().owners(), ['a']);
    assert.equal(b.state(), 'BACKUP');
    await a.run(
      'ip addr add 172.25.254.11/24 brd + dev eth0; ip addr del 172.25.254.31/24 dev eth0',
    );
    await settled(lab(), 'a', 'b');
  });
});

/** A director's address in the VLAN ends as its own. */
function vlanCommands(director: Director): string {
  const last = director.address().split('.').at(-1);
  return (
    `ip link add link eth0 name ${VLAN} type vlan id 7 && ` +
    `ip addr add 10.7.0.${last}/24 dev ${VLAN} && ip link set ${VLAN} up`
  );
}

async function addVlan(director: Director): Promise<void> {
  const { code, stderr } = await director.run(vlanCommands(director));
  assert.equal(code, 0, stderr);
}

/** The same instance on the VLAN's interface. */
function onVlan(config: string): string {
  return config
    .replace('interface eth0', `interface ${VLAN}`)
    .replace('172.25.254.100/24 dev eth0', `${VLAN_VIP}/24 dev ${VLAN}`);
}
