/** `global_defs`: IPVS. */

import { IPVS_SYSCTLS, type IpvsSysctlName, KEEP } from '../../../base/ipvs-sysctls.js';
import type { Word } from '../../text/source.js';
import { bool, integer, none, parseInteger } from '../args.js';
import { type Args, oldName, planned, type ReportArg, setting } from '../keyword.js';
import { syncDaemon } from './sync-daemon.js';

/** keepalived's LVS_MAX_TIMEOUT: 31 days. */
const MAX_TIMEOUT_SECONDS = 2_678_400;
/** A week. */
export const MAX_DRAIN_SECONDS = 604_800;

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

export interface SysctlArgs {
  readonly name: IpvsSysctlName;
  /** Numbers divided by one blank, or `keep`. */
  readonly value: string;
}

const SYSCTL_NAMES = Object.keys(IPVS_SYSCTLS) as IpvsSysctlName[];
const MAX_SYSCTL = 2_147_483_647;

/** `NAME VALUE`, of sync_threshold two values. */
const sysctl: Args<SysctlArgs> = {
  syntax: '<NAME> keep|<INTEGER> [<INTEGER>]',
  expects: "a name under net.ipv4.vs, and its value or 'keep'",
  min: 2,
  max: 3,
  parse([first, ...words], report) {
    const name = SYSCTL_NAMES.find((known) => known === first?.text);
    if (!first || !name) {
      report('CONFIG_INVALID_VALUE', first as Word, {
        message: `'${first?.text}' is no switch of net.ipv4.vs that can be set here`,
        expected: SYSCTL_NAMES.join(', '),
      });
      return undefined;
    }
    const numbers = IPVS_SYSCTLS[name];
    if (words[0]?.text === KEEP && words.length === 1) return { name, value: KEEP };
    if (words.length !== numbers) {
      report('CONFIG_INVALID_VALUE', first, {
        message: `'${name}' has ${numbers === 1 ? 'one value' : `${numbers} values`}`,
      });
      return undefined;
    }
    const expected = `a whole number from 0 to ${MAX_SYSCTL}, or '${KEEP}'`;
    const values = words.map((word) => parseInteger(word, 0, MAX_SYSCTL, expected, report));
    return values.includes(undefined) ? undefined : { name, value: values.join(' ') };
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
  lvs_drain_timeout: setting(
    integer(0, MAX_DRAIN_SECONDS, 'seconds'),
    "How long real servers that leave the configuration may keep their connections, with weight 0, before they are deleted; 0 deletes them at once, as keepalived does. A word of tandem's own.",
    { default: '300' },
  ),
  lvs_sysctl: setting(
    sysctl,
    "The value of a switch of net.ipv4.vs while the daemon runs, or with keep that it is left alone. A word of tandem's own.",
    { default: 'by the services: tandem doctor tells', repeatable: true },
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
  rs_init_notifies: setting(bool, 'The states that real servers start in are notified.', {
    default: 'no',
  }),
};
