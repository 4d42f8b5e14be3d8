/** Signals beyond those that Node has names for. */
import { Socket } from 'node:net';
import { catchSignal, ignoreSignal } from '../packet-io/libc.js';
import { REAL_TIME_SIGNALS } from './signal-numbers.js';

/**
 * Calls `handler` in the event loop after each arrival of a real-time signal; several that come
 * together are one.
 *
 * @throws SystemCallError; the signal is ignored then, as it would end the process otherwise
 */
export function onRealTimeSignal(signal: number, handler: () => void): void {
  let fd: number;
  try {
    fd = catchSignal(signal);
  } catch (error) {
    ignoreSignal(signal);
    throw error;
  }
  const socket = new Socket({ fd, readable: true, writable: false });
  socket.on('data', handler);
  socket.on('error', () => {});
  socket.unref();
}

/** For the children: what is meant for the supervisor must not end them or open an inspector. */
export function ignoreDumpSignals(): void {
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {});
  for (const signal of REAL_TIME_SIGNALS) ignoreSignal(signal);
}
