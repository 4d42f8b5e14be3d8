/** Characters that look like ones of the language and are not: from web pages and word processors. */

/**
 * Blanks that are none here, such as the no-break space; hyphens, dashes and minus signs; curly quotes;
 * the full-width forms of ASCII.
 */
const LOOK_ALIKES =
  /[\u00a0\u1680\u2000-\u200d\u202f\u205f\u3000\ufeff\u2010-\u2015\u2212\u2018-\u201f\uff01-\uff5e]/g;

/** A message in which such characters are named: `<U+00A0>`, so that the reader sees what is wrong. */
export function spelledOut(message: string): string {
  return message.replace(
    LOOK_ALIKES,
    (char) => `<U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`,
  );
}
