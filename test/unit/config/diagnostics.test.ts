import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { interpret } from '../../../src/config/build/interpret.js';
import {
  DIAGNOSTIC_CODES,
  type DiagnosticCode,
  MAX_DIAGNOSTICS,
  Sink,
} from '../../../src/config/diagnostics/diagnostics.js';
import { ANYTHING, type Keywords } from '../../../src/config/grammar/keyword.js';
import { loadConfiguration } from '../../../src/config/load.js';
import { memoryFiles } from '../../../src/config/text/files.js';
import { NOWHERE } from '../../../src/config/text/source.js';
import { instanceText, load, MAIN } from './support.js';

const DOCUMENT = new URL('../../../../doc/diagnostics.md', import.meta.url);
const MACHINE = {
  interfaces: ['lo', 'eth0', 'eth1'],
  accounts: { hasUser: (name: string) => name === 'root', hasGroup: () => false },
  isExecutable: () => false,
  findNetNamespace: () => 'missing' as const,
};

/** Codes whose example is no text that a document could show, or needs files that fail. */
const MADE: Partial<Record<DiagnosticCode, () => readonly { readonly code: string }[]>> = {
  CONFIG_FILE_UNREADABLE: () =>
    loadConfiguration(MAIN, { ...memoryFiles({}), read: () => new Error('EACCES') }).diagnostics,
  CONFIG_BOUND_EXCEEDED: () => load('a {\n'.repeat(70) + '}\n'.repeat(70)).diagnostics,
  CONFIG_BAD_CHARACTER: () => load('global_defs {\n router_id a\0b\n}\n').diagnostics,
  CONFIG_TOO_MANY_ADDRESSES: () => {
    const addresses = Array.from({ length: 256 }, (_, i) => `10.0.${i >> 7}.${1 + (i & 127)}`);
    return load(instanceText(`virtual_ipaddress {\n${addresses.join('\n')}\n}`)).diagnostics;
  },
  // No keyword of the grammar has this status yet.
  CONFIG_UNSUPPORTED: () => {
    const keywords: Keywords = {
      old: { status: 'unsupported', args: ANYTHING, doc: '', reason: 'use new' },
    };
    const sink = new Sink();
    const keyword = { text: 'old', at: NOWHERE };
    interpret('', keywords, [{ keyword, args: [], body: undefined }], NOWHERE, sink);
    assert.match(sink.sorted()[0]?.message ?? '', /'old' is not supported: use new/);
    return sink.sorted();
  },
};

/** The examples of doc/diagnostics.md by the code of their section. */
function examples(): Map<string, string> {
  const byCode = new Map<string, string>();
  const text = readFileSync(DOCUMENT, 'utf8');
  for (const section of text.split(/^### /m).slice(1)) {
    const code = section.slice(0, section.indexOf('\n')).trim();
    const example = /^```conf\n([\s\S]*?)^```$/m.exec(section);
    byCode.set(code, example?.[1] ?? '');
  }
  return byCode;
}

describe('config: diagnostics', () => {
  const documented = examples();

  for (const code of Object.keys(DIAGNOSTIC_CODES) as DiagnosticCode[]) {
    it(`${code} is documented and produced`, () => {
      const example = documented.get(code);
      assert.notEqual(example, undefined, 'no section in doc/diagnostics.md');
      const diagnostics = MADE[code]?.() ?? load({ [MAIN]: example ?? '' }, MACHINE).diagnostics;
      assert.ok(
        diagnostics.some((diagnostic) => diagnostic.code === code),
        JSON.stringify(diagnostics, undefined, 1),
      );
    });
  }

  it('the document has no section for a configuration code that is not there', () => {
    const unknown = [...documented.keys()].filter(
      (code) => code.startsWith('CONFIG_') && !Object.hasOwn(DIAGNOSTIC_CODES, code),
    );
    assert.deepEqual(unknown, []);
  });

  it('the first sentence of a section names the usual severity', () => {
    const text = readFileSync(DOCUMENT, 'utf8');
    for (const [code, severity] of Object.entries(DIAGNOSTIC_CODES)) {
      const section = text.slice(text.indexOf(`### ${code}\n`));
      assert.match(section.split('\n')[2] ?? '', new RegExp(`^\\*${severity}\\b`), code);
    }
  });

  it('are sorted by place within a file, files in order of first use', () => {
    const sink = new Sink();
    const at = (file: string, line: number, column: number) => ({ file, line, column, length: 1 });
    sink.report('CONFIG_IGNORED', at('b', 2, 1), { message: '1' });
    sink.report('CONFIG_IGNORED', at('a', 1, 1), { message: '2' });
    sink.report('CONFIG_IGNORED', at('b', 1, 9), { message: '3' });
    sink.report('CONFIG_IGNORED', at('b', 1, 3), { message: '4' });
    assert.deepEqual(
      sink.sorted().map((diagnostic) => diagnostic.message),
      ['4', '3', '1', '2'],
    );
    assert.equal(sink.hasErrors, false);
  });

  it('are bounded, and the last one says how many there were', () => {
    const sink = new Sink();
    for (let i = 0; i < MAX_DIAGNOSTICS + 5; i++) {
      sink.report('CONFIG_UNKNOWN_KEYWORD', NOWHERE, { message: `${i}` });
    }
    const sorted = sink.sorted();
    assert.equal(sorted.length, MAX_DIAGNOSTICS + 1);
    assert.match(sorted.at(-1)?.message ?? '', /^5 more/);
    assert.equal(sink.hasErrors, true);
  });
});
