/**
 * What is counted: `tandem ipvs watch` on a terminal, and counters and rates of `tandem ipvs` and
 * `tandem status` beside ipvsadm's (parts 6 and 7 of issue 5).
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { requestStatus } from '../../src/cli/control-client.js';
import type { IpvsStats } from '../../src/ipvs/model.js';
import { ROOT } from '../support/root.js';
import { skip } from '../support/skip.js';
import { sleep } from './clock.js';
import { inNamespace } from './namespace.js';
import { NamespaceShell } from './namespace-shell.js';

const NAMESPACE = 'ipvs-watch';
const FOLDER = '/run/tandem-ipvs-watch';
const [ENTER, LEAVE] = ['\u001b[?1049h\u001b[?25l', '\u001b[?25h\u001b[?1049l'];
const HOME = '\u001b[H';
const CTRL_C = '\u0003';

const CONFIG = `virtual_server 192.0.2.1 81 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 127.0.0.2 8080 {
    }
    real_server 127.0.0.3 8080 {
    }
}
virtual_server 192.0.2.1 53 {
    protocol UDP
    lvs_sched rr
    lvs_method NAT
    real_server 127.0.0.4 53 {
    }
}
`;

/** `tandem ipvs watch` in a window of its own. */
class Window {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** Everything that was written to the terminal. */
  text = '';

  constructor(rows: number, columns: number) {
    for (const file of ['before', 'after', 'status', 'tty']) {
      rmSync(`${FOLDER}/${file}`, { force: true });
    }
    const steps = [
      `stty rows ${rows} cols ${columns}`,
      `tty > ${FOLDER}/tty`,
      `stty -a > ${FOLDER}/before`,
      `node ${ROOT}bin/tandem ipvs watch -n --interval 0.3`,
      `echo $? > ${FOLDER}/status`,
      `stty -a > ${FOLDER}/after`,
    ];
    this.#child = spawn(
      'ip',
      ['netns', 'exec', NAMESPACE, 'script', '-qefc', steps.join('; '), '/dev/null'],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
  }

  /** The pictures that are complete, as lines. */
  pictures(): string[][] {
    const all = this.text.split(LEAVE)[0]?.split(HOME).slice(1) ?? [];
    return all
      .slice(0, -1)
      .map((picture) =>
        picture
          .split(/\r+\n/)
          .map((line) => line.replaceAll('\u001b[K', '').replace('\u001b[J', '')),
      );
  }

  press(key: string): void {
    this.#child.stdin?.write(key);
  }

  /** @returns the exit code of the command. */
  async end(): Promise<number> {
    await this.#ended;
    return Number(readFileSync(`${FOLDER}/status`, 'utf8'));
  }

  kill(): void {
    this.#child.kill();
  }
}

