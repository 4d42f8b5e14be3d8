import assert from 'node:assert/strict';
import { parseReceived, TrafficWatch } from '../../../src/process/traffic-watch.js';
import { instanceSettings, vrrpSettings } from '../vrrp/fixture.js';

const HEADER = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;
const line = (name: string, packets: number, multicast: number): string =>
  `${name}: 1000 ${packets} 0 0 0 0 0 ${multicast} 2000 9 0 0 0 0 0 0\n`;

describe('process/traffic-watch', () => {
  it('reads the counters of a kernel', () => {
    const text = `${HEADER}    lo:     100       2    0    0    0     0          0         0      100       2    0    0    0     0       0          0
  eth0: 1296 18 0 0 0 0 0 3 0 0 0 0 0 0 0 0
`;
    assert.deepEqual(
      [...parseReceived(text)],
      [
        ['lo', 2],
        ['eth0', 15],
      ],
    );
  });

  it('waits for more than what a switch says itself, and asks meanwhile', () => {
    let counters = HEADER + line('vr-a', 5, 5) + line('vr-b', 5, 4) + line('lo', 0, 0);
    let quiet: string[] = [];
    const seen: string[] = [];
    const probed: string[] = [];
    const watch = new TrafficWatch({
      quiet: () => quiet,
      onTraffic(name) {
        seen.push(name);
        quiet = quiet.filter((other) => other !== name);
      },
      probe: (name) => probed.push(name),
      readCounters: () => counters,
    });
    const settings = vrrpSettings(
      ['vr-a', 'vr-b', 'lo', ''].map((name, i) =>
        instanceSettings({ name: `${i}`, interface: name }),
      ),
    );
    quiet = watch.quietOf(settings);
    assert.deepEqual(quiet, ['vr-a']);
    watch.start();
    try {
      assert.deepEqual([seen, probed], [[], ['vr-a']]);
    } finally {
      watch.stop();
    }
    counters = HEADER + line('vr-a', 7, 6);
    watch.start();
    assert.deepEqual(seen, ['vr-a']);
    // What has passed once is not waited for again.
    counters = HEADER;
    assert.deepEqual(watch.quietOf(settings), []);
  });
});
