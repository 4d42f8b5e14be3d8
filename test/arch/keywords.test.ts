/** The reference is what the grammar says, and the grammar has every keyword. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { blocksOf, grammar } from '../../src/config/grammar/index.js';
import { allKeywords } from '../../src/config/reference/explain.js';
import { MANUAL_MARK, renderManual } from '../../src/config/reference/manual.js';
import { renderKeywords } from '../../src/config/reference/markdown.js';
import { generatedDocuments } from '../support/keywords.js';
import { ROOT } from '../support/root.js';
import { skip } from '../support/skip.js';
import {
  KEEPALIVED_KEYWORDS,
  KEEPALIVED_TOP_KEYWORDS,
} from '../unit/config/keepalived-keywords.js';
import { readText } from './tree.js';

describe('arch: the reference', () => {
  for (const [name, text] of generatedDocuments()) {
    it(`${name} is what the grammar says (npm run keywords)`, () => {
      assert.equal(readText(name), text);
    });
  }

  it('has every keyword of keepalived', () => {
    const known = new Set(allKeywords());
    assert.ok(KEEPALIVED_KEYWORDS.length > 350);
    assert.deepEqual(
      KEEPALIVED_KEYWORDS.filter((word) => blocksOf(word).length === 0),
      [],
    );
    const top = Object.keys(grammar);
    assert.deepEqual(
      KEEPALIVED_TOP_KEYWORDS.filter((word) => !top.includes(word)),
      [],
    );
    const text = renderKeywords();
    const missing = [...known].filter((word) => !new RegExp(`^\\| \`${word}[ \`]`, 'm').test(text));
    assert.deepEqual(missing, []);
  });

  it('names keywords with their range, default and effect', () => {
    const text = renderKeywords();
    assert.match(text, /^\| `priority <1\.\.255>` \| supported \| 1\.\.255 \|/m);
    assert.match(text, /^\| `url \{ \.\.\. \}` \| supported \|/m);
    const page = renderManual(MANUAL_MARK);
    assert.match(page, /^\.BI "priority " "<1\.\.255>"$/m);
    assert.match(page, /^Range: 1\.\.255\.$/m);
  });

  it('the manual pages are valid roff', function () {
    if (spawnSync('groff', ['--version']).status !== 0) skip(this, 'groff is not installed');
    for (const name of ['tandem.1', 'tandem.conf.5', 'tandemd.8']) {
      const file = path.join(ROOT, 'doc/man', name);
      const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-z', file], {
        encoding: 'utf8',
      });
      assert.deepEqual([status, stderr], [0, ''], name);
    }
  });
});
