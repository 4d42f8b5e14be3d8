/** Announcements that a MASTER repeats for as long as it is one. */
import type { Micros } from '../base/time.js';
import { addressesOf } from './desired.js';
import { armTimer, cancelTimer } from './instance.js';
import type { GarpSettings } from './settings.js';
import type { Instance, Step } from './state.js';
import { announce } from './transmit.js';

export type PeriodicTimer = 'garp-refresh' | 'garp-extra';

const INTERVALS: Readonly<Record<PeriodicTimer, (garp: GarpSettings) => Micros>> = {
  'garp-refresh': (garp) => garp.masterRefresh,
  'garp-extra': (garp) => garp.extra?.interval ?? 0,
};
const NAMES = Object.keys(INTERVALS) as PeriodicTimer[];

/** It became MASTER. */
export function startPeriodic(step: Step, instance: Instance): void {
  for (const name of NAMES) {
    const interval = INTERVALS[name](instance.settings.garp);
    if (interval > 0) armTimer(step, instance, name, step.at + interval);
  }
}

/** It is no longer MASTER. */
export function stopPeriodic(step: Step, instance: Instance): void {
  for (const name of NAMES) cancelTimer(step, instance, name);
}

/** A reload, while MASTER. */
export function changePeriodic(step: Step, instance: Instance, before: GarpSettings): void {
  for (const name of NAMES) {
    const interval = INTERVALS[name](instance.settings.garp);
    if (interval === INTERVALS[name](before)) continue;
    if (interval === 0) cancelTimer(step, instance, name);
    else armTimer(step, instance, name, step.at + interval);
  }
}

/** One of the timers ran out. */
export function onPeriodicDue(
  step: Step,
  instance: Instance,
  name: PeriodicTimer,
  dueAt: Micros,
): void {
  const { garp } = instance.settings;
  if (name === 'garp-refresh') announce(step, instance, garp.masterRefreshRepeat);
  else {
    const on = new Set(garp.extra?.interfaces);
    const addresses = addressesOf(instance).filter((entry) => on.has(entry.interface));
    announce(step, instance, 1, addresses);
  }
  const interval = INTERVALS[name](garp);
  if (interval <= 0) return;
  const next = dueAt + interval;
  armTimer(step, instance, name, next > step.at ? next : step.at + interval);
}
