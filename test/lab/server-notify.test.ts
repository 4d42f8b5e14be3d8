/** What scripts and pipes are told of real and virtual servers, by keepalived and by tandem: the same. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { checkTimes } from './config-text.js';
import type { Product } from './director.js';
import { START_TIMEOUT } from './steps.js';
import { labSuite } from './suite.js';

const FOLDER = '/run/tandem-lab';
const TOLD = `${FOLDER}/told-of-servers`;
const PIPE = `${FOLDER}/lvs-pipe`;
const READ = `${FOLDER}/read-from-pipe`;
const [HOOK, READER] = [`${FOLDER}/server-hook`, `${FOLDER}/pipe-reader`];
const VIP = '172.25.254.100';
const [R1, R2] = ['192.168.0.10', '192.168.0.20'];
const PRODUCTS: readonly Product[] = ['keepalived', 'tandem'];

function config(servers: readonly string[]): string {
  const check = ['HTTP_GET {', '    url {', '        path /', '    }', ...checkTimes(), '}'];
  const reals = servers.flatMap((address) => [
    `real_server ${address} 80 {`,
    `    notify_up "${HOOK} ${address} up"`,
    `    notify_down "${HOOK} ${address} down"`,
    ...check.map((line) => `    ${line}`),
    '}',
  ]);
  return [
    'global_defs {',
    '    script_user root',
    '    rs_init_notifies',
    `    notify_fifo ${PIPE}-all`,
    `    lvs_notify_fifo ${PIPE}`,
    `    lvs_notify_fifo_script ${READER}`,
    '}',
    `virtual_server ${VIP} 80 {`,
    '    delay_loop 1',
    '    lb_algo rr',
    '    lb_kind NAT',
    '    protocol TCP',
    '    quorum 1',
    '    omega',
    `    quorum_up "${HOOK} quorum up"`,
    `    quorum_down "${HOOK} quorum down"`,
    ...reals.map((line) => `    ${line}`),
    '}',
    '',
  ].join('\n');
}

labSuite('lab: what is told of servers', 'nat', (lab) => {
  const seen = new Map<Product, { lines: string[]; scripts: string[] }>();

  afterEach(async () => {
    if (lab().director('a').isRunning()) await lab().director('a').stop();
  });

  for (const product of PRODUCTS) {
    it(`${product} tells its scripts and pipes`, async () => {
      program(HOOK, `echo "$*" >> ${TOLD}`);
      // It gets the pipe's path as its last argument.
      program(READER, `while read line; do echo "$line" >> ${READ}; done < "$1"`);
      for (const file of [TOLD, READ]) writeFileSync(file, '');
      execFileSync('sh', ['-c', `rm -f ${PIPE}-all; mkfifo -m 600 ${PIPE}-all`]);
      const pipe = openSync(`${PIPE}-all`, constants.O_RDONLY | constants.O_NONBLOCK);
      const lines: string[] = [];
      const told = (text: string, times: number): (() => boolean) => {
        return () => {
          lines.push(...drain(pipe));
          return lines.filter((line) => line === text).length >= times;
        };
      };
      const until = (text: string, times = 1): Promise<unknown> =>
        lab().eventually(told(text, times), START_TIMEOUT, text);
      const service = `[${VIP}]:tcp:80`;

      const a = lab().director('a');
      a.start(product, config([R1, R2]), ['-C']);
      await until(`VS ${service} UP`);
      await lab().realServer('r1').mood('error500');
      await until(`RS [${R1}]:tcp:80 ${service} DOWN`);
      await lab().realServer('r2').mood('error500');
      await until(`VS ${service} DOWN`);
      await lab().realServer('r2').mood('ok');
      await until(`VS ${service} UP`, 2);
      await lab().realServer('r1').mood('ok');
      await until(`RS [${R1}]:tcp:80 ${service} UP`, 2);
      const haveCome = (): number => {
        lines.push(...drain(pipe));
        return lines.length;
      };
      const readAll = async (): Promise<void> => {
        const what = 'the reader of the other pipe has read as much';
        await lab().eventually(() => words(READ).length === haveCome(), START_TIMEOUT, what);
        assert.deepEqual(words(READ), lines);
      };
      await readAll();
      a.reload(config([R2]));
      await until(`RS [${R1}]:tcp:80 ${service} DOWN`, 2);
      // keepalived's reader was seen without what a reload tells.
      if (product === 'tandem') await readAll();
      await a.stop();
      await until(`VS ${service} DOWN`, 2);
      await lab().eventually(
        () => words(TOLD).length === haveCome(),
        START_TIMEOUT,
        'a script for each line',
      );
      closeSync(pipe);
      seen.set(product, { lines, scripts: words(TOLD).toSorted() });
    });
  }

  it('both the same', () => {
    assert.deepEqual(seen.get('tandem'), seen.get('keepalived'));
    console.log(`      told: ${seen.get('tandem')?.lines.join(', ')}`);
  });
});

function words(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** What is in a pipe that has a writer, or none. */
function drain(pipe: number): string[] {
  const bytes = Buffer.alloc(4_096);
  try {
    const text = bytes.toString('utf8', 0, readSync(pipe, bytes));
    return text.split('\n').filter((line) => line !== '');
  } catch {
    // Nothing now.
    return [];
  }
}

function program(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}
