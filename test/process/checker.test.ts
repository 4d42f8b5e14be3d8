import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type {
  CheckerSettings,
  RealServerSettings,
  VirtualServerSettings,
} from '../../src/checker/settings.js';
import type { CheckerSnapshot } from '../../src/checker/snapshot.js';
import { packSettings, serviceToPack } from '../../src/process/packed-settings.js';
import type { SchedulingSettings } from '../../src/process/scheduling-settings.js';
import { NOISE } from './daemon.js';

const CHILD = fileURLToPath(new URL('checker-child.js', import.meta.url));
const VIP = { kind: 'address', protocol: 'TCP', address: '192.0.2.100', port: 80 } as const;

interface Table {
  readonly opened: number;
  readonly services: readonly { readonly key: string; readonly destinations: readonly string[] }[];
}

/** A checker process and what it said. */
/** The process as it was started. */
const UNSCHEDULED: SchedulingSettings = {
  realtimeLimit: { soft: 100_000, hard: 2_000_000 },
  cpus: [],
  maxAutoPriority: 0,
  minAutoPriorityDelay: 1_000_000,
  noSwap: false,
  mayHurry: false,
};

class Checker {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  output = '';
  readonly exited: Promise<readonly [number | null, string | null]>;
  /** Who waits for the next message of a kind. */
  readonly #waiting = new Map<string, (message: unknown) => void>();

  constructor(mode = 'table') {
    this.process = fork(CHILD, [mode], { serialization: 'advanced', silent: true });
    this.process.stdout?.on('data', (text: Buffer) => {
      this.output += text.toString();
    });
    this.exited = once(this.process, 'exit') as Promise<[number | null, string | null]>;
    this.process.on('message', (message: { kind: string; text: string }) => {
      if (message.kind === 'line') this.lines.push(message.text);
      this.#waiting.get(message.kind)?.(message);
      this.#waiting.delete(message.kind);
    });
  }

  /** The next message of a kind; the test's own time limit ends the wait. */
  next<T>(kind: string): Promise<T> {
    return new Promise((resolve) => {
      this.#waiting.set(kind, resolve as (message: unknown) => void);
    });
  }

  async ask<T>(request: object, kind: string): Promise<T> {
    const answer = this.next<T>(kind);
    this.process.send(request);
    return answer;
  }

  configure(generation: number, settings: CheckerSettings): Promise<{ generation: number }> {
    const count = settings.virtualServers.reduce(
      (sum, { realServers }) => sum + realServers.length,
      0,
    );
    return this.ask(
      {
        kind: 'configure',
        generation,
        settings: packSettings(settings, settings.virtualServers.map(serviceToPack), count),
        scheduling: UNSCHEDULED,
      },
      'configured',
    );
  }

  table(): Promise<Table> {
    return this.ask({ kind: 'table-request' }, 'table');
  }

  async status(): Promise<CheckerSnapshot> {
    const request = { kind: 'status-request', id: 7 };
    const { id, snapshot } = await this.ask<{ id: number; snapshot: CheckerSnapshot }>(
      request,
      'status',
    );
    assert.equal(id, 7);
    return snapshot;
  }

  /** Waits until the destinations of the only service are these; fails after five seconds. */
  async untilTable(wanted: readonly string[]): Promise<void> {
    let seen: readonly string[] | undefined;
    for (let i = 0; i < 100; i++) {
      seen = (await this.table()).services[0]?.destinations;
      if (JSON.stringify(seen) === JSON.stringify(wanted)) return;
      await sleep(50);
    }
    assert.deepEqual(seen, wanted);
  }
}

function httpServer(port: number): RealServerSettings {
  return {
    address: '127.0.0.1',
    port,
    method: 'NAT',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    inhibitOnFailure: false,
    alpha: true,
    checks: [
      {
        type: 'HTTP_GET',
        target: { address: '127.0.0.1', port, fwmark: 0 },
        timing: {
          delayLoop: 100_000,
          connectTimeout: 1_000_000,
          retry: 1,
          delayBeforeRetry: 50_000,
          warmup: 0,
        },
        urls: [{ path: '/', statusCodes: [] }],
        httpProtocol: '1.1',
        enableSni: false,
      },
    ],
  };
}

function settingsOf(
  realServers: readonly RealServerSettings[],
  change: Partial<VirtualServerSettings> = {},
): CheckerSettings {
  return {
    virtualServers: [
      {
        id: VIP,
        scheduler: 'rr',
        flags: 0,
        persistenceTimeout: 0,
        persistencePrefix: 32,
        quorum: 1,
        hysteresis: 0,
        omega: false,
        realServers,
        ...change,
      },
    ],
    flushAtStart: false,
    flushAtStop: false,
  };
}

