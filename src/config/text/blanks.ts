/** What separates words: ASCII's blanks and nothing else, as in C. A no-break space belongs to a word. */

export function trimBlanks(text: string): string {
  return trimBlanksStart(trimBlanksEnd(text));
}

export function trimBlanksStart(text: string): string {
  return text.replace(/^[ \t\n\v\f\r]+/, '');
}

export function trimBlanksEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\n\v\f\r'.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
