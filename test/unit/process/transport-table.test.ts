import assert from 'node:assert/strict';
import { type Transport, TransportTable } from '../../../src/process/transport-table.js';

function fixture(failing: Set<string> = new Set()) {
  const log: string[] = [];
  const table = new TransportTable(
    (name, index): Transport => {
      if (failing.has(name)) throw new Error('Operation not permitted');
      log.push(`open ${name} ${index}`);
      return {
        interfaceIndex: index,
        send: () => log.push(`send ${name} ${index}`),
        flushed: () => Promise.resolve(),
        close: () => log.push(`close ${name} ${index}`),
      };
    },
    {
      onDatagram: () => {},
      onChange: (name, usable, reason) =>
        log.push(`change ${name} ${usable} ${reason ?? ''}`.trim()),
      onSendError: (name, error) => log.push(`error ${name} ${error.message}`),
    },
  );
  return { table, log, failing };
}

describe('transport table', () => {
  it('opens an interface once, and only a wanted one', () => {
    const { table, log } = fixture();
    table.want(new Set(['eth0']));
    table.linkPresent('eth0', 2);
    table.linkPresent('eth0', 2);
    table.linkPresent('eth1', 3);
    assert.deepEqual(log, ['open eth0 2']);
  });

  it('opens again under a new index: the interface was made anew', () => {
    const { table, log } = fixture();
    table.want(new Set(['eth0']));
    table.linkPresent('eth0', 2);
    table.linkAbsent('eth0');
    table.linkPresent('eth0', 7);
    assert.deepEqual(log, ['open eth0 2', 'close eth0 2', 'open eth0 7']);
  });

  it('closes what a reload no longer wants', () => {
    const { table, log } = fixture();
    table.want(new Set(['eth0']));
    table.linkPresent('eth0', 2);
    table.want(new Set());
    assert.deepEqual(log, ['open eth0 2', 'close eth0 2']);
  });

  it('tells of a failure, again on report, and of the recovery', () => {
    const { table, log, failing } = fixture(new Set(['eth0']));
    table.want(new Set(['eth0']));
    table.linkPresent('eth0', 2);
    table.report();
    failing.clear();
    table.linkPresent('eth0', 2);
    assert.deepEqual(log, [
      'change eth0 false Operation not permitted',
      'change eth0 false Operation not permitted',
      'open eth0 2',
      'change eth0 true',
    ]);
  });

  it('a packet without a transport is an error, not an exception', () => {
    const { table, log } = fixture();
    table.send('eth0', new Uint8Array(), '192.0.2.1', '224.0.0.18');
    assert.deepEqual(log, ['error eth0 no socket']);
  });
});
