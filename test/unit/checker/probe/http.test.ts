import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckSettings } from '../../../../src/checker/settings.js';
import { skip } from '../../../support/skip.js';
import {
  AMPLE_MILLIS,
  closeServers,
  listen,
  openSockets,
  probe,
  rawHttp,
  tcpServer,
  webSpec,
} from './servers.js';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const get = (port: number, urls?: Parameters<typeof webSpec>[2], change?: object): CheckSettings =>
  webSpec('HTTP_GET', port, urls, change);

async function verdict(spec: CheckSettings, millis = AMPLE_MILLIS): Promise<string> {
  const result = await probe(spec, millis);
  return `${result.verdict} ${result.reason}`;
}

describe('checker probe: HTTP_GET', () => {
  afterEach(closeServers);

  describe('request', () => {
    it("is keepalived's, for each http_protocol", async () => {
      const seen: string[] = [];
      const port = await tcpServer((socket) => {
        socket.once('data', (bytes) => {
          seen.push(bytes.toString());
          socket.end('HTTP/1.0 200 OK\r\n\r\n');
        });
      });
      await probe(get(port, [{ path: '/a?b=c' }]));
      await probe(get(port, [{ virtualHost: 'www.example.com' }], { httpProtocol: '1.0C' }));
      await probe(get(port, [{}], { httpProtocol: '1.1' }));
      const agent = 'User-Agent: KeepAliveClient\r\n';
      assert.deepEqual(seen, [
        `GET /a?b=c HTTP/1.0\r\n${agent}Host: 127.0.0.1:${port}\r\n\r\n`,
        `GET / HTTP/1.0\r\n${agent}Connection: close\r\nHost: www.example.com\r\n\r\n`,
        `GET / HTTP/1.1\r\n${agent}Connection: close\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
      ]);
    });

    it('is made for every url in turn, until one fails', async () => {
      const seen: string[] = [];
      const server = createServer((request, response) => {
        seen.push(`${request.headers.host} ${request.url}`);
        response.writeHead(request.url === '/bad' ? 503 : 200).end();
      });
      const port = await listen(server);
      const urls = [
        { path: '/a', virtualHost: 'a' },
        { path: '/b', virtualHost: 'b' },
      ];
      assert.equal(await verdict(get(port, urls)), 'success answered');
      assert.equal(
        await verdict(get(port, [{ path: '/bad', virtualHost: 'c' }, ...urls])),
        'failure wrong-status',
      );
      assert.deepEqual(seen, ['a /a', 'b /b', 'c /bad']);
    });
  });

  describe('status', () => {
    const cases: [status: number, wanted: [number, number][], verdict: string][] = [
      [200, [], 'success answered'],
      [299, [], 'success answered'],
      [300, [], 'failure wrong-status'],
      [199, [], 'failure deadline-exceeded'],
      [404, [[404, 404]], 'success answered'],
      [200, [[404, 404]], 'failure wrong-status'],
      [
        302,
        [
          [200, 200],
          [301, 303],
        ],
        'success answered',
      ],
      [304, [[301, 303]], 'failure wrong-status'],
      [500, [[200, 499]], 'failure wrong-status'],
      [101, [[101, 101]], 'success answered'],
    ];
    for (const [status, wanted, expected] of cases) {
      it(`${status} where ${JSON.stringify(wanted)} is accepted: ${expected}`, async () => {
        const text = `HTTP/1.1 ${status} Words\r\nContent-Length: 0\r\n\r\n`;
        const port = await rawHttp(text, () => {});
        const statusCodes = wanted.map(([from, to]) => ({ from, to }));
        assert.equal(await verdict(get(port, [{ statusCodes }]), 200), expected);
      });
    }

    it('a redirect is not followed', async () => {
      let requests = 0;
      const server = createServer((_request, response) => {
        requests++;
        response.writeHead(302, { location: '/elsewhere' }).end();
      });
      const port = await listen(server);
      const result = await probe(get(port));
      assert.deepEqual(
        [result.reason, result.detail, requests],
        ['wrong-status', 'status 302, expected 200-299', 1],
      );
    });

    it('is enough to fail: the body is not waited for', async () => {
      const port = await rawHttp('HTTP/1.1 500 No\r\nContent-Length: 1000\r\n\r\n', () => {});
      const { reason, millis } = await probe(get(port));
      assert.equal(reason, 'wrong-status');
      assert.ok(millis < 1_000);
    });
  });

  describe('answer', () => {
    const cases: [name: string, answer: string, verdict: string][] = [
      ['HTTP/1.0 to the end', 'HTTP/1.0 200 OK\r\n\r\nhello', 'success answered'],
      ['bare line feeds', 'HTTP/1.1 200 OK\nA: b\n\nhello', 'success answered'],
      ['no words after the status', 'HTTP/1.1 200\r\n\r\n', 'success answered'],
      [
        'a shorter body than announced',
        'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx',
        'success answered',
      ],
      [
        'a wrong length field',
        'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx',
        'success answered',
      ],
      [
        'an interim answer first',
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n',
        'success answered',
      ],
      ['nothing at all', '', 'failure no-data'],
      ['half a head', 'HTTP/1.1 200 OK\r\nA: b\r\n', 'failure no-data'],
      ['another protocol', 'SSH-2.0-OpenSSH_9\r\n', 'failure not-http'],
      ['a status that is none', 'HTTP/1.1 20 OK\r\n\r\n', 'failure not-http'],
      ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'failure not-http'],
      [
        'an endless head',
        `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(70_000)}`,
        'failure header-too-large',
      ],
      [
        'broken chunks',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
        'success answered',
      ],
    ];
    for (const [name, answer, expected] of cases) {
      it(`${name}: ${expected}`, async () => {
        const port = answer ? await rawHttp(answer) : await tcpServer((s) => s.resume().end());
        assert.equal(await verdict(get(port)), expected);
      });
    }

    for (const [name, head] of [
      ['Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
      [
        'the last chunk',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      ],
      ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ] as const) {
      it(`ends with ${name}: a connection that is kept open is not waited for`, async () => {
        const port = await rawHttp(head, () => {});
        const { verdict: found, millis } = await probe(get(port));
        assert.equal(found, 'success');
        assert.ok(millis < 1_000);
      });
    }

    it('byte by byte is the same', async () => {
      const text =
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: t\r\n\r\n';
      const port = await tcpServer((socket) => {
        socket.setNoDelay(true).once('data', () => {
          void (async () => {
            for (const c of text) {
              socket.write(c);
              await new Promise(setImmediate);
            }
          })();
        });
      });
      assert.equal(await verdict(get(port, [{ digest: md5('hello') }])), 'success answered');
    });
  });

  describe('digest', () => {
    const chunked =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n';
    const cases: [name: string, answer: string, digest: string, verdict: string][] = [
      ['of the body', 'HTTP/1.0 200 OK\r\n\r\nhello', md5('hello'), 'success answered'],
      ['of another body', 'HTTP/1.0 200 OK\r\n\r\nhallo', md5('hello'), 'failure wrong-digest'],
      ['of an empty body', 'HTTP/1.0 200 OK\r\n\r\n', md5(''), 'success answered'],
      [
        'of as much as was announced',
        'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello world',
        md5('hello'),
        'success answered',
      ],
      ['of the content of chunks', chunked, md5('hello'), 'success answered'],
      [
        'of the chunks as they come, as keepalived makes it',
        chunked,
        md5('3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n'),
        'success answered',
      ],
      [
        'of bytes, not characters',
        'HTTP/1.0 200 OK\r\n\r\n\xff\xfe',
        createHash('md5')
          .update(Buffer.from([0xff, 0xfe]))
          .digest('hex'),
        'success answered',
      ],
    ];
    for (const [name, answer, digest, expected] of cases) {
      it(`${name}: ${expected}`, async () => {
        const port = await rawHttp(answer);
        assert.equal(await verdict(get(port, [{ digest }])), expected);
      });
    }
  });

  describe('bad servers, each with its verdict within the deadline', () => {
    const DEADLINE = 200;
    async function atDeadline(spec: CheckSettings, reason: string): Promise<void> {
      const result = await probe(spec, DEADLINE);
      assert.deepEqual([result.verdict, result.reason], ['failure', reason]);
      assert.ok(result.millis >= DEADLINE - 2, `${result.millis} ms`);
      assert.ok(result.millis < DEADLINE + 200, `${result.millis} ms`);
    }

    it('half-open: accepts and says nothing', async () => {
      const port = await tcpServer(() => {});
      await atDeadline(get(port), 'deadline-exceeded');
    });

    it('drip-feed: a byte now and then', async () => {
      const port = await tcpServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const timer = setInterval(() => socket.write('x'), 20);
        socket.once('close', () => clearInterval(timer));
        socket.resume();
      });
      await atDeadline(get(port), 'deadline-exceeded');
    });

    it('drip-feed in the head', async () => {
      const port = await tcpServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write('A: b\r\n'), 20);
        socket.once('close', () => clearInterval(timer));
        socket.resume();
      });
      await atDeadline(get(port), 'deadline-exceeded');
    });

    it('the deadline is for all urls together', async () => {
      const server = createServer((_request, response) => setTimeout(() => response.end(), 80));
      const port = await listen(server);
      await atDeadline(get(port, [{}, {}, {}, {}]), 'deadline-exceeded');
    });

    it('reset after 200', async () => {
      const port = await rawHttp('HTTP/1.1 200 OK\r\n\r\nhel', (socket) =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      );
      const result = await probe(get(port));
      assert.deepEqual(
        [result.verdict, result.reason, result.phase],
        ['failure', 'connection-reset', 'answer'],
      );
    });

    it('reset after a complete answer: the answer counts', async () => {
      const port = await rawHttp('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', (socket) =>
        socket.resetAndDestroy(),
      );
      assert.equal(await verdict(get(port)), 'success answered');
    });

    it('reset before any answer', async () => {
      const port = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
      assert.equal(await verdict(get(port)), 'failure connection-reset');
    });

    function endless(): Promise<number> {
      const block = Buffer.alloc(65_536, 'x');
      return tcpServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const more = (): void => {
          while (!socket.destroyed && socket.write(block));
        };
        socket.on('drain', more).resume();
        more();
      });
    }

    it('an endless body: enough has been seen of it', async () => {
      assert.equal(await verdict(get(await endless())), 'success answered');
    });

    it('an endless body where a digest is wanted', async () => {
      const found = await verdict(get(await endless(), [{ digest: md5('') }]), 3_000);
      assert.match(found, /^failure (body-too-large|deadline-exceeded)$/);
    });
  });

  it('leaves no socket behind', async () => {
    const before = openSockets();
    const silent = await tcpServer(() => {});
    const good = await rawHttp('HTTP/1.1 200 OK\r\n\r\n');
    await Promise.all([
      ...Array.from({ length: 20 }, () => probe(get(silent), 100)),
      ...Array.from({ length: 20 }, () => probe(get(good, [{}, {}]))),
    ]);
    await closeServers();
    await sleep(20);
    assert.equal(openSockets(), before);
  });

  it('two thousand attempts at a time', async function () {
    const { report } = process;
    const limit = (report.getReport() as unknown as Limits).userLimits.open_files;
    if (limit.soft !== 'unlimited' && limit.soft < 5_000) {
      skip(this, `the limit of open files is ${limit.soft}`);
    }
    const port = await tcpServer((socket) => {
      socket.once('data', () => setTimeout(() => socket.end('HTTP/1.0 200 OK\r\n\r\nok'), 300));
    });
    const results = await Promise.all(Array.from({ length: 2_000 }, () => probe(get(port), 8_000)));
    assert.equal(results.filter((result) => result.verdict === 'success').length, 2_000);
  });
});

interface Limits {
  readonly userLimits: { readonly open_files: { readonly soft: number | 'unlimited' } };
}
