/** Sync groups as canonical text. */
import type { SyncGroupConfig } from '../../model/index.js';
import { block, flag, type Line, quote } from '../text.js';
import { notifyLines } from './notify.js';
import { trackLines } from './tracking.js';

export function groupBlock(group: SyncGroupConfig): Line {
  return block(`vrrp_sync_group ${quote(group.name)}`, group.at, [
    block(
      'group',
      group.origins['group'],
      group.instances.map(({ name, at }) => ({ text: quote(name), from: at })),
    ),
    ...flag(group.trackingWeight, group, 'sync_group_tracking_weight'),
    ...trackLines(group.tracks),
    ...notifyLines(group),
  ]);
}
