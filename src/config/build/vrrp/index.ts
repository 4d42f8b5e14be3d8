/** Everything about VRRP to the model: what is tracked, sync groups, instances. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { grammar } from '../../grammar/index.js';
import type { WeightArgs } from '../../grammar/vrrp/tracking.js';
import type { Config, GlobalConfig, SyncGroupConfig } from '../../model/index.js';
import type { Word } from '../../text/source.js';
import { garpDefaults } from '../garp.js';
import type { GlobalSection } from '../global.js';
import type { Section, Setting } from '../interpret.js';
import type { Given } from '../pick.js';
import type { Routing } from '../routing.js';
import { shareGarp, type Trackers } from './context.js';
import { instanceDefaults } from './inherited.js';
import { buildInstance } from './instance.js';
import { settleGroups } from './settle-tracks.js';
import { buildSyncGroup } from './sync-group.js';
import {
  buildTrackFile,
  buildTrackProcess,
  buildTrackScript,
  firstOfEachName,
  reportTrackedAbove,
  reportUnused,
} from './trackers.js';
import { NO_TRACKS } from './tracks.js';

type VrrpConfig = Pick<
  Config,
  'trackScripts' | 'trackFiles' | 'trackProcesses' | 'syncGroups' | 'instances'
>;

/** What is built before. */
interface VrrpSurroundings {
  readonly global: GlobalConfig;
  readonly bfdInstances: Config['bfdInstances'];
  readonly routing: Routing;
  readonly sink: Sink;
}

/** Builds all blocks of VRRP, in the order in which they need each other. */
export function buildVrrp(
  top: Section<typeof grammar>,
  globals: GlobalSection,
  { global, bfdInstances, routing, sink }: VrrpSurroundings,
): VrrpConfig {
  const defaults = instanceDefaults(globals);
  const scripts = top.all('vrrp_script');
  const files = top.all('track_file');
  const processes = top.all('vrrp_track_process');
  const trackScripts = firstOfEachName(
    'vrrp_script',
    scripts.map((setting) => buildTrackScript(setting, sink)),
    sink,
  );
  const trackFiles = firstOfEachName(
    'track_file',
    files.map((setting) => buildTrackFile(setting, sink)),
    sink,
  );
  const trackProcesses = firstOfEachName(
    'vrrp_track_process',
    processes.map((setting) => buildTrackProcess(setting, sink)),
    sink,
  );
  const trackers: Trackers = {
    script: weightsOf(scripts, trackScripts),
    file: weightsOf(files, trackFiles),
    process: weightsOf(processes, trackProcesses),
    bfd: weightsOf(top.all('bfd_instance'), bfdInstances),
    named: { script: new Set(), process: new Set() },
  };
  const groupSettings = top.all('vrrp_sync_group');
  const groups = groupSettings.map((setting) => buildSyncGroup(setting, trackers, defaults, sink));
  const byMember = new Map<string, SyncGroupConfig>();
  const groupNotify = new Map<string, Given<boolean>>();
  groups.forEach((group, i) => {
    const notify = groupSettings[i]?.section.get('notify_priority_changes');
    for (const { name } of group.instances) {
      byMember.set(name, group);
      if (notify) groupNotify.set(name, notify);
    }
  });
  const garp = garpDefaults(globals);
  const context = {
    global,
    defaults,
    garp,
    sharedGarp: shareGarp(garp),
    trackers,
    groups: byMember,
    groupNotify,
    routing,
    sink,
  };
  const instanceSettings = top.all('vrrp_instance');
  const instances = instanceSettings.map((setting) => buildInstance(setting, context));
  const owners = [
    ...groupSettings.map(({ order }, i) => ({ order, tracks: groups[i]?.tracks ?? NO_TRACKS })),
    ...instanceSettings.map(({ order }, i) => ({
      order,
      tracks: instances[i]?.tracks ?? NO_TRACKS,
    })),
  ];
  reportTrackedAbove('vrrp_script', scripts, owners, (tracks) => tracks.scripts, sink);
  reportTrackedAbove('track_file', files, owners, (tracks) => tracks.files, sink);
  reportTrackedAbove('vrrp_track_process', processes, owners, (tracks) => tracks.processes, sink);
  reportUnused(trackScripts, 'vrrp_script', trackers.named.script, 'it is never run', sink);
  reportUnused(
    trackProcesses,
    'vrrp_track_process',
    trackers.named.process,
    'nobody looks for it',
    sink,
  );
  return {
    trackScripts,
    trackFiles,
    trackProcesses,
    syncGroups: settleGroups(groups, instances, sink),
    instances,
  };
}

const NO_WEIGHT: WeightArgs = { weight: 0, reverse: false };

/** The weights by name; what could not be built has its name here too, it was reported already. */
function weightsOf(
  settings: readonly Pick<Setting, 'value'>[],
  built: readonly (WeightArgs & { readonly name: string })[],
): ReadonlyMap<string, WeightArgs> {
  const weights = new Map<string, WeightArgs>();
  for (const { value } of settings) {
    const name = (value as Word | undefined)?.text;
    if (name !== undefined) weights.set(name, NO_WEIGHT);
  }
  for (const { name, weight, reverse } of built) weights.set(name, { weight, reverse });
  return weights;
}
