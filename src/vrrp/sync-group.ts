/**
 * `vrrp_sync_group`: instances that change state together. An instance without a group is a unit of
 * its own; every change of state goes through here.
 *
 * The rules are keepalived's:
 * - the unit becomes MASTER when the master-down timers of *all* members have run out (rather
 *   BACKUP than half a MASTER); who waits for the others starts its timer again;
 * - one member that loses to a better advert takes the others to BACKUP;
 * - one member in FAULT takes the others to FAULT, MASTERs tell their backups;
 * - when no member has a fault of its own any more, all go to BACKUP.
 */
import { isDelayed } from './hold-back.js';
import { armTimer, downInterval, isOwner, log } from './instance.js';
import { type Instance, type Step, type SyncGroup, unitOf } from './state.js';
import { becomeBackup, becomeFaulty, becomeMaster } from './transitions.js';

/** The instance's master-down timer ran out, or it owns the addresses: MASTER if the unit can. */
export function wantMaster(step: Step, instance: Instance, reason: string): void {
  const waited = instance.wantsMaster;
  instance.wantsMaster = true;
  const unit = unitOf(instance);
  const ready = unit.every((member) => member.state === 'MASTER' || member.wantsMaster);
  if (!ready || unit.some((member) => member.state === 'FAULT')) {
    if (!waited) {
      const missing = unit.filter((member) => !member.wantsMaster && member.state !== 'MASTER');
      const names = missing.map((member) => member.settings.name).join(', ');
      const text = `waits with MASTER for its sync group: ${names}`;
      log(step, instance, 'info', 'sync-group-waits', text);
    }
    armTimer(step, instance, 'master-down', step.at + downInterval(instance));
    return;
  }
  becomeMaster(step, instance, reason);
  const others = unit.filter((member) => member.state !== 'MASTER');
  if (instance.group && others.length > 0) groupLog(step, instance.group, 'MASTER');
  for (const member of others) becomeMaster(step, member, withGroup(instance));
}

/** A better router is MASTER: BACKUP, with the whole unit. */
export function yieldMaster(step: Step, instance: Instance, reason: string): void {
  becomeBackup(step, instance, reason);
  const others = unitOf(instance).filter((member) => member.state === 'MASTER');
  if (instance.group && others.length > 0) groupLog(step, instance.group, 'BACKUP');
  for (const member of others) becomeBackup(step, member, withGroup(instance));
}

/**
 * Brings a unit in line with the faults of its members: into FAULT, or out of it, and out of INIT.
 * Does nothing if nothing is to be done.
 */
export function settleUnit(step: Step, unit: readonly Instance[]): void {
  const faulty = unit.find((member) => member.fault !== undefined);
  if (faulty) {
    failUnit(step, unit, faulty);
    return;
  }
  const idle = unit.filter((member) => member.state === 'FAULT' || member.state === 'INIT');
  // What has no result yet could be a fault: a start waits for it, what runs goes on.
  if (idle.some((member) => member.state === 'INIT' && member.pending !== undefined)) return;
  if (idle.length > 0) startMembers(step, unit, idle);
  else alignUnit(step, unit);
}

function failUnit(step: Step, unit: readonly Instance[], faulty: Instance): void {
  const affected = unit.filter((member) => member.state !== 'FAULT');
  // Those with a fault of their own first: the others follow from them.
  affected.sort((a, b) => Number(b.fault !== undefined) - Number(a.fault !== undefined));
  for (const member of affected) {
    if (member.fault !== undefined) {
      log(step, member, 'warning', 'fault', `entering FAULT state (${member.fault})`);
    } else if (member.group) {
      const text = `VRRP_Group(${member.group.name}): Syncing ${member.settings.name} to FAULT state`;
      step.out.add({
        kind: 'log',
        level: 'notice',
        event: 'sync-group',
        text,
        fields: { group: member.group.name, instance: member.settings.name, state: 'FAULT' },
      });
    }
    becomeFaulty(step, member, member.fault ?? withGroup(faulty));
  }
}

function startMembers(step: Step, unit: readonly Instance[], idle: readonly Instance[]): void {
  const running = unit.filter((member) => !idle.includes(member));
  const group = unit[0]?.group;
  if (running.length > 0 && running.every((member) => member.state === 'MASTER')) {
    // A reload put a new member beside living ones: the unit stays what it is.
    for (const member of idle) becomeMaster(step, member, `sync group ${group?.name} is MASTER`);
    return;
  }
  if (running.length === 0 && unit.every(isOwner) && !isDelayed(step)) {
    for (const member of unit) becomeMaster(step, member, 'owns the addresses (priority 255)');
    return;
  }
  for (const member of idle) {
    becomeBackup(step, member, member.state === 'INIT' ? 'started' : 'the fault is gone');
    // RFC 9568 6.4.1 has the owner MASTER at once; here its group decides.
    member.wantsMaster = isOwner(member);
  }
  alignUnit(step, unit);
}

/** A reload may have put a MASTER and a BACKUP into one group: rather BACKUP than half a MASTER. */
function alignUnit(step: Step, unit: readonly Instance[]): void {
  const backup = unit.find((member) => member.state === 'BACKUP');
  if (!backup) return;
  for (const member of unit) {
    if (member.state === 'MASTER') becomeBackup(step, member, withGroup(backup));
  }
}

function withGroup(cause: Instance): string {
  return `sync group ${cause.group?.name} follows ${cause.settings.name}`;
}

function groupLog(step: Step, group: SyncGroup, state: 'MASTER' | 'BACKUP'): void {
  step.out.add({
    kind: 'log',
    level: 'notice',
    event: 'sync-group',
    text: `VRRP_Group(${group.name}) Syncing instances to ${state} state`,
    fields: { group: group.name, state },
  });
}
