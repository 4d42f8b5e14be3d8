/** Weights where there can be none: what keepalived puts right, said aloud. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type {
  InstanceConfig,
  SyncGroupConfig,
  TrackConfig,
  TracksConfig,
} from '../../model/index.js';
import { OWNER_PRIORITY } from './election.js';
import { NO_TRACKS } from './tracks.js';

/** The weight of a `track_file` that says nothing of it. */
const FILE_DEFAULT_WEIGHT = 1;

/**
 * What an instance tracks, once it is known whether its priority may change: the owner's never does,
 * and members of a sync group have to move together. As in keepalived a weight on an interface, and
 * a file's default weight, become 0 (FAULT); other entries with a weight are left out.
 */
export function settleTracks(
  tracks: TracksConfig,
  instance: Pick<InstanceConfig, 'name' | 'interface' | 'priority' | 'trackPrimary'>,
  group: SyncGroupConfig | undefined,
  sink: Sink,
): TracksConfig {
  if (tracks === NO_TRACKS) return tracks;
  const interfaces = tracks.interfaces.filter((track) => {
    if (track.name !== instance.interface) return true;
    sink.report('CONFIG_TRACKED_ANYWAY', track.at, {
      message: `vrrp_instance ${instance.name}: track_interface ${track.name} is ignored: it is the instance's own interface, which ${instance.trackPrimary ? 'is tracked anyway' : "'dont_track_primary' says not to track"}`,
    });
    return false;
  });
  const inGroup = group !== undefined && !group.trackingWeight;
  const isOwner = instance.priority === OWNER_PRIORITY;
  if (!inGroup && !isOwner) return { ...tracks, interfaces };
  const why = inGroup
    ? `members of vrrp_sync_group ${group.name} must change state together, and priorities that change one by one would let each node be MASTER of a part`
    : `the owner of the addresses (priority ${OWNER_PRIORITY}) has one priority only`;
  const instead = inGroup ? "weight 0, or 'sync_group_tracking_weight' in the group" : 'weight 0';
  const settle = (
    list: readonly TrackConfig[],
    kind: string,
    toZero: (weight: number) => boolean,
  ): TrackConfig[] =>
    list.flatMap((track) => {
      if (track.weight === 0) return [track];
      const zero = toZero(track.weight);
      sink.report(inGroup ? 'CONFIG_SYNC_GROUP_WEIGHT' : 'CONFIG_OWNER_WEIGHT', track.at, {
        message: `vrrp_instance ${instance.name}: ${zero ? `the weight ${track.weight} of` : ''}${zero ? ' ' : ''}${kind} ${track.name}${zero ? '' : ` with weight ${track.weight}`} is ignored, ${why}: ${zero ? 'FAULT while it is down' : 'it is not tracked'}`,
        expected: instead,
      });
      return zero ? [{ ...track, weight: 0 }] : [];
    });
  const never = (): boolean => false;
  return {
    interfaces: settle(interfaces, 'track_interface', () => inGroup),
    scripts: settle(tracks.scripts, 'track_script', never),
    files: settle(tracks.files, 'track_file', (weight) => weight === FILE_DEFAULT_WEIGHT),
    processes: settle(tracks.processes, 'track_process', never),
    bfds: settle(tracks.bfds, 'track_bfd', never),
  };
}

/** A group with an owner among its members tracks without weights, as in keepalived. */
export function settleGroups(
  groups: readonly SyncGroupConfig[],
  instances: readonly InstanceConfig[],
  sink: Sink,
): SyncGroupConfig[] {
  const owners = new Set<string>();
  for (const { name, priority } of instances) if (priority === OWNER_PRIORITY) owners.add(name);
  return groups.map((group) => {
    const owner = group.instances.find(({ name }) => owners.has(name));
    if (!owner || group.tracks === NO_TRACKS) return group;
    const settle = (list: readonly TrackConfig[]): TrackConfig[] =>
      list.map((track) => {
        if (track.weight === 0) return track;
        sink.report('CONFIG_OWNER_WEIGHT', track.at, {
          message: `vrrp_sync_group ${group.name}: the weight ${track.weight} of ${track.name} is ignored, vrrp_instance ${owner.name} is the owner of its addresses (priority ${OWNER_PRIORITY}) and has one priority only: FAULT of all members while it is down`,
          expected: 'weight 0',
        });
        return { ...track, weight: 0 };
      });
    const { interfaces, scripts, files, processes, bfds } = group.tracks;
    return {
      ...group,
      tracks: {
        interfaces: settle(interfaces),
        scripts: settle(scripts),
        files: settle(files),
        processes: settle(processes),
        bfds: settle(bfds),
      },
    };
  });
}
