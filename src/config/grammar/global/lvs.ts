/** `global_defs`: IPVS. */
import type { Word } from '../../text/source.js';
import { bool, none, parseInteger } from '../args.js';
import { type Args, oldName, planned, type ReportArg, setting } from '../keyword.js';
import { syncDaemon } from './sync-daemon.js';

/** keepalived's LVS_MAX_TIMEOUT: 31 days. */
const MAX_TIMEOUT_SECONDS = 2_678_400;

/** `lvs_flush_on_stop [VS]`. */
const flushOnStop: Args<'all' | 'services'> = {
  syntax: '[VS]',
  expects: "nothing or 'VS'",
  min: 0,
  max: 1,
  parse([word], report: ReportArg) {
    if (!word) return 'all';
    if (word.text === 'VS') return 'services';
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not known`,
      expected: flushOnStop.expects,
    });
    return undefined;
  },
};

export interface TimeoutArgs {
  readonly tcp?: number;
  readonly tcpfin?: number;
  readonly udp?: number;
}

const TIMEOUT_NAMES = ['tcp', 'tcpfin', 'udp'] as const;

/** `[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]`, at least one of them. */
const timeouts: Args<TimeoutArgs> = {
  syntax: '[tcp <SECONDS>] [tcpfin <SECONDS>] [udp <SECONDS>]',
  expects: 'tcp, tcpfin or udp, each with whole seconds',
  min: 2,
  max: 6,
  range: [0, MAX_TIMEOUT_SECONDS],
  unit: 'seconds',
  parse(words, report) {
    const found: { -readonly [K in keyof TimeoutArgs]: TimeoutArgs[K] } = {};
    let good = true;
    for (let i = 0; i < words.length; i += 2) {
      const word = words[i] as Word;
      const value = words[i + 1];
      const name = TIMEOUT_NAMES.find((known) => known === word.text);
      if (!name) {
        report('CONFIG_INVALID_VALUE', word, {
          message: `'${word.text}' is not known`,
          expected: timeouts.expects,
        });
        return undefined;
      }
      if (!value) {
        report('CONFIG_MISSING_VALUE', word, { message: `'${name}' needs a value` });
        return undefined;
      }
      const expected = `whole seconds from 0 to ${MAX_TIMEOUT_SECONDS}`;
      const seconds = parseInteger(value, 0, MAX_TIMEOUT_SECONDS, expected, report);
      if (seconds === undefined) good = false;
      else found[name] = seconds;
    }
    return good ? found : undefined;
  },
};

export const lvsDefaults = {
  lvs_sync_daemon: setting(
    syncDaemon,
    'Runs the connection sync of the kernel: the master daemon while the instance is MASTER, the backup daemon otherwise; without an instance both.',
    {
      default: "none; the id defaults to the instance's virtual_router_id, or 0",
      firstCounts: true,
    },
  ),
  lvs_timeouts: setting(
    timeouts,
    'How long the kernel remembers idle connections: TCP, TCP after a FIN, and UDP; 0 leaves a time as it is. At stop they are put back.',
    { default: "the kernel's", repeatable: true },
  ),
  lvs_flush: setting(none, 'Clears the whole IPVS table at start, the services of others too.'),
  lvs_flush_on_stop: setting(
    flushOnStop,
    'Clears the whole IPVS table at stop; with VS only the services of this configuration.',
  ),
  lvs_flush_onstop: oldName('lvs_flush_on_stop'),
  checker_log_all_failures: planned(
    setting(bool, 'Every failed check is logged, not only those that change something.', {
      default: 'no',
    }),
    'failures of a server that is down already are logged at level debug',
    (value) => !value,
  ),
  rs_init_notifies: planned(
    setting(bool, 'The states that real servers start in are notified.', { default: 'no' }),
    'nothing is notified',
    (value) => !value,
  ),
};
