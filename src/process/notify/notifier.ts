/**
 * Tells scripts and pipes what happened. Each instance and group has one queue: its scripts run one
 * after the other, never beside each other, and the last thing told is the newest.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../base/log.js';
import type { ServerNotice } from '../../checker/notices.js';
import { mailAbout } from '../../notify/mail.js';
import {
  fifoLine,
  type Notice,
  type NoticeEvent,
  scriptArguments,
  scriptEnvironment,
} from '../../notify/notice.js';
import { finished, IDLE, type Offered, offer, type Queue } from '../../notify/queue.js';
import { serverEnvironment, serverLine, serverMail } from '../../notify/server-notice.js';
import type {
  FifoSettings,
  NotifyScripts,
  NotifySettings,
  ServerSubject,
  ServersSettings,
  SubjectSettings,
} from '../../notify/settings.js';
import {
  type Known,
  nothingKnown,
  onLosingAdvert,
  onPriorityChanged,
  onStateChanged,
  statesOf,
} from '../../notify/transitions.js';
import type { CommandSettings } from '../../tracking/settings.js';
import type { FromVrrp } from '../ipc.js';
import { describeOutcome, type RunningScript, runScript } from '../scripts/run-script.js';
import { Fifo } from './fifo.js';
import { Mailer } from './mailer.js';

/** Longer than any script that tells somebody; one that takes over a service may need minutes. */
const SCRIPT_MILLIS = 300_000;
/** How long the end waits for scripts that others wait for, so that they are not run beside each other. */
const PATIENCE_MILLIS = 400;
const STEP_MILLIS = 20;
/** How long the end waits for scripts that run: with the daemon systemd ends what is left of them. */
const END_MILLIS = 10_000;
/** A pipe's reader lives as long as the daemon. */
const FOREVER_MILLIS = 2_147_483_647;

type StateChanged = Extract<FromVrrp, { kind: 'state-changed' }>;
type LosingAdvert = Extract<FromVrrp, { kind: 'losing-advert' }>;
type PriorityChanged = Extract<FromVrrp, { kind: 'priority-changed' }>;

/** What runs for one notice, when its turn comes. */
interface Job {
  readonly event: string;
  run(): Promise<void>;
}

interface OpenFifo {
  readonly settings: FifoSettings;
  readonly fifo: Fifo;
  readonly reader: RunningScript | undefined;
}

