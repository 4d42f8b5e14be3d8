/**
 * The VRRP engine: `step(state, event)` gives the next state and the effects, ordered as they are
 * to be executed.
 *
 * The state is *consumed*: a step changes the records in it and returns the same object, so that
 * thousands of instances cost one look-up a packet. Keep no reference to an earlier state, and take
 * what is to be shown from `snapshot.ts` and `desired.ts`.
 */

import { onConfigured } from './configure.js';
import type { VrrpEffect } from './effects.js';
import type { VrrpEvent } from './events.js';
import { onTimerExpired } from './expiry.js';
import { onLinkChanged, onLinkRemoved, onTracked, onTransportChanged } from './faults.js';
import { onAddressesReconciled } from './missing-address.js';
import { Outbox } from './outbox.js';
import { onPacketReceived } from './reception.js';
import { onResign, onStandby } from './standby.js';
import { createState, type EngineState, type Step } from './state.js';
import { stopInstance } from './transitions.js';

export type { EngineState } from './state.js';

/** An engine without a configuration: it waits for `configured`. */
export function createEngine(): EngineState {
  return createState();
}

/**
 * Processes one event. Never throws for anything that a peer, the kernel or the clock can do; after
 * `shutdown` every event is ignored.
 *
 * @returns the state (the same object, changed) and the effects of this event.
 */
export function step(
  state: EngineState,
  event: VrrpEvent,
): { readonly state: EngineState; readonly effects: VrrpEffect[] } {
  if (state.stopped) return { state, effects: [] };
  if (event.utc !== undefined) state.utcOffset = event.utc - event.at;
  const current: Step = { state, at: event.at, out: new Outbox() };
  dispatch(current, event);
  return { state, effects: current.out.take() };
}

function dispatch(current: Step, event: VrrpEvent): void {
  switch (event.kind) {
    case 'packet-received':
      onPacketReceived(current, event);
      return;
    case 'timer-expired':
      onTimerExpired(current, event);
      return;
    case 'configured':
      onConfigured(current, event);
      return;
    case 'link-changed':
      onLinkChanged(current, event);
      return;
    case 'link-removed':
      onLinkRemoved(current, event);
      return;
    case 'transport-changed':
      onTransportChanged(current, event);
      return;
    case 'tracked':
      onTracked(current, event);
      return;
    case 'standby':
      onStandby(current, event);
      return;
    case 'resign':
      onResign(current, event);
      return;
    case 'addresses-reconciled':
      onAddressesReconciled(current, event);
      return;
    case 'shutdown':
      onShutdown(current);
      return;
  }
}

/** RFC 9568 6.4.2 and 6.4.3, Shutdown. */
function onShutdown(current: Step): void {
  for (const instance of current.state.instances.values()) {
    stopInstance(current, instance, 'shutdown');
  }
  current.state.stopped = true;
  current.out.add({ kind: 'reconcile' });
}
