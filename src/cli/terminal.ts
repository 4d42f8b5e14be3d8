/** What is known of where output goes. */

/** Whether to colour: on a terminal, unless NO_COLOR is set (to anything but nothing). */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}
