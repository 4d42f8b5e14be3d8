/** `vrrp_sync_group` to the model. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { grammar } from '../../grammar/index.js';
import type { SyncGroupConfig } from '../../model/index.js';
import type { Position, Word } from '../../text/source.js';
import type { Setting } from '../interpret.js';
import { Picker } from '../pick.js';
import type { Trackers } from './context.js';
import { buildNotify, type NotifyDefaults } from './notify.js';
import { buildTracks } from './tracks.js';

/** Builds one sync group; which instances there are is looked up by the checks. */
export function buildSyncGroup(
  setting: Setting<(typeof grammar)['vrrp_sync_group']>,
  trackers: Trackers,
  defaults: NotifyDefaults,
  sink: Sink,
): SyncGroupConfig {
  const { section, at } = setting;
  const name = (setting.value as Word | undefined)?.text ?? '';
  const pick = new Picker();
  const instances: { name: string; at: Position }[] = [];
  const listed = section.get('group');
  for (const { keyword, args, body } of listed?.entries ?? []) {
    if (body) {
      sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', keyword.at, {
        message: 'a group lists names only, it takes no inner block',
      });
    }
    for (const word of [keyword, ...args]) instances.push({ name: word.text, at: word.at });
  }
  if (listed) pick.origins['group'] = listed.at;
  return {
    at,
    name,
    instances,
    tracks: buildTracks(section, `vrrp_sync_group ${name}`, trackers, sink),
    trackingWeight: pick.value<boolean>(
      'sync_group_tracking_weight',
      false,
      section.get('sync_group_tracking_weight'),
    ),
    notify: buildNotify(section, pick, defaults),
    origins: pick.origins,
  };
}
