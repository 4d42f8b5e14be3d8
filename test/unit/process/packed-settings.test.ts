/** What the checker is told is what was configured, and equal parts travel once. */
import assert from 'node:assert/strict';
import { deserialize, serialize } from 'node:v8';
import type {
  CheckerSettings,
  RealServerSettings,
  VirtualServerSettings,
} from '../../../src/checker/settings.js';
import { rowsOf } from '../../../src/config/build/lvs/server-rows.js';
import { checkerSettings, packedCheckerSettings } from '../../../src/process/checker-settings.js';
import {
  packSettings,
  serviceToPack,
  unpackSettings,
} from '../../../src/process/packed-settings.js';
import { httpCheck, realServer, SORRY, tcpCheck, virtualServer } from '../checker/harness.js';
import { loadGood } from '../config/support.js';

/** With all servers there. */
function plain({ virtualServers, ...general }: CheckerSettings): CheckerSettings {
  const whole = virtualServers.map((virtual) => {
    const realServers = [...virtual.realServers];
    assert.equal(realServers.length, virtual.realServers.length);
    return { ...virtual, realServers };
  });
  return { ...general, virtualServers: whole };
}

/** Packs, sends as a channel does, and unpacks. */
function sent(virtualServers: readonly VirtualServerSettings[]): {
  readonly settings: CheckerSettings;
  readonly shapes: number;
} {
  const general = { flushAtStart: true, flushAtStop: false, drainTimeout: 5 };
  const count = virtualServers.reduce((sum, { realServers }) => sum + realServers.length, 0);
  const packed = packSettings(general, virtualServers.map(serviceToPack), count);
  const settings = unpackSettings(deserialize(serialize(packed)));
  assert.deepEqual(plain(settings), { ...general, virtualServers });
  return { settings, shapes: packed.servers.shapes.length };
}

function sentServers(...servers: RealServerSettings[]): number {
  return sent([virtualServer(servers)]).shapes;
}

describe('process: settings on their way to the checker', () => {
  it('arrive as they were', () => {
    const servers = [realServer('10.0.0.1'), realServer('2001:db8::1', { port: 0, weight: -3 })];
    sent([]);
    sent([virtualServer([]), virtualServer(servers), virtualServer([], { sorryServer: SORRY })]);
  });

  it('tell once what servers have in common, their own address in checks included', () => {
    const alike = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address, i) =>
      realServer(address, { weight: i, checks: [tcpCheck(address), httpCheck(address, '/')] }),
    );
    assert.equal(sentServers(...alike), 1);
    const { settings } = sent([virtualServer(alike)]);
    const [first, second] = settings.virtualServers[0]?.realServers ?? [];
    assert.ok(first?.checks[0]?.timing);
    assert.equal(first.checks[0].timing, second?.checks[0]?.timing);
  });

  it('tell apart what differs in anything, and find what came before', () => {
    const one = realServer('10.0.0.1');
    const tunnel = { type: 'gue', port: 6080, checksum: 'nocsum' } as const;
    const others = [
      { method: 'DR' as const },
      { method: 'TUN' as const, tunnel },
      { method: 'TUN' as const, tunnel: { ...tunnel, port: 6081 } },
      { sourceNat: {} },
      { sourceNat: { pool: { first: '10.9.0.1', last: '10.9.0.2' } } },
      { upperThreshold: 1 },
      { lowerThreshold: 1 },
      { inhibitOnFailure: true },
      { alpha: true },
      { checks: [] },
      { checks: [tcpCheck('10.0.0.1'), tcpCheck('10.0.0.1')] },
      { checks: [tcpCheck('10.0.0.1', { retry: 7 })] },
      { checks: [tcpCheck('10.0.0.77')] },
      { checks: [httpCheck('10.0.0.1', '/a')] },
      { checks: [httpCheck('10.0.0.1', '/b')] },
    ].map((change) => realServer('10.0.0.1', change));
    const port = realServer('10.0.0.1', { port: 81 });
    assert.equal(sentServers(one, ...others, port, one, ...others), others.length + 2);
  });

  it('keep the place of a check that is not its server', () => {
    const away = tcpCheck('10.0.0.2');
    const there = ['10.0.0.1', '10.0.0.2'].map((address) =>
      realServer(address, { checks: [away] }),
    );
    sentServers(...there);
    sentServers(...there.reverse());
    const settings = there.map((server) => ({ ...server, address: '10.0.0.3' }));
    assert.equal(sentServers(...settings), 1);
  });

  it('are those of the configuration', () => {
    const config = loadGood(
      [
        'global_defs {\nlvs_timeouts tcp 5\n}',
        'virtual_server_group web {\n192.0.2.16-31 80\nfwmark 1001\n}',
        'virtual_server group web {\nprotocol TCP\nsorry_server 10.0.0.9 80\nreal_server 10.0.0.1 80 {\n}\n}',
        'virtual_server 192.0.2.1 80 {\nlvs_method TUN\nprotocol TCP',
        ...[1, 2, 3].map((n) => `real_server 10.0.0.${n} 80 {\nweight ${n}\nTCP_CHECK {\n}\n}`),
        'real_server 10.0.0.4 80 {\nHTTP_GET {\nurl {\npath /\n}\nconnect_port 81\n}\n}\n}',
      ].join('\n'),
    );
    const packed = packedCheckerSettings(config);
    assert.deepEqual(plain(unpackSettings(packed)), checkerSettings(config));
    assert.equal(packed.servers.shapes.length, 3);
  });

  it('are those of servers whose blocks have the same text', () => {
    const blocks = [
      '',
      'weight 5\nTCP_CHECK {\n}\n',
      'TCP_CHECK {\nconnect_port 81\n}\n',
      'TCP_CHECK {\nconnect_ip 10.0.0.2\n}\nTCP_CHECK {\n}\n',
      'lvs_method DR\nTCP_CHECK {\n}\n',
    ];
    const servers = Array.from({ length: 60 }, (_, i) => {
      const port = i % 7 === 0 && i % 5 !== 4 ? 81 : 80;
      return `real_server 10.0.0.${i} ${port} {\n${blocks[i % 5]}}\n`;
    });
    const service = (n: number): string =>
      `virtual_server 192.0.2.${n} 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n${servers.slice(n).join('')}}\n`;
    const config = loadGood(`${service(1)}${service(2)}`);
    assert.ok(config.virtualServers.every((each) => (rowsOf(each)?.count ?? 0) > 50));
    const packed = packedCheckerSettings(config);
    assert.deepEqual(plain(unpackSettings(packed)), checkerSettings(config));
    assert.equal(packed.servers.shapes.length, 5);
  });
});
