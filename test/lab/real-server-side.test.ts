/** `tandem realserver`: what it gives a machine carries requests, and is taken back to the last setting. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { skip } from '../support/skip.js';
import { ClassicNetwork, type Machine } from './classic-network.js';

const CONF = '/run/realserver.conf';
const VIP = '192.168.0.100';
const VIP6 = 'fd00:1::100';
const SERVICES = `
virtual_server ${VIP} 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 192.168.0.11 80 { weight 1 }
  real_server 192.168.0.12 80 { weight 1 }
  real_server 10.1.0.13 80 {
    lvs_method TUN
  }
  real_server 10.1.0.14 80 {
    lvs_method TUN type gue port 6080 nocsum
  }
}
virtual_server ${VIP} 81 {
  lb_algo rr
  lb_kind TUN
  protocol TCP
  real_server 10.1.0.13 81 {
    lvs_method TUN type gre nocsum
  }
  real_server 10.1.0.14 81 {
    lvs_method TUN type gre csum
  }
}
virtual_server ${VIP6} 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server fd00:1::11 80 { weight 1 }
}
`;
/** The director's table, by the reference's own tool: the file above is the real servers' here. */
const TABLE = [
  `-A -t ${VIP}:80 -s rr`,
  `-a -t ${VIP}:80 -r 192.168.0.11:80 -g`,
  `-a -t ${VIP}:80 -r 192.168.0.12:80 -g`,
  `-a -t ${VIP}:80 -r 10.1.0.13:80 -i`,
  `-a -t ${VIP}:80 -r 10.1.0.14:80 -i --tun-type gue --tun-port 6080 --tun-nocsum`,
  `-A -t ${VIP}:81 -s rr`,
  `-a -t ${VIP}:81 -r 10.1.0.13:81 -i --tun-type gre --tun-nocsum`,
  `-a -t ${VIP}:81 -r 10.1.0.14:81 -i --tun-type gre --tun-csum`,
  `-A -t [${VIP6}]:80 -s rr`,
  `-a -t [${VIP6}]:80 -r [fd00:1::11]:80 -g`,
];
/** What of a machine must be the same afterwards. */
const STATE = [
  "ip -o address show | sed 's/ tentative//'",
  // The queue of an interface that was up once is another one when it is down again.
  "ip -o link show | sed 's/qdisc [a-z]*//; s/NO-CARRIER,//'",
  "sysctl -a 2>/dev/null | grep '^net.ipv4.conf'",
].join('; ');
const SERVERS: readonly Machine[] = ['s1', 's2', 's3', 's4'];

