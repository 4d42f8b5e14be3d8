import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readText } from '../../arch/tree.js';
import { parsePage, renderPage, withoutVariable } from '../../lab/tutorial-page.js';
import { ROOT } from '../../support/root.js';

const PAGE = [
  '# Title',
  '',
  '```keepalived x.conf',
  'virtual_server 192.0.2.1 80 {',
  '}',
  '```',
  '<!-- until director# true -->',
  '<!-- varies \\d+ ms -->',
  '```console',
  'client# for i in 1 2; do',
  '>   echo 7 ms',
  '> done',
  '7 ms',
  '8 ms',
  's1# ip link',
  '```',
  'End.',
  '',
].join('\n');

describe('lab: pages of tutorials', () => {
  it('have files, waits, commands and outputs', () => {
    const parts = parsePage(PAGE);
    assert.deepEqual(
      parts.filter(({ kind }) => kind !== 'text'),
      [
        { kind: 'file', name: 'x.conf', text: 'virtual_server 192.0.2.1 80 {\n}\n' },
        { kind: 'until', machine: 'director', command: 'true' },
        {
          kind: 'console',
          steps: [
            {
              machine: 'client',
              command: 'for i in 1 2; do\n  echo 7 ms\ndone',
              output: ['7 ms', '8 ms'],
            },
            { machine: 's1', command: 'ip link', output: [] },
          ],
          varies: [/\d+ ms/g],
        },
      ],
    );
  });

  it('are the same when nothing is', () => {
    assert.equal(renderPage(parsePage(PAGE)), PAGE);
    for (const name of readdirSync(path.join(ROOT, 'doc/tutorials'))) {
      if (!name.endsWith('.md')) continue;
      const page = readText(`doc/tutorials/${name}`) ?? '';
      assert.equal(renderPage(parsePage(page)), page, name);
    }
  });

  it('compare without what varies', () => {
    assert.equal(withoutVariable(['a 12 ms b'], [/\d+ ms/g]), 'a … b');
  });
});
