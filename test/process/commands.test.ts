/** The commands of `tandem` about configurations, as processes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../support/skip.js';

const BIN = new URL('../../../bin/tandem', import.meta.url).pathname;
const DAEMON = new URL('../../../bin/tandemd', import.meta.url).pathname;
const INTERFACE = readdirSync('/sys/class/net').find((name) => name !== 'lo');

interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly errors: string;
}

describe('tandem: configurations', function () {
  // Each test starts some processes, on a machine that may be busy.
  this.timeout(120_000);
  let directory = '';
  before(function () {
    if (INTERFACE === undefined) skip(this, 'this machine has no interface but lo');
    directory = mkdtempSync(join(tmpdir(), 'tandem-commands-'));
  });
  after(() => {
    if (directory) rmSync(directory, { recursive: true });
  });

  function run(bin: string, ...words: string[]): Outcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words], {
      cwd: '/',
      encoding: 'utf8',
    });
    const local = (text: string): string => text.replaceAll(`${directory}/`, '');
    return { status, out: local(stdout), errors: local(stderr) };
  }
  const tandem = (...words: string[]): Outcome => run(BIN, ...words);

  function write(name: string, text: string): string {
    const file = join(directory, name);
    writeFileSync(file, text);
    return file;
  }

  const instance = (lines = '', vrid = 51): string =>
    `vrrp_instance VI_1 {\n  interface ${INTERFACE}\n  virtual_router_id ${vrid}\n${lines}  virtual_ipaddress {\n    192.0.2.51/32\n  }\n}\n`;
  /** Runs, with a warning. */
  const WARNED = '  priority 90\n  priority 100\n';

  describe('check', () => {
    it('counts at the end; warnings fail with --strict only', () => {
      const file = write('warned.conf', instance(WARNED));
      const { status, out, errors } = tandem('check', '-f', file);
      assert.deepEqual([status, errors], [0, '']);
      assert.match(out, /^warned\.conf:5:3: warning: .*CONFIG_REPEATED\]\n +5 \|.*\n.*\^+\n/);
      assert.match(out, /\n0 errors, 1 warning\n$/);
      assert.equal(tandem('check', '-f', file, '--strict').status, 3);
      assert.deepEqual(tandem('check', '-f', write('good.conf', instance()), '--strict'), {
        status: 0,
        out: '0 errors, 0 warnings\n',
        errors: '',
      });
    });

    it('--json is one document', () => {
      const file = write('bad.conf', instance('  priorty 3\n'));
      const { status, out } = tandem('check', '-f', file, '--json');
      assert.equal(status, 3);
      const report = JSON.parse(out);
      assert.deepEqual(report, {
        file: 'bad.conf',
        valid: false,
        summary: { errors: 1, warnings: 0, infos: 0 },
        diagnostics: [
          {
            code: 'CONFIG_UNKNOWN_KEYWORD',
            severity: 'error',
            file: 'bad.conf',
            line: 4,
            column: 3,
            length: 7,
            message: "unknown keyword 'priorty' in vrrp_instance",
            suggestion: "'priority'",
          },
        ],
      });
    });

    it('tandemd -t says the same, as text and as JSON', () => {
      const file = write('bad.conf', instance('  priorty 3\n'));
      const text = run(DAEMON, '-t', '-f', file);
      assert.deepEqual(text, { status: 3, out: '', errors: tandem('check', '-f', file).out });
      const json = run(DAEMON, '-t', '--json', '-f', file);
      assert.deepEqual(json, {
        status: 3,
        out: tandem('check', '-f', file, '--json').out,
        errors: '',
      });
    });

    it('-i chooses conditional lines', () => {
      const file = write('id.conf', instance('  @a nonsense\n'));
      assert.equal(tandem('check', '-f', file, '-i', 'b').status, 0);
      assert.equal(tandem('check', '-f', file, '-i', 'a').status, 3);
    });
  });

  describe('config show', () => {
    it('has every value with its origin, and reads as a configuration again', () => {
      const file = write('shown.conf', instance('  priority 99\n'));
      const { status, out } = tandem('config', 'show', '-f', file);
      assert.equal(status, 0);
      assert.match(out, /^ {4}priority 99 +# shown\.conf:4:12$/m);
      assert.match(out, /^ {4}advert_int 1 +# default$/m);
      const again = write('again.conf', out);
      assert.match(tandem('check', '-f', again).out, /^0 errors/m);
      const { out: diff, status: same } = tandem('config', 'diff', file, again);
      assert.deepEqual([diff, same], ['no difference: a reload changes nothing\n', 0]);
    });

    it('--json has lines with places', () => {
      const file = write('shown.conf', instance('  priority 99\n'));
      const { blocks } = JSON.parse(tandem('config', 'show', '-f', file, '--json').out);
      const [, block] = blocks;
      assert.equal(`${block.keyword} ${block.value}`, 'vrrp_instance VI_1');
      const priority = block.body.find((line: { keyword: string }) => line.keyword === 'priority');
      assert.deepEqual(priority, {
        keyword: 'priority',
        value: '99',
        from: { file: 'shown.conf', line: 4, column: 12, length: 2 },
      });
    });

    it('of a file with errors says these', () => {
      const { status, out, errors } = tandem('config', 'show', '-f', write('x', 'nonsense\n'));
      assert.deepEqual([status, out], [3, '']);
      assert.match(errors, /'nonsense'[\s\S]*1 error, 0 warnings\n$/);
    });
  });

  it('what a test refuses and a start warns of is shown and compared: it runs', () => {
    const file = write('root.conf', instance('  notify_master /bin/true\n'));
    assert.match(tandem('check', '-f', file).out, /CONFIG_SCRIPT_SECURITY/);
    assert.match(tandem('config', 'show', '-f', file).out, /notify_master \/bin\/true/);
    assert.equal(tandem('config', 'diff', file, file).status, 0);
    assert.doesNotMatch(tandem('doctor', '-f', file).errors, /CONFIG_SCRIPT_SECURITY/);
  });

  describe('config format', () => {
    const UNTIDY = 'global_defs{\nrouter_id   a # b\n}\n';
    const TIDY = 'global_defs {\n    router_id a # b\n}\n';

    it('prints, tells or writes', () => {
      const file = write('untidy.conf', UNTIDY);
      chmodSync(file, 0o640);
      const format = (...words: string[]): Outcome =>
        tandem('config', 'format', '-f', file, ...words);
      assert.deepEqual(format(), { status: 0, out: TIDY, errors: '' });
      assert.deepEqual(format('--check'), { status: 1, out: 'untidy.conf\n', errors: '' });
      assert.equal(readFileSync(file, 'utf8'), UNTIDY);
      assert.deepEqual(format('--write'), { status: 0, out: '', errors: '' });
      assert.equal(readFileSync(file, 'utf8'), TIDY);
      assert.equal(statSync(file).mode & 0o777, 0o640);
      assert.deepEqual(format('--check'), { status: 0, out: '', errors: '' });
      assert.deepEqual(
        readdirSync(directory).filter((name) => name.startsWith('untidy.conf')),
        ['untidy.conf'],
      );
    });

    it('leaves a file alone whose braces do not fit', () => {
      const file = write('lost.conf', 'global_defs {\nrouter_id   a\n');
      const { status, out, errors } = tandem('config', 'format', '-f', file, '--write');
      assert.deepEqual([status, out], [3, '']);
      assert.match(errors, /CONFIG_MISSING_CLOSE_BRACE/);
      assert.match(readFileSync(file, 'utf8'), /router_id {3}a/);
    });

    it('says when a file cannot be read', () => {
      const { status, errors } = tandem('config', 'format', '-f', '/nonexistent');
      assert.equal(status, 1);
      assert.match(errors, /ENOENT/);
    });
  });

  describe('config diff', () => {
    it('says what changes, with 1', () => {
      const old = write('old.conf', instance());
      const next = write('new.conf', instance('', 52));
      const { status, out } = tandem('config', 'diff', old, next);
      assert.equal(status, 1);
      assert.match(out, /^! vrrp_instance VI_1: restarted$/m);
      assert.match(out, /^ {4}virtual_router_id: 51 -> 52 +# new\.conf:3:21$/m);
      const json = tandem('config', 'diff', '--json', old, next);
      assert.equal(json.status, 1);
      assert.equal(JSON.parse(json.out).changes[0].how, 'restarted');
    });

    it('takes two files that are good', () => {
      const good = write('good.conf', instance());
      assert.equal(tandem('config', 'diff', good).status, 2);
      assert.equal(tandem('config', 'diff', good, '/nonexistent').status, 3);
      assert.equal(tandem('config', 'diff', good, good, good).status, 2);
    });
  });

  describe('config explain', () => {
    it('knows a keyword, in all blocks or in one', () => {
      const { status, out } = tandem('config', 'explain', 'weight');
      assert.equal(status, 0);
      assert.ok((out.match(/^weight/gm)?.length ?? 0) >= 2);
      assert.match(
        tandem('config', 'explain', 'weight', 'real_server').out,
        /^weight <0\.\.[\s\S]*0: none/,
      );
    });

    it('names the nearest of an unknown word, with 2', () => {
      const { status, out, errors } = tandem('config', 'explain', 'priorty');
      assert.deepEqual([status, out], [2, '']);
      assert.match(errors, /did you mean 'priority'\?/);
      assert.match(
        tandem('config', 'explain', 'priority', 'url').errors,
        /belongs in vrrp_instance/,
      );
    });

    it('sends to the manual for what is no keyword', () => {
      assert.match(tandem('config', 'explain', 'include').errors, /tandem\.conf\(5\)/);
    });

    it('--json', () => {
      const [priority] = JSON.parse(tandem('config', 'explain', 'priority', '--json').out);
      assert.deepEqual(priority.range, [1, 255]);
      assert.deepEqual(priority.blocks, ['vrrp_instance']);
    });
  });

  it('every command has help; what is wrong with a command line is told with 2', () => {
    const help = tandem('help').out;
    for (const command of [
      'check',
      'config show',
      'config format',
      'config diff',
      'config explain',
    ]) {
      assert.ok(help.includes(`\n  ${command}`), command);
      const words = command.split(' ');
      assert.match(tandem(...words, '--help').out, new RegExp(`^Usage: tandem ${command}`));
      assert.equal(tandem('help', ...words).out, tandem(...words, '-h').out);
      assert.equal(tandem(...words, '--nope').status, 2);
    }
    assert.equal(tandem('chekc').status, 2);
    assert.match(tandem('chekc').errors, /did you mean 'check'\?/);
    assert.match(tandem('config', 'shwo').errors, /did you mean 'config show'\?/);
  });

  it('colours on a terminal only, and not with NO_COLOR', function () {
    if (spawnSync('script', ['--version']).status !== 0) skip(this, 'script is not installed');
    const file = write('bad.conf', 'nonsense\n');
    const red = '\u001b[31m';
    assert.ok(!tandem('check', '-f', file).out.includes(red));
    const typed = `${process.execPath} ${BIN} check -f ${file}`;
    const onTerminal = (environment: Record<string, string>): string =>
      spawnSync('script', ['-qec', typed, '/dev/null'], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', ...environment },
      }).stdout;
    assert.ok(onTerminal({}).includes(red));
    assert.ok(!onTerminal({ NO_COLOR: '1' }).includes(red));
  });
});
