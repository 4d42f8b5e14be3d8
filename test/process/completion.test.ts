/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what bash is given */
/** The completion scripts, run by the shells that they are for. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { completionScript } from '../../src/cli/completion/command.js';
import { ROOT } from '../support/root.js';
import { skip } from '../support/skip.js';

/** What is typed, and what must be offered; the last word is the one at the cursor. */
const CASES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ['tandem', ''],
    ['status', 'check', 'config', 'completion', 'help'],
  ],
  [
    ['tandem', 'config', ''],
    ['show', 'format', 'diff', 'explain'],
  ],
  [
    ['tandem', 'config', 'show', '--'],
    ['--file', '--id', '--json', '--help'],
  ],
  [['tandem', 'check', '--stri'], ['--strict']],
  [['tandem', 'config', 'explain', 'virtual_router'], ['virtual_router_id']],
  [['tandem', 'config', 'explain', 'priority', 'vrrp_in'], ['vrrp_instance']],
  [['tandem', 'check', '-f', './first'], ['./first.conf']],
  [['tandem', 'config', 'diff', './first.conf', './sec'], ['./second.conf']],
  [
    ['tandem', 'completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['tandemd', '--dont'], ['--dont-fork']],
  [['tandemd', '-f', './first'], ['./first.conf']],
];

describe('completion', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tandem-completion-'));
    for (const name of ['first.conf', 'second.conf']) writeFileSync(path.join(folder, name), '');
    for (const shell of ['bash', 'zsh', 'fish']) {
      writeFileSync(path.join(folder, `tandem.${shell}`), completionScript(shell) ?? '');
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const shell = (program: string, ...words: string[]): string => {
    const { stdout, stderr, status } = spawnSync(program, words, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, TERM: 'dumb' },
    });
    assert.deepEqual([status, stderr], [0, ''], words.join(' '));
    return stdout;
  };
  const isThere = (program: string): boolean =>
    spawnSync(program, ['--version']).error === undefined;

  it('bash', function () {
    if (!isThere('bash')) skip(this, 'bash is not installed');
    const complete =
      'source ./tandem.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_$1"; printf "%s\\n" "${COMPREPLY[@]}"';
    for (const [words, expected] of CASES) {
      const offered = shell('bash', '--norc', '-c', complete, 'bash', ...words).split('\n');
      for (const word of expected) assert.ok(offered.includes(word), `${words}: ${offered}`);
    }
    // As bash takes --file=NAME apart.
    const value = shell(
      'bash',
      '--norc',
      '-c',
      complete,
      'bash',
      'tandem',
      'check',
      '--file',
      '=',
      './f',
    );
    assert.match(value, /first\.conf/);
    // Behind the last operand there is nothing.
    assert.equal(
      shell('bash', '--norc', '-c', complete, 'bash', 'tandem', 'completion', 'bash', ''),
      '\n',
    );
  });

  it('fish', function () {
    if (!isThere('fish')) skip(this, 'fish is not installed');
    for (const [words, expected] of CASES) {
      const typed = `source ./tandem.fish; complete -C '${words.join(' ')}'`;
      const offered = shell('fish', '--no-config', '-c', typed)
        .split('\n')
        .map((line) => line.split('\t')[0]);
      for (const word of expected) assert.ok(offered.includes(word), `${words}: ${offered}`);
    }
  });

  it('zsh', function () {
    if (!isThere('zsh')) skip(this, 'zsh is not installed');
    const typist = path.join(ROOT, 'test/process/completion/type.zsh');
    // Each takes a second: it has to be typed.
    for (const [words, expected] of CASES.filter((_, i) => i % 2 === 0)) {
      const shown = shell('zsh', '-f', typist, './tandem.zsh', words.join(' '));
      // Files are listed without their folder.
      for (const word of expected) assert.ok(shown.includes(word.replace('./', '')), shown);
    }
  });

  it('knows no other shell', () => {
    assert.equal(completionScript('csh'), undefined);
  });
});
