import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger, type Logger, silentLogger } from '../../../src/base/log.js';

describe('base/log', () => {
  let folder: string;
  let file: string;
  let fd: number;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tandem-log-'));
    file = path.join(folder, 'log');
    fd = openSync(file, 'a');
  });

  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  /** The lines in the file, once there are as many as expected: writing is asynchronous. */
  async function lines(expected: number): Promise<string[]> {
    for (let turn = 0; turn < 10_000; turn++) {
      const text = readFileSync(file, 'utf8');
      const found = text.split('\n').slice(0, -1);
      if (found.length >= expected) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  }

  it('writes one text line an event, in the words given', async () => {
    const log = createLogger('vrrp', { fd });
    log.notice('state-changed', '(VI_1) Entering MASTER STATE', { instance: 'VI_1' });
    const [line = ''] = await lines(1);
    assert.match(
      line,
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z Tandem_vrrp\[\d+\]: \(VI_1\) Entering MASTER STATE$/,
    );
  });

  it('writes the priority that the journal reads', async () => {
    const log = createLogger('vrrp', { fd, format: 'journal', level: 'debug' });
    log.debug('a', 'one');
    log.info('a', 'two');
    log.notice('a', 'three');
    log.warning('a', 'four');
    log.error('a', 'five');
    assert.deepEqual(await lines(5), ['<7>one', '<6>two', '<5>three', '<4>four', '<3>five']);
  });

  it('keeps event and fields in JSON', async () => {
    const log = createLogger('checker', { fd, format: 'json' });
    log.warning('server-down', 'Removing service', { server: '192.0.2.10:80' });
    const record = JSON.parse((await lines(1))[0] ?? '{}') as Record<string, unknown>;
    assert.equal(record['event'], 'server-down');
    assert.equal(record['server'], '192.0.2.10:80');
    assert.equal(record['msg'], 'Removing service');
    assert.equal(record['role'], 'checker');
  });

  for (const format of ['text', 'journal', 'json'] as const) {
    it(`lets no value forge a second line (${format})`, async () => {
      const log = createLogger('checker', { fd, format });
      log.notice('a', 'body: x\n<0>kernel: panic\r\n\u001b[2J\u0000\u007f');
      log.notice('a', 'end');
      const found = await lines(2);
      assert.equal(found.length, 2);
      const controls = [...found.join('')].filter((c) => c < ' ');
      assert.deepEqual(controls, []);
      assert.doesNotMatch(found[0] ?? '', /^<0>/);
    });
  }

  it('leaves out what is below its level', async () => {
    const log = createLogger('vrrp', { fd, format: 'journal', level: 'warning' });
    log.debug('a', 'debug');
    log.info('a', 'info');
    log.notice('a', 'notice');
    log.warning('a', 'warning');
    assert.deepEqual(await lines(1), ['<4>warning']);
  });

  it('does without a log', () => {
    for (const level of ['debug', 'info', 'notice', 'warning', 'error'] as const) {
      const write: Logger[typeof level] = silentLogger[level];
      assert.equal(write('a', 'b'), undefined);
    }
  });
});
