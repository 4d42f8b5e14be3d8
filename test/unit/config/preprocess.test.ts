import assert from 'node:assert/strict';
import type { ConfigFiles } from '../../../src/config/text/files.js';
import { memoryFiles } from '../../../src/config/text/files.js';
import {
  MAX_FILES,
  MAX_INCLUDE_DEPTH,
  MAX_TOTAL_CHARACTERS,
} from '../../../src/config/text/preprocess.js';
import { found, load, messages } from './support.js';
import { type ReadOptions, readFiles } from './tokens.js';

function words(files: Readonly<Record<string, string>>, options: ReadOptions = {}): string[] {
  return readFiles(files, options)
    .tokens.filter((token) => token.kind === 'word')
    .map((token) => `${token.at?.file}:${token.text}`);
}

/** Severities and codes. */
function severities(files: Readonly<Record<string, string>>, options: ReadOptions = {}): string[] {
  return readFiles(files, options)
    .sink.sorted()
    .map(({ at, severity, code }) => `${at.line} ${severity} ${code}`);
}

describe('config: include', () => {
  it('puts the files in the place of the line, sorted', () => {
    assert.deepEqual(words({ '/c/main': 'a\ninclude d/*\nb', '/c/d/2': 'y', '/c/d/1': 'x' }), [
      '/c/main:a',
      '/c/d/1:x',
      '/c/d/2:y',
      '/c/main:b',
    ]);
  });

  it('is relative to the including file', () => {
    const files = { '/c/main': 'include d/one', '/c/d/one': 'include two', '/c/d/two': 'deep' };
    assert.deepEqual(words(files), ['/c/d/two:deep']);
  });

  it('may stand inside a block and include part of one', () => {
    const { config } = load({
      '/c/main': 'vrrp_instance A {\ninclude body\n}\n',
      '/c/body': 'interface eth0\nvirtual_router_id 7\nvirtual_ipaddress {\n192.0.2.1\n}\n',
    });
    assert.equal(config?.instances[0]?.virtualRouterId, 7);
    assert.equal(config?.instances[0]?.at.file, '/c/main');
    assert.equal(config?.instances[0]?.origins['virtual_router_id']?.file, '/c/body');
  });

  it('a cycle names both places', () => {
    const loaded = load({ '/c/a': '\ninclude b', '/c/b': '  include a' });
    assert.deepEqual(found(loaded), ['1:11 CONFIG_INCLUDE_CYCLE']);
    assert.match(messages(loaded, 'CONFIG_INCLUDE_CYCLE')[0] ?? '', /'\/c\/a'.*\/c\/a:2:9/);
    assert.equal(loaded.diagnostics[0]?.at.file, '/c/b');
  });

  it('the same file twice, one after the other, is no cycle', () => {
    assert.deepEqual(words({ '/c/a': 'include b\ninclude b', '/c/b': 'x' }), ['/c/b:x', '/c/b:x']);
  });

  it('takes the rest of the line for one name, quotes and blanks with it', () => {
    assert.deepEqual(words({ '/c/a': 'include b c # d', '/c/b c': 'x' }), ['/c/b c:x']);
    const loaded = load({ '/c/a': 'include "b"', '/c/b': '' });
    assert.match(
      messages(loaded, 'CONFIG_INCLUDE_NO_MATCH')[0] ?? '',
      /quotes are part of the name/,
    );
  });

  it('needs a name', () => {
    assert.deepEqual(found(load('include\nincludea # x')), [
      '1:1 CONFIG_MISSING_VALUE',
      '2:1 CONFIG_MISSING_VALUE',
    ]);
  });

  it('may depend on a condition or a parameter, with a warning', () => {
    const files = { '/c/a': '@m include b\n$B=b\ninclude $B', '/c/b': 'x' };
    assert.deepEqual(words(files, { configId: 'm' }), ['/c/b:x', '/c/b:x']);
    assert.deepEqual(severities(files, { configId: 'm' }), [
      '1 warning CONFIG_INCLUDE_CONDITIONAL',
      '3 warning CONFIG_INCLUDE_CONDITIONAL',
    ]);
    assert.deepEqual(words(files), ['/c/b:x']);
  });

  describe('of what is not there', () => {
    const lines = (keyword: string, before = ''): string[] =>
      severities(
        {
          '/c/a': `${before}${keyword} none\n${keyword} none*\n${keyword} {none,gone}\n${keyword} {b,none}`,
          '/c/b': '',
        },
        { block: 'global_defs' },
      ).map((line) => line.replace('CONFIG_INCLUDE_', '').replace(/^\d+ /, ''));

    it('is never an error for include and includer', () => {
      for (const keyword of ['include', 'includer']) {
        assert.deepEqual(lines(keyword), [
          'warning NO_MATCH',
          'info NO_MATCH',
          'warning NO_MATCH',
          'warning NO_MATCH',
        ]);
      }
    });

    it('is an error for the variants', () => {
      const severity = (keyword: string) => lines(keyword).map((line) => line.split(' ')[0]?.[0]);
      assert.deepEqual(severity('includem'), ['e', 'i', 'w', 'w']);
      assert.deepEqual(severity('includew'), ['e', 'e', 'w', 'w']);
      assert.deepEqual(severity('includeb'), ['w', 'i', 'e', 'e']);
      assert.deepEqual(severity('includea'), ['e', 'e', 'e', 'e']);
    });

    it('is an error by include_check, which sets, adds and takes away', () => {
      const severity = (check: string) =>
        lines('include', `include_check ${check}\n`).map((line) => line[0]);
      assert.deepEqual(severity(''), ['e', 'e', 'e', 'e']);
      assert.deepEqual(severity('match'), ['e', 'i', 'w', 'w']);
      assert.deepEqual(severity('readable'), ['w', 'i', 'w', 'w']);
      assert.deepEqual(severity('match +brace_match'), ['e', 'i', 'e', 'e']);
      assert.deepEqual(severity('\ninclude_check -match -wildcard_match'), ['w', 'i', 'e', 'e']);
      assert.deepEqual(severity('nonsense'), ['w', 'i', 'w', 'w']);
    });

    it('include_check acts in global_defs only, and what a file sets ends with it', () => {
      assert.deepEqual(severities({ '/c/a': 'include_check\ninclude none' }), [
        '2 warning CONFIG_INCLUDE_NO_MATCH',
      ]);
      const files = { '/c/a': 'include b\ninclude none', '/c/b': 'include_check\ninclude none' };
      assert.deepEqual(severities(files, { block: 'global_defs' }), [
        '2 error CONFIG_INCLUDE_NO_MATCH',
        '2 warning CONFIG_INCLUDE_NO_MATCH',
      ]);
    });
  });

  it('a file that matches and cannot be read is told at the include', () => {
    const files: ConfigFiles = {
      ...memoryFiles({}),
      read: (path) => (path === 'main' ? 'include b\nincluder b' : new Error('permission denied')),
      glob: () => ({ files: ['b'], missing: [] }),
    };
    assert.deepEqual(readFiles(files).sink.sorted(), [
      {
        code: 'CONFIG_FILE_UNREADABLE',
        severity: 'warning',
        at: { file: 'main', line: 1, column: 9, length: 1 },
        message: "cannot read 'b': permission denied: it is not included",
      },
      {
        code: 'CONFIG_FILE_UNREADABLE',
        severity: 'error',
        at: { file: 'main', line: 2, column: 10, length: 1 },
        message: "cannot read 'b': permission denied",
      },
    ]);
  });

  describe('bounds', () => {
    const bound = (files: Partial<ConfigFiles>): string[] =>
      readFiles({ ...memoryFiles({}), ...files } as ConfigFiles)
        .sink.sorted()
        .map(({ code, message }) => `${code}: ${message}`);

    it('depth', () => {
      const messages = bound({
        read: (path) => `include ${path}x`,
        glob: (name) => ({ files: [name], missing: [] }),
      });
      assert.deepEqual(messages, [
        `CONFIG_BOUND_EXCEEDED: includes are nested more than ${MAX_INCLUDE_DEPTH} deep`,
      ]);
    });

    it('number of files, told once', () => {
      const messages = bound({
        read: (path) => (path === 'main' ? 'include *' : ''),
        glob: () => ({
          files: Array.from({ length: MAX_FILES + 10 }, (_, i) => `f${i}`),
          missing: [],
        }),
      });
      assert.deepEqual(messages, [
        `CONFIG_BOUND_EXCEEDED: more than ${MAX_FILES} files are included`,
      ]);
    });

    it('size, before anything is read into tokens', () => {
      // Text that claims to be long: only its length is looked at.
      const long = { length: MAX_TOTAL_CHARACTERS + 1 } as unknown as string;
      assert.deepEqual(bound({ read: () => long }), [
        `CONFIG_BOUND_EXCEEDED: the configuration is larger than ${MAX_TOTAL_CHARACTERS} characters`,
      ]);
    });
  });

  it('a byte order mark is no word', () => {
    assert.deepEqual(words({ a: '\ufeffx y' }), ['a:x', 'a:y']);
  });
});
