/**
 * Counts the tracked processes: /proc is read at the start and after a loss of events, in between
 * the kernel tells of every fork, exec, change of name and end.
 */
import { monotonicMicros } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';
import { MICROS_PER_MILLI } from '../../base/time.js';
import type { ProcessEvent } from '../../netlink/process-events.js';
import {
  commandBytes,
  matchesProcess,
  type ProcessIdentity,
} from '../../tracking/process-match.js';
import {
  afterCount,
  afterDelay,
  firstCount,
  type ProcessState,
} from '../../tracking/process-state.js';
import type { ProcessSettings } from '../../tracking/settings.js';
import { ProcessMonitor } from './process-monitor.js';
import { identityOf, processIds } from './process-table.js';

/** How often /proc is read where the kernel tells of nothing. */
const POLL_MILLIS = 1_000;

type OnVerdict = (name: string, up: boolean) => void;

interface Tracked {
  readonly settings: ProcessSettings;
  /** How many processes match now. */
  count: number;
  state: ProcessState;
  timer: NodeJS.Timeout | undefined;
}

export class TrackProcesses {
  readonly #logger: Logger;
  readonly #onVerdict: OnVerdict;
  /** By name. Bounded by the configuration. */
  #tracked = new Map<string, Tracked>();
  /** What each process counts for; those that count for nothing are not in it. */
  #matches = new Map<number, ReadonlySet<Tracked>>();
  #commandBytes = 0;
  #monitor: ProcessMonitor | undefined;
  #poll: NodeJS.Timeout | undefined;

  constructor(logger: Logger, onVerdict: OnVerdict) {
    this.#logger = logger;
    this.#onVerdict = onVerdict;
  }

  /** Takes over a configuration: what is the same keeps its verdict and its delay. */
  configure(processes: readonly ProcessSettings[]): void {
    const before = this.#tracked;
    const next = new Map<string, Tracked>();
    const added: Tracked[] = [];
    for (const settings of processes) {
      const old = before.get(settings.name);
      const same = old && JSON.stringify(old.settings) === JSON.stringify(settings);
      const tracked: Tracked = same
        ? old
        : {
            settings,
            count: 0,
            state: { count: 0, up: false, changesAt: undefined },
            timer: undefined,
          };
      if (!same) added.push(tracked);
      next.set(settings.name, tracked);
    }
    for (const [name, old] of before) if (next.get(name) !== old) clearTimeout(old.timer);
    this.#tracked = next;
    this.#commandBytes = Math.max(
      0,
      ...processes.filter(({ fullCommand }) => fullCommand).map(commandBytes),
    );
    if (next.size === 0) {
      this.#close();
      return;
    }
    // Listen before reading, so that nothing falls between.
    if (!this.#monitor && !this.#poll) this.#listen();
    this.#scan(new Set(added));
  }

  /** What is up and down, by name. */
  verdicts(): ReadonlyMap<string, boolean> {
    return new Map([...this.#tracked].map(([name, { state }]) => [name, state.up]));
  }

  /** The numbers and verdicts, by name. */
  states(): ReadonlyMap<string, ProcessState> {
    return new Map([...this.#tracked].map(([name, { state }]) => [name, state]));
  }

  stop(): void {
    this.configure([]);
  }

  #close(): void {
    this.#monitor?.close();
    this.#monitor = undefined;
    if (this.#poll) clearInterval(this.#poll);
    this.#poll = undefined;
    this.#matches.clear();
  }

  #listen(): void {
    const monitor = new ProcessMonitor({
      onEvent: (event) => this.#take(event),
      onListening: () => this.#scan(),
      onOverrun: () => {
        this.#logger.info('process-events-lost', 'Process events were lost: reading /proc');
        this.#scan();
      },
      onUnavailable: (why) => {
        if (this.#monitor !== monitor) return;
        this.#monitor = undefined;
        this.#logger.warning(
          'process-events',
          `The kernel does not tell of processes (${why}): /proc is read each second`,
        );
        this.#poll = setInterval(() => this.#scan(), POLL_MILLIS).unref();
      },
    });
    this.#monitor = monitor;
  }

  /** Reads all processes. @param fresh what is counted for the first time, and told. */
  #scan(fresh: ReadonlySet<Tracked> = new Set()): void {
    this.#matches = new Map();
    for (const tracked of this.#tracked.values()) tracked.count = 0;
    for (const pid of processIds()) {
      const matches = this.#matching(identityOf(pid, this.#commandBytes));
      if (matches.size > 0) this.#matches.set(pid, matches);
      for (const tracked of matches) tracked.count++;
    }
    for (const tracked of this.#tracked.values()) {
      if (!fresh.has(tracked)) {
        this.#count(tracked);
        continue;
      }
      tracked.state = firstCount(tracked.count, tracked.settings);
      this.#tell(tracked);
    }
  }

  #take(event: ProcessEvent): void {
    switch (event.kind) {
      case 'forked': {
        // It is what its parent is, until it says otherwise.
        const matches = this.#matches.get(event.parent);
        if (matches) this.#set(event.pid, matches);
        return;
      }
      case 'executed':
        this.#set(event.pid, this.#matching(identityOf(event.pid, this.#commandBytes)));
        return;
      case 'renamed': {
        const { pid, name } = event;
        const byCommand = [...(this.#matches.get(pid) ?? [])].filter(
          ({ settings }) => settings.fullCommand,
        );
        const byName = [...this.#matching({ name, command: [] })];
        this.#set(pid, new Set([...byCommand, ...byName]));
        return;
      }
      case 'ended':
        this.#set(event.pid, new Set());
    }
  }

  #matching(identity: ProcessIdentity | undefined): ReadonlySet<Tracked> {
    const found = new Set<Tracked>();
    if (!identity) return found;
    for (const tracked of this.#tracked.values()) {
      if (matchesProcess(tracked.settings, identity)) found.add(tracked);
    }
    return found;
  }

  #set(pid: number, matches: ReadonlySet<Tracked>): void {
    const before = this.#matches.get(pid);
    if (!before && matches.size === 0) return;
    if (matches.size === 0) this.#matches.delete(pid);
    else this.#matches.set(pid, matches);
    for (const tracked of before ?? []) tracked.count--;
    for (const tracked of matches) tracked.count++;
    for (const tracked of new Set([...(before ?? []), ...matches])) this.#count(tracked);
  }

  #count(tracked: Tracked): void {
    const at = monotonicMicros();
    this.#change(tracked, afterCount(tracked.state, tracked.count, at, tracked.settings));
  }

  #change(tracked: Tracked, state: ProcessState): void {
    const before = tracked.state;
    tracked.state = state;
    if (state.changesAt !== before.changesAt) this.#arm(tracked);
    if (state.up !== before.up) this.#tell(tracked);
  }

  #arm(tracked: Tracked): void {
    clearTimeout(tracked.timer);
    tracked.timer = undefined;
    const { changesAt } = tracked.state;
    if (changesAt === undefined) return;
    const wait = Math.max(0, changesAt - monotonicMicros()) / MICROS_PER_MILLI;
    tracked.timer = setTimeout(() => {
      // Timers have a grain of a millisecond, and may come a little early.
      const at = Math.max(monotonicMicros(), changesAt);
      this.#change(tracked, afterDelay(tracked.state, at));
    }, wait).unref();
  }

  #tell({ settings: { name }, state: { up, count } }: Tracked): void {
    const text = `Quorum ${up ? 'gained' : 'lost'} for tracked process ${name}`;
    this.#logger.notice('track-process', text, { process: name, count });
    this.#onVerdict(name, up);
  }
}
