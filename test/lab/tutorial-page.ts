/**
 * A page of doc/tutorials as what there is to do and to see. Pure.
 *
 * - A fenced block ```` ```console ```` has lines `MACHINE# COMMAND` (continued by lines `> …`), each
 *   followed by what it printed. Pages are written by running them; only prose is written by hand.
 * - A block ```` ```keepalived NAME ```` is a file that lies where the commands are typed.
 * - A comment `<!-- until MACHINE# COMMAND -->` waits until a command succeeds: what a reader's eyes do.
 * - A comment `<!-- varies PATTERN -->` before a console block: what matches is another one each time.
 */

export interface Step {
  readonly machine: string;
  readonly command: string;
  /** What it printed when the page was written. */
  readonly output: readonly string[];
}

export type Part =
  | { readonly kind: 'text'; readonly lines: readonly string[] }
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'until'; readonly machine: string; readonly command: string }
  | {
      readonly kind: 'console';
      readonly steps: readonly Step[];
      readonly varies: readonly RegExp[];
    };

const PROMPT = /^([a-z0-9]+)# (.*)$/;

/** The parts of a page in their order; `text` parts hold every other line as it is. */
export function parsePage(page: string): Part[] {
  const lines = page.split('\n');
  const parts: Part[] = [];
  let text: string[] = [];
  let varies: RegExp[] = [];
  const flush = (): void => {
    if (text.length > 0) parts.push({ kind: 'text', lines: text });
    text = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const fence = /^```(console|keepalived (\S+))$/.exec(line);
    text.push(line);
    const until = /^<!-- until ([a-z0-9]+)# (.*) -->$/.exec(line);
    if (until) {
      flush();
      parts.push({ kind: 'until', machine: until[1] as string, command: until[2] as string });
    }
    const variable = /^<!-- varies (.*) -->$/.exec(line);
    if (variable) varies.push(new RegExp(variable[1] as string, 'g'));
    if (!fence) continue;
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`line ${i + 1}: a block without an end`);
    const body = lines.slice(i + 1, end);
    if (fence[2] === undefined) {
      flush();
      parts.push({ kind: 'console', steps: parseSteps(body), varies });
      varies = [];
    } else {
      text.push(...body);
      flush();
      parts.push({ kind: 'file', name: fence[2], text: `${body.join('\n')}\n` });
    }
    i = end - 1;
  }
  flush();
  return parts;
}

function parseSteps(lines: readonly string[]): Step[] {
  const steps: { machine: string; command: string; output: string[] }[] = [];
  for (const line of lines) {
    const [, machine, command] = PROMPT.exec(line) ?? [];
    const last = steps.at(-1);
    if (machine !== undefined && command !== undefined) {
      steps.push({ machine, command, output: [] });
    } else if (last && last.output.length === 0 && line.startsWith('> ')) {
      last.command += `\n${line.slice(2)}`;
    } else if (last) last.output.push(line);
    else throw new Error(`output before the first command: ${line}`);
  }
  return steps;
}

/** The page again, with other outputs. */
export function renderPage(parts: readonly Part[]): string {
  return parts
    .flatMap((part) => {
      if (part.kind === 'text') return part.lines;
      if (part.kind !== 'console') return [];
      return part.steps.flatMap(({ machine, command, output }) => [
        `${machine}# ${command.replaceAll('\n', '\n> ')}`,
        ...output,
      ]);
    })
    .join('\n');
}

/** An output without what is another one each time. */
export function withoutVariable(output: readonly string[], varies: readonly RegExp[]): string {
  return varies.reduce((text, pattern) => text.replace(pattern, '…'), output.join('\n'));
}
