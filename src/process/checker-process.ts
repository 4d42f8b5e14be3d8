/**
 * The checker process: probes and the IPVS table around the checker engine, and nothing else. What
 * it hears becomes events; what the engine orders is done in the order of `checker/effects.ts`.
 *
 * Told to stop, it withdraws its services. When its supervisor is gone it ends as well, but leaves
 * the table as it is: whoever starts the daemon again adopts it, and until then established
 * connections live on, while the vrrp process has given up the addresses.
 */
import { Socket } from 'node:net';
import { monotonicMicros } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { familyOf, type Ip } from '../base/ip.js';
import { flushLogs, type Logger } from '../base/log.js';
import { desiredTable } from '../checker/desired.js';
import type { CheckerEffect, CountedService } from '../checker/effects.js';
import { createCheckerEngine, step } from '../checker/engine.js';
import type { CheckerEvent, CheckerTimerKey } from '../checker/events.js';
import { virtualServerKey } from '../checker/group.js';
import { noticesOf } from '../checker/notices.js';
import type { CancelProbe } from '../checker/probe/probe.js';
import { startProbe } from '../checker/probe/start.js';
import type { ProbeResult } from '../checker/probe-result.js';
import type { CheckerSettings, CheckTarget, VirtualServerSettings } from '../checker/settings.js';
import { type CheckerSnapshot, snapshot } from '../checker/snapshot.js';
import type { Servers } from '../kernel/server-routes.js';
import { openRoute } from '../netlink/route.js';
import { openMarkedTcpSocket } from '../packet-io/libc.js';
import type { ToChecker } from './ipc.js';
import { inIpvsNamespace, openIpvs } from './ipvs-namespace.js';
import { ipvsSysctlFiles } from './ipvs-sysctl-files.js';
import { MarkKeeper } from './mark-keeper.js';
import { unpackSettings } from './packed-settings.js';
import type { RunFiles } from './run-files.js';
import { Scheduling } from './scheduling.js';
import { ServerRoutes } from './server-routes.js';
import { readServiceRecord, writeServiceRecord } from './service-record.js';
import { SourceNatKeeper } from './source-nat-keeper.js';
import { translatedServices } from './source-nat-settings.js';
import { serveSupervisor, tellSupervisor } from './supervised.js';
import { SysctlKeeper } from './sysctl-keeper.js';
import { type OpenTableKernel, TableKeeper } from './table-keeper.js';
import { type OpenTimeoutKernel, TimeoutKeeper } from './timeout-keeper.js';
import { TimerQueue } from './timer-queue.js';

/** What a status waits for its counters. */
const COUNTERS_PATIENCE_MILLIS = 300;

type Configure = Extract<ToChecker, { kind: 'configure' }>;

type OpenIpvs = OpenTableKernel & OpenTimeoutKernel;

interface Options {
  readonly logger: Logger;
  /** Opens the kernel's IPVS table, in a network namespace; tests bring their own. */
  readonly openTable?: (ipvsNamespace: string | undefined) => Promise<OpenIpvs>;
  /** Where it is written down what must be found again after a crash; without: nowhere. */
  readonly files?: Pick<RunFiles, 'ipvsServices' | 'ipvsSysctls' | 'sourceNat' | 'groupMarks'>;
}

/** Runs the checker process until it is told to stop or its supervisor is gone. */
export async function runCheckerProcess(options: Options): Promise<void> {
  new CheckerProcess(options).start();
}

class CheckerProcess {
  readonly #logger: Logger;
  readonly #files: Options['files'];
  #engine = createCheckerEngine();
  readonly #timers: TimerQueue<CheckerTimerKey>;
  /** Attempts under way, by check; bounded by the number of checks. */
  readonly #probes = new Map<string, { readonly attempt: number; readonly cancel: CancelProbe }>();
  readonly #table: TableKeeper;
  readonly #timeouts: TimeoutKeeper;
  /** Without files nothing of the machine is changed but the table. */
  readonly #sysctls: SysctlKeeper | undefined;
  readonly #sourceNat: SourceNatKeeper;
  readonly #marks: MarkKeeper;
  readonly #routes: ServerRoutes;
  readonly #scheduling: Scheduling;
  /** That of the first configuration. */
  #ipvsNamespace: string | undefined;
  #flushAtStop = false;
  /** `-I`: of what is in the kernel nothing is withdrawn at the stop. */
  #keepsTable = false;
  /** `rs_init_notifies`. */
  #tellsStarts = false;
  #stopping = false;
  /** Configurations are taken over one after the other. */
  #configuring: Promise<void> = Promise.resolve();

