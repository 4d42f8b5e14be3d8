/** What checks inherit: from the check, else the real server, else the virtual server. */
import { fromSeconds } from '../../../base/time.js';
import type { CheckConfig, CheckTimingConfig, RepetitionConfig } from '../../model/index.js';
import type { Given, Picker } from '../pick.js';

export type CheckType = CheckConfig['type'];

const WORDS = ['connect_timeout', 'delay_loop', 'retry', 'delay_before_retry', 'warmup'] as const;
type TimingWord = (typeof WORDS)[number];

/** What a server gives to those below it. */
export interface InheritedTiming {
  readonly given: Readonly<Partial<Record<TimingWord, Given<number>>>>;
  /** The timing of checks that say nothing of their own: one object for all of a kind. */
  readonly shared: Map<CheckType, CheckTimingConfig>;
}

/** The timing words of a block; blocks that have no such keyword have none. */
interface TimingSection {
  get(keyword: TimingWord): Given<number> | undefined;
}

/** What a block adds to what it inherits; the same object if it adds nothing. */
export function inheritedTiming(
  section: TimingSection,
  from: InheritedTiming = { given: {}, shared: new Map() },
): InheritedTiming {
  let given: Partial<Record<TimingWord, Given<number>>> | undefined;
  for (const word of WORDS) {
    const own = section.get(word);
    if (!own) continue;
    given ??= { ...from.given };
    given[word] = own;
  }
  return given ? { given, shared: new Map() } : from;
}

const CONNECT_TIMEOUT = fromSeconds(5);
const DELAY_LOOP = fromSeconds(60);
const RETRY_DELAY = fromSeconds(1);
const WEB_RETRY_DELAY = fromSeconds(3);

function usualRetry(type: CheckType): number {
  return type === 'DNS_CHECK' ? 3 : type === 'MISC_CHECK' ? 0 : 1;
}

function usualRetryDelay(type: CheckType, delayLoop: number): number {
  if (type === 'DNS_CHECK') return delayLoop;
  return type === 'HTTP_GET' || type === 'SSL_GET' ? WEB_RETRY_DELAY : RETRY_DELAY;
}

/** The timing of a check that connects. */
export function checkTiming(
  type: CheckType,
  section: TimingSection,
  pick: Picker,
  server: InheritedTiming,
): CheckTimingConfig {
  const { given, shared } = server;
  let isOwn = false;
  const value = (word: TimingWord): number | undefined => {
    const own = section.get(word);
    if (own) isOwn = true;
    return pick.optional(word, own, given[word]);
  };
  const delayLoop = value('delay_loop') ?? DELAY_LOOP;
  const connectTimeout = value('connect_timeout') ?? CONNECT_TIMEOUT;
  const retry = value('retry') ?? usualRetry(type);
  const delayBeforeRetry = value('delay_before_retry') ?? usualRetryDelay(type, delayLoop);
  const warmup = value('warmup') ?? delayLoop;
  const known = isOwn ? undefined : shared.get(type);
  if (known) return known;
  const timing = { delayLoop, connectTimeout, retry, delayBeforeRetry, warmup };
  if (!isOwn) shared.set(type, timing);
  return timing;
}

/** The timing of a check that does not connect; its block has no connect_timeout. */
export function repetition(
  type: CheckType,
  section: { get(keyword: Exclude<TimingWord, 'connect_timeout'>): Given<number> | undefined },
  pick: Picker,
  server: InheritedTiming,
): RepetitionConfig {
  const all = checkTiming(type, section as TimingSection, pick, server);
  const { connectTimeout: _none, ...rest } = all;
  delete pick.origins['connect_timeout'];
  return rest;
}
