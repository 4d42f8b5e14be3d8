import assert from 'node:assert/strict';
import { renderDrift } from '../../../../src/cli/ipvs/drift.js';
import { type Changed, type IpvsSurroundings, runIpvs } from '../../../../src/cli/ipvs/session.js';
import { IpvsClient } from '../../../../src/ipvs/client.js';
import { FakeKernel } from '../../../fake/kernel.js';
import { FakeScheduler } from '../../../fake/kernel-scheduler.js';

function setup() {
  const kernel = new FakeKernel();
  const said = {
    stdout: '',
    stderr: '',
    changed: [] as Changed[],
    drift: undefined as undefined | string,
  };
  const run = async (words: readonly string[], ...pieces: string[]): Promise<number> => {
    said.stdout = '';
    said.stderr = '';
    const surroundings: IpvsSurroundings = {
      open: () =>
        IpvsClient.open({ transport: kernel.genericTransport, scheduler: new FakeScheduler() }),
      names: {
        names: { host: () => null, port: () => undefined },
        naming: { host: (address) => `host-${address}`, port: (port) => `port-${port}` },
        learnHost: async () => {},
        learnAddresses: async () => {},
      },
      async *stdin() {
        yield* pieces;
      },
      stdout(text) {
        said.stdout += text;
      },
      stderr(text) {
        said.stderr += text;
      },
      connections: () => 'Pro FromIP\n',
      drift: async (changed) => {
        said.changed.push(changed);
        return said.drift;
      },
      help: () => 'how it is used\n',
    };
    return runIpvs(words, surroundings);
  };
  return { kernel, said, run };
}

const words = (line: string): string[] => line.split(' ');

