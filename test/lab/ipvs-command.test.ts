/** Part 7 of issue 5: `tandem ipvs` beside ipvsadm, each in a network namespace of its own. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { openPlainTable } from '../../src/cli/ipvs/open-plain.js';
import { systemNames } from '../../src/cli/ipvs/resolver.js';
import { type IpvsSurroundings, runIpvs } from '../../src/cli/ipvs/session.js';
import { IpvsClient } from '../../src/ipvs/client.js';
import { type CorpusCommand, readCorpus } from '../support/ipvsadm-corpus.js';
import { ROOT } from '../support/root.js';
import { skip } from '../support/skip.js';
import { sleep } from './clock.js';
import { randomLines } from './ipvs-lines.js';
import { inNamespace } from './namespace.js';
import { NamespaceShell, type Outcome } from './namespace-shell.js';

/** With values that are good where the option is. */
const EVERY_OPTION = [
  '-t 192.0.2.1:80',
  '-u 192.0.2.1:80',
  '--sctp-service 192.0.2.1:80',
  '-f 1',
  '-f 1 -6',
  '-6',
  '-s rr',
  '-p',
  '-p 60',
  '-M 255.255.255.0',
  '-p 60 -M 255.255.255.0',
  '--pe sip',
  '-p 60 --pe sip',
  '-b flag-1',
  '-s sh -b sh-port',
  '-o',
  '-r 10.0.0.1',
  '-g',
  '-i',
  '-m',
  '-w 5',
  '-x 5',
  '-y 5',
  '-x 6 -y 5',
  '--tun-type gre',
  '--tun-port 6080',
  '--tun-csum',
  '--tun-nocsum',
  '--tun-remcsum',
  '-i --tun-type gre',
  '-i --tun-type gue --tun-port 6080',
  '-i --tun-type gre --tun-csum',
  '-n',
  '-c',
  '--timeout',
  '--daemon',
  '--stats',
  '--rate',
  '--thresholds',
  '--persistent-conn',
  '--tun-info',
  '--sort',
  '--nosort',
  '-X',
  '--mcast-interface lo',
  '--syncid 5',
  '--sync-maxlen 1400',
  '--mcast-group 224.0.0.99',
  '--mcast-port 9000',
  '--mcast-ttl 3',
  '-A',
  '-L',
  '-Z',
  '--set',
  '-h',
  '-v',
  'extra',
];

/** What a list may be asked for. */
const LIST_OPTIONS = [
  '-t 192.0.2.1:80',
  '-c',
  '--timeout',
  '--daemon',
  '--stats',
  '--rate',
  '--thresholds',
  '--persistent-conn',
  '--tun-info',
  '--nosort',
  '--exact',
  '--syncid 5',
];

/** Batches of random lines; `TANDEM_IPVS_LINES_FROM` for other ones, `TANDEM_IPVS_LINES_BATCHES` for more. */
const RANDOM_FROM = Number(process.env['TANDEM_IPVS_LINES_FROM'] ?? 0);
const RANDOM_BATCHES = Number(process.env['TANDEM_IPVS_LINES_BATCHES'] ?? 4);
const RANDOM_LINES = 100;

/** MiB of a transfer: the bytes do not fit into 32 bits. */
const BEYOND_32_BITS = 4_200;

const THEIRS = 'ipvsadm-theirs';
const OURS = 'ipvsadm-ours';

