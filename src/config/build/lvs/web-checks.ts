/** HTTP_GET and SSL_GET to the model. */

import { suggest } from '../../diagnostics/nearest.js';
import { REGEX_OPTIONS, type url, type webCheck } from '../../grammar/lvs/web-checks.js';
import type { HttpCheckConfig, RegexConfig, UrlConfig } from '../../model/index.js';
import type { Word } from '../../text/source.js';
import type { Section, Setting } from '../interpret.js';
import { Picker } from '../pick.js';
import { type CheckContext, connection } from './checks.js';
import type { Service } from './service.js';

type WebSection = Section<typeof webCheck>;
type UrlSection = Section<typeof url>;

export function buildWeb(
  type: HttpCheckConfig['type'],
  section: WebSection,
  context: CheckContext,
): HttpCheckConfig {
  const { sink } = context.service;
  const pick = new Picker();
  const base = connection(type, section, pick, context);
  const urls = section.all('url').map((setting) => buildUrl(setting, section, type, context));
  if (!section.mentions('url')) {
    sink.report('CONFIG_CHECK_INCOMPLETE', section.at, {
      message: `${type} has no url: there is nothing to ask for`,
      expected: "'url { path / }'",
    });
  }
  const secure = type === 'SSL_GET';
  if (!secure) {
    for (const word of ['enable_sni', 'sni_name', 'tls_compliant'] as const) {
      const given = section.get(word);
      if (given) reportNoTls(word, given.at, context.service);
    }
  }
  const sniName = secure ? pick.optional('sni_name', section.get('sni_name')) : undefined;
  return {
    type,
    ...base,
    urls,
    httpProtocol: pick.value('http_protocol', '1.0', section.get('http_protocol')),
    fastRecovery: pick.value<boolean>('fast_recovery', false, section.get('fast_recovery')),
    enableSni: secure && pick.value<boolean>('enable_sni', false, section.get('enable_sni')),
    ...(sniName === undefined ? {} : { sniName }),
  };
}

function reportNoTls(word: string, at: Word['at'], { sink }: Service): void {
  sink.report('CONFIG_WITHOUT_EFFECT', at, {
    message: `${word} has no effect in HTTP_GET, only SSL_GET has a handshake`,
  });
}

function buildUrl(
  setting: Setting<(typeof webCheck)['url']>,
  web: WebSection,
  type: HttpCheckConfig['type'],
  { real, service }: CheckContext,
): UrlConfig {
  const section: UrlSection = setting.section;
  const { sink } = service;
  const pick = new Picker();
  if (!section.mentions('path')) {
    sink.report('CONFIG_CHECK_INCOMPLETE', section.at, {
      message: 'url has no path: there is nothing to ask for',
      expected: "'path /'",
    });
  }
  const secure = type === 'SSL_GET';
  const compliant = section.get('tls_compliant');
  if (compliant && !secure) reportNoTls('tls_compliant', compliant.at, service);
  const path = pick.value('path', '', section.get('path'));
  const digest = pick.optional('digest', section.get('digest'));
  const virtualHost = pick.optional(
    'virtualhost',
    section.get('virtualhost'),
    web.get('virtualhost'),
    real.get('virtualhost'),
    service.section.get('virtualhost'),
  );
  const regex = buildRegex(section, pick, service);
  return {
    at: section.at,
    path,
    statusCodes: statusCodes(section, pick, service),
    ...(digest === undefined ? {} : { digest }),
    ...(virtualHost === undefined ? {} : { virtualHost }),
    ...(regex ? { regex } : {}),
    tlsCompliant:
      secure && pick.value<boolean>('tls_compliant', false, compliant, web.get('tls_compliant')),
    origins: pick.origins,
  };
}

/** All lines count together, as in keepalived. */
function statusCodes(
  section: UrlSection,
  pick: Picker,
  { sink }: Service,
): UrlConfig['statusCodes'] {
  const lines = section.all('status_code');
  const [first] = lines;
  if (!first) return [];
  pick.origins['status_code'] = first.at;
  for (const { value, at } of lines) {
    if (value.length > 0) continue;
    sink.report('CONFIG_WITHOUT_EFFECT', at, {
      message: "'status_code' without a code changes nothing",
      expected: 'status codes or ranges of them, for example 200 or 200-299',
    });
  }
  return lines.length === 1 ? first.value : lines.flatMap(({ value }) => value);
}

const ABOUT_REGEX = [
  'regex_no_match',
  'regex_options',
  'regex_min_offset',
  'regex_max_offset',
] as const;

/** What keepalived ignores without a word is ignored with a warning: the check must judge alike. */
function buildRegex(section: UrlSection, pick: Picker, service: Service): RegexConfig | undefined {
  const { sink } = service;
  const given = section.get('regex');
  const pattern = given?.value.length === 1 ? given.value[0] : undefined;
  if (given && pattern === undefined) {
    sink.report('CONFIG_WITHOUT_EFFECT', given.args[1]?.at ?? given.at, {
      message: "'regex' takes one word: it is ignored, the answer's text is not looked at",
      expected: 'a regular expression, quoted if it has blanks',
    });
  }
  if (pattern === undefined) {
    for (const word of section.mentions('regex') ? [] : ABOUT_REGEX) {
      const about = section.get(word);
      if (!about) continue;
      sink.report('CONFIG_WITHOUT_EFFECT', about.at, {
        message: `'${word}' has no effect without a 'regex'`,
      });
    }
    return undefined;
  }
  pick.optional('regex', given && { value: pattern, at: given.at });
  let minOffset = offset('regex_min_offset', section, pick, service);
  let maxOffset = offset('regex_max_offset', section, pick, service);
  if (minOffset !== undefined && maxOffset !== undefined && minOffset > maxOffset) {
    sink.report('CONFIG_WITHOUT_EFFECT', pick.origins['regex_min_offset'] ?? section.at, {
      message: `regex_min_offset ${minOffset} is behind regex_max_offset ${maxOffset}: both are ignored, the whole answer is searched`,
    });
    minOffset = maxOffset = undefined;
  }
  return {
    pattern,
    noMatch: pick.value<boolean>('regex_no_match', false, section.get('regex_no_match')),
    options: regexOptions(section, pick, service),
    minOffset: minOffset ?? 0,
    ...(maxOffset === undefined ? {} : { maxOffset }),
  };
}

function offset(
  word: 'regex_min_offset' | 'regex_max_offset',
  section: UrlSection,
  pick: Picker,
  { sink }: Service,
): number | undefined {
  const given = section.get(word);
  if (!given) return undefined;
  const [text = ''] = given.value;
  const value = /^\+?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (given.value.length === 1 && Number.isSafeInteger(value)) {
    pick.origins[word] = given.at;
    return value;
  }
  sink.report('CONFIG_WITHOUT_EFFECT', given.at, {
    message: `'${word}' takes one whole number: it is ignored`,
    expected: 'a number of bytes',
  });
  return undefined;
}

function regexOptions(section: UrlSection, pick: Picker, { sink }: Service): readonly string[] {
  const known = new Set<string>(REGEX_OPTIONS);
  const options = new Set<string>();
  for (const line of section.all('regex_options')) {
    pick.origins['regex_options'] ??= line.at;
    for (const word of line.args) {
      if (known.has(word.text)) {
        options.add(word.text);
        continue;
      }
      sink.report('CONFIG_WITHOUT_EFFECT', word.at, {
        message: `'${word.text}' is not an option of regular expressions: it is ignored`,
        suggestion: suggest(word.text, REGEX_OPTIONS),
      });
    }
  }
  return [...options].sort();
}
