/** Who is told of what: value types made from the configuration model. */
import type { CommandSettings } from '../tracking/settings.js';

/** What `notify_*` keywords name, by the event that runs it. */
export interface NotifyScripts {
  readonly MASTER?: CommandSettings;
  readonly BACKUP?: CommandSettings;
  readonly FAULT?: CommandSettings;
  readonly STOP?: CommandSettings;
  readonly DELETED?: CommandSettings;
  /** A MASTER received an advert of lower priority. */
  readonly MASTER_RX_LOWER_PRI?: CommandSettings;
  /** `notify`: runs at every event, with what happened as its last arguments. */
  readonly any?: CommandSettings;
}

/** What an instance or a group tells. */
export interface SubjectSettings {
  readonly scripts: NotifyScripts;
  /** `notify_priority_changes`: the pipes are told of the effective priority too. */
  readonly priorityChanges: boolean;
  /** `notify_deleted`: removed by a reload is DELETED; otherwise it is FAULT. */
  readonly tellDeleted: boolean;
}

/** `notify_fifo` or `vrrp_notify_fifo`: a named pipe, and the program that reads it. */
export interface FifoSettings {
  readonly path: string;
  /** `USER` or `USER:GROUP`; without it root's. */
  readonly owner?: string;
  /** Started with the daemon, with the pipe's path as last argument, and ended with it. */
  readonly script?: CommandSettings;
}

export interface NotifySettings {
  /** By the instance's name. */
  readonly instances: Readonly<Record<string, SubjectSettings>>;
  /** By the sync group's name, with its members. */
  readonly groups: Readonly<
    Record<string, SubjectSettings & { readonly members: readonly string[] }>
  >;
  readonly fifos: readonly FifoSettings[];
}
