import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { openMarkedTcpSocket } from '../../src/packet-io/libc.js';
import { skip } from '../support/skip.js';

describe('a TCP socket with a firewall mark', () => {
  it('connects like any other', async function () {
    if (process.getuid?.() !== 0) skip(this, 'SO_MARK needs root');
    const server = createServer((socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const socket = new Socket({ fd: openMarkedTcpSocket(4, 7) });
      socket.connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
      const [data] = (await once(socket, 'data')) as [Buffer];
      assert.equal(data.toString(), 'hello');
      socket.destroy();
    } finally {
      server.close();
    }
  });

  it('is refused without the privilege, with its errno', function () {
    if (process.getuid?.() === 0) skip(this, 'runs as root, who may');
    assert.throws(() => openMarkedTcpSocket(4, 7), { code: 'SYSTEM_CALL', errnoName: 'EPERM' });
  });
});
