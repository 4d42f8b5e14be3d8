/** The first configuration and every reload. */
import { sameBytes } from '../base/bytes.js';
import { addressesOf, addressKey, retire } from './desired.js';
import type { VrrpEvent } from './events.js';
import { refresh } from './faults.js';
import { changeHmacAuth, createHmacAuth } from './hmac-auth.js';
import { takeStart } from './hold-back.js';
import {
  armTimer,
  authOf,
  cancelTimer,
  createInstance,
  downInterval,
  isOwner,
  wireAddresses,
} from './instance.js';
import { takeLinks } from './link-delay.js';
import { changePeriodic } from './periodic.js';
import { indexInterfaces, indexRouters, socketInterface } from './routers.js';
import type { InstanceSettings, VrrpSettings } from './settings.js';
import { type EngineState, type Instance, type Step, unitOf } from './state.js';
import { settleUnit, wantMaster } from './sync-group.js';
import { timerKey } from './timers.js';
import { trackKey } from './tracking.js';
import { stopInstance } from './transitions.js';
import { announce, destinationsOf, sendAdvert } from './transmit.js';

/**
 * Takes over a configuration. What stayed the same keeps its state, timers and counters; what can
 * be changed in place is; an instance with another interface, VRID, version or family is another
 * virtual router, so that the old one ends (with priority 0) and the new one starts.
 */
export function onConfigured(step: Step, event: Extract<VrrpEvent, { kind: 'configured' }>): void {
  const { state } = step;
  const { settings } = event;
  const before = [...state.instances.values()];
  state.generation = event.generation;
  state.linkDelays = settings.linkDelays ?? {};
  state.logUnknownVrids = settings.logUnknownVrids ?? false;
  takeLinks(step, event.links);
  takeStart(state, event.start);
  state.syncDaemon = settings.syncDaemon;
  for (const address of state.statics?.addresses ?? []) retire(state, '', address);
  state.statics = settings.statics;

  const kept = matchInstances(before, settings.instances);
  for (const [instance, next] of kept) {
    if (instance.settings.name !== next.name) rename(step, instance, next.name);
  }
  for (const instance of before) {
    if (!kept.has(instance)) stopInstance(step, instance, 'removed from the configuration');
    for (const address of addressesOf(instance)) {
      retire(state, instance.settings.name, address);
    }
  }
  const byNext = new Map([...kept].map(([instance, next]) => [next, instance]));
  const instances = settings.instances.map(
    (next) => byNext.get(next) ?? createInstance(next, step.at),
  );
  index(state, settings, instances);
  for (const instance of instances) {
    const next = kept.get(instance);
    if (next) changeInPlace(step, instance, next);
    else refresh(step, instance);
  }
  for (const instance of instances) {
    for (const address of addressesOf(instance)) state.retired.delete(addressKey(address));
  }
  for (const address of settings.statics?.addresses ?? []) {
    state.retired.delete(addressKey(address));
  }
  for (const unit of new Set(instances.map(unitOf))) settleUnit(step, unit);
  step.out.add({ kind: 'reconcile' });
}

/** Old instances that go on, with their new settings: by name, or else renamed. */
function matchInstances(
  before: readonly Instance[],
  next: readonly InstanceSettings[],
): Map<Instance, InstanceSettings> {
  const kept = new Map<Instance, InstanceSettings>();
  const byName = new Map(before.map((instance) => [instance.settings.name, instance]));
  const byRouter = new Map(before.map((instance) => [routerKey(instance.settings), instance]));
  const unmatched = next.filter((settings) => {
    const old = byName.get(settings.name);
    if (!old || routerKey(old.settings) !== routerKey(settings)) return true;
    kept.set(old, settings);
    return false;
  });
  for (const settings of unmatched) {
    const old = byRouter.get(routerKey(settings));
    if (old && !kept.has(old)) kept.set(old, settings);
  }
  return kept;
}

/** What makes a virtual router the same one. */
function routerKey(settings: InstanceSettings): string {
  const { interface: name, virtualRouterId, version, family } = settings;
  return `${name} ${socketInterface(settings)} ${virtualRouterId} ${version} ${family}`;
}

/** The timers' keys carry the name. */
function rename(step: Step, instance: Instance, name: string): void {
  for (const [timer, dueAt] of instance.timers) {
    step.out.add({ kind: 'cancel-timer', timer: timerKey(timer, instance.settings.name) });
    step.out.add({ kind: 'arm-timer', timer: timerKey(timer, name), dueAt });
  }
  instance.timerKeys.clear();
}

