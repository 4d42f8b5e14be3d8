/** `ipvsadm -Ln` shows what the configuration says, for each scheduler and forwarding method. */
import assert from 'node:assert/strict';
import { labSuite } from './suite.js';

const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'sed',
  'nq',
  'sh',
  'dh',
  'mh',
  'lblc',
  'lblcr',
  'fo',
  'ovf',
];
const METHODS = { NAT: 'Masq', DR: 'Route', TUN: 'Tunnel' } as const;

labSuite('schedulers and methods', 'nat', (lab) => {
  it('the table is the configuration', async () => {
    const a = lab().director('a');
    const config: string[] = [];
    const expected: string[] = [];
    let port = 1000;
    const service = (
      head: string,
      shown: string,
      lines: string[],
      method: keyof typeof METHODS,
    ) => {
      const at = port;
      config.push(
        `virtual_server ${head} {`,
        `    lb_kind ${method}`,
        ...lines.map((line) => `    ${line}`),
        // Without a checker a server is in service at once.
        ...[1, 2].flatMap((n) => [
          `    real_server 192.168.0.${n}0 ${at} {`,
          `        weight ${n * 3}`,
          '    }',
        ]),
        '}',
      );
      expected.push(shown);
      for (const n of [1, 2]) {
        expected.push(`-> 192.168.0.${n}0:${at} ${METHODS[method]} ${n * 3} 0 0`);
      }
    };
    for (const scheduler of SCHEDULERS) {
      for (const method of Object.keys(METHODS) as (keyof typeof METHODS)[]) {
        port++;
        service(
          `172.25.254.100 ${port}`,
          `TCP 172.25.254.100:${port} ${scheduler}`,
          [`lb_algo ${scheduler}`, 'protocol TCP'],
          method,
        );
      }
    }
    port++;
    service(
      `172.25.254.100 ${port}`,
      `UDP 172.25.254.100:${port} rr`,
      ['lb_algo rr', 'protocol UDP'],
      'NAT',
    );
    port++;
    service(
      `172.25.254.100 ${port}`,
      `TCP 172.25.254.100:${port} wlc persistent 300`,
      ['lb_algo wlc', 'protocol TCP', 'persistence_timeout 300'],
      'NAT',
    );
    port = 0;
    service('fwmark 7', 'FWM 7 wrr', ['lb_algo wrr'], 'DR');

    a.startTandem(`${config.join('\n')}\n`, ['-C']);
    await lab().eventually(
      () => a.table().length === SCHEDULERS.length * 3 + 3,
      30_000,
      'all services',
    );
    const shown = (await a.ipvsadm('-Ln'))
      .split('\n')
      .slice(3)
      .map((line) => line.trim().replace(/\s+/g, ' '))
      .filter((line) => line !== '');
    assert.deepEqual(blocks(shown), blocks(expected));
    const stopped = await a.stop();
    assert.equal(stopped.code, 0);
    assert.deepEqual(a.table(), []);
  });

  /** Services with their servers, in an order of their own. */
  function blocks(lines: readonly string[]): string[] {
    const found: string[][] = [];
    for (const line of lines) {
      if (line.startsWith('->')) found.at(-1)?.push(line.replace(':0 ', ':0 '));
      else found.push([line]);
    }
    return found.map(([head = '', ...servers]) => [head, ...servers.sort()].join('\n')).sort();
  }
});
