import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import { decodeProcessEvents, encodeListen } from '../../../src/netlink/process-events.js';
import { ROOT } from '../../support/root.js';

const vectors = JSON.parse(
  readFileSync(`${ROOT}test/vectors/netlink/process-events.json`, 'utf8'),
) as Record<string, string>;
const decoded = (name: string) => decodeProcessEvents(fromHex(vectors[name] as string));

describe('netlink: process events', () => {
  it('asks as the kernel’s header has it', () => {
    // nlmsghdr 16 (port 0: the kernel fills it in), cn_msg 20, operation 4.
    assert.equal(
      toHex(encodeListen()),
      '28000000030000000000000000000000' + '01000000010000000000000000000000' + '0400000001000000',
    );
  });

  it('tells of processes, and not of their threads', () => {
    assert.deepEqual(decoded('listening'), [{ kind: 'listening', errno: 0 }]);
    assert.deepEqual(decoded('fork of 11444 by 11403'), [
      { kind: 'forked', parent: 11403, pid: 11444 },
    ]);
    assert.deepEqual(decoded('thread 11445 of 11403'), []);
    assert.deepEqual(decoded('exec by 11444'), [{ kind: 'executed', pid: 11444 }]);
    assert.deepEqual(decoded('11444 is named abc'), [{ kind: 'renamed', pid: 11444, name: 'abc' }]);
    assert.deepEqual(decoded('11403 is named renamed-process'), [
      { kind: 'renamed', pid: 11403, name: 'renamed-process' },
    ]);
    assert.deepEqual(decoded('end of 11444'), [{ kind: 'ended', pid: 11444 }]);
    assert.deepEqual(decoded('end of the thread 11445'), []);
  });

  it('leaves out what is cut', () => {
    for (const hex of Object.values(vectors)) {
      const bytes = fromHex(hex);
      for (let length = 0; length < bytes.length; length++) {
        assert.deepEqual(decodeProcessEvents(bytes.subarray(0, length)), []);
      }
    }
  });
});
