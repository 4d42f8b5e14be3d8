/** Who is told of what: value types made from the configuration model. */
import type { Micros } from '../base/time.js';
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
  /** `smtp_alert`. */
  readonly mail?: true;
}

/** `notify_fifo`, `vrrp_notify_fifo` or `lvs_notify_fifo`: a named pipe, and the program that reads it. */
export interface FifoSettings {
  readonly path: string;
  /** `vrrp_notify_fifo`, `lvs_notify_fifo`: what is written to it; absent: all. */
  readonly only?: 'vrrp' | 'lvs';
  /** `USER` or `USER:GROUP`; without it root's. */
  readonly owner?: string;
  /** Started with the daemon, with the pipe's path as last argument, and ended with it. */
  readonly script?: CommandSettings;
}

/** What a virtual server (`quorum_up`, `quorum_down`) or a real one (`notify_up`, `notify_down`) tells. */
export interface ServerSubject {
  readonly UP?: CommandSettings;
  readonly DOWN?: CommandSettings;
  /** `smtp_alert`. */
  readonly mail?: true;
}

export interface ServersSettings {
  /** Virtual servers by their keys (`checker/group.ts`), with real servers by theirs (`ipvs/model.ts`). */
  readonly services: Readonly<
    Record<string, ServerSubject & { readonly servers: Readonly<Record<string, ServerSubject>> }>
  >;
  /** `no_checker_emails`: a check that does not change its server is not told by mail. */
  readonly onlyServerMails?: true;
}

/** `startup_script` and `shutdown_script`. */
export interface HookSettings {
  readonly startup?: { readonly command: CommandSettings; readonly timeout: Micros };
  readonly shutdown?: { readonly command: CommandSettings; readonly timeout: Micros };
}

/** Where mail goes (`notification_email`, `smtp_server` and so on). */
export interface MailSettings {
  readonly to: readonly string[];
  readonly from: string;
  readonly host: string;
  readonly port: number;
  /** The name in HELO. */
  readonly heloName: string;
  /** How long the server may be silent. */
  readonly timeout: Micros;
  /** The first words of each subject. */
  readonly routerId: string;
  /** `no_email_faults`. */
  readonly noFaults: boolean;
}

export interface NotifySettings {
  /** By the instance's name. */
  readonly instances: Readonly<Record<string, SubjectSettings>>;
  /** By the sync group's name, with its members. */
  readonly groups: Readonly<
    Record<string, SubjectSettings & { readonly members: readonly string[] }>
  >;
  /** Absent: scripts and mails of real and virtual servers are not wanted. */
  readonly servers?: ServersSettings;
  readonly fifos: readonly FifoSettings[];
  /** `fifo_write_vrrp_states_on_reload`. */
  readonly writeStatesOnReload?: true;
  /** Absent: nobody gets mail, or there is no server. */
  readonly mail?: MailSettings;
  readonly hooks?: HookSettings;
}
