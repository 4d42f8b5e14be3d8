/** What is tracked, and whether that can have an effect. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type {
  Config,
  InstanceConfig,
  SyncGroupConfig,
  TrackConfig,
  TracksConfig,
} from '../../model/index.js';
import type { Position } from '../../text/source.js';

/** Reports weights that nopreempt defeats, and scripts and processes that nobody tracks. */
export function checkTracking(config: Config, sink: Sink): void {
  const groups = new Map<string, SyncGroupConfig>();
  for (const group of config.syncGroups) {
    for (const { name } of group.instances) groups.set(name, group);
  }
  for (const instance of config.instances) {
    if (!instance.preempt) checkNopreempt(instance, groups.get(instance.name), sink);
  }
  checkUnused(config, sink);
}

/**
 * A weight moves addresses by making another node's priority the higher one. With nopreempt that
 * node lets a MASTER be as long as it sends adverts, whatever their priority.
 */
function checkNopreempt(
  instance: InstanceConfig,
  group: SyncGroupConfig | undefined,
  sink: Sink,
): void {
  const all = [instance.tracks, ...(group ? [group.tracks] : [])].flatMap(allTracks);
  const weighted = all.find(({ weight }) => weight !== 0);
  if (!weighted) return;
  sink.report('CONFIG_TRACK_NOPREEMPT', weighted.at, {
    message: `vrrp_instance ${instance.name}: the weight ${weighted.weight} of ${weighted.name} changes the priority only, and with nopreempt no node takes over from a MASTER of lower priority: the addresses never move because of it`,
    expected: "weight 0, with which a MASTER gives up in FAULT, or no 'nopreempt'",
  });
}

function allTracks(tracks: TracksConfig): TrackConfig[] {
  const { interfaces, scripts, files, processes, bfds } = tracks;
  return [...interfaces, ...scripts, ...files, ...processes, ...bfds];
}

function checkUnused(config: Config, sink: Sink): void {
  // After an error it may be that the line which tracks it could not be read.
  if (sink.hasErrors || config.trackScripts.length + config.trackProcesses.length === 0) return;
  const scripts = new Set<string>();
  const processes = new Set<string>();
  for (const { tracks } of [...config.instances, ...config.syncGroups]) {
    for (const { name } of tracks.scripts) scripts.add(name);
    for (const { name } of tracks.processes) processes.add(name);
  }
  const unused = (at: Position, kind: string, name: string, consequence: string): void =>
    sink.report('CONFIG_UNUSED', at, {
      message: `${kind} ${name} is tracked by no instance and no group: ${consequence}`,
    });
  for (const { name, at } of config.trackScripts) {
    if (!scripts.has(name)) unused(at, 'vrrp_script', name, 'it is never run');
  }
  for (const { name, at } of config.trackProcesses) {
    if (!processes.has(name)) unused(at, 'vrrp_track_process', name, 'nobody looks for it');
  }
}
