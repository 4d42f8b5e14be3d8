/**
 * A MASTER whose addresses cannot be put on their interfaces serves nobody: after a moment it gives
 * up mastership, so that another node can serve, and tries again later.
 *
 *     MASTER -- missing for TOLERANCE --> FAULT, priority 0 -- pause --> BACKUP -> ...
 *
 * Each time in a row the pause doubles. A node that gave up and then heard nobody else serves what
 * it can: part of the addresses is better than none of them.
 */
import type { Micros } from '../base/time.js';
import { MICROS_PER_SECOND } from '../base/time.js';
import { addressesOf } from './desired.js';
import type { VrrpEvent } from './events.js';
import { refresh } from './faults.js';
import { armTimer, downInterval, log } from './instance.js';
import { admit } from './log-limit.js';
import { onStaticAddresses } from './repairs.js';
import { type Instance, type Step, unitOf } from './state.js';
import { settleUnit } from './sync-group.js';
import { announce } from './transmit.js';

/** What is known of an instance's missing addresses. */
export interface MissingAddress {
  /** The first of the failures in a row; `undefined`: none since it tries again. */
  since: Micros | undefined;
  lastAt: Micros;
  /** When it gave up for the last time; `undefined`: not yet. */
  resignedAt: Micros | undefined;
  resignations: number;
  /** Why it cannot be MASTER now, in keepalived's words. */
  fault: string | undefined;
}

/** The kernel is tried three times in it. */
const TOLERANCE: Micros = 250_000;
/** Reconciliations that fail are repeated more often than this: a longer pause is a success. */
const ROW_ENDS: Micros = 15 * MICROS_PER_SECOND;
const FIRST_PAUSE: Micros = 10 * MICROS_PER_SECOND;
const LONGEST_PAUSE: Micros = 320 * MICROS_PER_SECOND;

/** What a reconciliation of the addresses found for one instance. */
export function onAddressesReconciled(
  step: Step,
  event: Extract<VrrpEvent, { kind: 'addresses-reconciled' }>,
): void {
  const instance = step.state.instances.get(event.instance);
  if (!instance) {
    if (event.instance === '') onStaticAddresses(step, event);
    return;
  }
  for (const { address, reason } of event.failed) {
    if (admit(instance.logLimit, 'address failed', step.at) === undefined) break;
    const text = `cannot set ip address ${address}: ${reason}`;
    log(step, instance, 'error', 'address-failed', text, { address, reason });
  }
  tellOptions(step, instance, event);
  if (instance.state !== 'MASTER') return;
  announceRestored(step, instance, event.restored);
  // An address that a reload removed, and that is still there, is no reason to give up.
  const wanted = new Set(
    addressesOf(instance).flatMap(({ address, noTrack }) => (noTrack ? [] : [address])),
  );
  const missing = event.failed.find(({ address }) => wanted.has(address));
  if (missing)
    onMissing(step, instance, `cannot set ip address ${missing.address}: ${missing.reason}`);
}

/** An address that something else removed is back: the neighbours may have forgotten it. */
function announceRestored(step: Step, instance: Instance, addresses: readonly string[]): void {
  if (addresses.length === 0) return;
  instance.kernelRepairs += addresses.length;
  const restored = addressesOf(instance).filter((entry) => addresses.includes(entry.address));
  for (const { address, prefixLength, interface: dev } of restored) {
    const text = `ip address ${address}/${prefixLength} dev ${dev}, no longer existed and was restored`;
    log(step, instance, 'warning', 'address-restored', text, { address });
  }
  announce(step, instance, instance.settings.garp.masterRepeat, restored);
}

/** An address that is there in another way than it is written still serves: that is only told. */
function tellOptions(
  step: Step,
  instance: Instance,
  event: Extract<VrrpEvent, { kind: 'addresses-reconciled' }>,
): void {
  for (const { address, was, drifted } of event.corrected ?? []) {
    if (drifted) instance.kernelRepairs++;
    const text = `ip address ${address} had ${was}${drifted ? ', changed by something else,' : ''} and was corrected`;
    log(step, instance, drifted ? 'warning' : 'info', 'address-corrected', text, { address });
  }
  for (const { address, reason } of event.uncorrected ?? []) {
    const text = `ip address ${address} ${reason}, which cannot be corrected`;
    log(step, instance, 'warning', 'address-uncorrected', text, { address, reason });
  }
}

function onMissing(step: Step, instance: Instance, why: string): void {
  const { at } = step;
  const known = instance.missingAddress;
  if (!known || at - known.lastAt > ROW_ENDS + (known.fault === undefined ? 0 : LONGEST_PAUSE)) {
    instance.missingAddress = {
      since: at,
      lastAt: at,
      resignedAt: undefined,
      resignations: 0,
      fault: undefined,
    };
    return;
  }
  known.lastAt = at;
  known.since ??= at;
  if (at - known.since < TOLERANCE || isAlone(instance, known)) return;
  known.fault = why;
  known.resignedAt = at;
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(known.resignations, 10));
  known.resignations++;
  refresh(step, instance);
  settleUnit(step, unitOf(instance));
  armTimer(step, instance, 'address-retry', at + Math.max(pause, 2 * downInterval(instance)));
}

/** It gave up before, and nobody has advertised since. */
function isAlone(instance: Instance, { resignedAt }: MissingAddress): boolean {
  if (resignedAt === undefined) return false;
  return instance.lastAdvert === undefined || instance.lastAdvert.at < resignedAt;
}

/** The pause is over: the kernel may take the addresses now. */
export function onAddressRetry(step: Step, instance: Instance): void {
  const known = instance.missingAddress;
  if (known?.fault === undefined) return;
  known.fault = undefined;
  known.since = undefined;
  known.lastAt = step.at;
  refresh(step, instance);
  settleUnit(step, unitOf(instance));
}