describe('checker process', () => {
  let status = 200;
  let server: Server;
  let port = 0;
  let checker: Checker | undefined;

  before(async () => {
    server = createServer((_request, response) => response.writeHead(status).end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => {
    status = 200;
  });
  afterEach(() => checker?.process.kill('SIGKILL'));
  after(() => server.close());

  it('puts a server in when it answers, takes it out when it fails, and back', async () => {
    checker = new Checker();
    await checker.next('ready');
    assert.equal((await checker.configure(1, settingsOf([httpServer(port)]))).generation, 1);
    await checker.untilTable([`127.0.0.1:${port}=1`]);
    status = 500;
    await checker.untilTable([]);
    const snapshot = await checker.status();
    const [check] = snapshot.virtualServers[0]?.realServers[0]?.checks ?? [];
    assert.equal(check?.lastResult, 'status 500, expected 200-299');
    status = 200;
    await checker.untilTable([`127.0.0.1:${port}=1`]);
    const name = `[127.0.0.1]:tcp:${port}`;
    assert.ok(checker.lines.includes(`Removing service ${name} from VS [192.0.2.100]:tcp:80`));
    assert.ok(
      checker.lines.includes(
        `HTTP_CHECK on service ${name} failed after 1 retries. (status 500, expected 200-299)`,
      ),
    );
  });

  it('takes a new configuration over, and withdraws everything when it is told to stop', async () => {
    checker = new Checker();
    await checker.next('ready');
    await checker.configure(1, settingsOf([httpServer(port)]));
    await checker.untilTable([`127.0.0.1:${port}=1`]);
    const { weight: _weight, ...rest } = httpServer(port);
    await checker.configure(2, settingsOf([{ ...rest, weight: 7 }]));
    assert.deepEqual((await checker.table()).services[0]?.destinations, [`127.0.0.1:${port}=7`]);
    assert.equal((await checker.status()).generation, 2);
    await checker.configure(3, { ...settingsOf([]), virtualServers: [] });
    assert.deepEqual((await checker.table()).services, []);
    await checker.configure(4, settingsOf([httpServer(port)]));
    const started = Date.now();
    await checker.ask({ kind: 'shutdown' }, 'stopped');
    assert.deepEqual(await checker.exited, [0, null]);
    assert.ok(Date.now() - started < 1_000);
    assert.match(checker.output, /left in the table: nothing/);
  }).retries(NOISE);

  it('leaves the table as it is at the stop where that is asked for', async () => {
    checker = new Checker();
    await checker.next('ready');
    await checker.configure(1, { ...settingsOf([httpServer(port)]), keepsTable: true });
    await checker.untilTable([`127.0.0.1:${port}=1`]);
    await checker.ask({ kind: 'shutdown' }, 'stopped');
    assert.deepEqual(await checker.exited, [0, null]);
    assert.match(checker.output, /left in the table: TCP 192\.0\.2\.100:80/);
  });

  it('does not touch IPVS while there is no virtual server', async () => {
    checker = new Checker();
    await checker.next('ready');
    await checker.configure(1, { virtualServers: [], flushAtStart: false, flushAtStop: false });
    assert.equal((await checker.table()).opened, 0);
    await checker.ask({ kind: 'ping' }, 'pong');
    await checker.ask({ kind: 'shutdown' }, 'stopped');
    assert.deepEqual(await checker.exited, [0, null]);
  });

  it('goes on checking without IPVS, and says so once', async () => {
    checker = new Checker('no-ipvs');
    await checker.next('ready');
    await checker.configure(1, settingsOf([httpServer(port)]));
    for (let i = 0; i < 100; i++) {
      const [vs] = (await checker.status()).virtualServers;
      if (vs?.realServers[0]?.alive && (await checker.table()).opened >= 3) break;
      await sleep(50);
    }
    const snapshot = await checker.status();
    assert.equal(snapshot.virtualServers[0]?.realServers[0]?.alive, true);
    assert.deepEqual(snapshot.tableErrors, ['IPVS: the kernel has no IPVS']);
    assert.equal(checker.lines.filter((line) => line.startsWith('IPVS:')).length, 1);
    await checker.ask({ kind: 'shutdown' }, 'stopped');
    assert.deepEqual(await checker.exited, [0, null]);
  });

  it('ends when its supervisor is gone, and leaves the table as it is', async () => {
    checker = new Checker();
    await checker.next('ready');
    await checker.configure(1, settingsOf([httpServer(port)]));
    await checker.untilTable([`127.0.0.1:${port}=1`]);
    checker.process.disconnect();
    assert.deepEqual(await checker.exited, [0, null]);
    assert.match(checker.output, /left in the table: TCP 192\.0\.2\.100:80/);
  });
});