/**
 * Rebuilds the look-up tables and the groups.
 *
 * @param instances in the order of the settings.
 */
function index(state: EngineState, settings: VrrpSettings, instances: readonly Instance[]): void {
  state.instances = new Map();
  state.groups = new Map();
  settings.instances.forEach((next, i) => {
    const instance = instances[i] as Instance;
    instance.group = undefined;
    state.instances.set(next.name, instance);
  });
  state.routers = indexRouters(instances);
  state.recognised.clear();
  state.interfaces = indexInterfaces(instances);
  indexTracks(state, settings, instances);
  for (const { name, instances: members } of settings.syncGroups) {
    const group = {
      name,
      members: members.flatMap((member) => state.instances.get(member) ?? []),
    };
    state.groups.set(name, group);
    for (const member of group.members) member.group = group;
  }
}

/** Who tracks what; results of what nobody tracks any more are forgotten. */
function indexTracks(
  state: EngineState,
  settings: VrrpSettings,
  instances: readonly Instance[],
): void {
  state.trackers = new Map();
  settings.instances.forEach(({ tracks = [] }, i) => {
    for (const key of new Set(tracks.map(trackKey))) {
      const trackers = state.trackers.get(key);
      if (trackers) trackers.push(instances[i] as Instance);
      else state.trackers.set(key, [instances[i] as Instance]);
    }
  });
  for (const key of state.tracked.keys()) if (!state.trackers.has(key)) state.tracked.delete(key);
}

/** Changes what can be changed without leaving the state. */
function changeInPlace(step: Step, instance: Instance, next: InstanceSettings): void {
  const previous = instance.settings;
  const before = {
    source: instance.source?.ip,
    addressBytes: instance.addressBytes,
    auth: instance.auth,
    destinations: destinationsOf(previous).join(' '),
    owner: isOwner(instance),
    addresses: new Set(addressesOf(instance).map(addressKey)),
  };
  instance.settings = next;
  // Also where it goes may have changed.
  instance.outgoing = undefined;
  instance.missingAddress = undefined;
  cancelTimer(step, instance, 'address-retry');
  instance.addressBytes = wireAddresses(next);
  instance.auth = authOf(next);
  changeHmac(instance, next);
  refresh(step, instance);
  const downBefore = downInterval(instance);
  // A learned interval (version 3) is the master's and stays.
  if (instance.activeInterval === previous.advertInterval) {
    instance.activeInterval = next.advertInterval;
  }
  if (next.preemptDelay === 0) instance.preemptAt = undefined;
  const advertChanged =
    previous.priority !== next.priority ||
    previous.advertInterval !== next.advertInterval ||
    before.source !== instance.source?.ip ||
    !sameBytes(before.addressBytes, instance.addressBytes) ||
    before.auth.type !== instance.auth.type ||
    !sameBytes(before.auth.data, instance.auth.data) ||
    before.destinations !== destinationsOf(next).join(' ') ||
    JSON.stringify(previous.hmac) !== JSON.stringify(next.hmac);
  if (instance.state === 'MASTER') {
    if (advertChanged) sendAdvert(step, instance);
    if (previous.advertInterval !== next.advertInterval) {
      armTimer(step, instance, 'advert', step.at + next.advertInterval);
    }
    const added = addressesOf(instance).filter((entry) => !before.addresses.has(addressKey(entry)));
    announce(step, instance, next.garp.masterRepeat, added);
    changePeriodic(step, instance, previous.garp);
  } else if (instance.state === 'BACKUP') {
    const dueAt = instance.timers.get('master-down');
    const change = downInterval(instance) - downBefore;
    if (dueAt !== undefined && change !== 0) {
      armTimer(step, instance, 'master-down', Math.max(step.at, dueAt + change));
    }
    if (isOwner(instance) && !before.owner && instance.fault === undefined) {
      wantMaster(step, instance, 'owns the addresses now (priority 255)');
    }
  }
}

/** Other keys and modes; what each sender has sent is still known. */
function changeHmac(instance: Instance, next: InstanceSettings): void {
  if (!next.hmac) instance.hmac = undefined;
  else if (instance.hmac) changeHmacAuth(instance.hmac, next.hmac);
  else instance.hmac = createHmacAuth(next.hmac);
}
