import assert from 'node:assert/strict';
import { commandBytes, matchesProcess } from '../../../src/tracking/process-match.js';

type Pattern = Parameters<typeof matchesProcess>[0];

function pattern(program: string, overrides: Partial<Pattern> = {}): Pattern {
  return { program, parameters: [], parameterMatch: 'none', fullCommand: false, ...overrides };
}

function matches(what: Pattern, command: readonly string[], name = ''): boolean {
  return matchesProcess(what, { name, command });
}

describe('tracking: which processes', () => {
  it('by the name, exactly, which the kernel cuts at 15 bytes', () => {
    assert.equal(matches(pattern('ssh'), [], 'ssh'), true);
    assert.equal(matches(pattern('ssh'), [], 'sshd'), false);
    assert.equal(matches(pattern('a-very-long-daemon'), [], 'a-very-long-dae'), true);
    assert.equal(matches(pattern('a-very-long-da'), [], 'a-very-long-dae'), false);
  });

  it('by the command line with full_command, whatever the parameters', () => {
    const full = pattern('/usr/sbin/nginx', { fullCommand: true });
    assert.equal(matches(full, ['/usr/sbin/nginx'], 'nginx'), true);
    assert.equal(matches(full, ['/usr/sbin/nginx', '-g', 'x'], 'nginx'), true);
    assert.equal(matches(full, ['nginx'], '/usr/sbin/nginx'), false);
    assert.equal(matches(full, [], 'nginx'), false);
  });

  it('by parameters: exactly, the first of them, or with a longer last one', () => {
    const of = (parameterMatch: Pattern['parameterMatch'], ...parameters: string[]): Pattern =>
      pattern('d', { fullCommand: true, parameterMatch, parameters });
    const rows: readonly (readonly [Pattern, readonly string[], boolean])[] = [
      [of('exact', '-a', 'b'), ['d', '-a', 'b'], true],
      [of('exact', '-a', 'b'), ['d', '-a', 'b', 'c'], false],
      [of('exact', '-a', 'b'), ['d', '-a', 'bb'], false],
      [of('exact', '-a', 'b'), ['d', '-a'], false],
      [of('exact'), ['d'], true],
      [of('exact'), ['d', '-a'], false],
      [of('partial', '-a', 'b'), ['d', '-a', 'b', 'c'], true],
      [of('partial', '-a', 'b'), ['d', '-a', 'bb'], false],
      [of('partial', '-a', 'b'), ['d', '-a'], false],
      [of('initial', '-a', 'b'), ['d', '-a', 'bb'], true],
      [of('initial', '-a', 'b'), ['d', '-aa', 'b'], false],
      [of('initial', '-a', 'b'), ['d', '-a', 'b', 'c'], false],
    ];
    for (const [what, command, expected] of rows) {
      assert.equal(matches(what, command), expected, `${what.parameterMatch} ${command.join(' ')}`);
    }
  });

  it('reads enough of a command line to see one word too many', () => {
    const exact = pattern('d', { fullCommand: true, parameterMatch: 'exact', parameters: ['-a'] });
    const read = (line: string): string[] => {
      const cut = Buffer.from(line).subarray(0, commandBytes(exact));
      const closed = cut.at(-1) === 0 ? cut.subarray(0, -1) : cut;
      return closed.toString().split('\0');
    };
    assert.equal(matches(exact, read('d\0-a\0')), true);
    assert.equal(matches(exact, read('d\0-a\0b\0')), false);
    assert.equal(matches(exact, read('d\0-a\0\0')), false);
    assert.equal(matches(exact, read('d\0-ab\0')), false);
  });
});
