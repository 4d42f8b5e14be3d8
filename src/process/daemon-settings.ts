/** What the supervisor itself is told by a configuration: its reloads and its end. */
import { MICROS_PER_MILLI } from '../base/time.js';
import type { Config } from '../config/model/index.js';
import type { ReloadTimeFile } from './reload-timer.js';

export interface DaemonSettings {
  readonly reloadTime?: ReloadTimeFile;
  /** `instance`: its files were chosen by it. */
  readonly instance?: string;
  /** `reload_file`; empty: the usual one, beside the pid file. */
  readonly reloadMark?: string;
  /** `child_wait_time`, if it is given. */
  readonly childWaitMillis?: number;
}

/** From the model. */
export function daemonSettings({ global: { files, place } }: Config): DaemonSettings {
  const { reloadTime: path, reloadRepeat: repeat, reloadMark } = files;
  const { childWait, instance } = place;
  return {
    ...(instance === undefined ? {} : { instance }),
    ...(path === undefined ? {} : { reloadTime: { path, repeat } }),
    ...(reloadMark === undefined ? {} : { reloadMark }),
    ...(childWait === undefined ? {} : { childWaitMillis: childWait / MICROS_PER_MILLI }),
  };
}
