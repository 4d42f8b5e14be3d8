import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../support/skip.js';

const BIN = new URL('../../../bin/tandemd', import.meta.url).pathname;

/** An interface of this machine that adverts could go out of; nothing is sent. */
const INTERFACE = readdirSync('/sys/class/net').find((name) => name !== 'lo');

function instance(name: string, vrid: number, more = ''): string {
  return `vrrp_instance ${name} {
  interface ${INTERFACE}
  virtual_router_id ${vrid}
  priority 100
  virtual_ipaddress {
    192.0.2.${vrid}/32
  }
${more}}
`;
}

describe('tandemd -t', () => {
  let directory = '';
  before(function () {
    if (INTERFACE === undefined) skip(this, 'this machine has no interface but lo');
    directory = mkdtempSync(join(tmpdir(), 'tandem-test-'));
  });
  after(() => {
    if (directory) rmSync(directory, { recursive: true });
  });

  /** Runs it from another directory than the checkout. */
  function test(text: string, ...options: string[]): { status: number | null; errors: string } {
    const file = join(directory, 'x.conf');
    writeFileSync(file, text);
    const { status, stderr } = spawnSync(process.execPath, [BIN, '-t', '-f', file, ...options], {
      cwd: '/',
      encoding: 'utf8',
    });
    return { status, errors: stderr.replaceAll(`${directory}/`, '') };
  }

  it('accepts a good file: status 0, silent', () => {
    assert.deepEqual(test(instance('VI_1', 51)), { status: 0, errors: '' });
  });

  const bad: [string, string, RegExp][] = [
    [
      'an unknown keyword',
      instance('VI_1', 51, '  priorty 3\n'),
      /x\.conf:8:3: error: .*'priorty'.*\n.*\n.*\^/,
    ],
    [
      'a missing brace',
      instance('VI_1', 51).slice(0, -2),
      /x\.conf:7:3: error: .*opened at x\.conf:1:1/,
    ],
    [
      'an interface that does not exist',
      instance('VI_1', 51).replace(`${INTERFACE}`, 'nosuch0'),
      /x\.conf:2:13: error: .*nosuch0/,
    ],
    [
      'a duplicate VRID',
      instance('VI_1', 51) + instance('VI_2', 51),
      /x\.conf:11:21: error: .*VI_1/,
    ],
  ];
  for (const [what, text, expected] of bad) {
    it(`refuses ${what}: status 3, located`, () => {
      const { status, errors } = test(text);
      assert.equal(status, 3);
      assert.match(errors, expected);
    });
  }

  it('tells all errors at once', () => {
    const { errors } = test(instance('VI_1', 51, '  foo 1\n  advert_int x\n'));
    assert.match(errors, /x\.conf:8:3/);
    assert.match(errors, /x\.conf:9:14/);
  });

  it('refuses a file that is not there: status 3', () => {
    const { status, stderr } = spawnSync(process.execPath, [BIN, '-t', '-f', '/nonexistent/x'], {
      encoding: 'utf8',
    });
    assert.equal(status, 3);
    assert.match(stderr, /\/nonexistent\/x/);
  });

  it('writes to an attached log file instead', () => {
    const log = join(directory, 'log');
    const { errors } = test('nonsense\n', `--config-test=${log}`);
    assert.equal(errors, '');
    assert.match(readFileSync(log, 'utf8'), /nonsense/);
  });
});
