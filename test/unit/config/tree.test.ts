import assert from 'node:assert/strict';
import { Sink } from '../../../src/config/diagnostics/diagnostics.js';
import { readStatements } from '../../../src/config/load.js';
import { memoryFiles } from '../../../src/config/text/files.js';
import type { Statement } from '../../../src/config/text/source.js';
import { MAX_BLOCK_DEPTH } from '../../../src/config/text/tree.js';
import { found, load, messages } from './support.js';

function parse(text: string): readonly Statement[] {
  const sink = new Sink();
  const { statements } = readStatements('f', memoryFiles({ f: text }), undefined, sink);
  assert.deepEqual(sink.sorted(), []);
  return statements;
}

/** Statements as text: `a b { c; d; }; `. */
function shape(statements: readonly Statement[]): string {
  return statements
    .map(({ keyword, args, body }) => {
      const words = [keyword, ...args].map((word) => word.text).join(' ');
      return body ? `${words} { ${shape(body)}}; ` : `${words}; `;
    })
    .join('');
}

describe('config: tree', () => {
  it('a line is a statement', () => {
    assert.equal(shape(parse('a b\n\nc')), 'a b; c; ');
  });

  it('the brace may follow on the line, on the next, or after empty lines', () => {
    const expected = 'a b { c; }; ';
    assert.equal(shape(parse('a b {\nc\n}')), expected);
    assert.equal(shape(parse('a b\n{\nc\n}')), expected);
    assert.equal(shape(parse('a b # comment\n\n\n  {\nc\n}')), expected);
    assert.equal(shape(parse('a b{c}')), expected);
  });

  it('text beside a brace belongs to the inside or to what follows', () => {
    assert.equal(shape(parse('a { b c\n d } e f')), 'a { b c; d; }; e f; ');
  });

  it('an empty block is a block', () => {
    assert.deepEqual(parse('a {\n}')[0]?.body, []);
    assert.equal(parse('a')[0]?.body, undefined);
  });

  it('many empty lines cost little', () => {
    assert.equal(shape(parse(`a${'\n'.repeat(200_000)}{ b }`)), 'a { b; }; ');
  });

  describe('a lost }', () => {
    it('at the end is told at the last word, with the block that is open', () => {
      const loaded = load('global_defs {\n router_id x\n\n');
      assert.deepEqual(found(loaded), ['2:12 CONFIG_MISSING_CLOSE_BRACE']);
      assert.match(
        messages(loaded, 'CONFIG_MISSING_CLOSE_BRACE')[0] ?? '',
        /'global_defs' opened at .*:1:1/,
      );
    });

    it('before a block of the top level is told there, and the next block is read', () => {
      const loaded = load(
        'global_defs {\n router_id x\nvirtual_server 192.0.2.1 80 {\n nonsense\n}\n',
      );
      assert.deepEqual(found(loaded), [
        '2:12 CONFIG_MISSING_CLOSE_BRACE',
        '4:2 CONFIG_UNKNOWN_KEYWORD',
      ]);
    });

    it('before a block of a block further out is told there', () => {
      const loaded = load(
        'vrrp_instance A {\n interface eth0\n virtual_router_id 1\n authentication {\n' +
          '  auth_type PASS\n  auth_pass x\n virtual_ipaddress {\n 192.0.2.1\n }\n}\n',
      );
      assert.deepEqual(found(loaded), ['6:13 CONFIG_MISSING_CLOSE_BRACE']);
      assert.match(
        messages(loaded, 'CONFIG_MISSING_CLOSE_BRACE')[0] ?? '',
        /'authentication' opened at .*:4:2 is not closed when 'virtual_ipaddress' begins/,
      );
    });

    it('of a list is told too, and of an unknown block only where the next one is of the top', () => {
      const list = load(
        'vrrp_instance A {\n virtual_ipaddress {\n  192.0.2.1\n virtual_ipaddress_excluded {\n  192.0.2.2\n }\n}\n',
      );
      assert.ok(found(list).includes('3:3 CONFIG_MISSING_CLOSE_BRACE'));
      const unknown = load('nonsense {\n url {\n }\n');
      assert.deepEqual(found(unknown), [
        '1:1 CONFIG_UNKNOWN_KEYWORD',
        '3:2 CONFIG_MISSING_CLOSE_BRACE',
      ]);
    });

    it('never shows the words of an unknown block, which could be a password', () => {
      const loaded = load('vrrp_instance A {\n auth_pas hunter2 {\n');
      assert.doesNotMatch(JSON.stringify(loaded.diagnostics), /hunter2/);
    });
  });

  describe('a lost {', () => {
    it('is told once; the lines are read as the inside', () => {
      const loaded = load(
        'vrrp_instance A\n interface eth0\n virtual_router_id 1\n virtual_ipaddress\n 192.0.2.1\n }\n}\n',
      );
      assert.deepEqual(found(loaded), [
        '1:1 CONFIG_MISSING_OPEN_BRACE',
        '4:2 CONFIG_MISSING_OPEN_BRACE',
      ]);
    });
  });

  it('a } too many is told, and does not close what is not open', () => {
    assert.deepEqual(found(load('global_defs {\n}\n}\nglobal_defs {\n}\n')), [
      '3:1 CONFIG_EXTRA_CLOSE_BRACE',
    ]);
  });

  it('a { without a keyword is told, its inside is not read', () => {
    assert.deepEqual(found(load('{\n nonsense\n}\nglobal_defs {\n}\n')), [
      '1:1 CONFIG_UNEXPECTED_OPEN_BRACE',
    ]);
  });

  it('depth is bounded', () => {
    const deep = (levels: number): string[] =>
      found(load('a {\n'.repeat(levels) + '}\n'.repeat(levels))).filter((line) =>
        line.includes('BOUND'),
      );
    assert.deepEqual(deep(MAX_BLOCK_DEPTH), []);
    assert.deepEqual(deep(MAX_BLOCK_DEPTH + 1), [`${MAX_BLOCK_DEPTH + 1}:3 CONFIG_BOUND_EXCEEDED`]);
  });
});
