/** The manual pages name every option, command and exit code that the programs have. */
import assert from 'node:assert/strict';
import { DAEMON_HELP } from '../../src/cli/arguments.js';
import { COMMANDS, renderCommandHelp } from '../../src/cli/commands.js';
import { EXIT } from '../../src/cli/exit-codes.js';
import { readText } from './tree.js';

describe('arch: manual pages', () => {
  /** A page's words as they are shown: roff's `\-` is a dash. */
  const page = (name: string): string => (readText(name) ?? '').replaceAll('\\-', '-');
  const daemon = page('doc/man/tandemd.8');
  const operator = page('doc/man/tandem.1');
  const ipvs = page('doc/man/tandem-ipvs.8');

  const missing = (help: string, text: string): string[] =>
    [...help.matchAll(/(?<![\w-])(--[a-z][a-z_-]*|-[a-zA-Z])(?![\w-])/g)]
      .map((match) => match[1] as string)
      .filter(
        (option) => !new RegExp(`(?<![\\w-])${option}(?![\\w-])`).test(text.replace(/\\f./g, ' ')),
      );

  it('miss nothing unnoticed', () => {
    assert.deepEqual(missing('-x, --example=FILE', 'only -x here'), ['--example']);
  });

  it('tandemd(8) has every option of --help', () => {
    assert.ok(DAEMON_HELP.includes('--release'));
    assert.deepEqual(missing(DAEMON_HELP, daemon), []);
  });

  it('tandem(1) has every command and its options', () => {
    for (const command of Object.values(COMMANDS)) {
      const { name } = command;
      assert.match(operator, new RegExp(`^\\.B tandem ${name}$`, 'm'), `${name} in the synopsis`);
      assert.match(operator, new RegExp(`^\\.TP\n\\.B ${name}$`, 'm'), `${name} is described`);
      const text = name === 'ipvs' ? ipvs : operator;
      assert.deepEqual(missing(renderCommandHelp(command), text), []);
    }
  });

  it('have every exit code', () => {
    for (const text of [daemon, operator]) {
      const codes = [...text.matchAll(/^\.B (\d+)$/gm)].map((match) => Number(match[1]));
      assert.deepEqual(codes, Object.values(EXIT));
    }
  });
});
