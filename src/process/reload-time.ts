/** The time in a `reload_time_file`, in the forms that keepalived.conf(5) permits. */

const FORM = /^(?:(\d{2}|\d{4})-(\d{2})-(\d{2}) )?(\d{2}):(\d{2}):(\d{2})(Z?)$/;
const DAY_MILLIS = 86_400_000;

/**
 * When the next reload is due.
 *
 * @param text of the file: its first line counts.
 * @param now milliseconds since 1970. A time without a date is the next such time after it.
 * @returns milliseconds since 1970; `past` if it was before; `undefined` if it is no time.
 */
export function reloadTime(text: string, now: number): number | 'past' | undefined {
  const match = FORM.exec(text.split('\n', 1)[0] as string);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, utc] = match;
  const isUtc = utc === 'Z';
  const clock = [Number(hour), Number(minute), Number(second)] as const;
  if (clock[0] > 23 || clock[1] > 59 || clock[2] > 59) return undefined;
  if (year === undefined) {
    const today = new Date(now);
    const date = isUtc
      ? ([today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()] as const)
      : ([today.getFullYear(), today.getMonth(), today.getDate()] as const);
    const at = millisOf(date, clock, isUtc);
    if (at > now) return at;
    // Tomorrow's, which in local time need not be 24 hours away.
    return isUtc ? at + DAY_MILLIS : millisOf([date[0], date[1], date[2] + 1], clock, isUtc);
  }
  const date = [
    Number(year) + (year.length === 2 ? 2_000 : 0),
    Number(month) - 1,
    Number(day),
  ] as const;
  const noon = new Date(Date.UTC(...date, 12));
  if (noon.getUTCMonth() !== date[1] || noon.getUTCDate() !== date[2]) return undefined;
  const at = millisOf(date, clock, isUtc);
  return at > now ? at : 'past';
}

type Three = readonly [number, number, number];

function millisOf(date: Three, clock: Three, isUtc: boolean): number {
  return isUtc ? Date.UTC(...date, ...clock) : new Date(...date, ...clock).getTime();
}
