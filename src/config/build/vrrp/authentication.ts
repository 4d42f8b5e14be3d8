/** `authentication` and `auth_hmac`. */
import { fromSeconds, type Micros } from '../../../base/time.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import { MAX_TIME_WINDOW } from '../../grammar/vrrp/authentication.js';
import type { vrrpInstance } from '../../grammar/vrrp.js';
import type { AuthenticationConfig, HmacConfig, HmacKeyConfig } from '../../model/index.js';
import { type Position, renderPosition } from '../../text/source.js';
import type { Section } from '../interpret.js';
import type { Picker } from '../pick.js';

type InstanceSection = Section<typeof vrrpInstance>;

/** What decides whether and how authentication is possible. */
interface Circumstances {
  readonly name: string;
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  readonly strict: boolean;
}

/** The password, unless it is ignored as keepalived ignores it: a warning says so. */
export function buildAuthentication(
  section: InstanceSection,
  pick: Picker,
  { name, version, family, strict }: Circumstances,
  sink: Sink,
): AuthenticationConfig | undefined {
  const block = section.get('authentication');
  if (!block) return undefined;
  const inner = block.section;
  const type = pick.optional('auth_type', inner.get('auth_type'));
  const password = pick.optional('auth_pass', inner.get('auth_pass'));
  const ignored = (why: string): undefined => {
    sink.report('CONFIG_AUTHENTICATION_IGNORED', block.at, {
      message: `vrrp_instance ${name}: authentication is ignored, ${why}: adverts are sent without a password`,
    });
    return undefined;
  };
  if (section.get('auth_hmac')) return ignored('auth_hmac takes its place');
  if (!inner.mentions('auth_type')) return ignored("'auth_type' is missing");
  // A word that was wrong was reported.
  if (type === undefined) return undefined;
  if (password === undefined && inner.mentions('auth_pass')) return undefined;
  if (strict) return ignored('strict_mode has none');
  if (version === 3) return ignored('VRRP version 3 has none');
  // A password that was given wrongly was reported.
  if (password === undefined && inner.mentions('auth_pass')) return undefined;
  if (password === undefined || password === '') return ignored("'auth_pass' is missing or empty");
  if (type === 'AH' && family === 6) return ignored('AH is for IPv4 only');
  return { type, password };
}

const MIN_TIME_WINDOW: Micros = fromSeconds(5);

/** The HMAC's keys and rules; `undefined` without the block, or after a report. */
export function buildHmac(
  section: InstanceSection,
  pick: Picker,
  { name, strict }: Circumstances,
  advertInterval: Micros,
  sink: Sink,
): HmacConfig | undefined {
  const block = section.get('auth_hmac');
  if (!block) return undefined;
  const inner = block.section;
  pick.origins['auth_hmac'] = block.at;
  const wrong = (at: Position, message: string, expected?: string): void =>
    sink.report('CONFIG_AUTH_HMAC', at, {
      message: `vrrp_instance ${name}: auth_hmac: ${message}`,
      expected,
    });
  const keys = new Map<number, HmacKeyConfig>();
  for (const { value, at } of inner.all('key')) {
    const earlier = keys.get(value.id);
    if (!earlier) keys.set(value.id, { ...value, at });
    else {
      wrong(
        at,
        `key ${value.id} is there already (${renderPosition(earlier.at)}): which one counts would be a guess`,
      );
    }
  }
  const activeKey = pick.optional('active_key', inner.get('active_key'));
  if (!inner.mentions('key')) {
    wrong(block.at, 'there is no key: no advert could be signed or believed', "'key <ID> <KEY>'");
  } else if (!inner.mentions('active_key')) {
    wrong(block.at, 'adverts would be signed with no key', "'active_key <ID>'");
  } else if (activeKey !== undefined && keys.size > 0 && !keys.has(activeKey)) {
    wrong(
      pick.origins['active_key'] ?? block.at,
      `there is no key ${activeKey}: adverts could not be signed, and nobody would believe them`,
      `one of ${[...keys.keys()].join(', ')}`,
    );
  }
  const mode = pick.value('mode', 'enforce', inner.get('mode'));
  if (strict && mode !== 'enforce') {
    wrong(
      pick.origins['mode'] ?? block.at,
      `mode ${mode} believes adverts without a signature, which strict_mode excludes`,
      "'mode enforce'",
    );
  }
  const usual = Math.max(3 * advertInterval, MIN_TIME_WINDOW);
  return {
    keys: [...keys.values()],
    activeKey: activeKey ?? 0,
    antiReplay: pick.value('anti_replay', 'time', inner.get('anti_replay')),
    timeWindow: pick.value(
      'time_window',
      // Written in whole seconds, and no more than these.
      Math.min(fromSeconds(MAX_TIME_WINDOW), Math.ceil(usual / 1_000_000) * 1_000_000),
      inner.get('time_window'),
    ),
    mode,
  };
}