describe('lab: what IPVS counts', function () {
  this.timeout(300_000);
  let shell: NamespaceShell;
  let daemon: ChildProcess;
  let traffic: ChildProcess | undefined;

  before(async function () {
    if (process.env['TANDEM_IN_LAB'] !== '1') {
      skip(this, 'needs the lab kernel: npm test, or node test/lab/run.mjs');
    }
    assert.equal(spawnSync('ip', ['netns', 'add', NAMESPACE]).status, 0);
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(`${FOLDER}/tandem.conf`, CONFIG);
    shell = new NamespaceShell(NAMESPACE);
    await shell.script('ip link set lo up; ip address add 192.0.2.1/32 dev lo');
    const options = ['-n', '-C', '-l', '-f', `${FOLDER}/tandem.conf`];
    daemon = inNamespace(NAMESPACE, () =>
      spawn('node', [`${ROOT}bin/tandemd`, ...options], {
        env: { ...process.env, TANDEM_RUN_DIR: FOLDER },
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    await until(async () => (await shell.script('ipvsadm -Sn')).stdout.includes('127.0.0.4'));
    // Two connections and a kilobyte again and again.
    traffic = spawn('ip', [
      'netns',
      'exec',
      NAMESPACE,
      'bash',
      '-c',
      'while sleep 0.05; do echo > /dev/tcp/192.0.2.1/81; printf %1000s > /dev/udp/192.0.2.1/53; done 2>/dev/null',
    ]);
  });

  after(async () => {
    traffic?.kill();
    shell?.close();
    if (daemon) {
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      await ended;
    }
    spawnSync('ip', ['netns', 'del', NAMESPACE]);
    rmSync(FOLDER, { recursive: true, force: true });
  });

  for (const [name, key] of [
    ['q', 'q'],
    ['Ctrl-C', CTRL_C],
  ] as const) {
    it(`watch draws the table with rates in the window's size, and gives it back on ${name}`, async () => {
      const window = new Window(11, 90);
      try {
        // Connections a second are the fourth number of a line.
        const rate = /^TCP 192\.0\.2\.1:81 rr +\d+ +\d+ +[1-9]\d* +[1-9]\d* /;
        const found = (): string[] | undefined =>
          window.pictures().find((lines) => lines.some((line) => rate.test(line)));
        await until(async () => found() !== undefined);
        assert.ok(window.text.startsWith(ENTER), JSON.stringify(window.text.slice(0, 80)));
        const picture = found() as string[];
        assert.match(picture[0] ?? '', /^IPVS \d\d:\d\d:\d\d {2}2 services, 3 real servers /);
        assert.match(picture[1] ?? '', /Weight +Active +InAct +Conn\/s +Pkts\/s +In\/s +Out\/s$/);
        for (const line of [
          'UDP 192.0.2.1:53 rr',
          '  -> 127.0.0.2:8080 NAT',
          '  -> 127.0.0.4:53',
        ]) {
          assert.ok(
            picture.some((each) => each.startsWith(line)),
            picture.join('\n'),
          );
        }
        // Another size: the next picture has it.
        const tty = readFileSync(`${FOLDER}/tty`, 'utf8').trim();
        const drawn = window.pictures().length;
        await shell.script(`stty -F ${tty} rows 6 cols 72`);
        await until(async () =>
          window
            .pictures()
            .slice(drawn)
            .some((lines) => lines.at(-1) === '... 2 lines more'),
        );
        const small = window.pictures().filter((lines) => lines.at(-1)?.startsWith('...'));
        for (const [lines, rows, columns] of [
          ...window
            .pictures()
            .slice(0, drawn)
            .map((each) => [each, 11, 90] as const),
          ...small.map((each) => [each, 6, 72] as const),
        ]) {
          assert.ok(lines.length <= rows, lines.join('\n'));
          assert.ok(
            lines.every((line) => line.length <= columns),
            lines.join('\n'),
          );
        }
        await shell.script(`stty -F ${tty} rows 11 cols 90`);
        window.press(key);
        assert.equal(await window.end(), 0);
        assert.ok(window.text.includes(LEAVE));
        assert.equal(window.text.split(LEAVE).at(-1)?.trim(), '', 'nothing is written behind it');
        const [before, after] = ['before', 'after'].map((file) =>
          readFileSync(`${FOLDER}/${file}`, 'utf8'),
        );
        assert.equal(after, before, 'the terminal is as it was');
      } finally {
        window.kill();
      }
    });
  }

  it('counters and rates of tandem ipvs and tandem status are those of ipvsadm', async () => {
    for (const list of ['--stats', '--rate', '--stats --exact', '--rate --exact']) {
      let [theirs, ours] = ['', ' '];
      // Only two looks at the same moment are alike.
      for (let tries = 0; tries < 20 && theirs !== ours; tries++) {
        theirs = (await shell.script(`ipvsadm -Ln ${list}`)).stdout;
        ours = (await shell.script(`node ${ROOT}bin/tandem ipvs -Ln ${list}`)).stdout;
        if (theirs !== ours) quiet();
      }
      assert.equal(ours, theirs, list);
    }
    quiet();
    const expected = async (list: string): Promise<string[]> =>
      (await shell.script(`ipvsadm -Ln ${list} --exact`)).stdout
        .split('\n')
        .slice(3, -1)
        .map((line) => line.trim().replace(/^-> /, '').split(/\s+/).join(' '));
    const shown = async (of: (stats: IpvsStats) => readonly number[]): Promise<string[]> => {
      const { checker } = await requestStatus(`${FOLDER}/control.sock`);
      const services = [...(checker?.table?.services ?? [])];
      services.sort((one, other) => (one.service < other.service ? -1 : 1));
      return services.flatMap(({ service, stats, servers }) => [
        `${service} ${of(stats).join(' ')}`,
        ...servers.map((each) => `${each.server} ${of(each.stats).join(' ')}`).sort(),
      ]);
    };
    const counts = (s: IpvsStats) => [
      s.connections,
      s.inPackets,
      s.outPackets,
      s.inBytes,
      s.outBytes,
    ];
    const rates = (s: IpvsStats) => [
      s.connectionRate,
      s.inPacketRate,
      s.outPacketRate,
      s.inByteRate,
      s.outByteRate,
    ];
    for (const [list, of] of [
      ['--stats', counts],
      ['--rate', rates],
    ] as const) {
      await until(async () => {
        const [theirs, ours] = [await expected(list), await shown(of)];
        return theirs.length === 5 && JSON.stringify(theirs) === JSON.stringify(ours);
      });
    }
    const [tcp] = await shown(counts);
    assert.match(tcp ?? '', /^TCP 192\.0\.2\.1:81 [1-9]\d* [1-9]\d* [1-9]\d* [1-9]\d* [1-9]\d*$/);
  });

  /** No packets any more: counters stand still, and rates fall to nothing. */
  function quiet(): void {
    traffic?.kill();
    traffic = undefined;
  }
});

/** Three quarters of a minute at most, and more where the machine is slow. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await holds()) return;
    await sleep(300);
  }
  assert.fail('it did not come to that in time');
}