describe('cli: ipvs: session', () => {
  it('changes the table and lists it', async () => {
    const { kernel, said, run } = setup();
    assert.equal(await run(words('-A -t 192.0.2.1:80 -s rr')), 0);
    assert.equal(await run(words('-a -t 192.0.2.1:80 -r 10.0.0.1 -m -w 7')), 0);
    assert.deepEqual(kernel.ipvs.lines(), ['TCP  192.0.2.1:80 rr', '  -> 10.0.0.1:80 Masq 7']);
    assert.equal(await run(['-Ln']), 0);
    assert.deepEqual(said.stdout.split('\n'), [
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
      'TCP  192.0.2.1:80 rr',
      '  -> 10.0.0.1:80                  Masq    7      0          0         ',
      '',
    ]);
    assert.equal(await run([]), 0);
    assert.match(said.stdout, /TCP {2}host-192\.0\.2\.1:port-80 rr/);
    assert.equal(await run(words('-Ln --json')), 0);
    assert.equal(JSON.parse(said.stdout).services[0].destinations[0].weight, 7);
    assert.equal(said.stderr, '');
  });

  it('says which service the kernel refused, and why', async () => {
    const { said, run } = setup();
    assert.equal(await run(words('-D -t 192.0.2.1:80')), 255);
    assert.equal(said.stderr, 'tandem ipvs: TCP 192.0.2.1:80: there is no such service (ESRCH)\n');
    assert.equal(await run(words('-A -t 192.0.2.1:80 -s nosuch')), 255);
    assert.match(
      said.stderr,
      /the kernel has no scheduler nosuch: modprobe ip_vs_nosuch \(ENOENT\)/,
    );
    assert.equal(await run(words('-Ln -t 192.0.2.1:81')), 1);
    assert.equal(said.stdout, '');
  });

  it('needs no kernel for help, the version and a wrong command line', async () => {
    const { kernel, said, run } = setup();
    kernel.ipvs.loaded = false;
    assert.equal(await run(['-h']), 0);
    assert.equal(said.stdout, 'how it is used\n');
    assert.equal(await run(['-v']), 0);
    assert.match(said.stdout, /^ipvsadm v1\.31 /);
    assert.equal(await run(['-A']), 2);
    assert.equal(await run(['-Ln']), 2);
    assert.match(said.stderr, /cannot use the kernel's IPVS: .*modprobe ip_vs/);
  });

  it('restores lines that come in pieces; the last one’s outcome counts', async () => {
    const { kernel, said, run } = setup();
    const pieces = [
      '-A -t 192.0.2.1:80 -s rr\n-a -t 192.0',
      '.2.1:80 -r 10.0.0.1\n\n \nipvsadm -A',
    ];
    assert.equal(await run(['-R'], ...pieces, ' -f 5 -s wlc'), 0);
    assert.deepEqual(kernel.ipvs.lines(), [
      'TCP  192.0.2.1:80 rr',
      '  -> 10.0.0.1:80 Route 1',
      'FWM  5 wlc',
    ]);
    assert.equal(await run(['-R'], '-A -f 5\n-A -f 6 -s rr\n'), 0);
    assert.equal(
      said.stderr,
      'tandem ipvs: line 1: FWM 5 IPv4: there is such a service already (EEXIST)\n',
    );
    assert.equal(await run(['-R'], '-A -f 7 -s rr\n-A -f 5\n'), 255);
    assert.equal(kernel.ipvs.lines().length, 5);
  });

  it('ends a restore at a line that it cannot read, and keeps what came before', async () => {
    const { kernel, said, run } = setup();
    assert.equal(
      await run(['-R'], '-A -f 1 -s rr\n-A -f\n-A -f 2 -s rr\n# no\n-A -f 3 -s rr\n'),
      255,
    );
    assert.deepEqual(kernel.ipvs.lines(), ['FWM  1 rr', 'FWM  2 rr']);
    assert.match(said.stderr, /line 2: -f: value is missing\n.*line 4: /);
    assert.equal(await run(['-R'], '-A -f 4 -s rr\n-A -f 0\n-A -f 5 -s rr\n'), 2);
    assert.equal(kernel.ipvs.lines().length, 3);
    assert.equal(await run(['-R'], '-R\n'), 255);
  });

  it('asks about drift after changes of services that were made, and only then', async () => {
    const { said, run } = setup();
    await run(['-Ln']);
    await run(words('-D -f 1'));
    await run(words('--set 1 2 3'));
    assert.deepEqual(said.changed, []);
    said.drift = 'drift: so it is';
    assert.equal(await run(words('-A -f 1 -s rr')), 0);
    assert.equal(said.stderr, 'tandem ipvs: drift: so it is\n');
    await run(['-C']);
    assert.deepEqual(said.changed, [[{ kind: 'fwmark', family: 4, fwmark: 1 }], 'all']);
  });
});

describe('cli: ipvs: drift', () => {
  const tcp = (address: string) =>
    ({ kind: 'address', protocol: 'TCP', address, port: 80 }) as const;
  const shown = { quorumUp: true, sorryServerActive: false, realServers: [] };
  const status = {
    pid: 7,
    configFile: '/etc/tandem/tandem.conf',
    checker: {
      generation: 1,
      tableErrors: [],
      virtualServers: [
        { id: tcp('192.0.2.1'), ...shown },
        {
          id: { kind: 'group', group: 'web', protocol: 'TCP', family: 4 },
          members: [
            {
              kind: 'addresses',
              protocol: 'TCP',
              first: '192.0.2.10',
              last: '192.0.2.20',
              port: 80,
            },
            { kind: 'fwmark', family: 4, fwmark: 9 },
          ],
          ...shown,
        },
      ],
    },
  } as const;

  it('names the services that are the daemon’s, and its file', () => {
    assert.equal(
      renderDrift(status, [tcp('192.0.2.1'), tcp('192.0.2.2')]),
      'drift: tandemd (pid 7) owns TCP 192.0.2.1:80 and will put back what differs from its ' +
        'configuration; to keep the change, make it in /etc/tandem/tandem.conf and reload',
    );
    assert.equal(renderDrift(status, [tcp('192.0.2.2'), tcp('192.0.2.21')]), undefined);
    assert.equal(renderDrift({ pid: 7, configFile: 'x' }, 'all'), undefined);
  });

  it('knows the members of a group', () => {
    const mark = (fwmark: number) => ({ kind: 'fwmark', family: 4, fwmark }) as const;
    assert.match(renderDrift(status, [tcp('192.0.2.15')]) ?? '', /192\.0\.2\.15:80 \(group web\)/);
    assert.match(renderDrift(status, [mark(9)]) ?? '', /FWM 9 IPv4 \(group web\)/);
    assert.equal(renderDrift(status, [mark(8)]), undefined);
    assert.match(renderDrift(status, 'all') ?? '', /owns TCP 192\.0\.2\.1:80, group web and/);
  });
});
