/** The completion script for fish. */
import type { Command, Completes, Option } from '../command-line.js';
import { firstWords, type Programs, secondWords, takesNextWord, wordsFor } from './shape.js';

/** How many of the words before the cursor are no options: what the conditions below look at. */
const FRAME = `function __tandem_words
    set -l words (commandline -opc)
    string match -v -- '-*' $words[2..-1]
end

function __tandem_is
    test (count $argv) -eq 0; and return
    set -l words (__tandem_words)
    test (count $words) -ge (count $argv); or return 1
    test "$words[1..$(count $argv)]" = "$argv"
end

function __tandem_at
    set -l words (__tandem_words)
    test (count $words) -eq $argv[1]; and __tandem_is $argv[2..-1]
end
`;

/** The script, for ~/.config/fish/completions/tandem.fish. */
export function fishCompletion(programs: Programs): string {
  const { commands, daemon } = programs;
  const firsts = firstWords(commands);
  return [
    '# fish completion for tandem and tandemd; made by: tandem completion fish',
    FRAME,
    'complete -c tandem -f',
    ...firsts.map((word) => {
      const command = commands.find(({ name }) => name === word);
      const help = command?.help ?? `Commands about configurations`;
      return `complete -c tandem -n '__tandem_at 0' -a ${word} -d ${quoted(help)}`;
    }),
    ...firsts.flatMap((first) =>
      secondWords(commands, first).map(({ name, help }) => {
        const word = name.slice(first.length + 1);
        return `complete -c tandem -n '__tandem_at 1 ${first}' -a ${word} -d ${quoted(help)}`;
      }),
    ),
    ...commands.flatMap((command) => [
      ...optionLines('tandem', command, `-n '__tandem_is ${command.name}'`, programs),
      ...operandLines(command, programs),
    ]),
    'complete -c tandemd -f',
    ...optionLines('tandemd', daemon, '', programs),
    '',
  ].join('\n');
}

function optionLines(
  program: string,
  { options }: Command,
  condition: string,
  programs: Programs,
): string[] {
  return Object.entries<Option>(options).map(([name, option]) =>
    [
      `complete -c ${program}`,
      ...(condition === '' ? [] : [condition]),
      ...(option.short === undefined ? [] : [`-s ${option.short}`]),
      `-l ${name}`,
      ...(takesNextWord(option) ? ['-x', ...offer(option.completes, programs)] : []),
      `-d ${quoted(option.help)}`,
    ]
      .join(' ')
      .replace('-x -F', '-r -F'),
  );
}

function operandLines({ name, operands }: Command, programs: Programs): string[] {
  const words = name.split(' ').length;
  return operands.flatMap(({ completes }, i) => {
    const offered = offer(completes, programs);
    if (offered.length === 0) return [];
    return [`complete -c tandem -n '__tandem_at ${words + i} ${name}' ${offered.join(' ')}`];
  });
}

function offer(completes: Completes | undefined, programs: Programs): string[] {
  if (completes === 'file') return ['-F'];
  const words = wordsFor(completes, programs);
  return words ? [`-a ${quoted(words.join(' '))}`] : [];
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
