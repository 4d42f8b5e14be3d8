/**
 * sd_notify(3): readiness, reloading, status and the watchdog. Does nothing when the process was
 * not started by systemd.
 */
import { monotonicMicros } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Micros } from '../base/time.js';
import { openUnixDatagramSocket, sendUnixDatagram } from '../packet-io/libc.js';

export class ServiceManager {
  readonly #path: string | undefined;
  readonly #logger: Logger;
  /** How often the watchdog wants to hear of us, µs; undefined: no watchdog. */
  readonly watchdogInterval: Micros | undefined;
  #fd: number | undefined;

  /** Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment it is given. */
  constructor(env: NodeJS.ProcessEnv, logger: Logger) {
    this.#logger = logger;
    this.#path = env['NOTIFY_SOCKET'] || undefined;
    const forUs = !env['WATCHDOG_PID'] || Number(env['WATCHDOG_PID']) === process.pid;
    const usec = Number(env['WATCHDOG_USEC']);
    this.watchdogInterval = this.#path && forUs && usec > 0 ? usec : undefined;
    // Children must not speak in our name.
    delete env['NOTIFY_SOCKET'];
    delete env['WATCHDOG_PID'];
    delete env['WATCHDOG_USEC'];
  }

  ready(status: string): void {
    this.#notify(`READY=1\nSTATUS=${status}\nMAINPID=${process.pid}`);
  }

  /** Before a reload; {@link ready} ends it. */
  reloading(): void {
    this.#notify(`RELOADING=1\nMONOTONIC_USEC=${monotonicMicros()}`);
  }

  stopping(): void {
    this.#notify('STOPPING=1');
  }

  alive(): void {
    this.#notify('WATCHDOG=1');
  }

  #notify(state: string): void {
    if (this.#path === undefined) return;
    try {
      this.#fd ??= openUnixDatagramSocket();
      sendUnixDatagram(this.#fd, this.#path, Buffer.from(state));
    } catch (error) {
      this.#logger.warning('notify-failed', `Cannot notify systemd: ${messageOf(error)}`);
    }
  }
}
