/** Scripts and mails about changes of state, of instances and groups. */
import { bool } from '../args.js';
import { type Args, setting } from '../keyword.js';
import { type ScriptArgs, script } from '../script.js';

const event = (when: string) => setting(script, `Is run ${when}.`, { firstCounts: true });

/** Of instances and groups. */
export const notify = {
  notify: setting(
    script,
    'Is run after each change of state, after the scripts below, with four more arguments: INSTANCE or GROUP, the name, the state and the priority.',
    { firstCounts: true },
  ),
  notify_master: event('when MASTER is entered'),
  notify_backup: event('when BACKUP is entered'),
  notify_fault: event('when FAULT is entered'),
  notify_stop: event('when the daemon stops'),
  notify_priority_changes: setting(bool, 'Tells the notify FIFOs of changes of the priority.', {
    default: "the sync group's, or vrrp_notify_priority_changes",
  }),
  smtp_alert: setting(bool, 'Sends a mail at changes of state.', {
    default: 'smtp_alert_vrrp, or smtp_alert of global_defs',
  }),
};

/** `[SCRIPT]`: without one only the state that is told is another. */
const maybeScript: Args<ScriptArgs | true> = {
  ...script,
  syntax: `[${script.syntax}]`,
  min: 0,
  parse: (words, report) => (words.length === 0 ? true : script.parse(words, report)),
};

/** Of instances only. */
export const instanceNotify = {
  ...notify,
  notify_deleted: setting(
    maybeScript,
    'Is run when a reload removes the instance; its state is then told as DELETED, which without this keyword is FAULT.',
    { firstCounts: true },
  ),
  notify_master_rx_lower_pri: event('when a MASTER receives an advert of lower priority'),
};
