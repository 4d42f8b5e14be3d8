import assert from 'node:assert/strict';
import { codesOf, readFiles, tokensOf } from './tokens.js';

/** As tokens, with `s` for a keyword that has a script. */
const shell = (text: string): string => tokensOf(text, { shell: ['s'] });

describe('config: words', () => {
  it('are split at white space, lines at newlines', () => {
    assert.equal(tokensOf('a b\tc\r\n  d'), '<a><b><c>;<d>;');
    assert.equal(tokensOf(''), '');
  });

  it('end at a comment, which begins with # or ! even inside a word, not inside quotes', () => {
    assert.equal(tokensOf('a # b'), '<a>;');
    assert.equal(tokensOf('120!foo'), '<120>;');
    assert.equal(tokensOf('10.0.0.1#x'), '<10.0.0.1>;');
    assert.equal(tokensOf('"a#b" e\\#f g\\!h "i\\#"'), '<a#b><e#f><g!h><i\\#>;');
    assert.equal(tokensOf('a # "b'), '<a>;');
    assert.deepEqual(codesOf('a # "b'), []);
  });

  it('end at braces, which stand by themselves, not inside double quotes', () => {
    assert.equal(tokensOf('a{b}c'), '<a>{<b>}<c>;');
    assert.equal(tokensOf('"a{b}" c{ "d'), '<a{b}><c>{<d>;');
  });

  it('have double quotes only around the whole of them, and no escapes', () => {
    assert.equal(tokensOf('abcd "efg h jkl" mnop'), '<abcd><efg h jkl><mnop>;');
    assert.equal(tokensOf('abcd"efg h"mnop ""'), '<abcd><efg h><mnop><>;');
    assert.equal(tokensOf("it's a\\tb c\\\\d 'e f'"), "<it's><a\\tb><c\\\\d><'e><f'>;");
  });

  describe('of scripts', () => {
    it('join quoted and plain parts, with both kinds of quotes', () => {
      assert.equal(shell('s abcd" efg h jkl "mnop'), '<s><abcd efg h jkl mnop>;');
      assert.equal(shell('s "it\'s" \'say "x"\' ""'), '<s><it\'s><say "x"><>;');
    });

    it('have escapes', () => {
      assert.equal(shell('s \\"a\\" "b\\"c" \\\\ d'), '<s><"a"><b"c><\\><d>;');
      assert.equal(shell('s "\\a\\b\\E\\f\\n\\r\\t\\v"'), '<s><\x07\b\x1b\f\n\r\t\v>;');
      assert.equal(
        shell('s \\101\\0412 \\x41 "\\x4a" \\cA \\q \\xg'),
        '<s><A!2><A><J><\x01><q><xg>;',
      );
      // As many hexadecimal digits as there are: the last two count (one byte).
      assert.equal(shell('s \\x1041'), '<s><A>;');
    });

    it('do not hide braces and comments in single quotes', () => {
      assert.equal(shell("s 'a' # 'b"), '<s><a>;');
    });
  });

  it('know their place and width', () => {
    const { tokens } = readFiles({ f: 'a\n  "b c" d' });
    assert.deepEqual(tokens[2], {
      kind: 'word',
      text: 'b c',
      at: { file: 'f', line: 2, column: 3, length: 5 },
    });
    const escaped = readFiles({ f: ' \\#a b' }).tokens;
    assert.deepEqual(
      escaped.slice(0, 2).map(({ text, at }) => [text, at?.column]),
      [
        ['#a', 3],
        ['b', 6],
      ],
    );
  });

  it('with a quote that is not closed on its line are reported, and the next line is read', () => {
    assert.deepEqual(codesOf('a "b\nc "'), [
      '1:3 CONFIG_UNTERMINATED_QUOTE',
      '2:3 CONFIG_UNTERMINATED_QUOTE',
    ]);
    assert.deepEqual(codesOf("s 'b", { shell: ['s'] }), ['1:3 CONFIG_UNTERMINATED_QUOTE']);
    assert.equal(tokensOf('a "b\nc d'), '<a><b>;<c><d>;');
  });

  it('keep a backslash at the end of a line', () => {
    assert.equal(tokensOf('a \\\nb'), '<a\\>;<b>;');
    assert.deepEqual(codesOf('a \\'), []);
  });

  it('with a NUL character are reported', () => {
    assert.deepEqual(codesOf('a \0b'), ['1:1 CONFIG_BAD_CHARACTER']);
  });

  it('with a typographic quote at an end are reported', () => {
    assert.deepEqual(codesOf('a “b” c'), ['1:3 CONFIG_BAD_CHARACTER']);
    assert.deepEqual(codesOf('script ‘b c’'), [
      '1:8 CONFIG_BAD_CHARACTER',
      '1:11 CONFIG_BAD_CHARACTER',
    ]);
    assert.deepEqual(codesOf('a "“b”" it’s'), []);
  });
});

describe('config: conditional lines', () => {
  const text = '@a one\n@b two {\n  @^a three\n@^b four\n@a\nfive @a\n@ six\n';

  it('stand where the config-id is theirs, or with ^ is not', () => {
    assert.equal(tokensOf(text, { configId: 'a' }), '<one>;<four>;<five><@a>;');
    assert.equal(tokensOf(text, { configId: 'b' }), '<two>{;<three>;<five><@a>;');
    assert.equal(tokensOf(text, { configId: 'ab' }), '<three>;<four>;<five><@a>;');
  });

  it('without a config-id only the negated ones stand', () => {
    assert.equal(tokensOf(text), '<three>;<four>;<five><@a>;');
  });

  it('may begin behind a brace, and take the rest of the line with them', () => {
    assert.equal(tokensOf('x { @a b } c', { configId: 'a' }), '<x>{<b>}<c>;');
    assert.equal(tokensOf('x { @a b } c'), '<x>{;');
  });

  it('keep their positions', () => {
    const [token] = readFiles({ f: '@a  priority 3' }, { configId: 'a' }).tokens;
    assert.deepEqual([token?.at?.line, token?.at?.column], [1, 5]);
  });
});
