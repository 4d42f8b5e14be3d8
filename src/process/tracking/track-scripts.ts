/**
 * Runs the tracked scripts, each at its interval and one run at a time, and tells what they make of
 * themselves. A run that takes too long has failed.
 */
import type { Logger } from '../../base/log.js';
import { MICROS_PER_MILLI } from '../../base/time.js';
import { afterRun, initialState, type ScriptState } from '../../tracking/script-state.js';
import type { ScriptSettings } from '../../tracking/settings.js';
import {
  describeOutcome,
  type RunningScript,
  runScript,
  type ScriptOutcome,
} from '../scripts/run-script.js';

/** Called when a script's verdict is known or changes. */
type OnVerdict = (name: string, up: boolean) => void;

export class TrackScripts {
  readonly #onVerdict: OnVerdict;
  readonly #logger: Logger;
  /** By name. Bounded by the configuration. */
  readonly #scripts = new Map<string, TrackedScript>();

  constructor(logger: Logger, onVerdict: OnVerdict) {
    this.#logger = logger;
    this.#onVerdict = onVerdict;
  }

  /** Takes over a configuration: a script that is the same goes on as it is. */
  configure(scripts: readonly ScriptSettings[]): void {
    const wanted = new Map(scripts.map((script) => [script.name, script]));
    for (const [name, tracked] of this.#scripts) {
      const next = wanted.get(name);
      if (next && isSame(next, tracked.settings)) wanted.delete(name);
      else {
        tracked.stop();
        this.#scripts.delete(name);
      }
    }
    for (const [name, settings] of wanted) {
      const tracked = new TrackedScript(settings, this.#logger, this.#onVerdict);
      this.#scripts.set(name, tracked);
      tracked.start();
    }
  }

  /** The verdicts there are, by name. */
  verdicts(): ReadonlyMap<string, boolean> {
    const known = new Map<string, boolean>();
    for (const [name, { up }] of this.#scripts) if (up !== undefined) known.set(name, up);
    return known;
  }

  /** Ends every run; nothing is told any more. */
  stop(): void {
    for (const tracked of this.#scripts.values()) tracked.stop();
    this.#scripts.clear();
  }
}

class TrackedScript {
  readonly settings: ScriptSettings;
  readonly #logger: Logger;
  readonly #onVerdict: OnVerdict;
  #state: ScriptState;
  #lastGood: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: RunningScript | undefined;
  #stopped = false;

  constructor(settings: ScriptSettings, logger: Logger, onVerdict: OnVerdict) {
    this.settings = settings;
    this.#logger = logger;
    this.#onVerdict = onVerdict;
    this.#state = initialState(settings);
  }

  get up(): boolean | undefined {
    return this.#state.up;
  }

  start(): void {
    if (this.#state.up !== undefined) this.#onVerdict(this.settings.name, this.#state.up);
    void this.#loop();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#running?.stop();
  }

  async #loop(): Promise<void> {
    const { command, interval, timeout } = this.settings;
    const intervalIsOver = new Promise<void>((resolve) => {
      this.#timer = setTimeout(resolve, interval / MICROS_PER_MILLI);
    });
    this.#running = runScript(command, timeout / MICROS_PER_MILLI, process.env);
    const outcome = await this.#running.outcome;
    if (this.#stopped) return;
    this.#take(outcome);
    // The next run waits for the end of this one's processes: they never pile up.
    await Promise.all([intervalIsOver, this.#running.ended]);
    if (!this.#stopped) void this.#loop();
  }

  #take(outcome: ScriptOutcome): void {
    const { name } = this.settings;
    const good = outcome.kind === 'exited' && outcome.status === 0;
    if (good !== this.#lastGood) {
      this.#lastGood = good;
      const text = good ? 'succeeded' : `failed (${describeOutcome(outcome)})`;
      this.#logger.notice('track-script', `VRRP_Script(${name}) ${text}`, { script: name, good });
    }
    const before = this.#state.up;
    this.#state = afterRun(this.#state, good, this.settings);
    if (this.#state.up !== undefined && this.#state.up !== before) {
      this.#onVerdict(name, this.#state.up);
    }
  }
}

function isSame(a: ScriptSettings, b: ScriptSettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
