import assert from 'node:assert/strict';
import { viewOf } from '../../../../src/base/bytes.js';
import { renderService } from '../../../../src/cli/ipvs/listing.js';
import { NUMERIC } from '../../../../src/cli/ipvs/names.js';
import { PlainLines } from '../../../../src/cli/ipvs/plain-lines.js';
import { PLAIN } from '../../../../src/cli/ipvs/request.js';
import {
  IPVS_CMD_ATTR_DEST,
  IPVS_DEST_ATTR_ACTIVE_CONNS,
  IPVS_DEST_ATTR_ADDR,
  IPVS_DEST_ATTR_ADDR_FAMILY,
  IPVS_DEST_ATTR_FWD_METHOD,
  IPVS_DEST_ATTR_INACT_CONNS,
  IPVS_DEST_ATTR_PORT,
  IPVS_DEST_ATTR_WEIGHT,
} from '../../../../src/ipvs/constants.js';
import type { ServiceId } from '../../../../src/ipvs/model.js';
import { PlainRows } from '../../../../src/ipvs/plain-rows.js';
import { decodeDestinationRow } from '../../../../src/ipvs/rows.js';
import { attribute, be16, concat, nested, u16, u32 } from '../../../../src/netlink/attributes.js';

const AF_INET = 2;
const AF_INET6 = 10;

/** A GET_DEST answer with numbers that depend on `n`. */
function answer(n: number, family: number): Uint8Array {
  const address = new Uint8Array(16);
  const spread = (n * 2_654_435_761) >>> 0;
  viewOf(address).setUint32(0, spread);
  if (family === AF_INET6) viewOf(address).setUint32(n % 3 === 0 ? 12 : 4, ~spread >>> 0);
  return concat([
    Uint8Array.of(0, 1, 0, 0),
    nested(IPVS_CMD_ATTR_DEST, [
      attribute(IPVS_DEST_ATTR_ADDR, address),
      be16(IPVS_DEST_ATTR_PORT, (n * 7919) & 0xffff),
      u32(IPVS_DEST_ATTR_FWD_METHOD, n % 9),
      u32(IPVS_DEST_ATTR_WEIGHT, [0, 1, 100, 0x7fff_ffff, -5][n % 5] as number),
      u32(IPVS_DEST_ATTR_ACTIVE_CONNS, [0, 9, 10, 0xffff_ffff, 4_000_000_000][n % 5] as number),
      u32(IPVS_DEST_ATTR_INACT_CONNS, (spread >>> (n % 32)) >>> 0),
      u16(IPVS_DEST_ATTR_ADDR_FAMILY, family),
    ]),
  ]);
}

describe('cli: ipvs: plain lists', () => {
  const id: ServiceId = { kind: 'fwmark', fwmark: 1, family: 4 };
  const service = {
    id,
    scheduler: 'rr',
    flags: 0,
    persistenceTimeout: 0,
    persistencePrefix: 32,
  };
  for (const family of [AF_INET, AF_INET6]) {
    for (const sorted of [true, false]) {
      it(`are those of the other way: family ${family}, sorted ${sorted}`, () => {
        const answers = Array.from({ length: 5_000 }, (_, n) => answer(n, family));
        const rows = new PlainRows();
        const pieces: string[] = [];
        const lines = new PlainLines((bytes) => pieces.push(Buffer.from(bytes).toString('latin1')));
        for (const body of answers) rows.decode(viewOf(body), 0, body.length, 4);
        lines.text('FWM  1 rr\n');
        lines.destinations(rows, sorted);
        lines.flush();
        const slow = answers.map((body) => decodeDestinationRow(body, 4, false));
        const expected = renderService(
          { service, counts: [] },
          slow.filter((row) => row !== undefined),
          { ...PLAIN, numeric: true, sorted },
          NUMERIC,
        );
        assert.equal(pieces.join(''), expected);
        assert.ok(pieces.length > 1);
      });
    }
  }

  it('have no row for what is no destination', () => {
    const rows = new PlainRows();
    for (const body of [new Uint8Array(2), new Uint8Array(8), answer(1, AF_INET).subarray(0, 20)]) {
      rows.decode(viewOf(body), 0, body.length, 4);
    }
    assert.equal(rows.count, 0);
  });
});