  constructor({ logger, openTable = openIpvs, files }: Options) {
    this.#logger = logger;
    this.#files = files;
    this.#scheduling = new Scheduling(logger);
    this.#timers = new TimerQueue<CheckerTimerKey>({
      onDue: () => this.#onDue(),
      onLate: (late) => this.#scheduling.late(late),
    });
    const open = (): Promise<OpenIpvs> => openTable(this.#ipvsNamespace);
    this.#table = new TableKeeper({
      logger,
      desired: () => desiredTable(this.#engine),
      prepare: () => this.#prepare(),
      admits: (service) => this.#sourceNat.admits(service),
      open,
      onOwned: (keys) => this.#writeOwned(keys),
      onWhole: () => this.#sysctls?.check(),
    });
    this.#timeouts = new TimeoutKeeper({ logger, open });
    this.#routes = new ServerRoutes({
      logger,
      open: () => inIpvsNamespace(this.#ipvsNamespace, openRoute),
    });
    const switches = ipvsSysctlFiles((run) => inIpvsNamespace(this.#ipvsNamespace, run));
    this.#sysctls =
      files && new SysctlKeeper({ logger, files: switches, record: files.ipvsSysctls });
    this.#marks = new MarkKeeper({
      logger,
      ...(files ? { file: files.groupMarks } : {}),
      within: (run) => inIpvsNamespace(this.#ipvsNamespace, run),
    });
    this.#sourceNat = new SourceNatKeeper({
      logger,
      ...(files ? { file: files.sourceNat } : {}),
      within: (run) => inIpvsNamespace(this.#ipvsNamespace, run),
      inTable: () => desiredTable(this.#engine),
      onReady: () => this.#table.reconcile(),
    });
  }

  start(): void {
    serveSupervisor<ToChecker>({
      onMessage: (message) => void this.#onMessage(message),
      onGone: () => this.#abandon(),
      onTerm: () => void this.#stop(),
    });
  }

  async #onMessage(message: ToChecker): Promise<void> {
    switch (message.kind) {
      case 'configure':
        this.#configuring = this.#configuring.then(() => this.#configure(message));
        return;
      case 'status-request':
        await this.#table.readCounters(COUNTERS_PATIENCE_MILLIS);
        tellSupervisor({ kind: 'status', id: message.id, snapshot: this.#snapshot() });
        return;
      case 'shutdown':
        await this.#stop();
    }
  }

  #snapshot(): CheckerSnapshot {
    const errors = [this.#table, this.#sourceNat, this.#marks].flatMap((keeper) => keeper.errors);
    const unreachable = this.#routes.errors;
    return {
      ...snapshot(this.#engine, errors, monotonicMicros(), this.#table.status),
      ...(unreachable.length > 0 ? { unreachable } : {}),
    };
  }

  async #configure({ generation, settings: packed, scheduling }: Configure): Promise<void> {
    const settings = unpackSettings(packed);
    await this.#scheduling.want(scheduling);
    if (this.#engine.phase === 'idle') this.#ipvsNamespace = settings.ipvsNamespace;
    const first = this.#engine.phase === 'idle' && !settings.flushAtStart;
    const owned = first && this.#files ? readServiceRecord(this.#files.ipvsServices) : [];
    const isThere = first && settings.virtualServers.length + owned.length > 0;
    const found = isThere ? await this.#table.found() : [];
    if (this.#stopping) return;
    this.#flushAtStop = settings.flushAtStop;
    this.#keepsTable = settings.keepsTable === true;
    this.#tellsStarts = settings.initNotifies === true;
    this.#timeouts.want(settings.timeouts ?? {});
    if (settings.flushAtStart) this.#table.flushFirst();
    this.#table.adopt(owned);
    this.#sysctls?.configure(settings);
    // It only spreads the first checks.
    const seed = Math.floor(Math.random() * 2 ** 32);
    const at = monotonicMicros();
    this.#sourceNat.want(translatedServices(settings.virtualServers));
    this.#marks.want(settings.marks);
    this.#dispatch({ kind: 'configured', at, generation, settings, seed, found, owned });
    await this.#table.reconciled();
    await this.#sourceNat.settle();
    await this.#marks.settle();
    tellSupervisor({ kind: 'configured', generation });
    if (!this.#stopping) void this.#routes.want(serversOf(settings));
  }

  /** What services need before they come into the table. */
  async #prepare(): Promise<void> {
    await this.#sourceNat.prepare();
    await this.#marks.prepare();
  }

  /** Everything withdrawn that is not to stay, exit 0. */
  async #stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#routes.stop();
    const idle = Promise.all([this.#table.stop(), this.#sourceNat.stop(), this.#marks.stop()]);
    this.#dispatch({ kind: 'shutdown', at: monotonicMicros() });
    this.#timers.clear();
    await idle;
    if (this.#keepsTable) await this.#timeouts.abandon();
    else await this.#withdraw();
    tellSupervisor({ kind: 'stopped' });
    await flushLogs();
    process.exit(0);
  }

  async #withdraw(): Promise<void> {
    await this.#table.withdraw({ flush: this.#flushAtStop });
    await this.#sourceNat.withdraw();
    await this.#marks.withdraw();
    await this.#timeouts.stop();
    this.#sysctls?.restore();
  }

  /** The supervisor is gone: end, leave the table. */
  #abandon(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#routes.stop();
    this.#logger.warning(
      'supervisor-gone',
      'The supervisor is gone: health checks end, the IPVS table stays as it is',
    );
    this.#timers.clear();
    for (const { cancel } of this.#probes.values()) cancel();
    // A reconciliation that is under way is finished rather than cut in the middle.
    const exit = (): void => void flushLogs().then(() => process.exit(0));
    const ended = [this.#table.stop(), this.#timeouts.abandon(), this.#sourceNat.stop()];
    Promise.all([...ended, this.#marks.stop()]).then(exit, exit);
  }

  #onDue(): void {
    for (;;) {
      const at = monotonicMicros();
      const due = this.#timers.takeDue(at);
      if (!due) return;
      this.#dispatch({ kind: 'timer-expired', at, dueAt: due.dueAt, timer: due.key });
    }
  }

  #dispatch(event: CheckerEvent): void {
    const before = this.#engine;
    const result = step(before, event);
    this.#engine = result.state;
    for (const effect of result.effects) this.#execute(effect);
    const notices = noticesOf(before, result.state, {
      isStopping: event.kind === 'shutdown',
      startsToo: this.#tellsStarts,
    });
    if (notices.length > 0) tellSupervisor({ kind: 'servers-changed', notices });
  }

  #execute(effect: CheckerEffect): void {
    switch (effect.kind) {
      case 'cancel-probe':
        this.#probes.get(effect.check)?.cancel();
        this.#probes.delete(effect.check);
        return;
      case 'cancel-timer':
        this.#timers.cancel(effect.timer);
        return;
      case 'arm-timer':
        this.#timers.arm(effect.timer, effect.dueAt);
        return;
      case 'start-probe':
        this.#startProbe(effect);
        return;
      case 'reconcile-table':
        this.#table.reconcile();
        return;
      case 'count-connections':
        void this.#count(effect.services);
        return;
      case 'log':
        this.#logger[effect.level](effect.event, effect.text, effect.fields);
        return;
    }
  }

  async #count(services: readonly CountedService[]): Promise<void> {
    const counts = await this.#table.count(services);
    this.#dispatch({ kind: 'connections-counted', at: monotonicMicros(), counts });
  }

  #writeOwned(keys: readonly string[]): void {
    if (!this.#files) return;
    try {
      writeServiceRecord(this.#files.ipvsServices, keys);
    } catch (error) {
      const text = `Cannot write down which IPVS services are ours: ${messageOf(error)}`;
      this.#logger.warning('service-record', text);
    }
  }

  #startProbe(order: Extract<CheckerEffect, { kind: 'start-probe' }>): void {
    const { check, attempt, spec, deadline } = order;
    const onResult = (result: ProbeResult): void => {
      if (this.#probes.get(check)?.attempt === attempt) this.#probes.delete(check);
      this.#dispatch({ kind: 'probe-finished', at: monotonicMicros(), check, attempt, result });
    };
    const cancel = startProbe(spec, deadline, onResult, { createMarkedSocket });
    this.#probes.set(check, { attempt, cancel });
  }
}

/** The addresses of all servers, sorry servers too, made as they are looked at. */
function* serversOf({ virtualServers }: CheckerSettings): Iterable<Servers> {
  for (const virtual of virtualServers) {
    yield { service: virtualServerKey(virtual.id), addresses: addressesOf(virtual) };
  }
}

function* addressesOf({ realServers, sorryServer }: VirtualServerSettings): Iterable<Ip> {
  for (const { address } of realServers) yield address;
  if (sorryServer) yield sorryServer.address;
}

/** A socket whose packets carry the check's firewall mark. @throws SystemCallError */
function createMarkedSocket(target: CheckTarget): Socket {
  return new Socket({ fd: openMarkedTcpSocket(familyOf(target.address), target.fwmark) });
}
