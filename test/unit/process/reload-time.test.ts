import assert from 'node:assert/strict';
import { reloadTime } from '../../../src/process/reload-time.js';

const NOW = Date.UTC(2026, 10, 22, 10, 30, 0);

function iso(text: string): string | undefined {
  const at = reloadTime(text, NOW);
  return typeof at === 'number' ? new Date(at).toISOString() : at;
}

describe('process/reload-time', () => {
  it('a time without a date is the next such time', () => {
    assert.equal(iso('10:30:01Z'), '2026-11-22T10:30:01.000Z');
    assert.equal(iso('10:30:00Z'), '2026-11-23T10:30:00.000Z');
    assert.equal(iso('00:00:00Z'), '2026-11-23T00:00:00.000Z');
  });

  it('with a date, of two or four digits for the year', () => {
    assert.equal(iso('26-11-22 23:59:59Z'), '2026-11-22T23:59:59.000Z');
    assert.equal(iso('2027-02-28 01:02:03Z'), '2027-02-28T01:02:03.000Z');
    assert.equal(iso('2026-11-22 10:30:00Z'), 'past');
    assert.equal(iso('2025-11-22 23:00:00Z'), 'past');
  });

  it('without Z it is local time', () => {
    const local = new Date(2027, 0, 2, 3, 4, 5);
    assert.equal(reloadTime('2027-01-02 03:04:05', NOW), local.getTime());
    const at = reloadTime('03:04:05', NOW) as number;
    assert.equal(new Date(at).toTimeString().slice(0, 8), '03:04:05');
    assert.ok(at > NOW);
    assert.ok(at <= NOW + 25 * 3_600_000);
  });

  it('only the first line counts', () => {
    assert.equal(iso('11:00:00Z\nand more\n'), '2026-11-22T11:00:00.000Z');
  });

  for (const text of [
    '',
    ' 11:00:00Z',
    '11:00:00Z ',
    '11:00:00 Z',
    '11:00',
    '1:00:00',
    '24:00:00',
    '11:60:00',
    '11:00:60',
    '2026-11-23  11:00:00',
    '2026-13-01 11:00:00',
    '2027-02-29 11:00:00',
    '2026-00-10 11:00:00',
    '026-11-23 11:00:00',
    '2026-11-23T11:00:00Z',
  ]) {
    it(`'${text}' is none`, () => assert.equal(reloadTime(text, NOW), undefined));
  }
});
