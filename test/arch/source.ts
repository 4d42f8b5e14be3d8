/**
 * Reads TypeScript as far as the rules need it: which modules a file imports, and which identifiers
 * its code uses, with comments and the contents of strings out of the way.
 */

export interface Import {
  /** As written: `./ip.js`, `node:fs`, `koffi`. */
  readonly specifier: string;
  /** `import type`, `export type … from`: gone at run time. */
  readonly typeOnly: boolean;
}

export interface Source {
  /** The text with comments blanked and strings emptied, at the same offsets and lines. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** Scans one file's text. */
export function scan(text: string): Source {
  const { code, strings } = strip(text);
  const imports: Import[] = [];
  // `import … from '…'`, `import '…'`, `export … from '…'`, `import('…')`, `require('…')`.
  const statement =
    /\b(?:(import|export)\s+(type\s+)?(?:[\w$*{},\s]*?\bfrom\s*)?|(?:import|require)\s*\(\s*)(["'`])/g;
  for (let match = statement.exec(code); match; match = statement.exec(code)) {
    const [whole, keyword, type] = match;
    // `export` without `from` before a string is no import: `export const a = '…'` does not match,
    // `export '…'` is not TypeScript.
    if (keyword === 'export' && !/\bfrom\s*["'`]$/.test(whole)) continue;
    // A member called import or require, `x.require('…')`, is none either.
    if (code[match.index - 1] === '.') continue;
    const specifier = strings.get(statement.lastIndex - 1);
    if (specifier !== undefined) imports.push({ specifier, typeOnly: type !== undefined });
  }
  return { code, imports };
}

/** Line number, from 1, of an offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) if (text[i] === '\n') line++;
  return line;
}

/** After these a slash begins a regular expression, not a division. */
const BEFORE_REGEX =
  /(?:^|[=(,;:!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|throw))\s*$/;

/**
 * Blanks comments and empties strings, templates (their `${}` code stays) and regular expressions.
 *
 * @returns the text that is left, and each string's content by the offset of its opening quote.
 */
function strip(text: string): { code: string; strings: Map<number, string> } {
  const out = text.split('');
  const strings = new Map<number, string>();
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  /** For each open `${`: how many braces are open inside it. */
  const templates: number[] = [];
  let i = 0;

  /** Ends after the template's closing backtick or its next `${`. */
  const template = (from: number): void => {
    let j = from;
    while (j < text.length && text[j] !== '`') {
      if (text[j] === '\\') j++;
      else if (text[j] === '$' && text[j + 1] === '{') {
        blank(from, j);
        templates.push(0);
        i = j + 2;
        return;
      }
      j++;
    }
    blank(from, j);
    if (text[from - 1] === '`') strings.set(from - 1, text.slice(from, j));
    i = j + 1;
  };

  while (i < text.length) {
    const c = text[i];
    const next = text[i + 1];
    if (c === '/' && next === '/') {
      const end = text.indexOf('\n', i);
      const to = end < 0 ? text.length : end;
      blank(i, to);
      i = to;
    } else if (c === '/' && next === '*') {
      const end = text.indexOf('*/', i + 2);
      const to = end < 0 ? text.length : end + 2;
      blank(i, to);
      i = to;
    } else if (c === '"' || c === "'") {
      let j = i + 1;
      while (j < text.length && text[j] !== c && text[j] !== '\n') j += text[j] === '\\' ? 2 : 1;
      strings.set(i, text.slice(i + 1, j));
      blank(i + 1, j);
      i = j + 1;
    } else if (c === '`') {
      template(i + 1);
    } else if (c === '/' && BEFORE_REGEX.test(out.slice(Math.max(0, i - 40), i).join(''))) {
      let j = i + 1;
      let inClass = false;
      while (j < text.length && text[j] !== '\n' && (inClass || text[j] !== '/')) {
        if (text[j] === '\\') j++;
        else if (text[j] === '[') inClass = true;
        else if (text[j] === ']') inClass = false;
        j++;
      }
      blank(i + 1, j);
      i = j + 1;
    } else {
      if (templates.length > 0) {
        const top = templates.length - 1;
        if (c === '{') templates[top] = (templates[top] ?? 0) + 1;
        else if (c === '}' && templates[top] === 0) {
          templates.pop();
          template(i + 1);
          continue;
        } else if (c === '}') templates[top] = (templates[top] ?? 0) - 1;
      }
      i++;
    }
  }
  return { code: out.join(''), strings };
}
