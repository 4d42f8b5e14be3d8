/** auth_hmac over IPv6: what is not signed, or was sent before, moves nothing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sendFrames } from './frames.js';
import { assertAtMost } from './noise.js';
import { type PairOptions, settled, startPair } from './steps.js';
import { labSuite } from './suite.js';

const KEY = 'c0ffee'.repeat(12);
const OPTIONS: PairOptions = {
  version: 3,
  advertInt: 0.1,
  family: 'ipv6',
  instance: ['auth_hmac {', `    key 1 hex:${KEY}`, '    active_key 1', '}'],
};
/** The trailer's bytes behind an advert. */
const TRAILER = 28;
const IPV6_PAYLOAD_LENGTH = 14 + 4;
const VRRP_CHECKSUM = 14 + 40 + 6;

labSuite('signed adverts', 'pair', (lab) => {
  it('elect over IPv6, survive a crash, and cannot be repeated or forged', async () => {
    const { vip, client } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await startPair(lab(), OPTIONS);
    const file = path.join(tmpdir(), 'signed.pcap');
    await client.run(`timeout 20 tcpdump -i eth0 -c 3 -U -Z root -w ${file} 'ip6 proto 112'`);
    const recorded = framesOf(readFileSync(file));
    assert.equal(recorded.length, 3);

    // Its supervisor says priority 0 in its name, signed: b need not wait for its timer.
    const killed = a.kill('vrrp');
    const resigned = await lab().eventually(
      () =>
        lab()
          .capture.adverts('a', killed)
          .find(({ priority }) => priority === 0),
      5000,
      'priority 0',
    );
    await lab().eventually(() => b.state() === 'MASTER', 2000, 'b believes it');
    assertAtMost(resigned.at - killed, 1000, killed);
    await settled(lab(), 'a', 'b');

    await a.powerOff();
    const isMaster = () => b.holds(vip) && b.state() === 'MASTER';
    await lab().eventually(isMaster, 5000, 'b takes over');
    // Any of them would make b give up: a's priority is the higher one.
    const forged = recorded.map(withoutTrailer);
    const steady = lab().always(isMaster, 2000, 'b is MASTER');
    for (let i = 0; i < 5; i++) await sendFrames(client, 'eth0', [...recorded, ...forged]);
    await steady;
    const { vrrp } = await b.status();
    const rejected = vrrp?.instances[0]?.rejected ?? {};
    console.log(`      b counted: ${JSON.stringify(rejected)}`);
    assert.equal((rejected['hmac-replayed'] ?? 0) + (rejected['hmac-stale'] ?? 0), 15);
    assert.equal(rejected['hmac-missing'], 15);
  });
});

/** The frames of a little-endian pcap file. */
function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let offset = 24; offset + 16 <= bytes.length; ) {
    const end = offset + 16 + bytes.readUInt32LE(offset + 8);
    frames.push(bytes.subarray(offset + 16, end));
    offset = end;
  }
  return frames;
}

/** The same advert unsigned, with the checksum that it then has. */
function withoutTrailer(frame: Buffer): Buffer {
  const length = frame.readUInt16BE(IPV6_PAYLOAD_LENGTH) - TRAILER;
  const cut = Buffer.from(frame.subarray(0, 14 + 40 + length));
  cut.writeUInt16BE(length, IPV6_PAYLOAD_LENGTH);
  cut.writeUInt16BE(0, VRRP_CHECKSUM);
  // RFC 8200 8.1: addresses, length, next header, and the packet.
  let sum = length + 112;
  for (let i = 14 + 8; i < cut.length; i += 2) sum += cut.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  cut.writeUInt16BE(~sum & 0xffff, VRRP_CHECKSUM);
  return cut;
}
