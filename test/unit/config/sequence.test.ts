import assert from 'node:assert/strict';
import { MAX_EXPANDED_LINES } from '../../../src/config/text/preprocess.js';
import { codesOf, linesOf, readFiles } from './tokens.js';

const P = (name: string): string => `$\{${name}}`;

describe('config: sequences', () => {
  it('count from start by step to end: the manual’s examples', () => {
    assert.deepEqual(linesOf(`~SEQ(SUBNET, 0, 3) ip_address 10.0.${P('SUBNET')}.1`), [
      'ip_address 10.0.0.1',
      'ip_address 10.0.1.1',
      'ip_address 10.0.2.1',
      'ip_address 10.0.3.1',
    ]);
    const hex = ['90', 'a0', 'b0', 'c0'].map((n) => `ip_address fe80::20:${n}:1`);
    for (const numbers of ['144, 16, 192', '0x90, 0x10, 0xc0']) {
      assert.deepEqual(
        linesOf(`~SEQx(SUBNET, ${numbers}) ip_address fe80::20:${P('SUBNET')}:1`),
        hex,
      );
    }
    const both = linesOf(
      `virtual_ipaddress {\n~SEQx(AD2, 0x90, 0x10, 0xc0) ~SEQx(AD1, 0x12, -1, 0x0c) fe81::10:${P('AD2')}:${P('AD1')}\n}`,
    );
    assert.equal(both.length, 2 + 4 * 7);
    assert.deepEqual(
      [both[1], both[2], both[8]],
      ['fe81::10:90:12', 'fe81::10:90:11', 'fe81::10:a0:12'],
    );
  });

  it('have defaults for step and start', () => {
    const numbers = (inside: string): string =>
      linesOf(`~SEQ(A,${inside}) ${P('A')}`)
        .map((line) => line)
        .join(' ');
    assert.equal(numbers('3'), '1 2 3');
    assert.equal(numbers('-3'), '-1 -2 -3');
    assert.equal(numbers('0'), '1 0');
    assert.equal(numbers('5,3'), '5 4 3');
    assert.equal(numbers('1,4,10'), '1 5 9');
    assert.equal(numbers('7,3,7'), '7');
    assert.equal(numbers(' , 1'), '0 1');
    assert.equal(numbers('010,012'), '8 9 10');
  });

  it('take parameters for their numbers', () => {
    assert.deepEqual(linesOf(`$N=2\n~SEQ(A,1,$N) ${P('A')}\n~SEQ(A, ${P('N')}) c/$A/`), [
      '1',
      '2',
      'c/$A/',
      'c/$A/',
    ]);
  });

  it('repeat definitions of several lines, and the variable stays behind', () => {
    const text = `$M= \\\na ${P('A')} { \\\n~SEQ(B,1,2) b ${P('A')}${P('B')} \\\n}\n\n~SEQ(A,1,2) $M\nc $A`;
    const round = (a: number): string[] => [`a ${a} {`, `b ${a}1`, `b ${a}2`, '}'];
    assert.deepEqual(linesOf(text), [...round(1), ...round(2), 'c 2']);
  });

  it('may stand behind a condition or a brace, and repeat the rest of their line', () => {
    assert.deepEqual(linesOf(`@m ~SEQ(A,1,2) a${P('A')} { b }`, { configId: 'm' }), [
      'a1 { b }',
      'a2 { b }',
    ]);
    assert.deepEqual(linesOf(`x { ~SEQ(A,1,2) a${P('A')}\n}`), ['x { a1', 'a2', '}']);
  });

  it('that are wrong are told, and their line is not read', () => {
    for (const wrong of [
      '~SEQ(Q) a',
      '~SEQ(Q,1,-1,3) a',
      '~SEQ(Q,1,0,3) a',
      '~SEQ(Q,1,2,3,4) a',
      '~SEQ(Q,x) a',
      '~SEQ(Q,09) a',
      '~SEQ(1Q,1) a',
      '~SEQ a',
      '~SEQ(Q,1 a',
      '~SEQx(Q,-3) a',
      '~LST(Q) a',
      '~LST(Q, 1 2) a',
      '~LST({Q,R}, {1,2,3}) a',
      '~LST({Q,R, {1,2}) a',
      '~LST(Q-R, 1) a',
      '~LST(Q, 1',
    ]) {
      assert.deepEqual(codesOf(wrong), ['1:1 CONFIG_BAD_SEQUENCE'], wrong);
      assert.deepEqual(linesOf(wrong), [], wrong);
    }
  });

  it('are bounded', () => {
    const { sink } = readFiles({ f: '~SEQ(A,1,9000000) ~SEQ(B,1,9000000) $' });
    const last = sink.sorted().at(-1);
    assert.equal(last?.code, 'CONFIG_BOUND_EXCEEDED');
    assert.match(last?.message ?? '', /more than \d+ (?:characters|lines)/);
    assert.ok(MAX_EXPANDED_LINES > 3 * 65_024 * 17);
  }).timeout(60_000);
});

describe('config: lists', () => {
  it('set one parameter or several: the manual’s examples', () => {
    assert.deepEqual(
      linesOf(`~LST({IP, IP1}, {10,1},{20,4},{5,6},{12,8}) 192.168.${P('IP')}.${P('IP1')}`),
      ['192.168.10.1', '192.168.20.4', '192.168.5.6', '192.168.12.8'],
    );
    const nested = linesOf(`~LST(IP, 1, 2, 3, 4) ~LST(IP1, 5,6,7) 192.169.${P('IP')}.${P('IP1')}`);
    assert.equal(nested.length, 12);
    assert.deepEqual(nested.slice(2, 4), ['192.169.1.7', '192.169.2.5']);
    const both = linesOf(
      `~LST({IP, IP1}, {10,1},{20,4},{5,6},{12,8}) ~SEQ(IP2,168,2,172) 192.${P('IP2')}.${P('IP')}.${P('IP1')}`,
    );
    assert.equal(both.length, 12);
    assert.deepEqual(both.slice(1, 4), ['192.170.10.1', '192.172.10.1', '192.168.20.4']);
  });

  it('put nothing where values are missing, and values may be parameters', () => {
    assert.deepEqual(linesOf(`~LST({C,D}, {1,2},{3}) f${P('C')}-${P('D')}`), ['f1-2', 'f3-']);
    assert.deepEqual(linesOf(`$V=7\n~LST(C, $V, 8) f ${P('C')}`), ['f 7', 'f 8']);
  });
});
