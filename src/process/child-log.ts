/** Every process of the daemon logs to the same place: the supervisor chooses, its children follow. */
import {
  createLogger,
  type Level,
  type LogFormat,
  type Logger,
  silentLogger,
} from '../base/log.js';
import { openSyslog } from './syslog.js';

/** Where lines go: a console's format, the system's log with a facility of syslog(3), or nowhere. */
export type LogTarget = LogFormat | `syslog${number}` | 'none';

/**
 * The environment variable by which a child learns target, level and what follows its name:
 * `journal:info:_web`.
 */
export const LOG_VARIABLE = 'TANDEM_LOG';

const SYSLOG = 'syslog';

/** Whether lines go to the system's log by datagrams. */
export function isSyslog(target: LogTarget): target is `syslog${number}` {
  return target.startsWith(SYSLOG);
}

/** The logger of one process. */
export function openLog(role: string, target: LogTarget, level: Level): Logger {
  if (target === 'none') return silentLogger;
  if (!isSyslog(target)) return createLogger(role, { level, format: target });
  const facility = Number(target.slice(SYSLOG.length));
  return createLogger(role, { level, write: openSyslog(`Tandem_${role}`, facility) });
}

/** The logger of a child, from what {@link LOG_VARIABLE} says. */
export function openChildLog(role: string, env: NodeJS.ProcessEnv): Logger {
  const [target = 'text', level = 'notice', ...end] = (env[LOG_VARIABLE] ?? '').split(':');
  const name = `${role}${end.join(':')}`;
  return openLog(name, (target || 'text') as LogTarget, (level || 'notice') as Level);
}
