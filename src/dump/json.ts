/** keepalived's JSON dump (`json_version` 1 and 2), with its keys, types and order. */
import { toSeconds } from '../base/time.js';
import type { InstanceState } from '../vrrp/effects.js';
import type { InstanceSnapshot } from '../vrrp/snapshot.js';
import type { InstanceFacts, ScriptText, TrackProcessFacts } from './settings.js';
import { addressText, type DumpView, instancesOf, masterPriority } from './view.js';

/** keepalived's numbers of the states. */
const STATES: Readonly<Record<InstanceState, number>> = { INIT: 0, BACKUP: 1, MASTER: 2, FAULT: 3 };

const AUTH_TYPES = { none: 0, PASS: 1, AH: 2 } as const;

/** A secret is there, and not told. */
const HIDDEN = '********';

/** The text of `keepalived.json`. */
export function renderJson(view: DumpView): string {
  const instances = instancesOf(view).map(({ facts, state }) => ({
    data: dataOf(facts, state, view.now),
    stats: view.counters.get(state.name),
  }));
  if (view.settings.files.jsonVersion === 1) return JSON.stringify(instances);
  const processes = view.settings.trackProcesses.map((one) => processOf(one, view));
  return JSON.stringify({
    vrrp: instances,
    ...(processes.length === 0 ? {} : { track_process: processes }),
  });
}

function dataOf(facts: InstanceFacts, state: InstanceSnapshot, now: number): object {
  const { garp, notify } = facts;
  const number = STATES[state.state];
  return {
    iname: facts.name,
    dont_track_primary: Number(!facts.trackPrimary),
    skip_check_adv_addr: Number(facts.skipCheckAddresses),
    strict_mode: Number(facts.strict),
    vmac_ifname: facts.vmacName,
    ...(state.interface === '' ? {} : { ifp_ifname: state.interface }),
    master_priority: masterPriority(state),
    last_transition: toSeconds(now - state.inStateFor),
    garp_delay: toSeconds(garp.masterDelay),
    garp_refresh: Math.floor(toSeconds(garp.masterRefresh)),
    garp_rep: garp.masterRepeat,
    garp_refresh_rep: garp.masterRefreshRepeat,
    garp_lower_prio_delay: Math.floor(toSeconds(garp.lowerPrioDelay)),
    garp_lower_prio_rep: garp.lowerPrioRepeat,
    lower_prio_no_advert: Number(facts.lowerPrioNoAdvert),
    higher_prio_send_advert: Number(facts.higherPrioSendAdvert),
    vrid: state.virtualRouterId,
    base_priority: state.priority,
    effective_priority: state.effectivePriority,
    vipset: state.state === 'MASTER',
    promote_secondaries: facts.promoteSecondaries,
    adver_int: toSeconds(state.configuredInterval),
    master_adver_int: toSeconds(state.advertInterval),
    accept: Number(facts.accept),
    nopreempt: !state.preempt,
    preempt_delay: Math.floor(toSeconds(facts.preemptDelay)),
    state: number,
    wantstate: number,
    version: state.version,
    smtp_alert: notify.mail,
    notify_deleted: notify.tellDeleted,
    ...script('script_backup', notify.backup),
    ...script('script_master', notify.master),
    ...script('script_fault', notify.fault),
    ...script('script_stop', notify.stop),
    ...script('script_deleted', notify.deleted),
    ...script('script', notify.any),
    ...script('script_master_rx_lower_pri', notify.masterRxLowerPri),
    ...list('vips', texts(facts.addresses, state)),
    ...list('evips', texts(facts.excluded, state)),
    ...list('vroutes', facts.routes),
    ...list('vrules', facts.rules),
    ...list(
      'track_ifp',
      facts.interfaces.map(({ name }) => name),
    ),
    ...list(
      'track_script',
      facts.scripts.map(({ command }) => command),
    ),
    ...list(
      'track_process',
      facts.processes.map(({ name }) => name),
    ),
    auth_type: AUTH_TYPES[facts.authType],
    ...(facts.authType === 'none' ? {} : { auth_data: HIDDEN }),
  };
}

function texts(addresses: readonly string[], state: InstanceSnapshot): string[] {
  return addresses.map((text) => addressText(text, state));
}

function script(key: string, text: ScriptText | undefined): object {
  return text ? { [key]: text.command } : {};
}

function list(key: string, entries: readonly string[]): object {
  return entries.length === 0 ? {} : { [key]: entries };
}

function processOf(process: TrackProcessFacts, view: DumpView): object {
  const state = view.processes.get(process.name);
  const isDelayed = state?.changesAt !== undefined;
  return {
    process: process.name,
    ...(process.parameters.length === 0 ? {} : { parameters: process.parameters.join(' ') }),
    param_match: process.match,
    min_processes: process.min,
    ...(process.max === undefined ? {} : { max_processes: process.max }),
    current_processes: state?.count ?? 0,
    have_quorum: state?.up ?? false,
    weight: process.weight,
    terminate_delay: toSeconds(process.terminateDelay),
    fork_delay: toSeconds(process.forkDelay),
    fork_delay_timer_running: isDelayed && !state?.up,
    terminate_delay_timer_running: isDelayed && Boolean(state?.up),
    full_command: process.fullCommand,
  };
}
