/** The child's side of the supervisor's channel, the same in every child. */

import type { FromChecker, FromVrrp, ToChecker, ToVrrp } from './ipc.js';
import { ignoreDumpSignals } from './signals.js';

/**
 * Connects a child's life to its supervisor, and says `ready`.
 *
 * @param handlers `onGone`: the supervisor has died; `onTerm`: SIGTERM. The terminal's signals are
 *   the supervisor's business.
 */
export function serveSupervisor<Message extends ToVrrp | ToChecker>(handlers: {
  onMessage(message: Message): void;
  onGone(): void;
  onTerm(): void;
}): void {
  process.on('message', (message: Message) => {
    if (message.kind === 'ping') tellSupervisor({ kind: 'pong' });
    else handlers.onMessage(message);
  });
  process.on('disconnect', () => handlers.onGone());
  process.on('SIGTERM', () => handlers.onTerm());
  ignoreDumpSignals();
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  tellSupervisor({ kind: 'ready' });
}

/** Sends a message to the supervisor; one for a supervisor that is gone is lost. */
export function tellSupervisor(message: FromVrrp | FromChecker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
