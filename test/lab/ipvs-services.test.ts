/**
 * Services, real servers and groups as the configuration has them: the kernel's table under tandem
 * is, byte for byte, the one that keepalived 2.2.7 makes of the same file.
 */
import assert from 'node:assert/strict';
import { now } from './clock.js';
import type { Director } from './director.js';
import { checkedByHttp, NEWER, REFUSED, SERVICES, UNREACHABLE } from './ipvs-services.js';
import { labSuite } from './suite.js';

labSuite('ipvs services', 'nat', (lab) => {
  /** `ipvsadm -Sn` when two readings in a row are the same. */
  const tableOf = async (director: Director): Promise<string> => {
    let last = '';
    return lab().eventually(
      async () => {
        const saved = await director.ipvsadm('-Sn');
        const isSettled = saved === last && saved !== '';
        last = saved;
        return isSettled ? saved : undefined;
      },
      30_000,
      `${director.name}'s table is made`,
      500,
    );
  };
  const both = (): [Director, Director] => [lab().director('a'), lab().director('b')];
  const timeouts = async (director: Director): Promise<string> =>
    (await director.ipvsadm('-L --timeout')).trim();
  const daemons = async (director: Director): Promise<string[]> =>
    (await director.ipvsadm('-L --daemon')).split('\n').filter((line) => line !== '');

  afterEach(async () => {
    for (const director of both()) if (director.isRunning()) await director.stop();
  });

  it('services, flags, persistence, methods, tunnels, marks and groups are those of keepalived', async () => {
    const [a, b] = both();
    for (const director of [a, b]) director.enableIpv6('eth1');
    const usual = await timeouts(a);
    a.startTandem(SERVICES, ['-C']);
    b.startKeepalived(SERVICES, ['-C']);
    const [ours, theirs] = [await tableOf(a), await tableOf(b)];
    assert.equal(ours, theirs);
    // What ipvsadm does not save.
    assert.equal(await a.ipvsadm('-Ln --thresholds'), await b.ipvsadm('-Ln --thresholds'));
    assert.match(ours, /--tun-type gue --tun-port 6080 --tun-remcsum\n/);
    assert.match(ours, /^-a -t \[2001:db8:7::20\]:80 -r 192\.168\.0\.10:80 -i/m);
    assert.match(ours, /-p 9 --pe sip\n/);

    // lvs_timeouts, which go back to what they were.
    assert.equal(await timeouts(a), 'Timeout (tcp tcpfin udp): 901 121 301');
    assert.equal(await timeouts(b), await timeouts(a));

    const status = await a.tandem('tandem', ['status']);
    assert.match(status.stdout, /^group ranges TCP: quorum up$/m);
    assert.match(
      status.stdout,
      /^ {2}balances .*172\.25\.254\.120-172\.25\.254\.123 port 81, .*firewall mark 10 \(IPv4\)$/m,
    );
    assert.match(
      status.stdout,
      /^ {2}192\.168\.0\.18:1022 by GUE port 6080 remcsum alive, weight 1/m,
    );
    await a.stop();
    assert.deepEqual(a.table(), []);
    assert.equal(await timeouts(a), usual);
  });

  it('ranges over the end of a network: keepalived 2.2.7 does not end there, 2.4 does', async () => {
    const [a] = both();
    a.startTandem(NEWER, ['-C']);
    const services = (await tableOf(a)).split('\n').filter((line) => line.startsWith('-A'));
    assert.deepEqual(services, [
      '-A -t 172.25.254.254:82 -s rr',
      '-A -t 172.25.254.255:82 -s rr',
      '-A -t 172.25.255.0:82 -s rr',
      '-A -t 172.25.255.1:82 -s rr',
      '-A -t [2001:db8:7::fffe]:84 -s rr',
      '-A -t [2001:db8:7::ffff]:84 -s rr',
      '-A -t [2001:db8:7::1:0]:84 -s rr',
    ]);
  });

  it('what the kernel refuses is told once, and the rest of the table is made', async () => {
    const [a] = both();
    a.startTandem(REFUSED, ['-C']);
    assert.equal(
      await tableOf(a),
      [
        '-A -t 172.25.254.100:2 -s rr',
        '-a -t 172.25.254.100:2 -r 192.168.0.10:2 -m -w 1',
        '-A -t 172.25.254.100:3 -s rr',
        '-a -t 172.25.254.100:3 -r 192.168.0.10:3 -m -w 1',
        '',
      ].join('\n'),
    );
    const said = (text: string): number => a.logs().split(text).length - 1;
    const why = [
      'TCP 172.25.254.100:1: the kernel has no scheduler twos: modprobe ip_vs_twos (ENOENT)',
      'TCP 172.25.254.100:2: the kernel refuses server 192.168.0.255:2: its address is broadcast',
      'TCP 172.25.254.100:2: the kernel refuses server 224.0.0.5:2: its address is broadcast',
    ];
    for (const text of why) assert.equal(said(text), 1, text);
    assert.match(a.logs(), /warning: .*224\.0\.0\.5 is a multicast address.*CONFIG_SERVER_ADDRESS/);
  });

  it('a server that no interface reaches is told once, with what the errno means', async () => {
    const [a] = both();
    for (const [type, network] of [
      ['unreachable', '198.51.100.0/26'],
      ['prohibit', '198.51.100.64/26'],
      ['blackhole', '198.51.100.128/26'],
    ]) {
      await a.run(`ip route add ${type} ${network}`);
    }
    a.startTandem(UNREACHABLE, ['-C']);
    const table = await tableOf(a);
    assert.equal(table.match(/^-a -t 172/gm)?.length, 5, 'all are in the table');
    assert.equal(table.match(/^-a -t \[2001/gm)?.length, 1);
    const four = 'TCP 172.25.254.100:4: no interface reaches real server ';
    const why = [
      `${four}203.0.113.7: no route leads there (ENETUNREACH)`,
      `${four}203.0.113.8: no route leads there (ENETUNREACH)`,
      `${four}198.51.100.1: its route is of type unreachable (EHOSTUNREACH)`,
      `${four}198.51.100.65: its route is of type prohibit (EACCES)`,
      `${four}198.51.100.129: its route is of type blackhole (EINVAL)`,
      'TCP [2001:db8:7::100]:4: no interface reaches real server 2001:db8:9::10: no route leads there (ENETUNREACH)',
    ];
    const said = (text: string): number => a.logs().split(text).length - 1;
    await lab().eventually(() => why.every((text) => said(text) > 0), 10_000, 'all are told', 200);
    const listed = async (): Promise<string[]> => [
      ...((await a.status()).checker?.unreachable ?? []),
    ];
    assert.equal((await listed()).length, why.length);
    const shown = (await a.tandem('tandem', ['status'])).stdout;
    for (const text of why) assert.ok(shown.includes(`NO ROUTE: ${text}`), `${text} in ${shown}`);
    assert.doesNotMatch(shown, /192\.168\.0\.10: no route/);

    await a.run('ip route add 203.0.113.0/24 dev eth1; ip route del prohibit 198.51.100.64/26');
    await lab().eventually(async () => (await listed()).length === 4, 15_000, 'two less', 500);
    assert.equal(said('there is a route to real server 203.0.113.7 again'), 1);
    a.reload(UNREACHABLE.replace('real_server 198.51.100.1 4', 'real_server 192.168.0.11 4'));
    await lab().eventually(async () => (await listed()).length === 3, 15_000, 'one less', 500);
    for (const text of why) assert.equal(said(text), 1, text);
  });

  it('a group: each server is checked once, its verdict goes to all services, a reload keeps it', async () => {
    const [a] = both();
    const config = (entries: string): string => `virtual_server_group web {
    ${entries}
}
virtual_server group web {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    delay_loop 1
    sorry_server 192.168.0.99 80
    ${['192.168.0.10', '192.168.0.20'].map(checkedByHttp).join('\n    ')}
}
`;
    const serversOf = (): Set<string> =>
      new Set(
        a.table().map(({ servers }) =>
          servers
            .map(({ address }) => address)
            .sort()
            .join(),
        ),
      );
    const all = async (count: number, servers: string): Promise<unknown> =>
      lab().eventually(
        () => a.table().length === count && [...serversOf()].join(' ') === servers,
        20_000,
        `${count} services with ${servers}`,
      );
    a.startTandem(config('172.25.254.110-129 80\n    fwmark 30'), ['-C']);
    await all(21, '192.168.0.10,192.168.0.20');

    const r1 = lab().realServer('r1');
    const [before, since] = [await r1.requests(), now()];
    await lab().eventually(async () => (await r1.requests()) >= before + 3, 20_000, 'checks');
    const most = (now() - since) / 1_000 + 2;
    assert.ok(
      (await r1.requests()) - before <= most,
      'one check a second, not one for each service',
    );

    await r1.mood('refuse');
    await all(21, '192.168.0.20');
    const [group] = (await a.status()).checker?.virtualServers ?? [];
    assert.deepEqual(
      group?.realServers.map(({ alive }) => alive),
      [false, true],
    );
    a.reload(config('172.25.254.110-139 80'));
    await all(30, '192.168.0.20');
    await lab().realServer('r2').mood('refuse');
    await all(30, '192.168.0.99');
    assert.equal(a.logs().split('Lost quorum').length - 1, 1, "the quorum is the group's");
    for (const server of lab().realServers) await server.mood('ok');
    await all(30, '192.168.0.10,192.168.0.20');
  });

  it('-C: sync daemons that no instance decides about run, as with keepalived', async () => {
    const [a, b] = both();
    const text = (words: string): string => `global_defs {
    lvs_sync_daemon eth1 ${words}
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        172.25.254.100
    }
}
virtual_server 172.25.254.100 80 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 192.168.0.10 80 {
    }
}
`;
    const running = async (director: Director, count: number): Promise<string[]> =>
      lab().eventually(
        async () => {
          const lines = await daemons(director);
          return lines.length === count ? lines : undefined;
        },
        10_000,
        `${director.name} runs ${count} sync daemons`,
        500,
      );
    a.startTandem(text('id 9'), ['-C']);
    b.startKeepalived(text('id 9'), ['-C']);
    for (const director of [a, b]) await tableOf(director);
    assert.deepEqual(await running(a, 2), await running(b, 2));
    assert.equal(a.holds('172.25.254.100'), false, 'but no instance');
    assert.deepEqual((await a.status()).vrrp?.instances, []);
    await b.stop();
    a.kill('vrrp');
    await running(a, 2);
    a.reload(text('VI_1 id 9'));
    b.startKeepalived(text('VI_1 id 9'), ['-C']);
    await tableOf(b);
    await running(a, 0);
    await running(b, 0);
    a.reload(text('id 10'));
    assert.match((await running(a, 2))[0] ?? '', /syncid=10/);
    await a.stop();
    await running(a, 0);
  });

  it('net_namespace_ipvs: table, timeouts and sync daemons are there, and only there', async () => {
    const [a, b] = both();
    const text = (namespace: string): string => `net_namespace_ipvs ${namespace}
global_defs {
    lvs_timeouts tcp 902
    lvs_sync_daemon eth1 id 7 maxlen 1000 port 9000 ttl 3 group 224.0.0.99
}
virtual_server 172.25.254.100 80 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 192.168.0.10 80 {
    }
}
`;
    const usual = await timeouts(b);
    a.startTandem(text(b.netns));
    assert.match(await tableOf(b), /^-A -t 172\.25\.254\.100:80 -s rr\n/);
    assert.deepEqual(a.table(), []);
    const running = ['master', 'backup'].map(
      (state) =>
        // The kernel lets a backup have no less than 1024.
        `${state} sync daemon (mcast=eth1, syncid=7, maxlen=${state === 'master' ? 1000 : 1024}, group=224.0.0.99, port=9000, ttl=3)`,
    );
    await lab().eventually(
      async () => (await daemons(b)).join('\n') === running.join('\n'),
      10_000,
      'both daemons run as configured',
      500,
    );
    await lab().eventually(
      async () => / 902 /.test(await timeouts(b)),
      10_000,
      'its timeouts',
      500,
    );
    assert.deepEqual(await daemons(a), []);
    await a.stop();
    assert.deepEqual(b.table(), []);
    assert.deepEqual(await daemons(b), []);
    assert.equal(await timeouts(b), usual);
  });
});
