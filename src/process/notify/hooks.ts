/** `startup_script` and `shutdown_script`: run once, and waited for, but not for ever. */
import type { Logger } from '../../base/log.js';
import { MICROS_PER_MILLI } from '../../base/time.js';
import type { HookSettings } from '../../notify/settings.js';
import { describeOutcome, type RunningScript, runScript } from '../scripts/run-script.js';

export class Hooks {
  readonly #logger: Logger;
  #running: RunningScript | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Before anything else is done. */
  startup(hooks: HookSettings | undefined): Promise<void> {
    return this.#run('Startup', hooks?.startup);
  }

  /** When everything else is done. */
  shutdown(hooks: HookSettings | undefined): Promise<void> {
    return this.#run('Shutdown', hooks?.shutdown);
  }

  /** The daemon is told to stop while its startup script runs. */
  stop(): void {
    this.#running?.stop();
  }

  async #run(which: string, hook: HookSettings['startup']): Promise<void> {
    if (!hook) return;
    const { command, timeout } = hook;
    const script = command.words[0];
    this.#logger.notice('hook', `Running ${which.toLowerCase()} script ${script}`);
    this.#running = runScript(command, timeout / MICROS_PER_MILLI, process.env);
    const outcome = await this.#running.outcome;
    // What is left of one that has timed out is gone before the daemon goes on.
    await this.#running.ended;
    this.#running = undefined;
    if (outcome.kind === 'exited' && outcome.status === 0) return;
    const text = `${which} script ${script} ${describeOutcome(outcome)}`;
    this.#logger.warning('hook', text, { script });
  }
}
