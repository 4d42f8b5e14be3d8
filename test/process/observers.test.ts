/** Those who look on cannot hurt: readers of the control socket that do not read. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { skip } from '../support/skip.js';
import { Daemon, eventually, whyNoNamespaces } from './daemon.js';

const READERS = 50;
const ADVERT_INT_SECONDS = 0.5;
/** So many adverts are watched. */
const ADVERTS = 12;
/** A place at the socket is free again after 5 s; the machine may be busy. */
const DEADLINE_MILLIS = 60_000;

const CONFIG = `
vrrp_instance VI_1 {
  interface v0
  virtual_router_id 51
  version 3
  priority 255
  advert_int ${ADVERT_INT_SECONDS}
  virtual_ipaddress {
    192.0.2.100/24
  }
}
`;

describe('observers', function () {
  this.timeout(240_000);
  let daemon: Daemon;
  const sockets: Socket[] = [];

  before(function () {
    const why = whyNoNamespaces();
    if (why) skip(this, why);
    daemon = new Daemon().start(CONFIG);
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await daemon?.clean();
  });

  it(`${READERS} readers that ask and do not read: no advert is missed, and others get answers`, async () => {
    const sent = async () => {
      const instance = (await daemon.status()).vrrp?.instances[0];
      assert.equal(instance?.state, 'MASTER');
      const { advertsSent: count, inStateFor, becameMaster } = instance;
      return { count, forSeconds: inStateFor / 1e6, becameMaster };
    };
    await daemon.untilStatus(
      'MASTER',
      (s) => s.vrrp?.instances[0]?.state === 'MASTER',
      DEADLINE_MILLIS,
    );
    for (let i = 0; i < READERS; i++) {
      const socket = connect(join(daemon.directory, 'control.sock'));
      // Refused beyond a limit: that is what it is for.
      socket.on('error', () => {});
      socket.pause();
      socket.write('GET /status HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200));
      sockets.push(socket);
    }
    const before = await eventually(
      'a place among the readers is free',
      () => sent().catch(() => undefined),
      DEADLINE_MILLIS,
    );
    const after = await eventually(
      'adverts go on',
      async () => {
        const now = await sent().catch(() => undefined);
        return now && now.count >= before.count + ADVERTS ? now : undefined;
      },
      DEADLINE_MILLIS,
    );
    // One is sent on becoming MASTER, then one an interval; the last may just be due.
    const due = Math.floor((after.forSeconds - before.forSeconds) / ADVERT_INT_SECONDS);
    assert.ok(after.count - before.count >= due - 1, `${after.count - before.count} of ${due}`);
    assert.equal(after.becameMaster, 1);
  });
});
