/**
 * Tells scripts and pipes what happened. Each instance and group has one queue: its scripts run one
 * after the other, never beside each other, and the last thing told is the newest.
 */
import type { Logger } from '../../base/log.js';
import { mailAbout } from '../../notify/mail.js';
import {
  fifoLine,
  type Notice,
  type NoticeEvent,
  scriptArguments,
  scriptEnvironment,
} from '../../notify/notice.js';
import { finished, IDLE, type Offered, offer, type Queue } from '../../notify/queue.js';
import type {
  FifoSettings,
  NotifyScripts,
  NotifySettings,
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
/** A pipe's reader lives as long as the daemon. */
const FOREVER_MILLIS = 2_147_483_647;

type StateChanged = Extract<FromVrrp, { kind: 'state-changed' }>;
type LosingAdvert = Extract<FromVrrp, { kind: 'losing-advert' }>;
type PriorityChanged = Extract<FromVrrp, { kind: 'priority-changed' }>;

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
  /** What was configured when it happened. */
  readonly #scriptsOf = new WeakMap<Notice, NotifyScripts>();
  /** Instances that a reload has dropped, until their end is told. */
  readonly #removed = new Map<string, SubjectSettings>();
  /** By subject and name. Bounded by the configurations; an idle one is dropped. */
  readonly #queues = new Map<string, Queue>();

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#mailer = new Mailer(logger);
  }

  /** Takes over a configuration. A pipe that is the same stays open, with its reader. */
  configure(settings: NotifySettings): void {
    for (const [name, subject] of Object.entries(this.#settings.instances)) {
      if (!settings.instances[name]) this.#removed.set(name, subject);
    }
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
    for (const { fifo } of this.#fifos) fifo.write(fifoLine(notice));
  }

  /** A MASTER heard an advert that loses against it. */
  losingAdvert(heard: LosingAdvert): void {
    this.#tell(onLosingAdvert(this.#known, heard));
  }

  /** A reload is done: readers of the pipes that began with it are told what they have missed. */
  reloaded(): void {
    if (!this.#settings.writeStatesOnReload) return;
    for (const notice of statesOf(this.#known, this.#settings)) {
      for (const { fifo } of this.#fifos) fifo.write(fifoLine(notice));
    }
  }

  /** Closes the pipes and ends their readers; scripts that run go on to their end. */
  async stop(): Promise<void> {
    await this.#mailer.stop();
    for (const open of this.#fifos) this.#close(open);
    this.#fifos = [];
  }

  #tell(notice: Notice): void {
    const line = fifoLine(notice);
    for (const { fifo } of this.#fifos) fifo.write(line);
    this.#mail(notice);
    this.#scriptsOf.set(notice, this.#subject(notice)?.scripts ?? {});
    const key = `${notice.subject} ${notice.name}`;
    this.#advance(key, offer(this.#queues.get(key) ?? IDLE, notice));
  }

  #mail(notice: Notice): void {
    const { mail: settings } = this.#settings;
    if (!settings || !this.#subject(notice)?.mail) return;
    const mail = mailAbout(notice, settings);
    if (!mail || this.#mailed.get(mail.about) === notice.event) return;
    this.#mailed.set(mail.about, notice.event);
    this.#mailer.offer(mail);
  }

  #advance(key: string, { queue, start }: Offered): void {
    if (queue === IDLE) this.#queues.delete(key);
    else this.#queues.set(key, queue);
    if (!start) return;
    void this.#run(start, this.#scriptsOf.get(start) ?? {}).then(() =>
      this.#advance(key, finished(this.#queues.get(key) ?? IDLE)),
    );
  }

  /** First the script of this event, then the general one, as keepalived does. */
  async #run(notice: Notice, scripts: NotifyScripts): Promise<void> {
    const own = scripts[notice.event as keyof NotifyScripts];
    if (own) await this.#runOne(own, notice);
    // That an advert lost is no change of state (keepalived).
    if (notice.event === 'MASTER_RX_LOWER_PRI') return;
    const { any } = scripts;
    if (any) {
      await this.#runOne({ ...any, words: [...any.words, ...scriptArguments(notice)] }, notice);
    }
  }

  async #runOne(command: CommandSettings, notice: Notice): Promise<void> {
    const env = { ...process.env, ...scriptEnvironment(notice) };
    const outcome = await runScript(command, SCRIPT_MILLIS, env, { outlives: true }).outcome;
    if (outcome.kind === 'exited' && outcome.status === 0) return;
    this.#logger.warning(
      'notify-script',
      `Notify script ${command.words[0]} for ${notice.name} ${notice.event} ${describeOutcome(outcome)}`,
      { script: command.words[0], name: notice.name, event: notice.event },
    );
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

function sameFifo(a: FifoSettings, b: FifoSettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
