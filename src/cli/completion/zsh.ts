/** The completion script for zsh. */
import type { Command, Completes, Option } from '../command-line.js';
import { firstWords, type Programs, secondWords, spellings, wordsFor } from './shape.js';

/** The script, for a file `_tandem` in a folder of `$fpath`. */
export function zshCompletion(programs: Programs): string {
  const { commands, daemon } = programs;
  const firsts = firstWords(commands);
  const groups = firsts.filter((first) => secondWords(commands, first).length > 0);
  return [
    '#compdef tandem tandemd',
    '# zsh completion for tandem and tandemd; made by: tandem completion zsh',
    '',
    `_tandem_keyword() { compadd -- ${programs.keywords.join(' ')} }`,
    `_tandem_block() { compadd -- ${programs.blocks.join(' ')} }`,
    '',
    ...groups.flatMap((group) =>
      choose(
        `_tandem_${group}`,
        secondWords(commands, group).map((command) => ({
          word: command.name.slice(group.length + 1),
          help: command.help,
          action: argumentsOf(command, programs),
        })),
      ),
    ),
    ...choose(
      '_tandem_command',
      firsts.map((word) => {
        const command = commands.find(({ name }) => name === word);
        return {
          word,
          help: command?.help ?? `Commands about configurations`,
          action: command ? argumentsOf(command, programs) : `_tandem_${word}`,
        };
      }),
    ),
    '_tandem() {',
    '    case $service in',
    `        tandemd) ${argumentsOf(daemon, programs)} ;;`,
    '        *) _tandem_command ;;',
    '    esac',
    '}',
    '',
    'if [[ $funcstack[1] == _tandem ]]; then',
    '    _tandem "$@"',
    'else',
    '    compdef _tandem tandem tandemd',
    'fi',
    '',
  ].join('\n');
}

interface Choice {
  readonly word: string;
  readonly help: string;
  readonly action: string;
}

/** A function that completes one of several words, and then what follows it. */
function choose(name: string, choices: readonly Choice[]): string[] {
  return [
    `${name}() {`,
    '    local curcontext=$curcontext state line',
    '    typeset -A opt_args',
    "    _arguments -C '1: :->word' '*:: :->rest'",
    '    case $state in',
    '        word)',
    '            local -a words=(',
    ...choices.map(({ word, help }) => `                ${quoted(`${word}:${help}`)}`),
    '            )',
    "            _describe 'command' words",
    '            ;;',
    '        rest)',
    '            case $line[1] in',
    ...choices.map(({ word, action }) => `                ${word}) ${action} ;;`),
    '            esac',
    '            ;;',
    '    esac',
    '}',
    '',
  ];
}

function argumentsOf(command: Command, programs: Programs): string {
  const options = Object.entries(command.options).map(([name, option]) =>
    specification(name, option, programs),
  );
  const operands = command.operands.map(({ name, optional, completes }, i) =>
    quoted(`${i + 1}:${optional ? ':' : ''}${name}:${action(completes, programs)}`),
  );
  return ['_arguments -s -S', ...options, ...operands].join(' ');
}

function specification(name: string, option: Option, programs: Programs): string {
  const { short, value, attached, help, completes } = option;
  const words = spellings(name, option);
  const exclusive = short === undefined ? '' : quoted(`(${words.join(' ')})`);
  const forms = words.map((word) => {
    if (value === undefined) return word;
    if (attached) return word.startsWith('--') ? `${word}=-` : `${word}-`;
    return word.startsWith('--') ? `${word}=` : `${word}+`;
  });
  const text = help.replace(/[[\]:\\]/g, '\\$&');
  const rest =
    value === undefined
      ? `[${text}]`
      : `[${text}]:${attached ? ':' : ''}${value}:${action(attached ? 'file' : completes, programs)}`;
  return `${exclusive}${forms.length > 1 ? `{${forms.join(',')}}` : forms[0]}${quoted(rest)}`;
}

function action(completes: Completes | undefined, programs: Programs): string {
  if (completes === 'file') return '_files';
  if (completes === 'keyword' || completes === 'block') return `_tandem_${completes}`;
  const words = wordsFor(completes, programs);
  return words ? `(${words.join(' ')})` : ' ';
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
