/** Notify scripts and mails of instances and groups. */
import type { instanceNotify, notify } from '../../grammar/vrrp/notify.js';
import type { NotifyConfig } from '../../model/index.js';
import type { Section } from '../interpret.js';
import type { Given, Picker } from '../pick.js';

/** What counts where an instance or group says nothing. */
export interface NotifyDefaults {
  readonly mail: Given<boolean> | undefined;
  readonly priorityChanges: Given<boolean> | undefined;
}

/** Nobody is told: one object for all that say nothing. */
const SILENT: NotifyConfig = { tellDeleted: false, priorityChanges: false, mail: false };

/** Builds what a group, and an instance in the same way, says about notifications. */
export function buildNotify(
  section: Section<typeof notify>,
  pick: Picker,
  defaults: NotifyDefaults,
): NotifyConfig {
  const master = pick.optional('notify_master', section.get('notify_master'));
  const backup = pick.optional('notify_backup', section.get('notify_backup'));
  const fault = pick.optional('notify_fault', section.get('notify_fault'));
  const stop = pick.optional('notify_stop', section.get('notify_stop'));
  const any = pick.optional('notify', section.get('notify'));
  const priorityChanges = pick.value<boolean>(
    'notify_priority_changes',
    false,
    section.get('notify_priority_changes'),
    defaults.priorityChanges,
  );
  const mail = pick.value<boolean>('smtp_alert', false, section.get('smtp_alert'), defaults.mail);
  if (!(master || backup || fault || stop || any || priorityChanges || mail)) return SILENT;
  return {
    ...(master ? { master } : {}),
    ...(backup ? { backup } : {}),
    ...(fault ? { fault } : {}),
    ...(stop ? { stop } : {}),
    ...(any ? { any } : {}),
    tellDeleted: false,
    priorityChanges,
    mail,
  };
}

/** As {@link buildNotify}, with what only instances have. */
export function buildInstanceNotify(
  section: Section<typeof instanceNotify>,
  pick: Picker,
  defaults: NotifyDefaults,
): NotifyConfig {
  const common = buildNotify(section as never, pick, defaults);
  const deleted = pick.optional('notify_deleted', section.get('notify_deleted'));
  const masterRxLowerPri = pick.optional(
    'notify_master_rx_lower_pri',
    section.get('notify_master_rx_lower_pri'),
  );
  if (deleted === undefined && !masterRxLowerPri) return common;
  return {
    ...common,
    tellDeleted: deleted !== undefined,
    ...(deleted && deleted !== true ? { deleted } : {}),
    ...(masterRxLowerPri ? { masterRxLowerPri } : {}),
  };
}
