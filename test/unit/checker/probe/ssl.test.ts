import assert from 'node:assert/strict';
import { createServer as createHttpsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext, createServer as createTlsServer } from 'node:tls';
import { skip } from '../../../support/skip.js';
import { type Certificate, makeCertificates } from './certificate.js';
import {
  closeServers,
  listen,
  openSockets,
  probe,
  rawHttp,
  tcpServer,
  webSpec,
} from './servers.js';

describe('checker probe: SSL_GET', () => {
  let good: Certificate;
  let expired: Certificate;

  before(function () {
    const made = makeCertificates();
    if (!made) skip(this, 'there is no openssl command to make certificates with');
    ({ good, expired } = made);
  });
  afterEach(closeServers);

  const get = (...args: Parameters<typeof webSpec> extends [unknown, ...infer R] ? R : never) =>
    webSpec('SSL_GET', ...args);

  it('an answer over TLS is a success; the certificate is not verified', async () => {
    const port = await listen(createHttpsServer(good, (_request, response) => response.end('ok')));
    const result = await probe(get(port, [{}, {}], { httpProtocol: '1.1' }));
    assert.deepEqual([result.verdict, result.detail], ['success', 'status 200']);
  });

  it('an expired certificate, or one for another name, is no failure', async () => {
    const port = await listen(createHttpsServer(expired, (_request, response) => response.end()));
    const change = { enableSni: true };
    assert.equal(
      (await probe(get(port, [{ virtualHost: 'a.example' }], change))).verdict,
      'success',
    );
  });

  it('a wrong status is a failure here, too', async () => {
    const server = createHttpsServer(good, (_request, response) => response.writeHead(503).end());
    const { reason } = await probe(get(await listen(server)));
    assert.equal(reason, 'wrong-status');
  });

  it('sends the virtual host as server name only with enable_sni', async () => {
    const names: (string | false)[] = [];
    const server = createTlsServer(good, (socket) => {
      names.push((socket as { servername?: string | false }).servername ?? false);
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n'));
    });
    const port = await listen(server);
    await probe(get(port, [{ virtualHost: 'www.example.com:8443' }], { enableSni: true }));
    await probe(get(port, [{ virtualHost: '192.0.2.1' }], { enableSni: true }));
    await probe(get(port, [{ virtualHost: 'www.example.com' }]));
    await probe(get(port, [{}], { enableSni: true }));
    assert.deepEqual(names, ['www.example.com', false, false, false]);
  });

  it('a server that rejects the name is a failure', async () => {
    const server = createTlsServer({
      ...good,
      SNICallback: (_name, done) => done(new Error('unrecognised name')),
    });
    const port = await listen(server);
    server.on('tlsClientError', () => {});
    const urls = [{ virtualHost: 'no.example' }];
    const { verdict, phase } = await probe(get(port, urls, { enableSni: true }));
    assert.deepEqual([verdict, phase], ['failure', 'handshake']);
  });

  for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const) {
    it(`speaks to a server that knows ${version} only`, async () => {
      const secureContext = createSecureContext({
        ...good,
        minVersion: version,
        maxVersion: version,
        ciphers: 'ALL:@SECLEVEL=0',
      });
      const server = createTlsServer({
        SNICallback: (_name, done) => done(null, secureContext),
        ...good,
        minVersion: version,
        maxVersion: version,
        ciphers: 'ALL:@SECLEVEL=0',
      });
      server.on('secureConnection', (socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end(`HTTP/1.0 200 ${socket.getProtocol()}\r\n\r\n`));
      });
      const result = await probe(get(await listen(server)));
      assert.deepEqual([result.verdict, result.detail], ['success', 'status 200']);
    });
  }

  it('a handshake that does not come ends at the deadline', async () => {
    const port = await tcpServer((socket) => socket.resume());
    const { reason, phase, millis } = await probe(get(port), 150);
    assert.deepEqual([reason, phase], ['deadline-exceeded', 'handshake']);
    assert.ok(millis < 350, `${millis} ms`);
  });

  it('a slow handshake takes from the same deadline as the answer', async () => {
    const secureContext = createSecureContext(good);
    const server = createTlsServer({
      ...good,
      SNICallback: (_name, done) => void setTimeout(() => done(null, secureContext), 120),
    });
    server.on('secureConnection', (socket) => {
      socket.on('error', () => {});
      const timer = setTimeout(() => socket.end('HTTP/1.0 200 OK\r\n\r\n'), 120);
      socket.once('close', () => clearTimeout(timer));
    });
    const port = await listen(server);
    const spec = get(port, [{ virtualHost: 'a.example' }], { enableSni: true });
    const { reason, phase } = await probe(spec, 200);
    assert.deepEqual([reason, phase], ['deadline-exceeded', 'answer']);
  });

  it('a server that does not speak TLS is a failure of the handshake', async () => {
    const port = await rawHttp('HTTP/1.0 400 Bad Request\r\n\r\n');
    const { verdict, phase } = await probe(get(port));
    assert.deepEqual([verdict, phase], ['failure', 'handshake']);
  });

  it('a server that closes or resets in the handshake is a failure of the handshake', async () => {
    const closing = await tcpServer((socket) => socket.once('data', () => socket.end()));
    const resetting = await tcpServer((s) => s.once('data', () => s.resetAndDestroy()));
    for (const port of [closing, resetting]) {
      const { verdict, phase } = await probe(get(port));
      assert.deepEqual([verdict, phase], ['failure', 'handshake']);
    }
  });

  it('leaves no socket behind', async () => {
    const before = openSockets();
    const port = await listen(createHttpsServer(good, (_request, response) => response.end('ok')));
    const silent = await tcpServer(() => {});
    await Promise.all([
      ...Array.from({ length: 10 }, () => probe(get(port, [{}, {}]))),
      ...Array.from({ length: 10 }, () => probe(get(silent), 100)),
    ]);
    await closeServers();
    for (let i = 0; i < 50 && openSockets() !== before; i++) await sleep(20);
    assert.equal(openSockets(), before);
  });
});
