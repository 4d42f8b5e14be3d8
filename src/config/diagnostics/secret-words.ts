/** Which words the grammar marks as secret, and stars over what follows them in a line. */
import { allBlocks } from '../grammar/index.js';
import type { Keywords } from '../grammar/keyword.js';
import { distance } from './nearest.js';

/** The words of the tables that this is about. */
interface SecretWords {
  /** Keywords whose value is a secret. */
  readonly keywords: readonly string[];
  /** Blocks that hold such keywords, by the word that opens them. */
  readonly blocks: ReadonlyMap<string, Keywords>;
}

let words: SecretWords | undefined;

/** Made once: the tables do not change. */
export function secretWords(): SecretWords {
  if (words) return words;
  const keywords = new Set<string>();
  const blocks = new Map<string, Keywords>();
  for (const [opener, inside] of allBlocks()) {
    for (const [word, keyword] of Object.entries(inside)) {
      if (!keyword.secret) continue;
      keywords.add(word);
      if (opener !== '') blocks.set(opener, inside);
    }
  }
  words = { keywords: [...keywords], blocks };
  return words;
}

/**
 * Stars over whatever follows a secret keyword, or a word that looks like a mistyped one: a typo
 * in `auth_pass` must not print the password.
 */
export function maskSecrets(line: string): string {
  const { keywords } = secretWords();
  for (const match of line.matchAll(/[^\s{}"']+/g)) {
    const [word] = match;
    const secret = keywords.find((keyword) => looksLike(word, keyword));
    if (secret === undefined) continue;
    if (!announcesSecret(secret, line, match.index)) continue;
    const from = match.index + word.length;
    const rest = line.slice(from);
    const value = /^(\s+|(?=["']))([^}]*[^}\s])/.exec(rest);
    if (!value) continue;
    const [whole, space = '', hidden = ''] = value;
    return line.slice(0, from) + space + '*'.repeat(hidden.length) + rest.slice(whole.length);
  }
  return line;
}

/** Whether a word is telling wherever it stands; `key` means its secret only as a keyword. */
export function isTelling(keyword: string): boolean {
  return keyword.length > 4;
}

/**
 * Whether what follows a word at a place of a text is its secret: a short word must begin the
 * statement, or a number or a quote must follow it, as in `key 1 ...`, whatever was lost before it.
 */
export function announcesSecret(keyword: string, text: string, at: number): boolean {
  if (isTelling(keyword) || beginsStatement(text, at)) return true;
  return /^\s+(?:["']?\d{1,3}["']?\s+\S|["'])/.test(
    text.slice(at + keyword.length, at + keyword.length + 16),
  );
}

/** Whether nothing but a brace stands before a place in its line. */
function beginsStatement(text: string, at: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /(?:^|[{}])\s*(?:@\S+\s+)?$/.test(before);
}

/** Whether a word is a secret one, or could be meant to be. */
export function looksLike(word: string, secret: string): boolean {
  if (word === secret) return true;
  // A short word has too many neighbours: `key` is two letters from everything.
  const far = Math.max(2, secret.length >> 2);
  if (!isTelling(secret) || Math.abs(word.length - secret.length) > far) return false;
  return distance(word, secret) <= far;
}
