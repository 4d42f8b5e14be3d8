/** The child's side of the supervisor's channel, the same in every child. */

import type { FromChecker, FromVrrp, ToChecker, ToVrrp } from './ipc.js';
import { ignoreDumpSignals } from './signals.js';

/** A supervisor that does not answer for so long hangs. */
const ANSWER_MILLIS = 1_000;

/**
 * Connects a child's life to its supervisor, and says `ready`.
 *
 * SIGTERM often comes to all processes at once (a unit with KillMode=control-group). Each of them ending by
 * itself would be no order at all: the supervisor is told, and says when it is time.
 *
 * @param handlers `onGone`: the supervisor has died; `onTerm`: SIGTERM, and it does not answer. The
 *   terminal's signals are the supervisor's business.
 */
export function serveSupervisor<Message extends ToVrrp | ToChecker>(handlers: {
  onMessage(message: Message): void;
  onGone(): void;
  onTerm(): void;
}): void {
  let unanswered: NodeJS.Timeout | undefined;
  process.on('message', (message: Message) => {
    if (message.kind === 'ping') tellSupervisor({ kind: 'pong' });
    else if (message.kind === 'noted') clearTimeout(unanswered);
    else handlers.onMessage(message);
  });
  process.on('disconnect', () => handlers.onGone());
  process.on('SIGTERM', () => {
    if (unanswered !== undefined) return;
    unanswered = setTimeout(() => handlers.onTerm(), ANSWER_MILLIS);
    tellSupervisor({ kind: 'terminated' });
  });
  ignoreDumpSignals();
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  tellSupervisor({ kind: 'ready' });
}

/** Sends a message to the supervisor; one for a supervisor that is gone is lost. */
export function tellSupervisor(message: FromVrrp | FromChecker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
