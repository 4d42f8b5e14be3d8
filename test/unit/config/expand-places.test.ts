import assert from 'node:assert/strict';
import { renderDiagnosticLine, renderDiagnostics } from '../../../src/config/diagnostics/render.js';
import type { Position } from '../../../src/config/text/source.js';
import { load, seeded } from './support.js';
import { readFiles } from './tokens.js';

const P = (name: string): string => `$\{${name}}`;

/** A place and what it was made of: `3:1+4 < 1:7+2`. */
function show(at: Position | undefined): string {
  if (!at) return '';
  const own = `${at.line}:${at.column}+${at.length}`;
  return at.definedAt ? `${own} < ${show(at.definedAt)}` : own;
}

/** The words of a text with their places. */
function places(text: string): string[] {
  return readFiles({ f: text })
    .tokens.filter(({ kind }) => kind === 'word')
    .map((token) => `${token.text} ${show(token.at)}`);
}

describe('config: places of expanded text', () => {
  it('are the use, and then the definition', () => {
    assert.deepEqual(places('$X=a b\n  k $X'), ['k 2:3+1', 'a 2:5+2 < 1:4+1', 'b 2:5+2 < 1:6+1']);
  });

  it('of a word that is only partly from a definition are those of the whole word', () => {
    assert.deepEqual(places(`$X=1\nk a${P('X')}b "c ${P('X')}"`), [
      'k 2:1+1',
      'a1b 2:3+6',
      'c 1 2:10+8',
    ]);
  });

  it('go through nested definitions as far as all of a word does', () => {
    assert.deepEqual(places(`$B=x y\n$A=${P('B')} ${P('B')}z\nk $A`), [
      'k 3:1+1',
      'x 3:3+2 < 2:4+4 < 1:4+1',
      'y 3:3+2 < 2:4+4 < 1:6+1',
      'x 3:3+2 < 2:9+4 < 1:4+1',
      'yz 3:3+2 < 2:9+5',
    ]);
  });

  it('of several lines, sequences and lists are in their lines, the same each way of reading', () => {
    const body = `$M= \\\na v${P('N')} { \\\n  b ${P('N')} \\\n}\n\n`;
    const expected = (n: string, use: string, number: string): string[] => [
      `a ${use} < 2:1+1`,
      `v${n} ${use} < 2:3+5`,
      `b ${use} < 3:3+1`,
      `${n} ${use} < 3:5+4 < ${number}`,
    ];
    assert.deepEqual(places(`${body}~SEQ(N, 1, 2) $M`), [
      ...expected('1', '6:15+2', '6:1+13'),
      ...expected('2', '6:15+2', '6:1+13'),
    ]);
    // An apostrophe makes a line one that is read in the general way.
    assert.deepEqual(
      places(`${body.replace('{ \\', "{ '\\")}~SEQ(N, 1, 2) $M`).filter((w) => !w.startsWith("'")),
      places(`${body}~SEQ(N, 1, 2) $M`),
    );
  });

  it('of standard parameters are where they are used', () => {
    assert.deepEqual(places(`$A=${P('_HASH')}\nk ${P('_BANG')} $A`), [
      'k 2:1+1',
      '! 2:3+8',
      '# 2:12+2 < 1:4+8',
    ]);
  });

  it('are shown, with the lines of both', () => {
    const { diagnostics, sources } = load({
      '/c/f': `$V=5\n$M= \\\n vrrp_version ${P('V')} \\\n}\n\nglobal_defs {\n$M\n`,
    });
    assert.equal(
      renderDiagnostics(diagnostics, sources),
      `/c/f:7:1: error: vrrp_version: 5 is out of range [CONFIG_OUT_OF_RANGE]
  7 | $M
    | ^^
    defined at /c/f:3:15:
  3 |  vrrp_version ${P('V')} \\
    |               ^^^^
    defined at /c/f:1:4:
  1 | $V=5
    |    ^
    expected: a whole number from 2 to 3
`,
    );
    assert.match(
      diagnostics.map(renderDiagnosticLine).join(),
      /^\/c\/f:7:1: .*defined at \/c\/f:3:15/,
    );
  });
});

