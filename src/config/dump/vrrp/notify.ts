/** Notifications as canonical text. */
import type { NotifyConfig, Origins } from '../../model/index.js';
import { scriptLine } from '../script.js';
import { flag, type Line, yesNo } from '../text.js';

/** The `notify*` lines and `smtp_alert` of an instance or group. */
export function notifyLines(object: {
  readonly notify: NotifyConfig;
  readonly origins: Origins;
}): Line[] {
  const { notify } = object;
  return [
    ...scriptLine('notify', notify.any),
    ...scriptLine('notify_master', notify.master),
    ...scriptLine('notify_backup', notify.backup),
    ...scriptLine('notify_fault', notify.fault),
    ...scriptLine('notify_stop', notify.stop),
    ...(notify.deleted
      ? scriptLine('notify_deleted', notify.deleted)
      : flag(notify.tellDeleted, object, 'notify_deleted')),
    ...scriptLine('notify_master_rx_lower_pri', notify.masterRxLowerPri),
    yesNo(object, 'notify_priority_changes', notify.priorityChanges),
    yesNo(object, 'smtp_alert', notify.mail),
  ];
}
