/**
 * An instance's `auth_hmac`: its keys, the sequence it sends, and the mark of each sender below which
 * a packet is a repetition. `hmac.ts` has the bytes.
 *
 * Both replay modes demand of each sender that its sequence grows. `time` besides rejects what is
 * further from the clock than the window, before the HMAC is computed, so that a flood of old
 * packets costs little; and a mark that has left the window is forgotten, so that a sender whose
 * clock was put right is heard again. Nothing is learned from a packet before its HMAC is verified.
 */
import { fromHex } from '../base/bytes.js';
import type { Ip } from '../base/ip.js';
import { fail, ok, type Result } from '../base/result.js';
import { MICROS_PER_SECOND, type Micros } from '../base/time.js';
import type { Advert } from './advert.js';
import { decodeTrailer, encodeTrailer, isSigned, type SignedContext } from './hmac.js';
import type { HmacSettings } from './settings.js';

export type HmacDropReason =
  /** No trailer, and `mode enforce`. */
  | 'hmac-missing'
  /** Another type than HMAC-SHA256, or a reserved field that is not zero. */
  | 'hmac-malformed'
  /** Further from our clock than `time_window`: an old packet, or a clock that is wrong. */
  | 'hmac-stale'
  /** A key id that is not configured. */
  | 'hmac-unknown-key'
  /** Not signed with that key, or changed on its way. */
  | 'hmac-invalid'
  /** Not newer than the last packet of that sender. */
  | 'hmac-replayed';

/** See {@link createHmacAuth}. */
export interface HmacAuth {
  settings: HmacSettings;
  /** By id. */
  keys: ReadonlyMap<number, Uint8Array>;
  /** The last sequence that was sent; 0: none. */
  sent: bigint;
  /**
   * The highest sequence of each sender, the one heard last at the end. Of senders that are not
   * configured unicast peers at most {@link STRANGERS} are kept.
   */
  readonly marks: Map<Ip, bigint>;
}

/** What a verified trailer tells. */
export interface Verified {
  /** µs that the sender's clock is behind ours (ahead: negative), to a second. */
  readonly skew: Micros;
}

/** More than two routers of one VRID speak only while they dispute. */
const STRANGERS = 4;

/** The state of an `auth_hmac` that has neither sent nor heard anything. */
export function createHmacAuth(settings: HmacSettings): HmacAuth {
  const auth: HmacAuth = { settings, keys: new Map(), sent: 0n, marks: new Map() };
  changeHmacAuth(auth, settings);
  return auth;
}

/** Takes over a reload: other keys and modes, the same marks. */
export function changeHmacAuth(auth: HmacAuth, settings: HmacSettings): void {
  auth.settings = settings;
  auth.keys = new Map(settings.keys.map(({ id, secret }) => [id, fromHex(secret)]));
}

/**
 * The trailer of the next advert, `undefined` if none is sent.
 *
 * @param utc wall-clock µs since 1970.
 */
export function signAdvert(
  auth: HmacAuth,
  pdu: Uint8Array,
  context: SignedContext,
  utc: Micros,
): Uint8Array | undefined {
  const { mode, activeKey } = auth.settings;
  const key = auth.keys.get(activeKey);
  if (mode === 'receive-only' || !key) return undefined;
  auth.sent = nextSequence(auth, utc);
  return encodeTrailer({ keyId: activeKey, sequence: auth.sent }, key, pdu, context);
}

/**
 * Verifies a received advert, and raises its sender's mark if it is right.
 *
 * @param isPeer whether the sender is a configured unicast peer: its mark is never pushed out.
 * @returns `undefined` as the value of an advert without a trailer that the mode lets pass.
 */
export function verifyAdvert(
  auth: HmacAuth,
  advert: Advert,
  source: { readonly ip: Ip; readonly bytes: Uint8Array },
  isPeer: (ip: Ip) => boolean,
  utc: Micros,
): Result<Verified | undefined, HmacDropReason> {
  const { mode } = auth.settings;
  if (!advert.trailer) return mode === 'enforce' ? fail('hmac-missing') : ok(undefined);
  const trailer = decodeTrailer(advert.trailer);
  if (!trailer.ok) return trailer;
  const { keyId, sequence } = trailer.value;
  const skew = secondsBehind(sequence, utc);
  if (isOutside(auth, skew)) return fail('hmac-stale');
  const key = auth.keys.get(keyId);
  if (!key) return fail('hmac-unknown-key');
  const context = { ...advert, source: source.bytes };
  if (!isSigned(key, advert.pdu, advert.trailer, context)) return fail('hmac-invalid');
  const mark = auth.marks.get(source.ip);
  const isCounted = mark !== undefined && !isOutside(auth, secondsBehind(mark, utc));
  if (isCounted && !isAfter(sequence, mark)) return fail('hmac-replayed');
  remember(auth, source.ip, sequence, isPeer);
  return ok({ skew: skew * MICROS_PER_SECOND });
}

function remember(auth: HmacAuth, source: Ip, sequence: bigint, isPeer: (ip: Ip) => boolean): void {
  auth.marks.delete(source);
  auth.marks.set(source, sequence);
  const strangers = [...auth.marks.keys()].filter((ip) => !isPeer(ip));
  if (strangers.length > STRANGERS) auth.marks.delete(strangers[0] as Ip);
}

/**
 * The clock, or one more than the last sequence if the clock has not moved on. A clock that was put
 * back leaves the sequence ahead of it: in mode `time` it returns to the clock once it is out of the
 * window, where nobody would accept it any more.
 */
function nextSequence(auth: HmacAuth, utc: Micros): bigint {
  const clock = clockSequence(utc);
  if (auth.sent === 0n || isAfter(clock, auth.sent)) return clock;
  const ahead = -secondsBehind(auth.sent, utc);
  if (auth.settings.antiReplay === 'time' && ahead > auth.settings.timeWindow) return clock;
  return BigInt.asUintN(64, auth.sent + 1n);
}

/** Seconds in the upper 32 bits, 1/65536 s in the next 16, counter 0. */
function clockSequence(utc: Micros): bigint {
  const seconds = Math.floor(utc / MICROS_PER_SECOND);
  const fraction = Math.floor(((utc - seconds * MICROS_PER_SECOND) * 65_536) / MICROS_PER_SECOND);
  return (BigInt.asUintN(32, BigInt(seconds)) << 32n) | (BigInt(fraction) << 16n);
}

/** Whole seconds from a sequence's to now, in the serial arithmetic of 32 bits (RFC 1982). */
function secondsBehind(sequence: bigint, utc: Micros): number {
  return (Math.floor(utc / MICROS_PER_SECOND) - Number(sequence >> 32n)) | 0;
}

function isOutside(auth: HmacAuth, skew: number): boolean {
  return auth.settings.antiReplay === 'time' && Math.abs(skew) > auth.settings.timeWindow;
}

/** Serial arithmetic of 64 bits (RFC 1982). */
function isAfter(a: bigint, b: bigint): boolean {
  return BigInt.asIntN(64, a - b) > 0n;
}
