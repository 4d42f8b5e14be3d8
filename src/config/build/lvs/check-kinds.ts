/** The kinds of checks that are no web checks. */
import { fromSeconds } from '../../../base/time.js';
import type {
  bfdCheck,
  dnsCheck,
  fileCheck,
  miscCheck,
  smtpCheck,
  udpCheck,
} from '../../grammar/lvs/checkers.js';
import type {
  BfdCheckConfig,
  DnsCheckConfig,
  FileCheckConfig,
  MiscCheckConfig,
  PlainCheckConfig,
  SmtpCheckConfig,
  SmtpHostConfig,
  UdpCheckConfig,
} from '../../model/index.js';
import type { Section, Setting } from '../interpret.js';
import { Picker } from '../pick.js';
import {
  type CheckContext,
  type ConnectionSection,
  connection,
  judging,
  pickAlpha,
  target,
} from './checks.js';
import { repetition } from './timing.js';

/** TCP_CHECK and PING_CHECK. */
export function buildPlain(
  type: PlainCheckConfig['type'],
  section: ConnectionSection,
  context: CheckContext,
): PlainCheckConfig {
  const { at, target, timing, alpha, logAllFailures, origins } = connection(
    type,
    section,
    new Picker(),
    context,
  );
  return { type, at, target, timing, alpha, logAllFailures, origins };
}

/** What keepalived says HELO with. */
const HELO = 'smtpchecker.keepalived.org';

export function buildSmtp(
  section: Section<typeof smtpCheck>,
  context: CheckContext,
): SmtpCheckConfig {
  const pick = new Picker();
  const base = connection('SMTP_CHECK', section, pick, context);
  return {
    type: 'SMTP_CHECK',
    ...base,
    heloName: pick.value('helo_name', HELO, section.get('helo_name')),
    hosts: section.all('host').map((host) => buildHost(host, base, context)),
  };
}

/** A `host` of SMTP_CHECK has its own target and deadline; the rest is the check's. */
function buildHost(
  setting: Setting<(typeof smtpCheck)['host']>,
  check: Pick<SmtpCheckConfig, 'target' | 'timing'>,
  context: CheckContext,
): SmtpHostConfig {
  const { section } = setting;
  const { sink } = context.service;
  sink.report('CONFIG_OLD_NAME', setting.at, {
    message: "'host' in SMTP_CHECK is an old form: today it is a check of its own",
    expected: 'one SMTP_CHECK for each host',
  });
  for (const word of CHECK_ONLY) {
    const given = section.get(word);
    if (!given) continue;
    sink.report('CONFIG_WITHOUT_EFFECT', given.at, {
      message: `'${word}' is the check's, not a host's: here it is ignored`,
    });
  }
  const pick = new Picker();
  return {
    at: setting.at,
    target: { ...check.target, ...target(section, pick, 'SMTP_CHECK', check.target, context) },
    connectTimeout: pick.value(
      'connect_timeout',
      check.timing.connectTimeout,
      section.get('connect_timeout'),
    ),
    origins: pick.origins,
  };
}

const CHECK_ONLY = [
  'delay_loop',
  'retry',
  'delay_before_retry',
  'warmup',
  'alpha',
  'log_all_failures',
] as const;

export function buildDns(section: Section<typeof dnsCheck>, context: CheckContext): DnsCheckConfig {
  const pick = new Picker();
  return {
    type: 'DNS_CHECK',
    ...connection('DNS_CHECK', section, pick, context),
    recordType: pick.value('type', 'SOA', section.get('type')),
    name: pick.value('name', '.', section.get('name')),
  };
}

/** keepalived's UINT8_MAX. */
const MAX_REPLY = 255;

