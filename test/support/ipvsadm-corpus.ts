/** test/corpus/ipvsadm/commands.txt, read. */
import { readFileSync } from 'node:fs';
import { ROOT } from './root.js';

export interface CorpusCommand {
  readonly words: readonly string[];
  readonly stdin: string;
  /** Standard output is compared. */
  readonly compared: boolean;
  readonly line: number;
}

export interface CorpusSection {
  readonly title: string;
  readonly commands: readonly CorpusCommand[];
}

export const CORPUS_FILE = 'test/corpus/ipvsadm/commands.txt';

/** The sections; the file's own head tells its form. */
export function readCorpus(): CorpusSection[] {
  const sections: { title: string; commands: (CorpusCommand & { stdin: string })[] }[] = [];
  for (const [i, text] of readFileSync(`${ROOT}${CORPUS_FILE}`, 'utf8').split('\n').entries()) {
    const commands = sections.at(-1)?.commands;
    if (text === '' || text.startsWith('#')) continue;
    if (text.startsWith('== ')) sections.push({ title: text.slice(3), commands: [] });
    else if (text.startsWith('<')) {
      const last = commands?.at(-1);
      if (!last) throw new Error(`${CORPUS_FILE}:${i + 1}: input for nothing`);
      last.stdin += `${text.slice(2)}\n`;
    } else {
      const compared = !text.startsWith('~ ');
      const words = splitWords(compared ? text : text.slice(2));
      commands?.push({ words, stdin: '', compared, line: i + 1 });
    }
  }
  return sections;
}

/** Words between spaces; 'quotes' keep one together. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
