/** `tandem config explain`: what the grammar's tables say about a keyword. */
import { explain, nearestKeywords, renderExplanations } from '../config/reference/explain.js';
import type { CommandLine } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { EXIT } from './exit-codes.js';

/** What the text stage acts on before there are keywords. */
const SYNTAX = /^(?:include[rmwba]?$|[@$~])/;

/** Prints every meaning of a keyword; returns the exit code. */
export function explainCommand({
  values,
  operands,
}: CommandLine<(typeof COMMANDS)['config explain']['options']>): number {
  const [word = '', block] = operands;
  const found = explain(word, block);
  if (found.length > 0) {
    process.stdout.write(
      values.json ? `${JSON.stringify(found, null, 2)}\n` : renderExplanations(found),
    );
    return EXIT.ok;
  }
  process.stderr.write(`tandem: ${notFound(word, block)}\n`);
  return EXIT.usage;
}

function notFound(word: string, block: string | undefined): string {
  const elsewhere = explain(word).flatMap(({ blocks }) => blocks);
  if (elsewhere.length > 0) {
    const places = elsewhere.map((way) => way || 'the top').join(', ');
    return `'${word}' is no keyword of '${block}': it belongs in ${places}`;
  }
  if (SYNTAX.test(word)) return `'${word}' is no keyword but syntax: tandem.conf(5) describes it`;
  const near = nearestKeywords(word).map((other) => `'${other}'`);
  const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  return `'${word}' is no keyword${meant}`;
}