describe('config: secrets in definitions', () => {
  const SECRET = 'hunter2';

  it('are stars in every line that is shown', () => {
    for (const [definition, use] of [
      [`$P=${SECRET}`, 'auth_pass $P x'],
      [`$P="${SECRET}" # c`, `auth_pass ${P('P')} x`],
      [`$Q=${SECRET}\n$P=${P('Q')}`, 'auth_pass $P x'],
      [`$A=auth_pass ${SECRET} x`, '$A'],
      [`$A=auth_pas ${SECRET}`, '$A'],
      [`$A= \\\nauth_pass ${SECRET} x \\\n`, '$A'],
      [`~LST(P, ${SECRET}) $S=${P('P')}`, 'auth_pass $S x'],
      [`$MY_PASSWORD =${SECRET}`, 'auth_pass x y'],
    ]) {
      const text = `${definition}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nauthentication {\nauth_type PASS\n${use}\n}\n}\n`;
      const { diagnostics, sources } = load(text);
      assert.ok(diagnostics.length > 0, text);
      const everywhere = sources.get('/etc/tandem/tandem.conf') ?? '';
      const lines = everywhere.split('\n').map((_, i) => ({
        code: 'CONFIG_IGNORED' as const,
        severity: 'info' as const,
        message: '',
        at: { file: '/etc/tandem/tandem.conf', line: i + 1, column: 1, length: 1 },
      }));
      assert.doesNotMatch(renderDiagnostics([...diagnostics, ...lines], sources), /hunter2/, text);
      assert.doesNotMatch(JSON.stringify(diagnostics), /hunter2/, text);
    }
  });
});

describe('config: expansion of anything', () => {
  const PIECES = [
    '$A=',
    '$B=',
    '$C= \\',
    '\\',
    '\n',
    '\n',
    '\n',
    ' ',
    ' ',
    '$A',
    '$B ',
    P('A'),
    P('B'),
    P('C'),
    '$C',
    '~SEQ(A,1,3) ',
    '~SEQx(B,3,1) ',
    '~LST(C,1,2) ',
    '~LST({A,B},{1,2},{3}) ',
    '@m ',
    '@^m ',
    '"',
    "'",
    '{',
    '}',
    '#',
    '!',
    'include x',
    'priority',
    '1',
    P('_RANDOM 1 5'),
    P('_ENV X'),
    P('_PWD'),
    '\\#',
    'auth_pass ',
    '~',
    '$',
    '{A',
    ')',
    ',',
    '\0',
    '\t',
    'vrrp_instance V ',
  ];

  it('ends, throws nothing, and keeps its places inside the text, for 1,000 seeds', () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const dice = seeded(seed);
      const text = Array.from({ length: 1 + dice(60) }, () => PIECES[dice(PIECES.length)]).join('');
      const files = { '/c/f': text, '/c/x': `$A=${P('B')}\ninclude x` };
      const lines: Readonly<Record<string, string[]>> = {
        '/c/f': text.split('\n'),
        '/c/x': files['/c/x'].split('\n'),
      };
      const { tokens, sink } = readFiles(files, { configId: 'm' });
      const all = [...tokens.map(({ at }) => at), ...sink.sorted().map(({ at }) => at)];
      for (const first of all) {
        for (let at = first; at; at = at.definedAt) {
          const line = lines[at.file]?.[at.line - 1];
          const end = at.column + at.length - 1;
          assert.ok(line !== undefined && at.column >= 1, `seed ${seed}: ${show(at)}\n${text}`);
          assert.ok(end <= Math.max(1, line.length), `seed ${seed}: ${show(at)}\n${text}`);
        }
      }
      load(files);
    }
  }).timeout(60_000);
});
