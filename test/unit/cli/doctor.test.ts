import assert from 'node:assert/strict';
import type { CheckerSettings, RealServerSettings } from '../../../src/checker/settings.js';
import { renderFindings } from '../../../src/cli/doctor.js';
import {
  type Address,
  findings,
  type Machine,
  type Way,
} from '../../../src/cli/doctor-findings.js';
import { wantedSysctls } from '../../../src/ipvs/sysctls.js';
import { sysctlInput } from '../../../src/process/sysctl-keeper.js';
import { realServer, virtualServer } from '../checker/harness.js';

const VIP = '192.0.2.100';

function settings(
  server: Partial<RealServerSettings> = {},
  more: Partial<CheckerSettings> = {},
): CheckerSettings {
  return {
    virtualServers: [virtualServer([realServer('10.0.0.1', server)])],
    flushAtStart: false,
    flushAtStop: false,
    ...more,
  };
}

function machine(
  values: Readonly<Record<string, string>>,
  addresses: readonly Address[] = [],
  isRunning = true,
): Machine {
  return { sysctl: (path) => values[path], addresses, route: () => undefined, isRunning };
}

function told(set: CheckerSettings, where: Machine): string[] {
  return findings(set, sysctlInput(set, new Set()), where).map(
    ({ what, value, wanted, verdict }) => `${verdict} ${what} ${value ?? '-'} ${wanted}`,
  );
}

const at = (name: string, prefix: string, address = `${prefix}1`): Address => ({
  interface: name,
  address,
  covers: (other) => other.startsWith(prefix),
});

describe('cli: doctor', () => {
  it('compares the switches of IPVS and forwarding', () => {
    const values = {
      'net/ipv4/vs/conn_reuse_mode': '1',
      'net/ipv4/vs/expire_nodest_conn': '0',
      'net/ipv4/ip_forward': '0',
    };
    const expected = ['ok net.ipv4.vs.conn_reuse_mode 1 1'];
    assert.deepEqual(told(settings(), machine(values)), [
      ...expected,
      'wrong net.ipv4.vs.expire_nodest_conn 0 1',
      'wrong net.ipv4.ip_forward 0 1',
    ]);
    assert.deepEqual(told(settings(), machine(values, [], false)).slice(0, 2), [
      ...expected,
      'later net.ipv4.vs.expire_nodest_conn 0 1',
    ]);
    assert.equal(told(settings(), machine({}))[0], 'wrong net.ipv4.vs.conn_reuse_mode - 1');
  });

  it('NAT in one network must not redirect, DR need not forward', () => {
    const both = { ...at('eth0', '10.0.0.'), covers: () => true };
    const names = told(settings(), machine({}, [both])).map((line) => line.split(' ')[1]);
    assert.ok(names.includes('net.ipv4.conf.eth0.send_redirects'));
    assert.ok(names.includes('net.ipv4.conf.all.send_redirects'));
    const direct = told(settings({ method: 'DR' }), machine({}, [both]));
    assert.equal(direct.length, 2);
  });

  it('tells of servers that no route leads to, and of DR through a router', () => {
    const way = (route: Way): Machine => ({ ...machine({}), route: () => route });
    const last = (set: CheckerSettings, route: Way) => told(set, way(route)).at(-1) ?? '';
    assert.equal(
      last(settings(), { problem: 'ENETUNREACH' }),
      'wrong route to 10.0.0.1 ENETUNREACH a route',
    );
    assert.doesNotMatch(last(settings(), { gateway: '192.0.2.1' }), /route to/);
    assert.equal(
      last(settings({ method: 'DR' }), { gateway: '192.0.2.1' }),
      'wrong route to 10.0.0.1 via 192.0.2.1 none by a router',
    );
    assert.doesNotMatch(last(settings({ method: 'DR' }), {}), /route to/);
  });

  it('an address on lo must not be answered for', () => {
    const lo = at('lo', '192.0.2.', VIP);
    const values = { 'net/ipv4/conf/all/arp_ignore': '2', 'net/ipv4/conf/all/arp_announce': '0' };
    assert.deepEqual(told(settings({ method: 'DR' }), machine(values, [lo])).slice(2), [
      'ok net.ipv4.conf.all.arp_ignore 2 1',
      'wrong net.ipv4.conf.all.arp_announce 0 2',
    ]);
  });

  it('without services there is nothing to look at', () => {
    assert.deepEqual(told(settings({}, { virtualServers: [] }), machine({})), []);
  });

  it('is written in lines', () => {
    const text = renderFindings(
      [
        { what: 'a.b', value: '0', wanted: '1', verdict: 'wrong', why: 'so' },
        { what: 'c', wanted: '1', verdict: 'later', why: 'thus' },
        { what: 'd', value: '1', wanted: '1', verdict: 'ok', why: 'yes' },
      ],
      false,
    );
    assert.deepEqual(text.split('\n'), [
      'WRONG: a.b = 0, wanted 1: so',
      'set at start: c = missing, wanted 1: thus',
      'ok: d = 1: yes',
      '3 looked at, 1 wrong; the daemon does not run',
      '',
    ]);
  });
});

describe('ipvs: switches', () => {
  const names = (set: CheckerSettings, own: readonly string[] = []): string[] =>
    wantedSysctls(sysctlInput(set, new Set(own))).map(({ name, value }) => `${name}=${value}`);

  it('are nothing without services, and more with persistence', () => {
    assert.deepEqual(names(settings({}, { virtualServers: [] })), []);
    const persistent = virtualServer([realServer('10.0.0.1')], { persistenceTimeout: 60 });
    assert.deepEqual(names(settings({}, { virtualServers: [persistent] })), [
      'conn_reuse_mode=1',
      'expire_nodest_conn=1',
      'expire_quiescent_template=1',
    ]);
  });

  it('backup_only is for a director that is its own real server, with one role', () => {
    const direct = settings({ method: 'DR' }, { syncFollowsAll: true });
    assert.ok(names(direct, ['10.0.0.1']).includes('backup_only=1'));
    assert.ok(!names(direct, ['10.0.0.2']).includes('backup_only=1'));
    const nat = settings({}, { syncFollowsAll: true });
    assert.ok(!names(nat, ['10.0.0.1']).includes('backup_only=1'));
    assert.ok(!names(settings({ method: 'DR' }), ['10.0.0.1']).includes('backup_only=1'));
  });

  it('the configuration has the last word', () => {
    const wishes = { expire_nodest_conn: 'keep', sync_threshold: '3 10' } as const;
    assert.deepEqual(names(settings({}, { sysctls: wishes })), [
      'conn_reuse_mode=1',
      'sync_threshold=3 10',
    ]);
  });
});
