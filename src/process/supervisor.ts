/**
 * The supervisor: reads the configuration, starts and watches the children, answers signals and
 * the control socket, and withdraws what a dead vrrp process left behind. It does no protocol work.
 *
 *     start -> children ready -> configure(generation) -> configured -> READY=1
 *     SIGHUP -> load; any error: report it, children see nothing; good: generation + 1
 *     vrrp dies -> its addresses withdrawn, priority 0 sent in its name, restarted
 *     SIGTERM, SIGINT -> another node takes over -> children withdraw everything -> exit 0
 */

import { existsSync } from 'node:fs';
import { monotonicMicros, wallMillis } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { flushLogs, type Logger } from '../base/log.js';
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import type { CheckerSnapshot } from '../checker/snapshot.js';
import { History } from '../control/history.js';
import { nameNeighbours } from '../control/neighbours.js';
import { type ControlServer, openControlServer } from '../control/server.js';
import type { DaemonStatus } from '../control/status.js';
import type { DumpSettings } from '../dump/settings.js';
import type { NotifySettings } from '../notify/settings.js';
import type { TrackingSettings } from '../tracking/settings.js';
import type { VrrpSettings } from '../vrrp/settings.js';
import type { VrrpSnapshot } from '../vrrp/snapshot.js';
import { Child } from './child.js';
import type { LoadedConfiguration } from './configuration.js';
import type { DaemonSettings } from './daemon-settings.js';
import { Dumps } from './dumps.js';
import { DuplicateWatch } from './duplicate-watch.js';
import { HandOver } from './hand-over.js';
import type { FromChecker, FromVrrp, Role, ToChecker, ToVrrp } from './ipc.js';
import { loadIpvs } from './kernel-modules.js';
import { Hooks } from './notify/hooks.js';
import { Notifier } from './notify/notifier.js';
import type { PackedSettings } from './packed-settings.js';
import { removeEmptyFolder, removePidFile, writePidFile } from './pidfile.js';
import { Releaser } from './release.js';
import { removeReleaseRecord, writeReleaseRecord } from './release-record.js';
import { removeReloadMark, setReloadMark } from './reload-mark.js';
import { ReloadTimer } from './reload-timer.js';
import type { RunFiles } from './run-files.js';
import { readSavedSettings, writeSavedSettings } from './saved-settings.js';
import type { SchedulingSettings } from './scheduling-settings.js';
import { SharedAnswer } from './shared-answer.js';
import type { ServiceManager } from './systemd.js';
import { Tracker } from './tracking/tracker.js';

/** Of the two seconds that a stop may take. */
const STOP_DEADLINE_MILLIS = 1_500;
const VRRP_STOP_DEADLINE_MILLIS = 1_000;
const MIN_STOP_MILLIS = 300;
const STATUS_DEADLINE_MILLIS = 1_000;
/** A signal that all processes get comes to us a moment later than to a child, at most. */
const OWN_SIGNAL_MILLIS = 200;
/** The children are asked for their status that often at most. */
const STATUS_PAUSE: Micros = 100 * MICROS_PER_MILLI;

export interface SupervisorOptions {
  readonly version: string;
  readonly configFile: string;
  readonly files: RunFiles;
  /** What it is called, for the status. */
  readonly place: { readonly instance?: string; readonly netNamespace?: string };
  readonly runVrrp: boolean;
  readonly runChecker: boolean;
  /** The IPVS table stays at the stop. */
  readonly keepsIpvs?: boolean;
  readonly childEnv: NodeJS.ProcessEnv;
  readonly logger: Logger;
  readonly serviceManager: ServiceManager;
  /** Reads and checks the configuration again, for a reload. */
  readonly load: () => Promise<LoadedConfiguration>;
}

