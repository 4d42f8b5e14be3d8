import assert from 'node:assert/strict';
import { memoryFiles } from '../../../src/config/text/files.js';
import { codesOf, linesOf, readFiles, tokensOf } from './tokens.js';

/** `$` and a brace, which a template string cannot hold. */
const P = (name: string): string => `$\{${name}}`;

describe('config: definitions', () => {
  it('are put in where they are used, late and recursively: the manual’s example', () => {
    const text = `
$ADDRESS_BASE=10.2.${P('ADDRESS_BASE_SUB')}
$ADDRESS_BASE_SUB=0
${P('ADDRESS_BASE')}.100/32
$ADDRESS_BASE_SUB=10
${P('ADDRESS_BASE')}.100/32`;
    assert.deepEqual(linesOf(text), ['10.2.0.100/32', '10.2.10.100/32']);
  });

  it('without braces need a blank, a comma, a parenthesis or the end behind them', () => {
    assert.deepEqual(linesOf('$X=1\na $X, $X) $X\tb $X'), ['a 1, 1) 1 b 1']);
    assert.deepEqual(linesOf('$X=1\na $Xy $X/2'), ['a $Xy $X/2']);
  });

  it('are put in inside quotes and words too, and may be empty', () => {
    assert.deepEqual(linesOf(`$X=a b\n$E=\nk "${P('X')} c" d${P('E')}e ${P('E')}`), ['k a b c de']);
  });

  it('may hold blocks, conditions and definitions', () => {
    const text = `$X=a { b }\n$C=@m c\n$D=$Y=5\n${P('X')}\n$C\n$D\nd $Y`;
    assert.deepEqual(linesOf(text, { configId: 'm' }), ['a { b }', 'c', 'd 5']);
    assert.deepEqual(linesOf(text), ['a { b }', 'd 5']);
  });

  it('lose their comments and blanks, but not what is in quotes', () => {
    assert.deepEqual(linesOf('$X=  a "b # c"  # d\nx $X'), ['x a b # c']);
  });

  it('go on over files, in the order of the text', () => {
    const { tokens } = readFiles({ '/a': '$X=1\ninclude b\nx $X', '/b': 'y $X\n$X=2' });
    assert.deepEqual(
      tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text),
      ['y', '1', 'x', '2'],
    );
  });

  it('may stand behind a brace or a condition', () => {
    assert.deepEqual(linesOf('@m $X=1\n@n $X=2\na {\n} $Y=3\nx $X $Y', { configId: 'm' }), [
      'a {',
      '}',
      'x 1 3',
    ]);
  });

  describe('of several lines', () => {
    const INSTANCE = `$INSTANCE= \\
vrrp_instance VI_${P('NUM')} { \\
    interface eth0.${P('NUM')} \\
    # a comment \\

`;

    it('end with the line that has no backslash, or an empty one', () => {
      assert.deepEqual(linesOf(`${INSTANCE}}\n$NUM=0\n$INSTANCE`), [
        '}',
        'vrrp_instance VI_0 {',
        'interface eth0.0',
      ]);
      assert.deepEqual(linesOf('$X= \\\na \\\n   \nb \\\n# c\nd\n$X'), ['a', 'b', 'd']);
      assert.deepEqual(linesOf('$X=a \\\n}\\\nc\n$X'), ['a', '}', 'c']);
    });

    it('use others, define, and are used twice: the manual’s second example, shortened', () => {
      const text = `$RS= \\
real_server 192.168.${P('VS')}.${P('RS_NUM')} 80 { \\
    weight 1 \\
}

$SERVICE= \\
virtual_server 10.0.${P('VS')}.4 80 { \\
    $RS_NUM=1 \\
    $RS \\
    $RS_NUM=2 \\
    $RS \\
}

$VS=0
$SERVICE
$VS=1
$SERVICE
`;
      const service = (vs: number): string[] => [
        `virtual_server 10.0.${vs}.4 80 {`,
        `real_server 192.168.${vs}.1 80 {`,
        'weight 1',
        '}',
        `real_server 192.168.${vs}.2 80 {`,
        'weight 1',
        '}',
        '}',
      ];
      assert.deepEqual(linesOf(text), [...service(0), ...service(1)]);
    });

    it('begin in the middle of a line, but end it', () => {
      assert.deepEqual(linesOf('$X=a \\\nb\nk $X\nk $X c'), ['k a', 'b', 'k $X c']);
      assert.deepEqual(codesOf('$X=a \\\nb\nk $X c'), ['3:3 CONFIG_UNDEFINED_PARAMETER']);
    });

    it('may define others of several lines, with two backslashes', () => {
      assert.deepEqual(linesOf('$X= \\\n$Y= \\\\\na \\\\\nb \\\n$Y\n$X'), ['a', 'b']);
    });
  });

  it('that use themselves are an error that names them all', () => {
    const { sink, tokens } = readFiles({ f: `$A=x${P('B')}\n$B=y${P('A')}\nk $A\nl` });
    const [only, ...more] = sink.sorted();
    assert.deepEqual(more, []);
    assert.equal(only?.code, 'CONFIG_DEFINITION_CYCLE');
    assert.match(only?.message ?? '', /\$A -> \$B -> \$A/);
    assert.deepEqual([only?.at.line, only?.at.definedAt?.line], [3, 1]);
    assert.ok(tokens.some(({ text }) => text === 'l'));
    assert.deepEqual(codesOf('$M= \\\na \\\n$M\n$M'), ['4:1 CONFIG_DEFINITION_CYCLE']);
    assert.deepEqual(codesOf(`$A=1\n$A=${P('A')}2\nk $A`), ['3:3 CONFIG_DEFINITION_CYCLE']);
  });

  it('redefined by their own lines are no cycle', () => {
    assert.deepEqual(linesOf('$M= \\\na \\\n$M=b \\\n$M\n$M'), ['a', 'b']);
  });

  it('that are not written like one are told, without their value', () => {
    const text = '$PASS =hunter2\n$' + '{X}=hunter2\n$1X=hunter2\n$P-W=hunter2';
    const { sink } = readFiles({ f: text });
    const found = sink.sorted();
    assert.deepEqual(new Set(found.map(({ code }) => code)), new Set(['CONFIG_BAD_DEFINITION']));
    assert.equal(found.length, 4);
    assert.doesNotMatch(JSON.stringify(found), /hunter2/);
  });
});