export class Notifier {
  readonly #logger: Logger;
  readonly #known: Known = nothingKnown();
  readonly #mailer: Mailer;
  /** The event of the last mail of each instance and group. Bounded by the configurations. */
  readonly #mailed = new Map<string, NoticeEvent>();
  #settings: NotifySettings = { instances: {}, groups: {}, fifos: [] };
  #fifos: OpenFifo[] = [];
  /** Instances that a reload has dropped, until their end is told. */
  readonly #removed = new Map<string, SubjectSettings>();
  /** By subject and name. Bounded by the configurations; an idle one is dropped. */
  readonly #queues = new Map<string, Queue<Job>>();
  /** Second scripts of notices whose first one runs. */
  #second = 0;
  /** At the end no script is waited for any more. */
  #isHurried = false;
  /** Ends the waiting for a script that runs. Bounded by those. */
  readonly #hurry = new Set<() => void>();
  /** Scripts that run, and what they tell. Bounded by the queues. */
  readonly #running = new Map<RunningScript, string>();
  /** The end does not wait for scripts any longer. */
  readonly leave: () => void;
  readonly #left: Promise<void>;
  /** Of the configuration before: servers that a reload removes are told by it. */
  #formerServers: ServersSettings | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#mailer = new Mailer(logger);
    let leave = (): void => {};
    this.#left = new Promise((resolve) => {
      leave = resolve;
    });
    this.leave = leave;
  }

  /** Takes over a configuration. A pipe that is the same stays open, with its reader. */
  configure(settings: NotifySettings): void {
    for (const [name, subject] of Object.entries(this.#settings.instances)) {
      if (!settings.instances[name]) this.#removed.set(name, subject);
    }
    this.#formerServers = this.#settings.servers;
    this.#settings = settings;
    this.#mailer.configure(settings.mail);
    const kept: OpenFifo[] = [];
    for (const open of this.#fifos) {
      const same = settings.fifos.some((next) => sameFifo(next, open.settings));
      if (same) kept.push(open);
      else this.#close(open);
    }
    for (const next of settings.fifos) {
      if (!kept.some((open) => sameFifo(next, open.settings))) kept.push(this.#open(next));
    }
    this.#fifos = kept;
  }

  /** @param isStopping what INIT means: the daemon stops, or a reload dropped the instance. */
  stateChanged(change: StateChanged, isStopping: boolean): void {
    const { instance, to } = change;
    const removed = this.#removed.get(instance);
    const leaving = isStopping ? 'STOP' : removed?.tellDeleted ? 'DELETED' : 'FAULT';
    for (const notice of onStateChanged(this.#known, this.#settings, change, leaving)) {
      this.#tell(notice);
    }
    if (to === 'INIT') this.#removed.delete(instance);
  }

  priorityChanged(change: PriorityChanged): void {
    const notice = onPriorityChanged(this.#known, change.instance, change.effectivePriority);
    if (!notice || !this.#subject(notice)?.priorityChanges) return;
    this.#write(fifoLine(notice), 'vrrp');
  }

  /** Real and virtual servers have come or gone. */
  serversChanged(notices: readonly ServerNotice[]): void {
    for (const notice of notices) this.#tellServer(notice);
  }

  /** A MASTER heard an advert that loses against it. */
  losingAdvert(heard: LosingAdvert): void {
    this.#tell(onLosingAdvert(this.#known, heard));
  }

  /** A reload is done: readers of the pipes that began with it are told what they have missed. */
  reloaded(): void {
    if (!this.#settings.writeStatesOnReload) return;
    for (const notice of statesOf(this.#known, this.#settings)) {
      this.#write(fifoLine(notice), 'vrrp');
    }
  }

  /**
   * Closes the pipes and ends their readers. What waits for scripts that run is run now, beside them if
   * they take long: nobody is left who could run it later. Resolves when the scripts have ended, after ten
   * seconds at the latest: then they go on, if whoever looks after this process lets them.
   */
  async stop(): Promise<void> {
    await Promise.all([this.#mailer.stop(), this.#startAll()]);
    for (const open of this.#fifos) this.#close(open);
    this.#fifos = [];
    await this.#untilEnded();
    for (const what of this.#running.values()) {
      this.#logger.warning('notify-script-left', `Notify script ${what} still runs: it is left`);
    }
  }

  async #untilEnded(): Promise<void> {
    const ends = [...this.#running.keys()].map(({ outcome }) => outcome);
    if (ends.length === 0) return;
    const late = new AbortController();
    const { signal } = late;
    const limit = sleep(END_MILLIS, undefined, { signal }).catch(() => {});
    await Promise.race([Promise.all(ends), this.#left, limit]);
    late.abort();
  }

  async #startAll(): Promise<void> {
    const steps = PATIENCE_MILLIS / STEP_MILLIS;
    for (let i = 0; i < steps && this.#isWaiting(); i++) await sleep(STEP_MILLIS);
    this.#isHurried = true;
    for (const hurry of this.#hurry) hurry();
    for (let i = 0; i < steps && this.#isWaiting(); i++) await sleep(1);
  }

  /** Whether a script is to be run that has not been started. */
  #isWaiting(): boolean {
    return this.#second > 0 || [...this.#queues.values()].some(({ waiting }) => waiting.length > 0);
  }

  #tell(notice: Notice): void {
    this.#write(fifoLine(notice), 'vrrp');
    this.#mail(notice);
    const scripts = this.#subject(notice)?.scripts ?? {};
    const { event } = notice;
    this.#queue(`${notice.subject} ${notice.name}`, {
      event,
      run: () => this.#run(notice, scripts),
    });
  }

  #tellServer(notice: ServerNotice): void {
    const line = serverLine(notice);
    if (line !== undefined) this.#write(line, 'lvs');
    const { servers, mail: mailSettings } = this.#settings;
    // What a reload removes is only in what was configured before.
    const known = (notice.cause === 'removed' ? this.#formerServers : servers) ?? NOBODY;
    const mail = mailSettings && serverMail(notice, known, mailSettings.routerId);
    if (mail) this.#mailer.offer(mail);
    if (notice.subject === 'CHECK') return;
    const { event, subject, serviceName } = notice;
    const command = subjectOf(notice, known)?.[event];
    if (!command) return;
    const name = subject === 'VS' ? serviceName : `${notice.serverName} of ${serviceName}`;
    const sequence = ++this.#known.sequence;
    const env = serverEnvironment(notice, sequence);
    this.#queue(`${subject} ${name}`, {
      event,
      run: () => this.#runOne(command, env, `${subject} ${name} ${event}`),
    });
  }

  #write(line: string, about: 'vrrp' | 'lvs'): void {
    for (const { fifo, settings } of this.#fifos) {
      if ((settings.only ?? about) === about) fifo.write(line);
    }
  }

  #queue(key: string, job: Job): void {
    this.#advance(key, offer(this.#queues.get(key) ?? IDLE, job));
  }

  #mail(notice: Notice): void {
    const { mail: settings } = this.#settings;
    if (!settings || !this.#subject(notice)?.mail) return;
    const mail = mailAbout(notice, settings);
    if (!mail || this.#mailed.get(mail.about) === notice.event) return;
    this.#mailed.set(mail.about, notice.event);
    this.#mailer.offer(mail);
  }

  #advance(key: string, { queue, start }: Offered<Job>): void {
    if (queue === IDLE) this.#queues.delete(key);
    else this.#queues.set(key, queue);
    if (!start) return;
    void start.run().then(() => this.#advance(key, finished<Job>(this.#queues.get(key) ?? IDLE)));
  }

  /** First the script of this event, then the general one, as keepalived does. */
  async #run(notice: Notice, scripts: NotifyScripts): Promise<void> {
    const own = scripts[notice.event as keyof NotifyScripts];
    const env = scriptEnvironment(notice);
    const what = `${notice.name} ${notice.event}`;
    // That an advert lost is no change of state (keepalived).
    const any = notice.event === 'MASTER_RX_LOWER_PRI' ? undefined : scripts.any;
    if (own) {
      if (any) this.#second++;
      await this.#runOne(own, env, what);
      if (any) this.#second--;
    }
    if (any) {
      const words = [...any.words, ...scriptArguments(notice)] as const;
      await this.#runOne({ ...any, words }, env, what);
    }
  }

  async #runOne(
    command: CommandSettings,
    told: Readonly<Record<string, string>>,
    what: string,
  ): Promise<void> {
    const env = { ...process.env, ...told };
    const script = runScript(command, SCRIPT_MILLIS, env, { outlives: true });
    this.#running.set(script, `${command.words[0]} for ${what}`);
    void script.outcome.then(() => this.#running.delete(script));
    const outcome = await this.#orHurried(script.outcome);
    if (outcome === undefined) return;
    if (outcome.kind === 'exited' && outcome.status === 0) return;
    this.#logger.warning(
      'notify-script',
      `Notify script ${command.words[0]} for ${what} ${describeOutcome(outcome)}`,
      { script: command.words[0], about: what },
    );
  }

  /** An outcome; `undefined` when it is not to be waited for. */
  #orHurried<T>(outcome: Promise<T>): Promise<T | undefined> {
    if (this.#isHurried) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const hurry = (): void => resolve(undefined);
      this.#hurry.add(hurry);
      void outcome.then((value) => {
        this.#hurry.delete(hurry);
        resolve(value);
      });
    });
  }

  #subject({ subject, name }: Notice): SubjectSettings | undefined {
    const { instances, groups } = this.#settings;
    return subject === 'INSTANCE' ? (instances[name] ?? this.#removed.get(name)) : groups[name];
  }

  #open(settings: FifoSettings): OpenFifo {
    const fifo = new Fifo(settings.path, settings.owner, this.#logger);
    if (!settings.script) return { settings, fifo, reader: undefined };
    const { script, path } = settings;
    const reader = runScript(
      { ...script, words: [...script.words, path] },
      FOREVER_MILLIS,
      process.env,
    );
    void reader.outcome.then((outcome) => {
      if (!this.#fifos.some((open) => open.reader === reader)) return;
      const text = `Notify fifo script ${script.words[0]} for ${path} ${describeOutcome(outcome)}`;
      this.#logger.error('notify-fifo-script', text);
    });
    return { settings, fifo, reader };
  }

  #close({ fifo, reader }: OpenFifo): void {
    fifo.close();
    reader?.stop();
  }
}

const NOBODY: ServersSettings = { services: {} };

function subjectOf(notice: ServerNotice, { services }: ServersSettings): ServerSubject | undefined {
  const service = services[notice.service];
  return notice.subject === 'VS' ? service : service?.servers[notice.server];
}

function sameFifo(a: FifoSettings, b: FifoSettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
