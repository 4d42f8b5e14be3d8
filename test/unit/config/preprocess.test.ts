import assert from 'node:assert/strict';
import { Sink } from '../../../src/config/diagnostics/diagnostics.js';
import type { ConfigFiles } from '../../../src/config/text/files.js';
import { memoryFiles } from '../../../src/config/text/files.js';
import {
  MAX_FILES,
  MAX_INCLUDE_DEPTH,
  MAX_TOTAL_CHARACTERS,
  preprocess,
} from '../../../src/config/text/preprocess.js';
import { found, load, messages } from './support.js';

function words(files: Readonly<Record<string, string>>): string[] {
  const { tokens } = preprocess(Object.keys(files)[0] ?? '', memoryFiles(files), new Sink());
  return tokens
    .filter((token) => token.kind === 'word')
    .map((token) => `${token.at.file}:${token.text}`);
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

  it('of no match is a warning, of a pattern without match an info', () => {
    const { diagnostics } = load({ '/c/a': 'include b\ninclude b*' });
    assert.deepEqual(
      diagnostics.map(({ severity, code }) => `${severity} ${code}`),
      ['warning CONFIG_INCLUDE_NO_MATCH', 'info CONFIG_INCLUDE_NO_MATCH'],
    );
  });

  it('needs one name', () => {
    assert.deepEqual(found(load('include\ninclude a b')), [
      '1:1 CONFIG_MISSING_VALUE',
      '2:9 CONFIG_INCLUDE_NO_MATCH',
      '2:11 CONFIG_EXTRA_WORD',
    ]);
  });

  it('its variants are planned', () => {
    assert.deepEqual(found(load('includer a\nincludea b')), [
      '1:1 CONFIG_PLANNED',
      '2:1 CONFIG_PLANNED',
    ]);
  });

  it('a file that matches and cannot be read is an error at the include', () => {
    const files: ConfigFiles = {
      read: (path) => (path === 'a' ? 'include b' : new Error('permission denied')),
      glob: () => ['b'],
    };
    const sink = new Sink();
    preprocess('a', files, sink);
    assert.deepEqual(sink.sorted(), [
      {
        code: 'CONFIG_FILE_UNREADABLE',
        severity: 'error',
        at: { file: 'a', line: 1, column: 9, length: 1 },
        message: "cannot read 'b': permission denied",
      },
    ]);
  });

  describe('bounds', () => {
    const bound = (files: ConfigFiles): string[] => {
      const sink = new Sink();
      preprocess('0', files, sink);
      return sink.sorted().map(({ code, message }) => `${code}: ${message}`);
    };

    it('depth', () => {
      const messages = bound({
        read: (path) => `include ${Number(path) + 1}`,
        glob: (name) => [name],
      });
      assert.deepEqual(messages, [
        `CONFIG_BOUND_EXCEEDED: includes are nested more than ${MAX_INCLUDE_DEPTH} deep`,
      ]);
    });

    it('number of files, told once', () => {
      const messages = bound({
        read: (path) => (path === '0' ? 'include *' : ''),
        glob: () => Array.from({ length: MAX_FILES + 10 }, (_, i) => `f${i}`),
      });
      assert.deepEqual(messages, [
        `CONFIG_BOUND_EXCEEDED: more than ${MAX_FILES} files are included`,
      ]);
    });

    it('size, before anything is read into tokens', () => {
      // Text that claims to be long: only its length is looked at.
      const long = { length: MAX_TOTAL_CHARACTERS + 1 } as unknown as string;
      assert.deepEqual(bound({ read: () => long, glob: () => [] }), [
        `CONFIG_BOUND_EXCEEDED: the configuration is larger than ${MAX_TOTAL_CHARACTERS} characters`,
      ]);
    });
  });

  it('a byte order mark is no word', () => {
    assert.deepEqual(words({ a: '\ufeffx y' }), ['a:x', 'a:y']);
  });
});
