import assert from 'node:assert/strict';
import { Sink } from '../../../src/config/diagnostics/diagnostics.js';
import { lex } from '../../../src/config/text/lexer.js';

/** Tokens as text: words in angle brackets, braces, `;` for a line's end. */
function tokens(text: string): string {
  return lex('f', text, new Sink())
    .map((token) =>
      token.kind === 'word' ? `<${token.text}>` : { open: '{', close: '}', end: ';' }[token.kind],
    )
    .join('');
}

function codes(text: string): string[] {
  const sink = new Sink();
  lex('f', text, sink);
  return sink.sorted().map(({ at, code }) => `${at.line}:${at.column} ${code}`);
}

describe('config: lexer', () => {
  it('splits words at white space and lines at newlines', () => {
    assert.equal(tokens('a b\tc\r\n  d'), '<a><b><c>;<d>;');
    assert.equal(tokens(''), ';');
  });

  it('takes # and ! for comments, even inside a word, not inside quotes', () => {
    assert.equal(tokens('a # b'), '<a>;');
    assert.equal(tokens('120!foo'), '<120>;');
    assert.equal(tokens('10.0.0.1#x'), '<10.0.0.1>;');
    assert.equal(tokens('"a#b" \'c!d\' e\\#f'), '<a#b><c!d><e#f>;');
  });

  it('takes braces by themselves, glued to words too, not inside quotes', () => {
    assert.equal(tokens('a{b}c'), '<a>{<b>}<c>;');
    assert.equal(tokens('"a{b}" c\\{'), '<a{b}><c{>;');
  });

  it('joins quoted and plain parts of a word', () => {
    assert.equal(tokens('abcd" efg h jkl "mnop'), '<abcd efg h jkl mnop>;');
    assert.equal(tokens('abcd "efg h jkl" mnop'), '<abcd><efg h jkl><mnop>;');
    assert.equal(tokens('"it\'s" \'say "x"\' ""'), '<it\'s><say "x"><>;');
  });

  it('resolves escapes in and out of quotes', () => {
    assert.equal(tokens('\\"a\\" "b\\"c" \\\\'), '<"a"><b"c><\\>;');
    assert.equal(tokens('"\\a\\b\\E\\f\\n\\r\\t\\v"'), '<\x07\b\x1b\f\n\r\t\v>;');
    assert.equal(tokens('\\101\\0412 \\x41 "\\x4a" \\cA \\q'), '<A!2><A><J><\x01><q>;');
    // As many hexadecimal digits as there are: the last two count (one byte).
    assert.equal(tokens('\\x1041'), '<A>;');
  });

  it('keeps a word that is an undefined parameter as it is written', () => {
    assert.equal(tokens(`$x $\{y}z $1`), `<$x><$\{y}z><$1>;`);
  });

  it('keeps braces of an include line in its words', () => {
    assert.equal(tokens('include a/{b,c}.conf'), '<include><a/{b,c}.conf>;');
    assert.equal(tokens('x include {'), '<x><include>{;');
  });

  it('knows the place and width of each word', () => {
    const [, , word] = lex('f', 'a\n  "b c" d', new Sink());
    assert.deepEqual(word, {
      kind: 'word',
      text: 'b c',
      at: { file: 'f', line: 2, column: 3, length: 5 },
    });
  });

  it('reports a quote that is not closed on its line, and goes on', () => {
    assert.deepEqual(codes('a "b\nc\''), [
      '1:3 CONFIG_UNTERMINATED_QUOTE',
      '2:1 CONFIG_UNTERMINATED_QUOTE',
    ]);
    assert.equal(tokens('a "b\nc d'), '<a><b>;<c><d>;');
  });

  it('a backslash at the end of a line is itself', () => {
    assert.equal(tokens('a \\\nb'), '<a><\\>;<b>;');
    assert.deepEqual(codes('a \\'), []);
  });

  it('reports what preprocessing would act on', () => {
    assert.deepEqual(codes('$X=1\n~SEQ(a,1,2) b\n$' + '{_PWD}'), [
      '1:1 CONFIG_PLANNED',
      '2:1 CONFIG_PLANNED',
      '3:1 CONFIG_PLANNED',
    ]);
    assert.deepEqual(codes('a@b c $X=1'), []);
  });
});

describe('config: lexer: conditional lines', () => {
  const text = '@a one\n@b two {\n  @^a three\n@^b four\n@a\nfive @a\n';
  const words = (configId?: string): string[] => {
    const sink = new Sink();
    const found = lex('x.conf', text, sink, configId)
      .filter((token) => token.kind !== 'end')
      .map((token) => (token.kind === 'word' ? token.text : token.kind));
    assert.equal(sink.hasErrors, false);
    return found;
  };

  it('stand where the config-id is theirs, or with ^ is not', () => {
    assert.deepEqual(words('a'), ['one', 'four', 'five', '@a']);
    assert.deepEqual(words('b'), ['two', 'open', 'three', 'five', '@a']);
    assert.deepEqual(words('ab'), ['three', 'four', 'five', '@a']);
  });

  it('without a config-id only the negated ones stand', () => {
    assert.deepEqual(words(), ['three', 'four', 'five', '@a']);
  });

  it('keep their positions', () => {
    const token = lex('x.conf', '@a  priority 3', new Sink(), 'a')[0];
    assert.deepEqual([token?.at.line, token?.at.column], [1, 5]);
  });
});