describe('lab: ipvs command', function () {
  this.timeout(600_000);
  const names = systemNames();
  let [theirShell, ourShell]: NamespaceShell[] = [];

  /** What main calls, with its streams caught. */
  async function tandem(namespace: string, words: readonly string[], input = ''): Promise<Outcome> {
    let [stdout, stderr] = ['', ''];
    const surroundings: IpvsSurroundings = {
      open: () => inNamespace(namespace, () => IpvsClient.open()),
      openPlain: () => inNamespace(namespace, openPlainTable),
      stdoutBytes(bytes) {
        stdout += Buffer.from(bytes).toString('latin1');
      },
      names,
      async *stdin() {
        if (input !== '') yield input;
      },
      stdout(text) {
        stdout += text;
      },
      stderr(text) {
        stderr += text;
      },
      connections: () =>
        inNamespace(namespace, () => readFileSync('/proc/thread-self/net/ip_vs_conn', 'latin1')),
      drift: async () => undefined,
      help: () => 'Usage: tandem ipvs\n',
    };
    const status = await runIpvs(words, surroundings);
    return { status, stdout, stderr };
  }

  /** Everything that can be set, as the kernel tells it. */
  async function stateOf(client: IpvsClient): Promise<unknown> {
    const table = await client.readTable();
    return {
      table: table
        .map(({ stats: _, ...service }) => ({
          ...service,
          destinations: service.destinations.map(({ stats: __, ...each }) => each),
        }))
        .sort((a, b) => JSON.stringify(a.id).localeCompare(JSON.stringify(b.id))),
      daemons: await client.readDaemons(),
      timeouts: await client.readTimeouts(),
    };
  }

  before(async function () {
    if (process.env['TANDEM_IN_LAB'] !== '1') {
      skip(this, 'needs the lab kernel: npm test, or node test/lab/run.mjs');
    }
    for (const name of [THEIRS, OURS]) {
      assert.equal(spawnSync('ip', ['netns', 'add', name]).status, 0);
    }
    [theirShell, ourShell] = [THEIRS, OURS].map((name) => new NamespaceShell(name));
    for (const shell of [theirShell, ourShell]) await shell?.script('ip link set lo up');
  });

  after(() => {
    theirShell?.close();
    ourShell?.close();
    for (const name of [THEIRS, OURS]) spawnSync('ip', ['netns', 'del', name]);
  });

  for (const { title, commands } of readCorpus()) {
    it(`does what ipvsadm does: ${title}`, async () => {
      const clients = [THEIRS, OURS].map((name) => inNamespace(name, () => IpvsClient.open()));
      const [theirs, ours] = (await Promise.all(clients)) as [IpvsClient, IpvsClient];
      for (const client of [theirs, ours]) {
        await client.flush();
        await client.setTimeouts({ tcp: 900, tcpFin: 120, udp: 300 });
        for (const { state } of await client.readDaemons()) await client.stopDaemon(state);
      }
      const differences: string[] = [];
      const compare = (command: CorpusCommand, what: string, ...both: unknown[]): void => {
        try {
          assert.deepStrictEqual(both[1], both[0]);
        } catch (error) {
          const { words, line } = command;
          differences.push(
            `line ${line}: ${words.join(' ')}: ${what}\n${(error as Error).message}`,
          );
        }
      };
      for (const command of commands) {
        const { words, stdin } = command;
        const expected = await theirShell!.run(['ipvsadm', ...words], stdin);
        const found = await tandem(OURS, words, stdin);
        compare(command, 'exit code', expected.status, found.status);
        if (command.compared) compare(command, 'standard output', expected.stdout, found.stdout);
        const said = [expected, found].map(({ stderr }) => (stderr === '' ? 'silent' : 'speaks'));
        compare(command, `standard error (${expected.stderr}) (${found.stderr})`, ...said);
        const known = differences.length;
        compare(command, 'the table', await stateOf(theirs), await stateOf(ours));
        // It stays another one.
        if (differences.length > known) break;
      }
      assert.equal(differences.join('\n'), '');
      for (const words of [
        '-Sn',
        '-Ln --exact',
        '-Ln --thresholds',
        '-Ln --tun-info',
        '-L --daemon',
      ]) {
        const [expected, found] = [
          await theirShell!.script(`ipvsadm ${words}`),
          await ourShell!.script(`ipvsadm ${words}`),
        ];
        assert.equal(found.stdout, expected.stdout, words);
      }
      theirs.close();
      ours.close();
    });
  }

  it('allows every command the options that ipvsadm allows it, and no other', async () => {
    const service = '-t 192.0.2.1:80';
    const table = [`-A ${service} -s rr`, `-a ${service} -r 10.0.0.1 -m`].join('\n');
    const commands = [
      `-A -t 192.0.2.1:81`,
      `-E ${service}`,
      `-a ${service} -r 10.0.0.2`,
      `-e ${service} -r 10.0.0.1`,
      `-d ${service} -r 10.0.0.1`,
      `-L -n`,
      '-S -n',
      '-Z',
      `-Z ${service}`,
      '--set 900 120 300',
      '--start-daemon master --mcast-interface lo',
      '--stop-daemon master',
      '-R',
      `-D ${service}`,
      '-C',
    ];
    const pairs = LIST_OPTIONS.flatMap((one, i) =>
      LIST_OPTIONS.slice(i + 1).map((other) => `${one} ${other}`),
    );
    const folder = mkdtempSync('/run/ipvs-options-');
    const differences: string[] = [];
    for (const command of commands) {
      for (const shell of [theirShell!, ourShell!]) {
        await shell.script('ipvsadm -C; ipvsadm -R', table);
      }
      const options = command === '-L -n' ? [...EVERY_OPTION, ...pairs] : EVERY_OPTION;
      const lines = options.map((option) => `${command} ${option}`);
      // One script: a round trip to the shell would take longer than ipvsadm.
      const script = lines.map(
        (line, i) => `ipvsadm ${line} >${folder}/${i}.out 2>${folder}/${i}.err; echo $?`,
      );
      const codes = (await theirShell!.script(script.join('\n'))).stdout.trim().split('\n');
      assert.equal(codes.length, lines.length);
      for (const [i, line] of lines.entries()) {
        const found = await tandem(OURS, line.split(' '));
        const [out, error] = ['out', 'err'].map((end) =>
          readFileSync(`${folder}/${i}.${end}`, 'utf8'),
        );
        const expected = [codes[i], out, error === ''];
        const ours = [String(found.status), found.stdout, found.stderr === ''];
        if (!isDeepStrictEqual(ours, expected)) {
          differences.push(`${line}:\n${JSON.stringify(expected)}\n${JSON.stringify(ours)}`);
        }
      }
      for (const words of ['-Sn', '-Ln', '-L --timeout', '-L --daemon']) {
        const [theirs, ours] = [
          (await theirShell!.script(`ipvsadm ${words}`)).stdout,
          (await ourShell!.script(`ipvsadm ${words}`)).stdout,
        ];
        if (ours !== theirs) differences.push(`after ${command}: ${words}:\n${theirs}\n${ours}`);
      }
    }
    rmSync(folder, { recursive: true });
    assert.equal(differences.join('\n'), '');
  });

  for (let batch = 1; batch <= RANDOM_BATCHES; batch++) {
    const seed = RANDOM_FROM + batch;
    it(`does what ipvsadm does with the random lines of seed ${seed}`, async () => {
      for (const shell of [theirShell!, ourShell!]) {
        await shell.script('ipvsadm -C; ipvsadm --set 900 120 300');
        await shell.script('ipvsadm --stop-daemon master; ipvsadm --stop-daemon backup');
      }
      const folder = mkdtempSync('/run/ipvs-random-');
      const lines = randomLines(seed, RANDOM_LINES);
      const script = lines.map((words, i) => {
        const quoted = words.map((word) => `'${word}'`).join(' ');
        return `ipvsadm ${quoted} </dev/null >${folder}/${i}.out 2>${folder}/${i}.err; echo $?; ipvsadm -Sn >${folder}/${i}.table`;
      });
      const codes = (await theirShell!.script(script.join('\n'))).stdout.trim().split('\n');
      const differences: string[] = [];
      for (const [i, words] of lines.entries()) {
        const found = await tandem(OURS, words);
        const [out, error, table] = ['out', 'err', 'table'].map((end) =>
          readFileSync(`${folder}/${i}.${end}`, 'utf8'),
        );
        const ourTable = (await tandem(OURS, ['-Sn'])).stdout;
        const expected = [codes[i], out, error === '', table];
        const ours = [String(found.status), found.stdout, found.stderr === '', ourTable];
        if (!isDeepStrictEqual(ours, expected)) {
          const line = words.map((word) => word || "''").join(' ');
          const [theirs, our] = [expected, ours].map((each) => JSON.stringify(each));
          differences.push(`${line}:\n${theirs}\n${our}\n${error}${found.stderr}`);
        }
        // They are different tables from here on.
        if (ourTable !== table) break;
      }
      rmSync(folder, { recursive: true });
      assert.equal(differences.join('\n'), '');
    });
  }

  it('lists connections, what was counted and the kernel’s order as ipvsadm does', async () => {
    const shell = ourShell!;
    await shell.script('ipvsadm -C; ip address add 192.0.2.1/32 dev lo');
    await shell.script('ip -6 address add 2001:db8::1/128 dev lo nodad');
    const table = [
      '-A -t 192.0.2.1:80 -s rr -p 300',
      '-a -t 192.0.2.1:80 -r 127.0.0.2:8080 -m',
      '-A -t 192.0.2.1:81 -s rr',
      '-a -t 192.0.2.1:81 -r 127.0.0.3:8080 -m',
      '-A -u 192.0.2.1:5060 -s rr -p 300 --pe sip -o',
      '-a -u 192.0.2.1:5060 -r 127.0.0.4:5060 -m',
      '-A -u 192.0.2.1:53 -s rr',
      '-a -u 192.0.2.1:53 -r 127.0.0.5:53 -m',
      '-A -t [2001:db8::1]:80 -s rr -p 60',
      '-a -t [2001:db8::1]:80 -r [::1]:8080 -m',
    ];
    assert.equal((await tandem(OURS, ['-R'], `${table.join('\n')}\n`)).status, 0);
    const sip = 'INVITE sip:a@example.org SIP/2.0\\r\\nCall-ID: 12345@example.org\\r\\n\\r\\n';
    for (const command of [
      'echo > /dev/tcp/192.0.2.1/80',
      'echo > /dev/tcp/192.0.2.1/81',
      'echo > /dev/tcp/2001:db8::1/80',
      'echo x > /dev/udp/192.0.2.1/53',
      `printf '${sip}' > /dev/udp/192.0.2.1/5060`,
    ]) {
      await shell.script(command);
    }
    // The kernel adds up what was counted every two seconds.
    const counts = /192\.0\.2\.1:81 +[1-9]/;
    await until(async () => counts.test((await shell.script('ipvsadm -Ln --stats')).stdout));
    const connections = (await shell.script('ipvsadm -Lcn')).stdout;
    assert.ok(connections.split('\n').length > 5, connections);
    const lists = ['-Lcn', '-Lc', '-Lcn --persistent-conn', '-Ln --stats', '-Ln --stats --exact'];
    lists.push('-Ln', '-L', '-Ln --rate', '-Ln --persistent-conn', '-Ln --nosort', '-Sn --nosort');
    for (const list of lists) {
      // Seconds go by and rates fall: only two looks at the same moment are alike.
      let [theirs, ours] = ['', ' '];
      for (let tries = 0; tries < 20 && theirs !== ours; tries++) {
        theirs = (await shell.script(`ipvsadm ${list}`)).stdout;
        ours = (await tandem(OURS, list.split(' '))).stdout;
      }
      assert.equal(ours, theirs, list);
    }
    const json = JSON.parse((await tandem(OURS, ['-L', '-c', '--json'])).stdout);
    assert.ok(json.connections.length >= 4, JSON.stringify(json));
    const listed = JSON.parse((await tandem(OURS, ['-Ln', '--json'])).stdout);
    assert.equal(listed.services.length, 5);
    const counted = listed.services.find(({ port }: { port: number }) => port === 81);
    assert.ok(counted.stats.inPackets > 0);
  });

  it('counts beyond 32 bits as ipvsadm does', async () => {
    const shell = ourShell!;
    await shell.script('ipvsadm -C; ip address replace 192.0.2.1/32 dev lo');
    await shell.script(
      'ipvsadm -A -t 192.0.2.1:90; ipvsadm -a -t 192.0.2.1:90 -r 127.0.0.6:9090 -m',
    );
    const server = inNamespace(OURS, () => createServer((socket) => socket.resume()).listen(9090));
    try {
      const sent = await shell.script(
        `dd if=/dev/zero bs=1M count=${BEYOND_32_BITS} > /dev/tcp/192.0.2.1/90`,
      );
      assert.equal(sent.status, 0, sent.stderr);
      const exact = '-Ln --stats --exact';
      // The kernel adds up what was counted every two seconds.
      await until(async () => {
        const [, bytes = '0'] = /192\.0\.2\.1:90 +1 +\d+ +\d+ +(\d+)/.exec(
          (await shell.script(`ipvsadm ${exact}`)).stdout,
        ) ?? [''];
        return Number(bytes) >= BEYOND_32_BITS * 2 ** 20;
      });
      for (const list of ['-Ln --stats', exact]) {
        const theirs = (await shell.script(`ipvsadm ${list}`)).stdout;
        assert.equal((await tandem(OURS, list.split(' '))).stdout, theirs, list);
      }
      const listed = JSON.parse((await tandem(OURS, ['-Ln', '--json'])).stdout);
      assert.ok(listed.services[0].stats.inBytes > 2 ** 32);
      assert.ok(listed.services[0].destinations[0].stats.inBytes > 2 ** 32);
    } finally {
      server.close();
    }
  });

  it('runs as a program, and says when the running daemon owns what was changed', async () => {
    const shell = ourShell!;
    const folder = '/run/tandem-ipvs-command';
    const program = `TANDEM_RUN_DIR=${folder} node ${ROOT}bin/tandem ipvs`;
    await shell.script(`ipvsadm -C; mkdir -p ${folder}`);
    const restored = await shell.script(`${program} -R`, '-A -t 192.0.2.9:80 -s rr\n');
    assert.deepEqual(restored, { status: 0, stdout: '', stderr: '' });
    const listed = await shell.script(`${program} -Ln`);
    assert.equal(listed.stdout, (await shell.script('ipvsadm -Ln')).stdout);
    assert.equal((await shell.script(`${program} -A -t 192.0.2.9:80`)).status, 255);
    assert.equal((await shell.script(`${program} -A`)).status, 2);
    const watched = await shell.script(`${program} watch -n --count 2 --interval 0.1`);
    assert.equal(watched.status, 0);
    assert.equal(watched.stdout.match(/TCP 192\.0\.2\.9:80 rr/g)?.length, 2);

    const config = `${folder}/tandem.conf`;
    writeFileSync(
      config,
      [
        'virtual_server 192.0.2.10 80 {',
        '    lvs_sched rr',
        '    lvs_method NAT',
        '    protocol TCP',
        '    real_server 127.0.0.2 8080 {',
        '        weight 5',
        '    }',
        '}',
        '',
      ].join('\n'),
    );
    const daemon = inNamespace(OURS, () =>
      spawn('node', [`${ROOT}bin/tandemd`, '-n', '-C', '-l', '-f', config], {
        env: { ...process.env, TANDEM_RUN_DIR: folder },
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    try {
      await until(async () =>
        (await shell.script('ipvsadm -Sn')).stdout.includes('127.0.0.2:8080'),
      );
      const own = '-e -t 192.0.2.10:80 -r 127.0.0.2:8080 -m -w 9';
      const changed = await shell.script(`${program} ${own}`);
      assert.equal(changed.status, 0, changed.stderr);
      assert.match(
        changed.stderr,
        /drift: tandemd \(pid \d+\) owns TCP 192\.0\.2\.10:80 .*tandem\.conf/,
      );
      const foreign = await shell.script(`${program} -E -t 192.0.2.9:80 -s wlc`);
      assert.deepEqual(foreign, { status: 0, stdout: '', stderr: '' });
      await until(async () => (await shell.script('ipvsadm -Sn')).stdout.includes('-w 5'));
    } finally {
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      await ended;
    }
  });
});

/** A minute at most. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    if (await holds()) return;
    await sleep(500);
  }
  assert.fail('it did not come to that within a minute');
}
