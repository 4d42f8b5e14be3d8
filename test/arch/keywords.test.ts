import assert from 'node:assert/strict';
import { KEYWORDS_FILE, renderKeywords } from '../support/keywords.js';
import { readText } from './tree.js';

describe('arch: doc/keywords.md', () => {
  it('is what the grammar says (npm run keywords)', () => {
    assert.equal(readText(KEYWORDS_FILE), renderKeywords());
  });

  it('names keywords of every status with their effect', () => {
    const text = renderKeywords();
    assert.match(text, /^\| `priority <1\.\.255>` \|/m);
    assert.match(text, /^\| `url \{ \.\.\. \}` \|/m);
    assert.match(text, /Not built yet: .*`use_vmac`/);
  });
});
