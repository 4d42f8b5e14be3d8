/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the shell's */
/** The completion script for bash. */
import type { Command, Completes } from '../command-line.js';
import {
  firstWords,
  type Programs,
  secondWords,
  spellings,
  takesNextWord,
  wordsFor,
} from './shape.js';

/**
 * The part that does not depend on the commands. `_tandem_complete START OPTIONS VALUED KIND...`
 * completes the word at the cursor: options from word START on, those in VALUED take a value
 * (`option:kind`), and the operands are of the KINDs. A kind is `file`, `none` or `words:...`.
 */
const FRAME = `_tandem_kind() {
    case $1 in
        file)
            COMPREPLY=($(compgen -f -- "$cur"))
            compopt -o filenames 2>/dev/null
            ;;
        words:*) COMPREPLY=($(compgen -W "\${1#words:}" -- "$cur")) ;;
    esac
}

_tandem_complete() {
    local start=$1 options=$2 valued=$3 i=$1 count=0 value=
    shift 3
    # Bash takes --option=value apart at the sign.
    [[ $cur == '=' ]] && cur=
    while ((i < COMP_CWORD)); do
        value=
        case \${COMP_WORDS[i]} in
            -*)
                for word in $valued; do
                    [[ \${word%%:*} == "\${COMP_WORDS[i]}" ]] && value=\${word#*:}
                done
                if [[ $value ]]; then
                    ((i++))
                    [[ \${COMP_WORDS[i]} == '=' ]] && ((i < COMP_CWORD)) && ((i++))
                fi
                ;;
            *) ((count++)) ;;
        esac
        ((i++))
    done
    # Past the cursor: it stands in the value of the last option.
    if ((i > COMP_CWORD)) && [[ $value ]]; then
        _tandem_kind "$value"
    elif [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
    else
        shift "$count" 2>/dev/null || shift $#
        _tandem_kind "\${1:-none}"
    fi
}
`;

/** The script, for `source <(tandem completion bash)`. */
export function bashCompletion(programs: Programs): string {
  const { commands, daemon } = programs;
  const firsts = firstWords(commands);
  const cases = firsts.flatMap((first) => {
    const inside = secondWords(commands, first);
    if (inside.length === 0) {
      const command = commands.find(({ name }) => name === first) as Command;
      return [`        ${first}) ${call(command, 2, programs)} ;;`];
    }
    const words = inside.map(({ name }) => name.slice(first.length + 1));
    return [
      `        ${first})`,
      '            if ((COMP_CWORD == 2)); then',
      `                _tandem_kind 'words:${words.join(' ')}'`,
      '                return',
      '            fi',
      '            case ${COMP_WORDS[2]} in',
      ...inside.map(
        (command, i) => `                ${words[i]}) ${call(command, 3, programs)} ;;`,
      ),
      '            esac',
      '            ;;',
    ];
  });
  return [
    '# bash completion for tandem and tandemd; made by: tandem completion bash',
    FRAME,
    '_tandem() {',
    '    local cur=${COMP_WORDS[COMP_CWORD]} word',
    '    COMPREPLY=()',
    '    if ((COMP_CWORD == 1)); then',
    `        _tandem_kind 'words:${firsts.join(' ')}'`,
    '        return',
    '    fi',
    '    case ${COMP_WORDS[1]} in',
    ...cases,
    '    esac',
    '}',
    '',
    '_tandemd() {',
    '    local cur=${COMP_WORDS[COMP_CWORD]} word',
    '    COMPREPLY=()',
    `    ${call(daemon, 1, programs)}`,
    '}',
    '',
    'complete -F _tandem tandem',
    'complete -F _tandemd tandemd',
    '',
  ].join('\n');
}

function call(command: Command, start: number, programs: Programs): string {
  const kind = (completes: Completes | undefined): string => {
    if (completes === 'file') return 'file';
    const words = wordsFor(completes, programs);
    return words ? `words:${words.join(' ')}` : 'none';
  };
  const options = Object.entries(command.options);
  const all = options.flatMap(([name, option]) => spellings(name, option));
  const valued = options
    .filter(([, option]) => takesNextWord(option))
    .flatMap(([name, option]) =>
      spellings(name, option).map((word) => `${word}:${kind(option.completes)}`),
    );
  return [
    `_tandem_complete ${start} '${all.join(' ')}' '${valued.join(' ')}'`,
    ...command.operands.map(({ completes }) => `'${kind(completes)}'`),
  ].join(' ');
}
