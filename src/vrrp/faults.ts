/** What keeps an instance from working at all, and the events that change it. */
import type { VrrpEvent } from './events.js';
import { setSource, sourceOf } from './instance.js';
import { STANDBY_PRIORITY, setEffectivePriority } from './priority.js';
import type { EngineState, Instance, Step } from './state.js';
import { unitOf } from './state.js';
import { settleUnit } from './sync-group.js';
import { judge, trackKey } from './tracking.js';
import { announce } from './transmit.js';

type EventOf<K extends VrrpEvent['kind']> = Extract<VrrpEvent, { kind: K }>;

/**
 * Takes over what is known of the interface and of the tracked things: the source address, the
 * effective priority and the fault of the instance itself.
 */
export function refresh(step: Step, instance: Instance): void {
  const { state } = step;
  const link = state.links.get(instance.settings.interface);
  setSource(instance, sourceOf(instance.settings, link));
  const verdict = judge(instance.settings, (track) =>
    track.kind === 'interface'
      ? (state.links.get(track.name)?.up ?? false)
      : state.tracked.get(trackKey(track)),
  );
  instance.contributions = verdict.contributions;
  instance.pending = verdict.pending;
  instance.fault = faultOf(state, instance) ?? verdict.fault ?? instance.missingAddress?.fault;
  setEffectivePriority(
    step,
    instance,
    instance.standby ? STANDBY_PRIORITY : verdict.effectivePriority,
  );
}

/** An interface appeared or changed. */
export function onLinkChanged(step: Step, event: EventOf<'link-changed'>): void {
  const { link } = event;
  const before = step.state.links.get(link.name);
  step.state.links.set(link.name, link);
  const instances = instancesOn(step.state, link.name);
  const concerned = concernedBy(step.state, link.name);
  if (concerned.length === 0) return;
  if (before?.up !== link.up) reportLink(step, link.name, link.up ? 'up' : 'down');
  refreshAll(step, concerned);
  // Neighbours must learn a new MAC, and the switch a port that comes back under a living MASTER.
  const mustAnnounce = before && (before.mac !== link.mac || (!before.up && link.up));
  if (!mustAnnounce) return;
  for (const instance of instances) {
    if (instance.state === 'MASTER') {
      announce(step, instance, instance.settings.garp.masterRepeat);
    }
  }
}

/** An interface is gone. */
export function onLinkRemoved(step: Step, event: EventOf<'link-removed'>): void {
  if (!step.state.links.delete(event.name)) return;
  const concerned = concernedBy(step.state, event.name);
  if (concerned.length === 0) return;
  reportLink(step, event.name, 'deleted');
  refreshAll(step, concerned);
}

/** The interface's socket stopped working, or works again. */
export function onTransportChanged(step: Step, event: EventOf<'transport-changed'>): void {
  if (event.usable) step.state.brokenTransports.delete(event.interface);
  else step.state.brokenTransports.set(event.interface, event.reason ?? 'unknown');
  refreshAll(step, instancesOn(step.state, event.interface));
}

/** A tracked thing has a result. */
export function onTracked(step: Step, event: EventOf<'tracked'>): void {
  const key = trackKey({ kind: event.what, name: event.name });
  const trackers = step.state.trackers.get(key);
  // A result of what an earlier configuration tracked.
  if (!trackers || step.state.tracked.get(key) === event.value) return;
  step.state.tracked.set(key, event.value);
  refreshAll(step, trackers);
}

function refreshAll(step: Step, instances: readonly Instance[]): void {
  for (const instance of instances) refresh(step, instance);
  for (const instance of instances) settleUnit(step, unitOf(instance));
}

function instancesOn(state: EngineState, name: string): readonly Instance[] {
  const map = state.byVrid.get(name);
  return map ? [...map.values()] : [];
}

/** The instances on an interface, and those that track it. */
function concernedBy(state: EngineState, name: string): readonly Instance[] {
  const trackers = state.trackers.get(trackKey({ kind: 'interface', name })) ?? [];
  return [...new Set([...instancesOn(state, name), ...trackers])];
}

function faultOf(state: EngineState, instance: Instance): string | undefined {
  const { interface: name, trackPrimary, family } = instance.settings;
  const link = state.links.get(name);
  if (!link) return `interface ${name} doesn't exist`;
  if (trackPrimary && !link.up) return `interface ${name} down`;
  const broken = state.brokenTransports.get(name);
  if (broken !== undefined) return `no socket on ${name}: ${broken}`;
  if (family !== 4) return 'IPv6 is not supported yet';
  if (!instance.source) return `no IPv${family} address for interface ${name}`;
  return undefined;
}

function reportLink(step: Step, name: string, state: 'up' | 'down' | 'deleted'): void {
  step.out.add({
    kind: 'log',
    level: 'notice',
    event: 'link',
    text: `Netlink reports ${name} ${state}`,
    fields: { interface: name, state },
  });
}
