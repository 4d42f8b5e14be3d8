/** Bad input of issue 5 as `tandem ipvs` hears it; the kernel's own answers are in the lab's corpus. */
import assert from 'node:assert/strict';
import { type IpvsSurroundings, runIpvs } from '../../../../src/cli/ipvs/session.js';
import { IpvsClient } from '../../../../src/ipvs/client.js';
import { FakeKernel } from '../../../fake/kernel.js';
import { FakeScheduler } from '../../../fake/kernel-scheduler.js';

async function restore(...lines: readonly string[]) {
  const kernel = new FakeKernel();
  let stderr = '';
  const surroundings: IpvsSurroundings = {
    open: () =>
      IpvsClient.open({ transport: kernel.genericTransport, scheduler: new FakeScheduler() }),
    names: {
      names: { host: () => null, port: () => undefined },
      naming: { host: (address) => address, port: String },
      learnHost: async () => {},
      learnAddresses: async () => {},
    },
    async *stdin() {
      yield `${lines.join('\n')}\n`;
    },
    stdout() {},
    stderr(text) {
      stderr += text;
    },
    connections: () => '',
    drift: async () => undefined,
    help: () => '',
  };
  await runIpvs(['-R'], surroundings);
  return { stderr, lines: kernel.ipvs.lines() };
}

const SERVICE = '-A -t 192.0.2.1:80 -s rr';
const SERVER = '-a -t 192.0.2.1:80 -r 10.0.0.1 -m';

describe('cli: ipvs: bad input', () => {
  it('addresses of mixed families: which option is wrong, and what would do', async () => {
    const { stderr, lines } = await restore(
      SERVICE,
      SERVER,
      '-a -t 192.0.2.1:80 -r [2001:db8::1]:80 -m',
    );
    assert.equal(
      stderr,
      'tandem ipvs: line 3: only a tunnel (-i) leads to a real server of the other address family\n',
    );
    assert.equal(lines.length, 2);
  });

  it('a TUN type that the kernel lacks: told once, the server goes by IPIP', async () => {
    // The kernel of this test is one before 5.2.
    const { stderr, lines } = await restore(
      SERVICE,
      SERVER,
      '-a -t 192.0.2.1:80 -r 10.0.0.2 -i --tun-type gue --tun-port 6080',
      '-a -t 192.0.2.1:80 -r 10.0.0.3 -i --tun-type gre',
      '-a -t 192.0.2.1:80 -r 10.0.0.4 -i',
    );
    assert.equal(
      stderr,
      'tandem ipvs: line 3: TCP 192.0.2.1:80 -> 10.0.0.2:80: the kernel knows no GUE tunnels, which come with Linux 5.2: its packets go by IPIP\n',
    );
    assert.equal(lines.length, 5);
  });

  it('a TUN type that there is not', async () => {
    const { stderr } = await restore(SERVICE, '-a -t 192.0.2.1:80 -r 10.0.0.2 -i --tun-type vxlan');
    assert.match(stderr, /line 2: a tunnel is ipip, gue or gre, not 'vxlan'/);
  });

  it('a scheduler whose module is missing: the errno, and the rest is made', async () => {
    const { stderr, lines } = await restore('-A -t 192.0.2.1:81 -s nosuch', SERVICE, SERVER);
    assert.equal(
      stderr,
      'tandem ipvs: line 1: TCP 192.0.2.1:81: the kernel has no scheduler nosuch: modprobe ip_vs_nosuch (ENOENT)\n',
    );
    assert.equal(lines.length, 2);
  });

  it('a mark of 0', async () => {
    const { stderr } = await restore('-A -f 0 -s rr');
    assert.match(stderr, /line 1: '0' is not a firewall mark: a number from 1 to 4294967295/);
  });
});
