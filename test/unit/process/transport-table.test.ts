import assert from 'node:assert/strict';
import {
  type Transport,
  TransportTable,
  transportPlaces,
} from '../../../src/process/transport-table.js';
import { instanceSettings, ipv6Settings, unicast } from '../vrrp/fixture.js';

const ETH0 = { interface: 'eth0', family: 4, groups: [] } as const;

function fixture(failing: Set<string> = new Set()) {
  const log: string[] = [];
  const table = new TransportTable(
    ({ interface: interfaceName, family, groups }, index, _, receiveBytes): Transport => {
      const name = `${interfaceName}${family === 6 ? ' IPv6' : ''}`;
      if (failing.has(name)) throw new Error('Operation not permitted');
      const size = receiveBytes === undefined ? '' : ` ${receiveBytes} bytes`;
      log.push(`open ${name} ${index} ${groups.join(' ')}`.trim() + size);
      return {
        interfaceIndex: index,
        send: () => log.push(`send ${name} ${index}`),
        readAll: () => true,
        flushed: () => Promise.resolve(),
        close: () => log.push(`close ${name} ${index}`),
      };
    },
    {
      onDatagram: () => {},
      onChange: (name, family, usable, reason) =>
        log.push(`change ${name}/${family} ${usable} ${reason ?? ''}`.trim()),
      onSendError: (name, error) => log.push(`error ${name} ${error.message}`),
    },
  );
  return { table, log, failing };
}

describe('transport table', () => {
  it('opens an interface once, and only a wanted one', () => {
    const { table, log } = fixture();
    table.want([ETH0]);
    table.linkPresent('eth0', 2);
    table.linkPresent('eth0', 2);
    table.linkPresent('eth1', 3);
    assert.deepEqual(log, ['open eth0 2']);
  });

  it('opens again under a new index: the interface was made anew', () => {
    const { table, log } = fixture();
    table.want([ETH0]);
    table.linkPresent('eth0', 2);
    table.linkAbsent('eth0');
    table.linkPresent('eth0', 7);
    assert.deepEqual(log, ['open eth0 2', 'close eth0 2', 'open eth0 7']);
  });

  it('closes what a reload no longer wants', () => {
    const { table, log } = fixture();
    table.want([ETH0]);
    table.linkPresent('eth0', 2);
    table.want([]);
    assert.deepEqual(log, ['open eth0 2', 'close eth0 2']);
  });

  it('tells of a failure, again on report, and of the recovery', () => {
    const { table, log, failing } = fixture(new Set(['eth0']));
    table.want([ETH0]);
    table.linkPresent('eth0', 2);
    table.report();
    failing.clear();
    table.linkPresent('eth0', 2);
    assert.deepEqual(log, [
      'change eth0/4 false Operation not permitted',
      'change eth0/4 false Operation not permitted',
      'open eth0 2',
      'change eth0/4 true',
    ]);
  });

  it('a packet without a transport is an error, not an exception', () => {
    const { table, log } = fixture();
    table.send('eth0', new Uint8Array(), '192.0.2.1', '224.0.0.18', 255);
    assert.deepEqual(log, ['error eth0 no socket']);
  });

  it('has one for each family, and sends by the family of the source', () => {
    const { table, log } = fixture();
    table.want([ETH0, { ...ETH0, family: 6 }]);
    table.linkPresent('eth0', 2);
    table.send('eth0', new Uint8Array(), 'fe80::1', 'ff02::12', 255);
    assert.deepEqual(log, ['open eth0 2', 'open eth0 IPv6 2', 'send eth0 IPv6 2']);
    table.linkAbsent('eth0');
    assert.deepEqual(log.slice(3), ['close eth0 2', 'close eth0 IPv6 2']);
  });

  it('opens the socket with other groups before it closes the old one', () => {
    const { table, log } = fixture();
    table.want([{ ...ETH0, groups: ['224.0.0.18'] }]);
    table.linkPresent('eth0', 2);
    table.want([{ ...ETH0, groups: ['224.0.0.18'] }]);
    table.want([{ ...ETH0, groups: ['224.0.0.18', '224.0.0.19'] }]);
    assert.deepEqual(log, [
      'open eth0 2 224.0.0.18',
      'open eth0 2 224.0.0.18 224.0.0.19',
      'close eth0 2',
    ]);
    table.want([]);
    assert.deepEqual(log.slice(3), ['close eth0 2']);
  });

  it('asks for the buffer that all instances of a socket want, and opens it again for another', () => {
    const { table, log } = fixture();
    const instances = [
      instanceSettings(),
      instanceSettings({ name: 'VI_2' }),
      instanceSettings({ name: 'VI_3' }),
    ];
    const want = (receiveBuffers: Record<string, { bytes: number; mtus: number }>): void =>
      table.want(transportPlaces({ instances, syncGroups: [], receiveBuffers }));
    want({ VI_1: { bytes: 5_000, mtus: 0 }, VI_3: { bytes: 0, mtus: 3 } });
    table.linkPresent('eth0', 2, 1_500);
    want({ VI_3: { bytes: 0, mtus: 4 } });
    want({ VI_3: { bytes: 0, mtus: 4 } });
    want({});
    assert.deepEqual(log, [
      'open eth0 2 224.0.0.18 9500 bytes',
      'open eth0 2 224.0.0.18 6000 bytes',
      'close eth0 2',
      'open eth0 2 224.0.0.18',
      'close eth0 2',
    ]);
  });

  it('asks for no more than an int holds', () => {
    const { table, log } = fixture();
    table.want([{ ...ETH0, receiveBuffer: { bytes: 4_294_967_295, mtus: 0 } }]);
    table.linkPresent('eth0', 2, 1_500);
    assert.deepEqual(log, ['open eth0 2 2147483647 bytes']);
  });

  it('does not wait for an interface where none is configured', () => {
    const { table, log } = fixture();
    table.want([{ interface: '', family: 4, groups: [] }]);
    assert.deepEqual(log, ['open  0']);
  });

  it('takes the places from the settings: a group joins only where somebody speaks in it', () => {
    const instances = [
      instanceSettings(),
      instanceSettings({ name: 'VI_2', multicastGroup: '224.0.0.99' }),
      instanceSettings({ name: 'VI_3', unicast: unicast(['10.0.0.2']) }),
      ipv6Settings({ name: 'VI_4' }),
      ipv6Settings({ name: 'VI_5', interface: '', unicast: unicast(['2001:db8::2']) }),
    ];
    assert.deepEqual(transportPlaces({ instances, syncGroups: [] }), [
      { interface: 'eth0', family: 4, groups: ['224.0.0.18', '224.0.0.99'] },
      { interface: 'eth0', family: 6, groups: ['ff02::12'] },
      { interface: '', family: 6, groups: [] },
    ]);
  });
});
