/** What the documents must hold, and what no tracked file may. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../support/root.js';
import { skip } from '../support/skip.js';
import { errorCodes, undocumented } from './rules.js';
import { readText, sourceFiles, trackedFiles } from './tree.js';

describe('arch: documents', () => {
  const diagnostics = readText('doc/diagnostics.md');

  it('finds codes, and misses in a document', () => {
    const text = "throw new TandemError('A_B', 'x'); super('C_D', 'y'); new Error('E F');";
    assert.deepEqual(errorCodes({ name: 'src/a.ts', text }), ['A_B', 'C_D']);
    const union = "export type AnErrorCode =\n  /** One. */\n  | 'A_B'\n  | 'C_D';";
    assert.deepEqual(errorCodes({ name: 'src/a.ts', text: union }), ['A_B', 'C_D']);
    assert.deepEqual(undocumented(['A_B', 'C_D'], '# T\n\n### `A_B`\n\nC_D is only mentioned.'), [
      'C_D',
    ]);
  });

  it('doc/diagnostics.md has a section for every error code', function () {
    if (diagnostics === undefined) skip(this, 'doc/diagnostics.md is not written yet');
    assert.deepEqual(undocumented(sourceFiles('src').flatMap(errorCodes), diagnostics), []);
  });

  it('doc/diagnostics.md has a section for every configuration diagnostic', async function () {
    const module = path.join(ROOT, 'dist/src/config/diagnostics/diagnostics.js');
    if (!existsSync(module)) skip(this, 'src/config/diagnostics/diagnostics.ts is not written yet');
    if (diagnostics === undefined) skip(this, 'doc/diagnostics.md is not written yet');
    const { DIAGNOSTIC_CODES } = (await import(pathToFileURL(module).href)) as {
      DIAGNOSTIC_CODES: readonly string[] | Readonly<Record<string, unknown>>;
    };
    const codes = Array.isArray(DIAGNOSTIC_CODES)
      ? (DIAGNOSTIC_CODES as readonly string[])
      : Object.keys(DIAGNOSTIC_CODES);
    assert.ok(codes.length > 0);
    assert.deepEqual(undocumented(codes, diagnostics), []);
  });

  describe('tracked files', () => {
    /** Put together here so that this file does not hold what it forbids. */
    const FORBIDDEN: readonly { readonly what: string; readonly pattern: RegExp }[] = [
      {
        what: 'a registry host',
        pattern: new RegExp(
          [
            'registry\\.npm',
            'registry\\.yarn',
            'npmjs\\.org',
            'deb\\.debian',
            'archive\\.ubuntu',
          ].join('|'),
        ),
      },
      { what: 'a path of one machine', pattern: new RegExp(['/home/\\w', '/work/\\w'].join('|')) },
      { what: 'a private key', pattern: new RegExp('-----BEGIN [A-Z ]*PRIVATE' + ' KEY-----') },
    ];
    const SELF = 'test/arch/documents.test.ts';
    /** The lab's web servers, which live in namespaces for minutes; nobody trusts it. */
    const LAB_KEY = 'test/lab/tls/lab-only.key.pem';

    const offences = (name: string, text: string): string[] =>
      FORBIDDEN.filter(({ pattern }) => pattern.test(text)).map(({ what }) => `${name}: ${what}`);

    it('the rules can fail', () => {
      assert.equal(offences('a', `https://registry.${'npm'}js.org/x`).length, 1);
      assert.equal(offences('a', `/${'work'}/main`).length, 1);
      assert.equal(offences('a', `-----BEGIN PRIVATE${' KEY-----'}`).length, 1);
      assert.deepEqual(offences('a', '/workspace, .work/cache, /usr/share'), []);
    });

    it('name no registry host, no machine path and no key', function () {
      const names = trackedFiles();
      if (!names) skip(this, 'this is no git checkout');
      const found = names
        .filter((name) => name !== SELF && name !== LAB_KEY && !name.startsWith('test/vectors/'))
        .flatMap((name) => offences(name, readText(name) ?? ''));
      assert.deepEqual(found, []);
    });

    it('package-lock.json names no download address', () => {
      assert.doesNotMatch(readText('package-lock.json') ?? '', /"resolved"/);
      assert.doesNotMatch('"integrity": "x"', /"resolved"/);
    });
  });

  it('doc/design/README.md names every design decision', function () {
    const names = trackedFiles();
    if (!names) skip(this, 'this is no git checkout');
    const index = readText('doc/design/README.md') ?? '';
    const missing = names
      .filter((name) => /^doc\/design\/\d{4}-.*\.md$/.test(name))
      .filter((name) => !index.includes(`(${path.basename(name)})`));
    assert.deepEqual(missing, []);
  });

  it('documents link to files that exist', function () {
    const names = trackedFiles()?.filter((name) => name.endsWith('.md'));
    if (!names) skip(this, 'this is no git checkout');
    const broken = (name: string, text: string): string[] =>
      [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((match) => path.posix.join(path.posix.dirname(name), match[1] as string))
        .filter((target) => !existsSync(path.join(ROOT, target)))
        .map((target) => `${name}: ${target}`);
    assert.deepEqual(broken('doc/a.md', '[x](no-such-file.md)'), ['doc/a.md: doc/no-such-file.md']);
    assert.deepEqual(
      names.flatMap((name) => broken(name, readText(name) ?? '')),
      [],
    );
  });
});