describe('config: parameters that are not defined', () => {
  const severities = (text: string): string[] =>
    readFiles({ f: text })
      .sink.sorted()
      .map(({ severity, suggestion }) => `${severity}${suggestion ? ` ${suggestion}` : ''}`);

  it('stay, and are told: an error where braces would be a block, an info in quotes', () => {
    assert.equal(tokensOf(`k $x ${P('y')}z $1 $`), `<k><$x><${P('y')}z><$1><$>;`);
    assert.deepEqual(severities('k $x'), ['warning']);
    assert.deepEqual(severities(`k ${P('x')}`), ['error']);
    assert.deepEqual(severities(`k "echo $HOME ${P('x')}"`), ['info', 'info']);
    assert.deepEqual(severities('k $1 $$ "a$"'), []);
  });

  it('have the nearest that is defined suggested', () => {
    assert.deepEqual(severities('$PRIORITY=1\nk "$PRIORTY"'), ["warning 'PRIORITY'"]);
    assert.deepEqual(severities(`k ${P('_PDW')}`), ["error '_PWD'"]);
  });

  it('in a secret are told without a word of it', () => {
    const { sink } = readFiles({ f: 'auth_pass $ecret' });
    assert.equal(sink.sorted().length, 1);
    assert.doesNotMatch(JSON.stringify(sink.sorted()), /ecret\b/);
  });
});

describe('config: standard parameters', () => {
  it('_PWD is the folder of the file, _INSTANCE the config-id', () => {
    const { tokens } = readFiles(
      { '/c/a': `"${P('_PWD')}/x" ${P('_INSTANCE')}\ninclude d/b`, '/c/d/b': P('_PWD') },
      { configId: 'm' },
    );
    assert.deepEqual(
      tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text),
      ['/c/x', 'm', '/c/d'],
    );
  });

  it('_ENV is a variable of the environment; without it nothing and a warning', () => {
    const files = memoryFiles({ main: `k ${P('_ENV NAME')} ${P('_ENV NONE')}` }, { NAME: 'v' });
    const { tokens, sink } = readFiles(files);
    assert.deepEqual(
      tokens.map(({ text }) => text),
      ['k', 'v', ';'],
    );
    assert.deepEqual(
      sink.sorted().map(({ at, severity, code }) => `${at.column} ${severity} ${code}`),
      ['16 warning CONFIG_UNDEFINED_PARAMETER'],
    );
  });

  it('_HASH and _BANG are characters that begin no comment', () => {
    assert.deepEqual(linesOf(`k a${P('_HASH')}b "${P('_BANG')} c"`), ['k a#b ! c']);
  });

  it('_RANDOM is a number in its range, both ends included', () => {
    const numbers = (random: number): string[] =>
      readFiles({
        ...memoryFiles({ main: `k ${P('_RANDOM')} ${P('_RANDOM 5')} ${P('_RANDOM 5 7')}` }),
        random: () => random,
      }).tokens.map(({ text }) => text);
    assert.deepEqual(numbers(0), ['k', '0', '5', '5', ';']);
    assert.deepEqual(numbers(0.999_999_9), ['k', '32767', '32767', '7', ';']);
    assert.deepEqual(codesOf(`k ${P('_RANDOM 7 5')}`), ['1:3 CONFIG_INVALID_VALUE']);
    assert.deepEqual(codesOf(`k ${P('_RANDOM 1 2 3')}`), ['1:3 CONFIG_UNDEFINED_PARAMETER']);
  });

  it('_RANDOM is the same each time after a random_seed', () => {
    const text = `random_seed 5\nk ${P('_RANDOM')} ${P('_RANDOM')} ${P('_RANDOM 0 9')}`;
    const seededLines = linesOf(text, { block: 'global_defs' });
    assert.deepEqual(seededLines, linesOf(text, { block: 'global_defs' }));
    assert.notEqual(seededLines[1], 'k 0 0 0');
    assert.equal(linesOf(text)[1], 'k 0 0 0');
  });

  it('can be redefined, and take no words that they have no use for', () => {
    assert.deepEqual(linesOf(`$_PWD=x\nk ${P('_PWD')}`), ['k x']);
    assert.deepEqual(codesOf(`k ${P('_PWD 1')}`), ['1:3 CONFIG_UNDEFINED_PARAMETER']);
  });
});