export function buildUdp(section: Section<typeof udpCheck>, context: CheckContext): UdpCheckConfig {
  const pick = new Picker();
  const { sink } = context.service;
  const payload = pick.optional('payload', section.get('payload'));
  const reply = pick.optional('require_reply', section.get('require_reply'));
  let minReplyLength = pick.value('min_reply_length', 0, section.get('min_reply_length'));
  let maxReplyLength = pick.value('max_reply_length', MAX_REPLY, section.get('max_reply_length'));
  if (minReplyLength > maxReplyLength) {
    sink.report('CONFIG_CHECK_INCOMPLETE', pick.origins['min_reply_length'] ?? section.at, {
      message: `an answer cannot have at least ${minReplyLength} and at most ${maxReplyLength} bytes: the check would always fail`,
      expected: `at most ${maxReplyLength}, or a greater max_reply_length`,
    });
  }
  if (reply === undefined) {
    for (const word of ['min_reply_length', 'max_reply_length'] as const) {
      const at = pick.origins[word];
      if (!at) continue;
      sink.report('CONFIG_WITHOUT_EFFECT', at, {
        message: `'${word}' has no effect without 'require_reply': no answer is waited for`,
      });
    }
    [minReplyLength, maxReplyLength] = [0, MAX_REPLY];
  }
  return {
    type: 'UDP_CHECK',
    ...connection('UDP_CHECK', section, pick, context),
    ...(payload === undefined ? {} : { payload }),
    ...(reply === undefined ? {} : { reply }),
    minReplyLength,
    maxReplyLength,
  };
}

export function buildMisc(
  section: Section<typeof miscCheck>,
  context: CheckContext,
): MiscCheckConfig {
  const pick = new Picker();
  const { sink } = context.service;
  const path = section.get('misc_path');
  if (!section.mentions('misc_path')) {
    sink.report('CONFIG_CHECK_INCOMPLETE', section.at, {
      message: 'MISC_CHECK has no misc_path: there is nothing to run',
      expected: "'misc_path <COMMAND>'",
    });
  }
  const timing = repetition('MISC_CHECK', section, pick, context.timing);
  const seconds = pick.value('misc_timeout', 0, section.get('misc_timeout'));
  return {
    type: 'MISC_CHECK',
    at: section.at,
    script: {
      at: path?.at ?? section.at,
      command: pick.value<readonly string[]>('misc_path', [], path),
      ...pick.optional('user', section.get('user')),
    },
    timeout: seconds === 0 ? timing.delayLoop : fromSeconds(seconds),
    dynamic: pick.value<boolean>('misc_dynamic', false, section.get('misc_dynamic')),
    timing,
    ...judging(section, pick, context),
    origins: pick.origins,
  };
}

export function buildFile(
  section: Section<typeof fileCheck>,
  context: CheckContext,
): FileCheckConfig {
  const pick = new Picker();
  if (!section.mentions('track_file')) {
    context.service.sink.report('CONFIG_CHECK_INCOMPLETE', section.at, {
      message: 'FILE_CHECK has no track_file: there is nothing to read',
      expected: "'track_file <NAME>'",
    });
  }
  const named = pick.value('track_file', '', section.get('track_file'));
  const own = section.get('weight');
  const file = context.service.trackFile(named);
  // A weight of 0 is none of its own, as in keepalived.
  const inherited = file && { value: file, at: file.origins['weight'] ?? file.at };
  const { weight, reverse } = pick.value(
    'weight',
    { weight: 0, reverse: false },
    own && own.value.weight !== 0 ? own : inherited,
  );
  return {
    type: 'FILE_CHECK',
    at: section.at,
    trackFile: named,
    weight,
    reverse,
    alpha: pickAlpha(pick, context),
    origins: pick.origins,
  };
}

export function buildBfd(section: Section<typeof bfdCheck>, context: CheckContext): BfdCheckConfig {
  const pick = new Picker();
  if (!section.mentions('name')) {
    context.service.sink.report('CONFIG_CHECK_INCOMPLETE', section.at, {
      message: 'BFD_CHECK has no name: there is no session to watch',
      expected: "'name <BFD_INSTANCE>'",
    });
  }
  return {
    type: 'BFD_CHECK',
    at: section.at,
    name: pick.value('name', '', section.get('name')),
    alpha: pickAlpha(pick, context, section.get('alpha')),
    origins: pick.origins,
  };
}
