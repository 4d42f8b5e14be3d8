/** Part 7 of issue 5: `tandem ipvs` beside ipvsadm, each in a network namespace of its own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { systemNames } from '../../src/cli/ipvs/resolver.js';
import { type IpvsSurroundings, runIpvs } from '../../src/cli/ipvs/session.js';
import { IpvsClient } from '../../src/ipvs/client.js';
import { type CorpusCommand, readCorpus } from '../support/ipvsadm-corpus.js';
import { skip } from '../support/skip.js';
import { inNamespace } from './namespace.js';
import { NamespaceShell, type Outcome } from './namespace-shell.js';

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
      help: 'Usage: tandem ipvs\n',
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
});
