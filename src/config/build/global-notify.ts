/** Whom and what events are told to: mail, scripts, FIFOs. */
import { fromSeconds } from '../../base/time.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { ScriptUser } from '../grammar/script.js';
import type {
  FifoConfig,
  FifosConfig,
  MailConfig,
  ScriptConfig,
  ScriptsConfig,
} from '../model/index.js';
import type { GetGlobal, GlobalSection } from './global.js';
import { given, type Picker } from './pick.js';

const SMTP_PORT = 25;
const CONNECT_SECONDS = 30;
const SCRIPT_TIMEOUT = fromSeconds(10);

export function buildMail(
  get: GetGlobal,
  section: GlobalSection,
  pick: Picker,
  sink: Sink,
): MailConfig {
  const server = get('smtp_server');
  return {
    to: recipients(section, pick, sink),
    connectTimeout: fromSeconds(get('smtp_connect_timeout') ?? CONNECT_SECONDS),
    noFaults: get('no_email_faults') ?? false,
    noChecker: get('no_checker_emails') ?? false,
    ...given({
      from: get('notification_email_from'),
      server: server && { host: server.host, port: server.port ?? SMTP_PORT },
      heloName: get('smtp_helo_name') || undefined,
      alert: get('smtp_alert'),
      alertVrrp: get('smtp_alert_vrrp'),
      alertChecker: get('smtp_alert_checker'),
    }),
  };
}

/** Every block adds to the others. */
function recipients(section: GlobalSection, pick: Picker, sink: Sink): string[] {
  const blocks = section.all('notification_email');
  pick.optional('notification_email', blocks[0]);
  const to: string[] = [];
  for (const { at, entries } of blocks) {
    if (entries.length === 0) {
      sink.report('CONFIG_WITHOUT_EFFECT', at, {
        message: 'notification_email is empty: nobody gets mail by it',
        expected: 'an address on each line',
      });
    }
    for (const { keyword, args, body } of entries) {
      if (body) {
        sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', keyword.at, {
          message: 'notification_email lists addresses only, it takes no inner block',
        });
      }
      to.push(...[keyword, ...args].map(({ text }) => text));
    }
  }
  return to;
}

export function buildScripts(get: GetGlobal): ScriptsConfig {
  return {
    security: get('enable_script_security') ?? false,
    useSymlinkPaths: get('use_symlink_paths') ?? false,
    supplementaryGroups: get('set_supplementary_groups') ?? false,
    startupTimeout: get('startup_script_timeout') ?? SCRIPT_TIMEOUT,
    shutdownTimeout: get('shutdown_script_timeout') ?? SCRIPT_TIMEOUT,
    ...given({
      user: named(get('script_user')),
      startup: get('startup_script'),
      shutdown: get('shutdown_script'),
    }),
  };
}

function named(who: ScriptUser | undefined): ScriptsConfig['user'] {
  if (who?.user === undefined) return undefined;
  return { ...who, user: who.user };
}

export function buildFifos(get: GetGlobal): FifosConfig {
  return {
    writeStatesOnReload: get('fifo_write_vrrp_states_on_reload') ?? false,
    ...given({
      all: fifo(get('notify_fifo'), get('notify_fifo_script')),
      vrrp: fifo(get('vrrp_notify_fifo'), get('vrrp_notify_fifo_script')),
      lvs: fifo(get('lvs_notify_fifo'), get('lvs_notify_fifo_script')),
    }),
  };
}

function fifo(
  pipe: FifoConfig | undefined,
  script: ScriptConfig | undefined,
): FifoConfig | undefined {
  if (!pipe && !script) return undefined;
  return { ...pipe, ...(script ? { script } : {}) };
}
