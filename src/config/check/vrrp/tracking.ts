/** What is tracked, and whether that can have an effect. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type {
  Config,
  InstanceConfig,
  SyncGroupConfig,
  TrackConfig,
  TracksConfig,
} from '../../model/index.js';

/** Reports weights that nopreempt defeats. */
export function checkTracking(config: Config, sink: Sink): void {
  const groups = new Map<string, SyncGroupConfig>();
  for (const group of config.syncGroups) {
    for (const { name } of group.instances) groups.set(name, group);
  }
  for (const instance of config.instances) {
    if (!instance.preempt) checkNopreempt(instance, groups.get(instance.name), sink);
  }
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
