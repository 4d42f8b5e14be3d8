/** Mail, scripts and FIFOs as canonical text. */
import type { FifoConfig, GlobalConfig } from '../model/index.js';
import { scriptLine, userWords } from './script.js';
import { blockUnlessEmpty, flag, type Line, optional, quote, seconds, yesNo } from './text.js';

const CONNECT_MICROS = 30_000_000;
const TIMEOUT_MICROS = 10_000_000;

export function mailLines(global: GlobalConfig): Line[] {
  const { mail } = global;
  const from = global.origins['notification_email'];
  const { server, connectTimeout } = mail;
  return [
    ...blockUnlessEmpty(
      'notification_email',
      from,
      mail.to.map((address) => ({ text: quote(address), from })),
    ),
    ...optional(global, 'notification_email_from', mail.from),
    ...(server ? flag(true, global, 'smtp_server', quote(server.host), server.port) : []),
    ...optional(global, 'smtp_helo_name', mail.heloName),
    ...flag(
      connectTimeout !== CONNECT_MICROS,
      global,
      'smtp_connect_timeout',
      seconds(connectTimeout),
    ),
    ...alert(global, 'smtp_alert', mail.alert),
    ...alert(global, 'smtp_alert_vrrp', mail.alertVrrp),
    ...alert(global, 'smtp_alert_checker', mail.alertChecker),
    ...flag(mail.noFaults, global, 'no_email_faults'),
    ...flag(mail.noChecker, global, 'no_checker_emails', 'yes'),
  ];
}

function alert(global: GlobalConfig, keyword: string, value: boolean | undefined): Line[] {
  return value === undefined ? [] : [yesNo(global, keyword, value)];
}

export function scriptsLines(global: GlobalConfig): Line[] {
  const { scripts } = global;
  return [
    ...(scripts.user ? flag(true, global, 'script_user', ...userWords(scripts.user)) : []),
    ...flag(scripts.security, global, 'enable_script_security'),
    ...flag(scripts.useSymlinkPaths, global, 'use_symlink_paths', 'yes'),
    ...flag(scripts.supplementaryGroups, global, 'set_supplementary_groups', 'yes'),
    ...scriptLine('startup_script', scripts.startup),
    ...timeout(global, 'startup_script_timeout', scripts.startupTimeout),
    ...scriptLine('shutdown_script', scripts.shutdown),
    ...timeout(global, 'shutdown_script_timeout', scripts.shutdownTimeout),
  ];
}

function timeout(global: GlobalConfig, keyword: string, value: number): Line[] {
  return flag(value !== TIMEOUT_MICROS, global, keyword, seconds(value));
}

export function fifosLines(global: GlobalConfig): Line[] {
  const { fifos } = global;
  return [
    ...fifoLines(global, 'notify_fifo', fifos.all),
    ...fifoLines(global, 'vrrp_notify_fifo', fifos.vrrp),
    ...fifoLines(global, 'lvs_notify_fifo', fifos.lvs),
    ...flag(fifos.writeStatesOnReload, global, 'fifo_write_vrrp_states_on_reload'),
  ];
}

function fifoLines(global: GlobalConfig, keyword: string, fifo: FifoConfig | undefined): Line[] {
  if (!fifo) return [];
  const { path, script } = fifo;
  return [
    ...(path === undefined ? [] : flag(true, global, keyword, quote(path), ...userWords(fifo))),
    ...scriptLine(`${keyword}_script`, script),
  ];
}
