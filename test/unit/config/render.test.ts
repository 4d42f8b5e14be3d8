import assert from 'node:assert/strict';
import type { Diagnostic } from '../../../src/config/diagnostics/diagnostics.js';
import {
  renderDiagnosticLine,
  renderDiagnostics,
  renderSummary,
} from '../../../src/config/diagnostics/render.js';
import { maskSecrets } from '../../../src/config/diagnostics/secrets.js';
import { load, MAIN } from './support.js';

function render(text: string, color = false): string {
  const { diagnostics, sources } = load(text);
  return renderDiagnostics(diagnostics, sources, { color });
}

describe('config: diagnostics for people', () => {
  it('show place, line, caret, what was expected, and what was meant', () => {
    assert.equal(
      render('global_defs {\n\tvrrp_version 4\n\trouter_idd x\n}\n'),
      `${MAIN}:2:15: error: vrrp_version: 4 is out of range [CONFIG_OUT_OF_RANGE]
  2 | \tvrrp_version 4
    | \t             ^
    expected: a whole number from 2 to 3
${MAIN}:3:2: error: unknown keyword 'router_idd' in global_defs [CONFIG_UNKNOWN_KEYWORD]
  3 | \trouter_idd x
    | \t^^^^^^^^^^
    did you mean: 'router_id'
`,
    );
  });

  it('in colour when asked', () => {
    const text = render('nonsense', true);
    assert.ok(text.includes('\x1b[31merror:\x1b[0m'));
    assert.ok(text.includes('\x1b[31m^^^^^^^^\x1b[0m'));
    assert.equal(render('nonsense').includes('\x1b'), false);
  });

  it('without the text of the file, without its line', () => {
    const { diagnostics } = load('nonsense');
    assert.equal(
      renderDiagnostics(diagnostics, new Map()),
      `${MAIN}:1:1: error: unknown keyword 'nonsense' at the top of a configuration [CONFIG_UNKNOWN_KEYWORD]\n`,
    );
    assert.equal(renderDiagnostics([], new Map()), '');
  });

  it('the caret stays within the line', () => {
    const at = { file: 'f', line: 1, column: 3, length: 99 };
    const diagnostic: Diagnostic = { code: 'CONFIG_IGNORED', severity: 'info', at, message: 'm' };
    assert.equal(
      renderDiagnostics([diagnostic], new Map([['f', 'abcd\r\n']])),
      'f:1:3: info: m [CONFIG_IGNORED]\n  1 | abcd\n    |   ^^\n',
    );
  });

  it('a long line is cut around the caret', () => {
    const text = `global_defs {\n  router_id a ${'x'.repeat(200)} ${'y'.repeat(100)}\n}`;
    const shown = render(text).split('\n');
    assert.equal(shown[1], `  2 |   router_id a ${'x'.repeat(106)}…`);
    assert.equal(shown[2], `    | ${' '.repeat(14)}${'^'.repeat(106)}`);
    const at = { file: 'f', line: 1, column: 301, length: 3 };
    const far: Diagnostic = { code: 'CONFIG_IGNORED', severity: 'info', at, message: 'm' };
    const lines = renderDiagnostics(
      [far],
      new Map([['f', `${'a'.repeat(300)}bcd${'e'.repeat(300)}`]]),
    );
    assert.equal(lines.split('\n')[1], `  1 | …${'a'.repeat(50)}bcd${'e'.repeat(67)}…`);
    assert.equal(lines.split('\n')[2], `    |  ${' '.repeat(50)}^^^`);
  });

  it('control characters are seen, not obeyed', () => {
    const shown = render('global_defs {\n router_\x1b[2Jid x\u202e\n}');
    assert.ok(!shown.includes('\x1b') && !shown.includes('\u202e'));
    assert.match(shown, /router_␛\[2Jid x\ufffd/);
    const { diagnostics } = load('bad\x1b[2J\x07word');
    assert.match(diagnostics.map(renderDiagnosticLine).join(), /'bad␛\[2J␇word'/);
  });

  it('the caret stands under its text behind wide and combining characters', () => {
    const shown = render('global_defs { router_id "漢e\u0301" nonsense }').split('\n');
    assert.equal(shown[2], `    | ${' '.repeat('global_defs { router_id "xxé" '.length)}^^^^^^^^`);
  });

  it('with CR LF and a byte order mark as without', () => {
    const text = 'global_defs {\n  vrrp_version 4\n}\nnonsense\n';
    const dos = `\ufeff${text.replaceAll('\n', '\r\n')}`;
    assert.equal(render(dos), render(text));
  });

  it('text out of a definition is shown at both places', () => {
    const definedAt = { file: 'f', line: 1, column: 4, length: 3 };
    const at = { file: 'f', line: 2, column: 10, length: 2, definedAt };
    const diagnostic: Diagnostic = { code: 'CONFIG_IGNORED', severity: 'info', at, message: 'm' };
    const sources = new Map([['f', '$P=abc\npriority $P\n']]);
    assert.equal(
      renderDiagnostics([diagnostic], sources),
      `f:2:10: info: m [CONFIG_IGNORED]
  2 | priority $P
    |          ^^
    defined at f:1:4:
  1 | $P=abc
    |    ^^^
`,
    );
    assert.equal(
      renderDiagnosticLine(diagnostic),
      'f:2:10: info: m; defined at f:1:4 [CONFIG_IGNORED]',
    );
  });

  it('are counted', () => {
    const counted = (text: string): string => renderSummary(load(text).diagnostics);
    assert.equal(counted(''), '0 errors, 0 warnings');
    assert.equal(counted('nonsense\nglobal_defs {\nlvs_flush x\n}'), '1 error, 1 warning');
  });

  it('on one line for the log', () => {
    const { diagnostics } = load('global_defs {\nvrrp_version 4\nrouter_idd x\n}');
    assert.deepEqual(diagnostics.map(renderDiagnosticLine), [
      `${MAIN}:2:14: error: vrrp_version: 4 is out of range; expected a whole number from 2 to 3 [CONFIG_OUT_OF_RANGE]`,
      `${MAIN}:3:1: error: unknown keyword 'router_idd' in global_defs; did you mean 'router_id'? [CONFIG_UNKNOWN_KEYWORD]`,
    ]);
  });

  describe('secrets', () => {
    it('are stars in a shown line', () => {
      assert.equal(maskSecrets('  auth_pass hunter2'), '  auth_pass *******');
      assert.equal(maskSecrets('  auth_pass "a b" # c'), `  auth_pass ${'*'.repeat(9)}`);
      assert.equal(maskSecrets('{ auth_pass hunter2 }'), '{ auth_pass ******* }');
      assert.equal(maskSecrets('priority 100'), 'priority 100');
      assert.equal(maskSecrets('auth_pass'), 'auth_pass');
    });

    it('of a mistyped keyword too', () => {
      assert.equal(maskSecrets('auth_pas hunter2'), 'auth_pas *******');
      assert.equal(maskSecrets('auht_pass hunter2'), 'auht_pass *******');
    });

    it('are in no diagnostic, whatever is wrong around them', () => {
      const SECRET = 'hunter2';
      const wrong = [
        `auth_pass ${SECRET}`,
        `auth_pas ${SECRET}`,
        `auth_type PASS ${SECRET}`,
        `auth_type PASS\nauth_pass ${SECRET}${SECRET}`,
        `auth_type PASS\nauth_pass ${SECRET} more`,
        `auth_type PASS\nauth_pass "${SECRET}`,
        `auth_type PASS\nauth_pass ${SECRET} {`,
        `auth_pas ${SECRET} {`,
        `auth_type PASS\nauth_pass ${SECRET}\nauth_pass ${SECRET}`,
      ];
      for (const inner of wrong) {
        const text = `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nauthentication {\n${inner}\n}\n}\n`;
        const { diagnostics, sources } = load(text);
        assert.ok(diagnostics.length > 0, inner);
        const shown =
          renderDiagnostics(diagnostics, sources) + diagnostics.map(renderDiagnosticLine);
        assert.doesNotMatch(shown, /hunter2/, inner);
        assert.doesNotMatch(JSON.stringify(diagnostics), /hunter2/, inner);
      }
    });
  });
});