describe('realserver', function () {
  this.timeout(240_000);
  let network: ClassicNetwork | undefined;
  const earlier = new Map<Machine, string>();

  const on = async (machine: Machine, command: string) => {
    if (!network) throw new Error('no network');
    return network.run(machine, command);
  };
  const must = async (machine: Machine, command: string): Promise<string> => {
    const ended = await on(machine, command);
    assert.equal(ended.code, 0, `${machine}# ${command}\n${ended.stdout}${ended.stderr}`);
    return ended.stdout;
  };
  const everywhere = (command: string): Promise<string[]> =>
    Promise.all(SERVERS.map((machine) => must(machine, command)));

  before(async function () {
    if (process.env['TANDEM_IN_LAB'] !== '1') skip(this, 'needs the lab kernel');
    writeFileSync(CONF, SERVICES);
    network = await ClassicNetwork.build([80, 81]);
    // What loads modules is done first, so that every machine has their interfaces from the beginning.
    await must('s4', 'modprobe -a ipip ip_gre fou');
    await must('client', 'ip -6 address add fd00:2::10/64 dev eth0 nodad');
    await must('client', 'ip -6 route add default via fd00:2::1');
    await must(
      'router',
      'ip -6 address add fd00:2::1/64 dev eth0 nodad; ip -6 address add fd00:1::1/64 dev eth1 nodad; sysctl -qw net.ipv6.conf.all.forwarding=1',
    );
    await must(
      'director',
      `ip address add ${VIP}/32 dev eth0; ip -6 address add fd00:1::2/64 dev eth0 nodad; ip -6 address add ${VIP6}/128 dev eth0 nodad; ip link set eth1 down`,
    );
    await must(
      's1',
      'ip -6 address add fd00:1::11/64 dev eth0 nodad; ip -6 route add default via fd00:1::1',
    );
    await must('director', `ipvsadm -R <<'EOF'\n${TABLE.join('\n')}\nEOF`);
    // rp_filter of all is on where it was: the others stay as strict as they are.
    await must('s4', 'sysctl -qw net.ipv4.conf.all.rp_filter=1');
    await must('s3', 'sysctl -qw net.ipv4.conf.eth0.arp_ignore=2');
    for (const machine of SERVERS) earlier.set(machine, await must(machine, STATE));
  });

  after(() => network?.close());

  it('tells the ARP problem on the real server and from the director', async () => {
    await must('s2', `ip address add ${VIP}/32 dev lo`);
    const own = await on('s2', `tandem realserver status -f ${CONF} --json`);
    assert.equal(own.code, 1);
    const status = JSON.parse(own.stdout) as { arpProblem: boolean; problems: string[] };
    assert.equal(status.arpProblem, true);
    assert.ok(
      status.problems.includes(`ARP problem: eth0 answers ARP for ${VIP} (arp_ignore is 0)`),
      own.stdout,
    );
    const seen = await on('director', `tandem realserver status -f ${CONF}`);
    assert.equal(seen.code, 1);
    assert.match(
      seen.stdout,
      /ARP problem: real server 192\.168\.0\.12 \(02:00:00:00:00:12\) answers on eth0 for 192\.168\.0\.100/,
    );
    await must('s2', `ip address delete ${VIP}/32 dev lo`);
  });

  it('up makes every machine ready, and again changes nothing', async () => {
    const first = await everywhere(`tandem realserver up -f ${CONF}`);
    assert.match(first[0] ?? '', /192\.168\.0\.100 is on lo\nfd00:1::100 is on lo/);
    assert.match(first[1] ?? '', /net\.ipv4\.conf\.all\.arp_ignore is 1 \(was 0\)/);
    assert.doesNotMatch(first[2] ?? '', /eth0\.arp_ignore/, '2 is as good as 1');
    assert.match(first[3] ?? '', /takes GUE on UDP port 6080/);
    assert.match(first[3] ?? '', /tunl0\.rp_filter is 2/);
    const shown = await must('s1', 'ip -o address show dev lo');
    assert.match(shown, /inet 192\.168\.0\.100\/32 scope global lo:0/);
    assert.match(shown, /inet6 fd00:1::100\/128 scope global nodad deprecated/);
    const again = await must('s4', `tandem realserver up -f ${CONF}`);
    assert.match(again, /^Nothing to do: everything is as it should be/);
  });

  it('DR, IPIP, GUE and GRE with and without checksums carry requests', async () => {
    const answers = async (url: string): Promise<string[]> =>
      (await must('client', `curl -sS -m 20 '${url}'`)).trim().split('\n').sort();
    assert.deepEqual(await answers(`http://${VIP}/[1-8]`), [
      ...['s1', 's1', 's2', 's2', 's3', 's3', 's4', 's4'],
    ]);
    assert.deepEqual(await answers(`http://${VIP}:81/[1-4]`), ['s3', 's3', 's4', 's4']);
    assert.deepEqual(await answers(`http://[${VIP6}]/[1-2]`), ['s1', 's1']);
  });

  it('status is well on a real server and on the director', async () => {
    for (const machine of ['s4', 'director'] as const) {
      const { code, stdout } = await on(machine, `tandem realserver status -f ${CONF}`);
      assert.equal(code, 0, `${machine}: ${stdout}`);
    }
  });

  it('up repairs what somebody took away, and undoes what the file no longer has', async () => {
    await must(
      's1',
      `ip address delete ${VIP}/32 dev lo; sysctl -qw net.ipv4.conf.eth0.arp_ignore=0`,
    );
    const repaired = await must('s1', `tandem realserver up -f ${CONF}`);
    assert.match(repaired, /eth0\.arp_ignore is 1 \(was 0\)\n192\.168\.0\.100 is on lo/);
    const without = '/run/realserver-without.conf';
    writeFileSync(without, SERVICES.slice(0, SERVICES.indexOf(`virtual_server ${VIP6}`)));
    assert.match(
      await must('s1', `tandem realserver up -f ${without}`),
      /^fd00:1::100 is off lo$/m,
    );
    assert.match(await must('s1', 'ip -o address show dev lo'), /192\.168\.0\.100/);
  });

  it('down puts everything back, what others have changed and added apart', async () => {
    await everywhere('tandem realserver down');
    for (const machine of SERVERS) {
      assert.equal(await must(machine, STATE), earlier.get(machine), machine);
    }
    const again = await must('s1', 'tandem realserver down');
    assert.match(again, /^Nothing to do/);
    assert.equal(await must('s4', 'ip fou show'), '');
    // What was there before is not ours.
    await must('s2', `ip address add ${VIP}/32 dev lo`);
    await must('s2', `tandem realserver up -f ${CONF}`);
    await must('s2', 'sysctl -qw net.ipv4.conf.all.arp_announce=1');
    const down = await must('s2', 'tandem realserver down');
    assert.match(down, /net\.ipv4\.conf\.all\.arp_announce stays 1: somebody else has set it/);
    assert.match(await must('s2', 'ip -o address show dev lo'), /192\.168\.0\.100\/32/);
  });

  it('says when it has nothing to do here', async () => {
    const none = await on('client', `tandem realserver up -f ${CONF}`);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no address of this machine is a real server/);
    writeFileSync(
      '/run/mark.conf',
      SERVICES.slice(0, SERVICES.indexOf('virtual_server', 5)).replace(`${VIP} 80`, 'fwmark 1'),
    );
    const mark = await on('s2', 'tandem realserver up -f /run/mark.conf');
    assert.equal(mark.code, 1);
    assert.match(
      mark.stderr,
      /fwmark 1: its addresses are not in the file; name them with --address/,
    );
    const named = await must('s1', `tandem realserver up -f /run/mark.conf --address ${VIP}`);
    assert.match(named, /192\.168\.0\.100 is on lo/);
  });
});
