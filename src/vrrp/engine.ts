/**
 * The VRRP engine: `step(state, event)` gives the next state and the effects, ordered as they are
 * to be executed.
 *
 * The state is *consumed*: a step changes the records in it and returns the same object, so that
 * thousands of instances cost one look-up a packet. Keep no reference to an earlier state, and take
 * what is to be shown from `snapshot.ts` and `desired.ts`.
 */

import { onConfigured } from './configure.js';
import { onEventWhileLeaving, onStopRequested } from './departure.js';
import type { VrrpEffect } from './effects.js';
import type { VrrpEvent } from './events.js';
import { onTimerExpired } from './expiry.js';
import { onLinkChanged, onLinkRemoved, onTracked, onTransportChanged } from './faults.js';
import { onTrafficSeen } from './hold-back.js';
import { onAddressesReconciled } from './missing-address.js';
import { Outbox } from './outbox.js';
import { onPacketReceived } from './reception.js';
import { onRoutingReconciled } from './repairs.js';
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
  if (state.leaving && !mattersToLeaving(event)) return { state, effects: [] };
  if (event.utc !== undefined) state.utcOffset = event.utc - event.at;
  const current: Step = { state, at: event.at, out: new Outbox() };
  dispatch(current, event);
  return { state, effects: current.out.take() };
}

/** A node that is leaving hears its successor, and nothing starts it again. */
function mattersToLeaving({ kind }: VrrpEvent): boolean {
  return (
    kind === 'packet-received' ||
    kind === 'timer-expired' ||
    kind === 'link-changed' ||
    kind === 'link-removed' ||
    kind === 'shutdown'
  );
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
      if (current.state.leaving) onEventWhileLeaving(current, event);
      else onLinkChanged(current, event);
      return;
    case 'link-removed':
      if (current.state.leaving) onEventWhileLeaving(current, event);
      else onLinkRemoved(current, event);
      return;
    case 'traffic-seen':
      onTrafficSeen(current, event.interface);
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
    case 'routing-reconciled':
      onRoutingReconciled(current, event);
      return;
    case 'stop-requested':
      onStopRequested(current);
      return;
    case 'shutdown':
      onShutdown(current);
      return;
  }
}

/** RFC 9568 6.4.2 and 6.4.3, Shutdown. */
function onShutdown(current: Step): void {
  for (const instance of current.state.instances.values()) {
    // Of a node that is leaving the backups know: another priority 0 would only make them wait anew.
    stopInstance(current, instance, 'shutdown', current.state.leaving ? 'silent' : 'release');
  }
  current.state.stopped = true;
  current.out.add({ kind: 'reconcile' });
}
