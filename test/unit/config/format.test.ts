/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has them */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { dump } from '../../../src/config/dump/index.js';
import { formatText } from '../../../src/config/format/index.js';
import { trimBlanks } from '../../../src/config/text/blanks.js';
import { trackedFiles } from '../../arch/tree.js';
import { ROOT } from '../../support/root.js';
import { instanceText, load, loadGood, seeded, serverText } from './support.js';

/** What a text comes to: the codes of what is wrong with it, and its model. */
function outcome(text: string): unknown {
  const { config, diagnostics } = load(text);
  return [diagnostics.map(({ code }) => code).sort(), config && dump(config, { secrets: 'show' })];
}

/** Blanks that mean nothing: more of them, tabs, trailing ones, other line ends, empty lines. */
function mangle(text: string, random: (below: number) => number): string {
  const some = (): string => [' ', '\t', '   ', ' \t '][random(4)] as string;
  return text
    .split('\n')
    .map((line) => {
      if (/["'#!$~\\]/.test(line)) return some() + trimBlanks(line) + some();
      const words = trimBlanks(line).split(/[ \t]+/);
      return (random(2) ? some() : '') + words.join(some()) + (random(3) ? '' : some());
    })
    .join(random(2) ? '\n' : '\r\n');
}

describe('config: format', () => {
  const cases: [string, string, string][] = [
    [
      'no-break blanks are parts of words',
      '\u00a0a\u00a0 b\u00a0 # c\u00a0\n',
      '\u00a0a\u00a0 b\u00a0 # c\u00a0\n',
    ],
    ['indentation and blanks', 'a  {\nb\tc\n  d {\n}\n}\n', 'a {\n    b c\n    d {\n    }\n}\n'],
    ['a brace that is glued', 'a{\nb c{\n}\n}', 'a {\n    b c {\n    }\n}\n'],
    ['a brace on its own line', 'a\n{\nb\n{ # c\n}\n}\n', 'a {\n    b { # c\n    }\n}\n'],
    ['blocks on one line stay there', 'a {b   c}\n', 'a { b c }\n'],
    ['comments', '#  a  b\nx {\n!c\ny#d  e\n}\n', '#  a  b\nx {\n    !c\n    y #d  e\n}\n'],
    ['a brace behind a comment', 'a # {\n{\n}\n', 'a # {\n{\n}\n'],
    ['empty lines', '\n\na\n\n \n\nb\n\n', 'a\n\nb\n'],
    ['line ends', '\ufeffa\r\n  b\r\n', '\ufeffa\nb\n'],
    ['quotes', 'a   "b  {  c"   d\n', 'a "b  {  c" d\n'],
    ['quotes of a shell', `quorum_up   'b  "c'  d\\  e\n`, `quorum_up 'b  "c' d\\  e\n`],
    ['escaped comments', 'a   b\\#c   d\n', 'a b\\#c d\n'],
    ['a definition of one line', '  $A=  b   c # d\n', '$A=  b   c # d\n'],
    [
      'a definition of several',
      'x {\n  $A=b {  \\\n c   d \\\n }\ny\n}\n',
      'x {\n  $A=b {  \\\n c   d \\\n }\n    y\n}\n',
    ],
    ['an empty line ends one', '$A=b  \\\n c   \\\n\n\n\n  d   e\n', '$A=b  \\\n c   \\\n\nd e\n'],
    ['parameters', 'a  $B{  ${C  D}\n}\n', 'a $B{ ${C  D}\n}\n'],
    ['conditions', 'x {\n@a   b   c\n  @^a  $A=  1\n}\n', 'x {\n    @a b c\n    @^a $A=  1\n}\n'],
    ['alternatives', '@a x 1 {\n@^a x 2 {\ny\n}\n', '@a x 1 {\n@^a x 2 {\n    y\n}\n'],
    ['includes', '  include   a  b/{c, d}.conf   # e\n', 'include a  b/{c, d}.conf # e\n'],
    ['sequences', ' ~SEQ( i, 1,  3 )   a   ${i}\n', '~SEQ( i, 1,  3 ) a ${i}\n'],
    ['a lost brace', 'a {\n}\n}\nb {\n', 'a {\n}\n}\nb {\n'],
  ];
  for (const [what, before, after] of cases) {
    it(what, () => {
      assert.equal(formatText(before), after);
      assert.equal(formatText(after), after, 'again');
    });
  }

  const files = (trackedFiles() ?? []).filter((name) =>
    /^(?:conf|test\/corpus\/config|test\/conformance\/config)\/.*\.conf$/.test(name),
  );
  const texts = [
    ...files.map((name) => readFileSync(path.join(ROOT, name), 'utf8')),
    instanceText('priority 100') + serverText(''),
  ];

  it('changes no meaning, and twice is once', () => {
    for (const text of texts) {
      const formatted = formatText(text);
      assert.equal(formatText(formatted), formatted);
      // A lost brace is told by the indentation, which is another one now.
      const before = outcome(text);
      if (!/BRACE/.test(JSON.stringify(before))) assert.deepEqual(outcome(formatted), before, text);
    }
  });

  it('blanks that mean nothing make no difference', () => {
    const random = seeded(5);
    for (const text of texts) {
      const expected = formatText(text.replace(/[ \t]+$/gm, ''));
      if (/\\$/m.test(text)) continue;
      for (let round = 0; round < 5; round++) {
        assert.equal(formatText(mangle(text, random)), expected);
      }
    }
  });

  it('canonical text of a model is laid out already', () => {
    const text = dump(loadGood(instanceText('priority 100') + serverText('', 'TCP_CHECK {\n}')));
    assert.equal(formatText(text), text);
  });
});
