/** Timing that a virtual server gives to its real servers and they to their checks. */
import { integer, timer } from '../args.js';
import { setting } from '../keyword.js';

export const MAX_UINT32 = 4_294_967_295;
/** keepalived's IPVS_WEIGHT_MAX. */
export const MAX_WEIGHT = 2_147_483_647;
/** keepalived keeps connect_timeout in an unsigned 32-bit count of microseconds. */
const MAX_CONNECT_SECONDS = 4294.967295;
/** What a whole number of microseconds holds exactly: 285 years. */
const MAX_DELAY_SECONDS = 9_007_199_254;
const SHORTEST = 0.000001;

const connectTimeout = setting(
  timer(SHORTEST, MAX_CONNECT_SECONDS),
  'One total deadline of an attempt, from connect to the last byte of the answer.',
  { default: '5' },
);

/** Timing of every check that is repeated. */
export const repetition = {
  delay_loop: setting(
    timer(SHORTEST, MAX_DELAY_SECONDS),
    'The pause between two attempts while the server is well.',
    { default: '60' },
  ),
  delay_before_retry: setting(
    timer(0, MAX_DELAY_SECONDS),
    'The pause between a failed attempt and the next.',
    { default: '1; 3 for HTTP_GET and SSL_GET; delay_loop for DNS_CHECK' },
  ),
  warmup: setting(
    timer(0, MAX_DELAY_SECONDS),
    'The first attempt comes at a random moment within this time.',
    { default: 'delay_loop' },
  ),
} as const;

/** Timing of servers, and of checks that connect. */
export const timing = { connect_timeout: connectTimeout, ...repetition } as const;

const RETRY = 'Failed attempts after the first before the server counts as failed.';
const RETRY_DEFAULT = { default: '1; 3 for DNS_CHECK, 0 for MISC_CHECK' };

/** `retry` of servers starts at 1, that of checks at 0. */
export const serverRetry = setting(integer(1, MAX_UINT32), RETRY, RETRY_DEFAULT);
export const checkRetry = setting(integer(0, MAX_UINT32), RETRY, RETRY_DEFAULT);
