import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMicros } from '../../../../src/base/clock.js';
import { startProbe } from '../../../../src/checker/probe/start.js';
import { startTcpProbe } from '../../../../src/checker/probe/tcp.js';
import type { ProbeResult } from '../../../../src/checker/probe-result.js';
import { closeServers, openSockets, probe, tcpServer, tcpSpec, webSpec } from './servers.js';

describe('checker probe: TCP_CHECK', () => {
  afterEach(closeServers);

  it('a connection is a success, and closed at once', async () => {
    let ended = 0;
    const port = await tcpServer((socket) => socket.resume().on('end', () => ended++));
    const { verdict, reason } = await probe(tcpSpec(port));
    assert.deepEqual([verdict, reason], ['success', 'connected']);
    for (let i = 0; ended === 0 && i < 100; i++) await sleep(10);
    assert.equal(ended, 1);
  });

  it('a server that accepts and resets later was there', async () => {
    const port = await tcpServer((socket) => setTimeout(() => socket.resetAndDestroy(), 20));
    assert.equal((await probe(tcpSpec(port))).verdict, 'success');
  });

  it('a refused port is a failure', async () => {
    const port = await tcpServer(() => {});
    await closeServers();
    const { verdict, reason, phase } = await probe(tcpSpec(port));
    assert.deepEqual([verdict, reason, phase], ['failure', 'connection-refused', 'connect']);
  });

  it('the source address and port are those of the configuration', async () => {
    const seen: string[] = [];
    const port = await tcpServer((s) => seen.push(`${s.remoteAddress}:${s.remotePort}`));
    const free = await tcpServer(() => {});
    await probe(tcpSpec(port, { bindTo: '127.0.0.5', bindPort: free }));
    assert.deepEqual(seen, [`127.0.0.5:${free}`]);
  });

  it('a source address that is not here says nothing of the server', async () => {
    const port = await tcpServer(() => {});
    const { verdict, reason } = await probe(tcpSpec(port, { bindTo: '192.0.2.77' }));
    assert.deepEqual([verdict, reason], ['inconclusive', 'bind-failed']);
  });

  it('a source address of the other family does not either, nor do arguments Node rejects', async () => {
    const port = await tcpServer(() => {});
    assert.equal((await probe(tcpSpec(port, { bindTo: '::1' }))).verdict, 'inconclusive');
    assert.equal((await probe(tcpSpec(70_000))).verdict, 'inconclusive');
    assert.equal((await probe(tcpSpec(port, { bindTo: 'nonsense' }))).verdict, 'inconclusive');
  });

  it('a source port that is in use does not either', async () => {
    const port = await tcpServer(() => {});
    const localPort = await tcpServer(() => {});
    // The same two ends are connected already; one in TIME_WAIT could be used again.
    const living = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.6', localPort });
    await once(living, 'connect');
    const { verdict, reason } = await probe(
      tcpSpec(port, { bindTo: '127.0.0.6', bindPort: localPort }),
    );
    assert.deepEqual([verdict, reason], ['inconclusive', 'no-local-port']);
    living.destroy();
  });

  it('a firewall mark that cannot be set is not left out silently', async () => {
    const port = await tcpServer(() => {});
    const { verdict, reason } = await probe(tcpSpec(port, { fwmark: 5 }));
    assert.deepEqual([verdict, reason], ['inconclusive', 'mark-not-set']);
  });

  it('a firewall mark is set on a socket that the environment makes', async () => {
    const { Socket } = await import('node:net');
    const port = await tcpServer(() => {});
    const spec = tcpSpec(port, { fwmark: 5 });
    assert.ok(spec.type === 'TCP_CHECK');
    let marked: number | undefined;
    const result = await new Promise<ProbeResult>((resolve) => {
      startTcpProbe(spec, monotonicMicros() + 5_000_000, resolve, {
        createMarkedSocket: (target) => {
          marked = target.fwmark;
          return new Socket();
        },
      });
    });
    assert.equal(result.verdict, 'success');
    assert.equal(marked, 5);
  });

  it('a cancelled attempt says nothing and leaves nothing', async () => {
    const before = openSockets();
    const port = await tcpServer(() => {});
    let results = 0;
    const cancel = startProbe(tcpSpec(port), monotonicMicros() + 50_000, () => results++);
    cancel();
    cancel();
    await sleep(120);
    assert.equal(results, 0);
    assert.equal(openSockets(), before);
  });

  it('never answers before the start has returned', async () => {
    for (const spec of [tcpSpec(70_000), tcpSpec(1, { fwmark: 3 }), webSpec('HTTP_GET', 1, [])]) {
      let started = false;
      await new Promise<void>((resolve) => {
        startProbe(spec, monotonicMicros() + 1_000_000, () => {
          assert.ok(started);
          resolve();
        });
        started = true;
      });
    }
  });

  it('an answer that waited while this process stood still counts', async () => {
    const port = await tcpServer(() => {});
    const result = await new Promise<ProbeResult>((resolve) => {
      startProbe(tcpSpec(port), monotonicMicros() + 50_000, resolve);
      // Let connect() be called, then stand still past the deadline.
      setImmediate(() => {
        const until = Date.now() + 200;
        while (Date.now() < until);
      });
    });
    assert.equal(result.verdict, 'success');
  });

  it('a deadline that passed while this process stood still is no failure', async () => {
    const port = await tcpServer(() => {});
    const result = await new Promise<ProbeResult>((resolve) => {
      startProbe(webSpec('HTTP_GET', port), monotonicMicros() + 50_000, resolve);
      setTimeout(() => {
        const until = Date.now() + 500;
        while (Date.now() < until);
      }, 20);
    });
    assert.deepEqual([result.verdict, result.reason], ['inconclusive', 'stalled']);
  });
});