interface Configuration {
  readonly vrrp: VrrpSettings;
  readonly checker: PackedSettings;
  readonly scheduling: Readonly<Record<Role, SchedulingSettings>>;
  readonly tracking: TrackingSettings;
  readonly notify: NotifySettings;
  readonly dumps: DumpSettings;
  readonly daemon: DaemonSettings;
  /** What is left out of them, for the status. */
  readonly notRun: DaemonStatus['notRun'];
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #logger: Logger;
  readonly #startedAt = wallMillis();
  readonly #beganAt = monotonicMicros();
  readonly #releaser: Releaser;
  readonly #vrrp: Child<ToVrrp, FromVrrp>;
  readonly #checker: Child<ToChecker, FromChecker>;
  readonly #running = new Set<Role>();
  /** Roles whose process ends because SIGTERM came to it alone. */
  readonly #ending = new Set<Role>();
  /** Roles that have answered `configured` for the generation in force. */
  readonly #configured = new Set<Role>();
  readonly #handOver: HandOver;
  readonly #tracker: Tracker;
  readonly #notifier: Notifier;
  readonly #hooks: Hooks;
  readonly #history = new History();
  readonly #dumps: Dumps;
  readonly #duplicates: DuplicateWatch;
  readonly #reloadTimer: ReloadTimer;
  #configuration: Configuration;
  #generation = 1;
  #announcedReady = false;
  #flushed = false;
  #lastReload: DaemonStatus['lastReload'];
  #reloads = 0;
  #reloading: Promise<void> = Promise.resolve();
  #control: ControlServer | undefined;
  #stopping = false;
  #nextRequest = 1;
  /** Bounded: each entry is dropped by its deadline. */
  readonly #requests = new Map<number, (snapshot: unknown) => void>();
  readonly #vrrpStatus = new SharedAnswer(() => this.#ask<VrrpSnapshot>(this.#vrrp), STATUS_PAUSE);
  readonly #checkerStatus = new SharedAnswer(
    () => this.#ask<CheckerSnapshot>(this.#checker),
    STATUS_PAUSE,
  );

  /** @param configuration what the caller has loaded and found good. */
  constructor(configuration: Configuration, options: SupervisorOptions) {
    this.#options = options;
    this.#configuration = this.#runnable(configuration);
    this.#logger = options.logger;
    this.#releaser = new Releaser(options.logger);
    const { childEnv, logger } = options;
    this.#vrrp = new Child<ToVrrp, FromVrrp>('vrrp', childEnv, logger, {
      onMessage: (message) => this.#onVrrp(message),
      onDeath: (how) => this.#onVrrpDeath(how),
    });
    this.#handOver = new HandOver((message) => this.#vrrp.send(message));
    this.#tracker = new Tracker(options.logger, (tracked) => this.#vrrp.send(tracked));
    this.#notifier = new Notifier(options.logger);
    this.#reloadTimer = new ReloadTimer(options.logger, () => this.reload());
    this.#duplicates = new DuplicateWatch(options.logger);
    this.#dumps = new Dumps(options.logger, {
      settings: () => this.#configuration.dumps,
      vrrp: () => this.#vrrpStatus.get(),
      checker: () => this.#checkerStatus.get(),
      checked: () => this.#configuration.checker,
      told: () => this.#configuration.notify.servers,
      runs: (role) => this.#running.has(role),
      scripts: () => this.#tracker.scripts(),
      files: () => this.#tracker.files(),
      processes: () => this.#tracker.processes(),
    });
    this.#hooks = new Hooks(options.logger);
    this.#checker = new Child<ToChecker, FromChecker>('checker', childEnv, logger, {
      onMessage: (message) => this.#onChecker(message),
      onDeath: () => {
        this.#ending.delete('checker');
        this.#checkerStatus.forget();
      },
    });
  }

  /** Starts everything and returns; the process lives until {@link stop} ends it. */
  async start(): Promise<void> {
    const { files, logger } = { files: this.#options.files, logger: this.#logger };
    process.on('SIGHUP', () => this.reload());
    process.on('SIGTERM', () => void this.stop());
    process.on('SIGINT', () => void this.stop());
    this.#dumps.listen();
    writePidFile(files.pid, process.pid);
    await this.#hooks.startup(this.#configuration.notify.hooks);
    if (this.#stopping) return;
    await this.#loadModules();
    this.#watch();
    this.#reloadTimer.configure(this.#configuration.daemon.reloadTime);
    this.#startWanted();
    this.#control = await openControlServer(files.control, {
      status: () => this.status(),
      standby: (request) => this.#handOver.request(request, this.#configuration.vrrp),
      reload: () => ({ number: this.reload() }),
      onError: (error) => logger.warning('control-error', `Control socket: ${messageOf(error)}`),
    });
    const { serviceManager } = this.#options;
    if (serviceManager.watchdogInterval !== undefined) {
      setInterval(
        () => serviceManager.alive(),
        serviceManager.watchdogInterval / MICROS_PER_MILLI / 3,
      ).unref();
    }
    this.#announceReady();
  }

  /**
   * Loads the configuration again; a bad one changes nothing and is reported.
   *
   * @returns its number, which the status has when it has been read.
   */
  reload(): number {
    const number = ++this.#reloads;
    this.#reloading = this.#reloading.then(() => this.#reload(number));
    return number;
  }

  /**
   * Lets another node take over, withdraws everything and ends the process with status 0. Asked a
   * second time it does not wait for another node, nor for notify scripts.
   */
  async stop(): Promise<void> {
    if (this.#stopping) {
      this.#handOver.left();
      this.#notifier.leave();
      return;
    }
    this.#stopping = true;
    this.#hooks.stop();
    this.#reloadTimer.stop();
    this.#tracker.stop();
    this.#logger.notice('stopping', 'Stopping');
    this.#options.serviceManager.stopping();
    if (this.#configured.has('vrrp')) await this.#handOver.leave(this.#configuration.vrrp);
    // Addresses first: while this node has them and no services any more, the packets of
    // connections that the peer could go on with are answered by a reset.
    const begun = monotonicMicros();
    const { childWaitMillis } = this.#configuration.daemon;
    const vrrp = await this.#vrrp.stop(
      Math.max(MIN_STOP_MILLIS, childWaitMillis ?? VRRP_STOP_DEADLINE_MILLIS),
    );
    // It was killed before it had withdrawn its addresses, or was dead when we were told to stop.
    if (vrrp === 'killed' || !this.#configured.has('vrrp')) {
      await this.#releaser.release(this.#configuration.vrrp, {
        forGood: true,
        saved: readSavedSettings(this.#options.files.interfaceSettings),
      });
      writeSavedSettings(this.#options.files.interfaceSettings, {});
    }
    const took = Math.ceil((monotonicMicros() - begun) / MICROS_PER_MILLI);
    const left = (childWaitMillis ?? STOP_DEADLINE_MILLIS) - took;
    await this.#checker.stop(Math.max(MIN_STOP_MILLIS, left));
    this.#control?.close();
    await this.#notifier.stop();
    await this.#hooks.shutdown(this.#configuration.notify.hooks);
    const { files } = this.#options;
    for (const path of [files.vrrpPid, files.checkersPid, files.pid]) removePidFile(path);
    removeReleaseRecord(files.release);
    for (const folder of files.ownFolders) removeEmptyFolder(folder);
    this.#logger.notice('stopped', 'Stopped');
    await flushLogs();
    process.exit(0);
  }

  /** What `tandem status` shows. A child that does not answer in time is missing in it. */
  async status(): Promise<DaemonStatus> {
    const [vrrp, checker] = await Promise.all([this.#vrrpStatus.get(), this.#checkerStatus.get()]);
    return {
      version: this.#options.version,
      pid: process.pid,
      startedAt: new Date(this.#startedAt).toISOString(),
      configFile: this.#options.configFile,
      ...this.#options.place,
      generation: this.#generation,
      ready: this.#announcedReady,
      ...(this.#lastReload ? { lastReload: this.#lastReload } : {}),
      processes: [this.#vrrp, this.#checker].map((child) => ({
        role: child.role,
        ...(child.pid === undefined ? {} : { pid: child.pid }),
        restarts: child.restarts,
      })),
      notRun: this.#configuration.notRun,
      ...(vrrp ? { vrrp: nameNeighbours(this.#duplicates.addTo(vrrp)) } : {}),
      ...(checker ? { checker } : {}),
      transitions: this.#history.all(),
    };
  }

  #wanted(role: Role): boolean {
    const { vrrp, checker } = this.#configuration;
    if (role === 'vrrp') return vrrp.instances.length > 0 || vrrp.syncDaemon !== undefined;
    const { ipvsServices, sourceNat, groupMarks, ipvsSysctls } = this.#options.files;
    return (
      this.#options.runChecker &&
      (checker.virtualServers.length > 0 ||
        checker.flushAtStart ||
        // What an earlier daemon left is to go: services, rules beside them, switches.
        [ipvsServices, sourceNat, groupMarks, ipvsSysctls].some((file) => existsSync(file)))
    );
  }

  /**
   * The part of a configuration that this daemon runs. With `-C` of VRRP's the sync daemons are left
   * that no instance decides about: keepalived's checker runs them then.
   */
  #runnable(configuration: Configuration): Configuration {
    if (this.#options.runVrrp) return configuration;
    const { syncDaemon, netNamespace, ipvsNamespace } = configuration.vrrp;
    const vrrp: VrrpSettings = {
      instances: [],
      syncGroups: [],
      ...(netNamespace === undefined ? {} : { netNamespace }),
      ...(ipvsNamespace === undefined ? {} : { ipvsNamespace }),
      ...(syncDaemon && syncDaemon.instance === undefined ? { syncDaemon } : {}),
    };
    return { ...configuration, vrrp };
  }

  #startWanted(): void {
    if (this.#stopping) return;
    for (const child of [this.#vrrp, this.#checker]) {
      if (this.#running.has(child.role) || !this.#wanted(child.role)) continue;
      this.#running.add(child.role);
      if (child.role === 'vrrp') {
        writeReleaseRecord(this.#options.files.release, this.#configuration.vrrp);
        void this.#releaser.prepare();
      }
      child.start();
    }
  }

  async #reload(number: number): Promise<void> {
    const { logger } = this.#options;
    if (this.#stopping) return;
    this.#options.serviceManager.reloading();
    logger.notice('reloading', 'Reloading');
    const loaded = await this.#load();
    const at = new Date(wallMillis()).toISOString();
    this.#lastReload = {
      number,
      at,
      accepted: loaded.configuration !== undefined,
      problems: loaded.problems,
    };
    for (const problem of loaded.problems) logger.warning('config-problem', problem);
    if (!loaded.configuration) {
      logger.error('reload-rejected', 'Reload rejected: the configuration in force is unchanged');
    } else {
      const before = this.#configuration.vrrp;
      const { instance } = this.#configuration.daemon;
      this.#configuration = this.#runnable(loaded.configuration);
      if (this.#configuration.daemon.instance !== instance) {
        logger.warning('instance', 'instance cannot be changed by a reload: restart');
      }
      if (before.netNamespace !== this.#configuration.vrrp.netNamespace) {
        logger.warning('net-namespace', 'net_namespace cannot be changed by a reload: restart');
      }
      this.#keepIpvsNamespace(before.ipvsNamespace);
      this.#watch();
      this.#duplicates.configure(this.#configuration.vrrp);
      this.#history.keep(this.#configuration.vrrp.instances.map(({ name }) => name));
      this.#generation++;
      this.#configured.clear();
      // Until the vrrp process has acted, addresses of both may be there.
      writeReleaseRecord(this.#options.files.release, before, this.#configuration.vrrp);
      await this.#loadModules();
      if (this.#running.has('vrrp')) this.#configure('vrrp');
      if (this.#running.has('checker')) this.#configure('checker');
      this.#startWanted();
      logger.notice('reloaded', `Reload accepted, configuration generation ${this.#generation}`);
    }
    this.#reloadTimer.configure(this.#configuration.daemon.reloadTime);
    this.#announcedReady = false;
    this.#announceReady();
  }

  /** Reads the configuration; meanwhile the file of `reload_file` is there. */
  async #load(): Promise<LoadedConfiguration> {
    const { reloadMark } = this.#configuration.daemon;
    const mark = reloadMark === '' ? this.#options.files.reloadMark : reloadMark;
    try {
      if (mark !== undefined) setReloadMark(mark);
    } catch (error) {
      this.#logger.warning('reload-file-failed', `reload_file ${mark}: ${messageOf(error)}`);
    }
    try {
      return await this.#options.load();
    } catch (error) {
      return { problems: [messageOf(error)] };
    } finally {
      if (mark !== undefined) this.#removeMark(mark);
    }
  }

  #removeMark(mark: string): void {
    try {
      removeReloadMark(mark);
    } catch (error) {
      this.#logger.warning('reload-file-failed', `reload_file ${mark}: ${messageOf(error)}`);
    }
  }

  /** A process that is started again must find the table that its predecessor left. */
  #keepIpvsNamespace(name: string | undefined): void {
    const { vrrp, checker } = this.#configuration;
    if (vrrp.ipvsNamespace === name) return;
    const text = 'net_namespace_ipvs cannot be changed by a reload: restart';
    this.#logger.warning('net-namespace', text);
    const { ipvsNamespace: _, ...vrrpRest } = vrrp;
    const { ipvsNamespace: __, ...checkerRest } = checker;
    const place = name === undefined ? {} : { ipvsNamespace: name };
    this.#configuration = {
      ...this.#configuration,
      vrrp: { ...vrrpRest, ...place },
      checker: { ...checkerRest, ...place },
    };
  }

  /** Before the engine hears of a configuration, so that its scripts are there when it reports. */
  #watch(): void {
    this.#notifier.configure(this.#configuration.notify);
    this.#tracker.configure(this.#configuration.tracking);
  }

  /** Before a process starts that needs them. */
  async #loadModules(): Promise<void> {
    const { vrrp } = this.#configuration;
    if (this.#wanted('checker') || vrrp.syncDaemon) await loadIpvs(this.#logger);
  }

  #configure(role: Role): void {
    const generation = this.#generation;
    if (role === 'vrrp') {
      this.#vrrp.send({
        kind: 'configure',
        generation,
        settings: this.#configuration.vrrp,
        saved: readSavedSettings(this.#options.files.interfaceSettings),
        startedAt: this.#beganAt,
        scheduling: this.#configuration.scheduling.vrrp,
      });
      this.#handOver.configured(this.#configuration.vrrp);
      for (const tracked of this.#tracker.all()) this.#vrrp.send(tracked);
    } else {
      const { checker, scheduling } = this.#configuration;
      // `lvs_flush` is for the start of the daemon: a reload or a checker that died must not undo
      // what runs.
      const settings: PackedSettings = {
        ...checker,
        flushAtStart: checker.flushAtStart && !this.#flushed,
        ...(this.#options.keepsIpvs ? { keepsTable: true } : {}),
      };
      this.#checker.send({
        kind: 'configure',
        generation,
        settings,
        scheduling: scheduling.checker,
      });
    }
  }

  #onVrrp(message: FromVrrp): void {
    if (message.kind === 'status') this.#answer(message.id, message.snapshot);
    else if (message.kind === 'left') this.#handOver.left();
    else if (message.kind === 'state-changed') {
      const { instance, from, to, effectivePriority, reason } = message;
      const at = new Date(wallMillis()).toISOString();
      this.#duplicates.stateChanged(instance, to === 'MASTER', this.#configuration.vrrp);
      this.#history.add(instance, { at, from, to, effectivePriority, reason });
      this.#notifier.stateChanged(message, this.#stopping || this.#ending.has('vrrp'));
    } else if (message.kind === 'priority-changed') this.#notifier.priorityChanged(message);
    else if (message.kind === 'losing-advert') this.#notifier.losingAdvert(message);
    else if (message.kind === 'interface-settings') {
      writeSavedSettings(this.#options.files.interfaceSettings, message.saved);
    } else this.#onChild(this.#vrrp, message);
  }

  #onChecker(message: FromChecker): void {
    if (message.kind === 'status') this.#answer(message.id, message.snapshot);
    else if (message.kind === 'servers-changed') this.#notifier.serversChanged(message.notices);
    else this.#onChild(this.#checker, message);
  }

  #onChild(
    child: { readonly role: Role; readonly pid: number | undefined },
    message: { readonly kind: string; readonly generation?: number },
  ): void {
    const { files } = this.#options;
    if (message.kind === 'ready') {
      const file = child.role === 'vrrp' ? files.vrrpPid : files.checkersPid;
      if (child.pid !== undefined) writePidFile(file, child.pid);
      this.#configure(child.role);
    } else if (message.kind === 'terminated') {
      this.#onTerminated(child.role);
    } else if (message.kind === 'configured' && message.generation === this.#generation) {
      this.#configured.add(child.role);
      if (child.role === 'checker') this.#flushed = true;
      if (child.role === 'vrrp') {
        writeReleaseRecord(files.release, this.#configuration.vrrp);
        if (this.#lastReload) this.#notifier.reloaded();
      }
      this.#announceReady();
    }
  }

  /**
   * SIGTERM came to a child. If it comes to us as well, the child ends in its turn: after another node
   * has taken over, services after addresses.
   */
  #onTerminated(role: Role): void {
    const child = role === 'vrrp' ? this.#vrrp : this.#checker;
    child.send({ kind: 'noted' });
    setTimeout(() => {
      if (this.#stopping) return;
      this.#ending.add(role);
      child.send({ kind: 'shutdown' });
    }, OWN_SIGNAL_MILLIS);
  }

  #onVrrpDeath(how: string): void {
    this.#ending.delete('vrrp');
    this.#vrrpStatus.forget();
    this.#duplicates.clear();
    this.#configured.delete('vrrp');
    this.#handOver.left();
    this.#releaser
      .release(this.#configuration.vrrp, { forGood: false })
      .then((report) =>
        this.#logger.warning(
          'released',
          `VRRP process ${how}: withdrew ${report.removed.join(', ') || 'no address'}`,
        ),
      )
      .catch((error: unknown) =>
        this.#logger.error('release-failed', `Cannot withdraw addresses: ${messageOf(error)}`),
      );
  }

  #announceReady(): void {
    if (this.#announcedReady) return;
    for (const role of this.#running) if (!this.#configured.has(role)) return;
    this.#announcedReady = true;
    this.#options.serviceManager.ready(`configuration generation ${this.#generation}`);
  }

  #ask<T>(child: Child<ToVrrp, FromVrrp> | Child<ToChecker, FromChecker>): Promise<T | undefined> {
    if (child.pid === undefined) return Promise.resolve(undefined);
    const id = this.#nextRequest++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#requests.delete(id);
        resolve(undefined);
      }, STATUS_DEADLINE_MILLIS);
      this.#requests.set(id, (snapshot) => {
        clearTimeout(timer);
        this.#requests.delete(id);
        resolve(snapshot as T);
      });
      child.send({ kind: 'status-request', id });
    });
  }

  #answer(id: number, snapshot: unknown): void {
    this.#requests.get(id)?.(snapshot);
  }
}
