import assert from 'node:assert/strict';
import { monotonicMicros } from '../../../src/base/clock.js';
import type { Logger } from '../../../src/base/log.js';
import { DuplicateWatch } from '../../../src/process/duplicate-watch.js';
import { decodeArpSender, encodeArpProbe, encodeGratuitousArp } from '../../../src/vrrp/arp.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import { Bench, SECOND, vrrpSettings } from '../vrrp/fixture.js';

const OTHER = '02:00:00:00:00:02';

function watch(answers: (readonly string[] | undefined)[]) {
  const lines: string[] = [];
  const asked: string[] = [];
  const write = (_event: string, text: string): void => void lines.push(text);
  const logger: Logger = { debug: write, info: write, notice: write, warning: write, error: write };
  const duplicates = new DuplicateWatch(logger, {
    async ask(places) {
      asked.push(...places.map((place) => `${place.interface} ${place.address}`));
      return places.map(() => answers.shift() ?? []);
    },
    close: () => {},
  });
  return { duplicates, lines, asked };
}

describe('process: duplicate watch', () => {
  const settings = vrrpSettings([{ priority: 255 }]);

  it('asks some time after the take-over; two answers in a row are an alarm, two silences its end', async () => {
    const { duplicates, lines, asked } = watch([[OTHER], [OTHER], [], [OTHER], [], []]);
    duplicates.stateChanged('VI_1', true, settings);
    const start = monotonicMicros();
    await duplicates.tick(start + 2 * SECOND);
    assert.deepEqual(asked, []);
    await duplicates.tick(start + 4 * SECOND);
    assert.deepEqual([asked, lines], [['eth0 10.0.0.100'], []]);
    await duplicates.tick(start + 5 * SECOND);
    const text = `split brain suspected: ${OTHER} answers for 10.0.0.100, too, which this MASTER holds: its adverts do not arrive here`;
    assert.deepEqual(lines, [`(VI_1) ${text}`]);
    const bench = new Bench();
    bench.configure(0, settings);
    const [alarm] = duplicates.addTo(snapshot(bench.engine, SECOND)).instances[0]?.alarms ?? [];
    assert.deepEqual([alarm?.kind, alarm?.text, alarm?.mac], ['split-brain', text, OTHER]);
    for (const after of [15, 16, 26]) await duplicates.tick(start + after * SECOND);
    assert.equal(lines.length, 1);
    await duplicates.tick(start + 27 * SECOND);
    assert.deepEqual(lines.slice(1), [
      '(VI_1) split brain is over: nobody else answers for 10.0.0.100',
    ]);
    duplicates.stateChanged('VI_1', false, settings);
  });

  it('one answer alone is none, and where nobody can be asked nothing is judged', async () => {
    const { duplicates, lines } = watch([[OTHER], [], undefined, [OTHER]]);
    duplicates.stateChanged('VI_1', true, settings);
    const start = monotonicMicros();
    for (const after of [4, 5, 15, 25]) await duplicates.tick(start + after * SECOND);
    assert.deepEqual(lines, []);
    duplicates.stateChanged('VI_1', false, settings);
  });

  it('ends with the mastership, and asks no more', async () => {
    const { duplicates, lines, asked } = watch([[OTHER], [OTHER]]);
    duplicates.stateChanged('VI_1', true, settings);
    const start = monotonicMicros();
    for (const after of [4, 5]) await duplicates.tick(start + after * SECOND);
    duplicates.stateChanged('VI_1', false, settings);
    assert.equal(lines[1], '(VI_1) split brain is over: not MASTER any more');
    await duplicates.tick(start + 60 * SECOND);
    assert.equal(asked.length, 2);
  });

  it('asks for hundreds of addresses less often, and for so many at a time', async () => {
    const { duplicates, asked } = watch([]);
    const many = vrrpSettings(
      Array.from({ length: 160 }, (_, i) => ({ name: `VI_${i}`, vrid: i + 1, priority: 255 })),
    );
    for (const { name } of many.instances) duplicates.stateChanged(name, true, many);
    const start = monotonicMicros();
    for (const after of [4, 5, 6]) await duplicates.tick(start + after * SECOND);
    assert.equal(asked.length, 160);
    // Twenty seconds for 160 of them, where one is asked for every ten.
    await duplicates.tick(start + 23 * SECOND);
    assert.equal(asked.length, 160);
    await duplicates.tick(start + 25 * SECOND);
    assert.equal(asked.length, 160 + 64);
    for (const { name } of many.instances) duplicates.stateChanged(name, false, many);
  });

  it('follows a reload', async () => {
    const { duplicates, asked } = watch([]);
    duplicates.stateChanged('VI_1', true, settings);
    const start = monotonicMicros();
    const [address] = settings.instances[0]!.virtualAddresses;
    const moved = { ...address!, address: '10.0.0.101' };
    duplicates.configure(vrrpSettings([{ virtualAddresses: [moved] }]));
    await duplicates.tick(start + 5 * SECOND);
    duplicates.configure(vrrpSettings([{ name: 'VI_9' }]));
    await duplicates.tick(start + 60 * SECOND);
    assert.deepEqual(asked, ['eth0 10.0.0.101']);
  });

  it('a probe tells nobody an address of ours (RFC 5227 2.1.1)', () => {
    const probe = encodeArpProbe(OTHER, '10.0.0.100');
    assert.deepEqual([...probe.subarray(28, 42)], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 100]);
    assert.deepEqual(decodeArpSender(probe), { mac: OTHER, address: '0.0.0.0' });
    const claim = encodeGratuitousArp(OTHER, '10.0.0.100');
    assert.deepEqual(decodeArpSender(claim), { mac: OTHER, address: '10.0.0.100' });
    assert.equal(decodeArpSender(claim.subarray(0, 41)), undefined);
    assert.equal(decodeArpSender(claim.with(12, 0x86)), undefined);
  });
});
