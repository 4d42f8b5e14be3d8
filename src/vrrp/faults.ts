/** What keeps an instance from working at all, and the events that change it. */
import type { Micros } from '../base/time.js';
import type { LinkState, VrrpEvent } from './events.js';
import { setSource, sourceOf } from './instance.js';
import { delayed, forgetDelay, takeDelayed } from './link-delay.js';
import { STANDBY_PRIORITY, setEffectivePriority } from './priority.js';
import { instancesAt, instancesOn, socketInterface, transportKey } from './routers.js';
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
  const { interface: base, sourceInterface } = instance.settings;
  setSource(instance, sourceOf(instance.settings, state.links.get(sourceInterface ?? base)));
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
  takeLink(step, delayed(step, event.link));
}

/** What a change of an interface had to wait for is over. */
export function onLinkDelayOver(step: Step, name: string, dueAt: Micros): void {
  const link = takeDelayed(step, name, dueAt);
  if (link) takeLink(step, link);
}

function takeLink(step: Step, link: LinkState): void {
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
  forgetDelay(step, event.name);
  if (!step.state.links.delete(event.name)) return;
  const concerned = concernedBy(step.state, event.name);
  if (concerned.length === 0) return;
  reportLink(step, event.name, 'deleted');
  refreshAll(step, concerned);
}

/** A socket of the interface stopped working, or works again. */
export function onTransportChanged(step: Step, event: EventOf<'transport-changed'>): void {
  const key = transportKey(event.interface, event.family);
  if (event.usable) step.state.brokenTransports.delete(key);
  else step.state.brokenTransports.set(key, event.reason ?? 'unknown');
  refreshAll(step, instancesAt(step.state, event.interface, event.family));
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

function faultOf(state: EngineState, instance: Instance): string | undefined {
  const { settings } = instance;
  const { interface: name, family, trackSource, sourceAddress, unicast } = settings;
  const link = state.links.get(name);
  const interfaceFault =
    faultOfInterface(state, instance, name) ??
    faultOfInterface(state, instance, settings.ownInterface ?? '');
  if (interfaceFault !== undefined) return interfaceFault;
  if (unicast?.peers.length === 0) return 'no unicast peers';
  const socket = socketInterface(settings);
  const broken = state.brokenTransports.get(transportKey(socket, family));
  if (broken !== undefined) return `no socket on ${socket || 'any interface'}: ${broken}`;
  if (!instance.source) {
    if (name === '') return 'neither an interface nor unicast_src_ip';
    const kind = family === 6 && !unicast ? ' link-local' : '';
    return `no IPv${family}${kind} address for interface ${settings.sourceInterface ?? name}`;
  }
  if (!trackSource || sourceAddress === undefined) return undefined;
  const has = (candidate: LinkState): boolean => candidate.addresses.includes(sourceAddress);
  const isThere = name === '' ? [...state.links.values()].some(has) : link && has(link);
  return isThere ? undefined : `no source address ${sourceAddress} on ${name || 'any interface'}`;
}

/** The instances on an interface, those that track it, and those that are bound to none. */
function concernedBy(state: EngineState, name: string): readonly Instance[] {
  const trackers = state.trackers.get(trackKey({ kind: 'interface', name })) ?? [];
  // An instance without an interface looks for its source address on all of them.
  return [...new Set([...instancesOn(state, name), ...instancesOn(state, ''), ...trackers])];
}

/** @param name empty: there is none. */
function faultOfInterface(
  state: EngineState,
  instance: Instance,
  name: string,
): string | undefined {
  if (name === '') return undefined;
  const link = state.links.get(name);
  if (!link) return `interface ${name} doesn't exist`;
  return instance.settings.trackPrimary && !link.up ? `interface ${name} down` : undefined;
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
