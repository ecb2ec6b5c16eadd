/** The script for zsh: its own words for what a command takes, so that descriptions are shown. */
import { type Entry, type Place, quote, type Taken } from './entry.ts';

/** What ends a description or a name early. */
const escapeSpec = (text: string): string => text.replace(/[\\[\]:]/g, char => `\\${char}`);

const toOption = ({ flag, description, value, isFile }: Taken): string => {
  const message = value === undefined ? '' : `:${escapeSpec(value)}:${isFile ? '_files' : ' '}`;
  // Whoever asks for help asks for nothing else.
  const exclusive = flag === '--help' ? '(- *)' : '';
  return quote(`${exclusive}${flag}[${escapeSpec(description)}]${message}`);
};

const toPlace = ({ name, words, isFile, isLast }: Place, i: number): string => {
  const what = words.length > 0 ? `(${words.join(' ')})` : isFile ? '_files' : ' ';
  return quote(`${isLast ? '*' : i + 1}:${escapeSpec(name)}:${what}`);
};

const toCase = ({ name, options, places }: Entry): string => {
  const specs = [...options.map(toOption), ...places.map(toPlace)];
  return `        ${name})\n          _arguments -S \\\n            ${specs.join(' \\\n            ')}\n          ;;`;
};

export const toZsh = (entries: readonly Entry[], global: readonly Taken[]): string =>
  `#compdef cooperage
# cooperage: completion for zsh. Put it into a folder of $fpath as _cooperage, or, after compinit: eval "$(cooperage completion zsh)"
_cooperage() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands=(
    ${entries.map(({ name, description }) => quote(`${name}:${escapeSpec(description)}`)).join('\n    ')}
  )
  _arguments -C -S \\
    ${global.map(toOption).join(' \\\n    ')} \\
    '1: :->command' '*:: :->arguments'
  case $state in
    command) _describe -t commands 'command' commands ;;
    arguments)
      curcontext=\${curcontext%:*:*}:cooperage-$words[1]:
      case $words[1] in
${entries.map(toCase).join('\n')}
      esac
      ;;
  esac
}
# As a file of $fpath this is the body of the function, which is called for the first completion already.
if [[ $funcstack[1] == _cooperage ]]; then _cooperage "$@"; else compdef _cooperage cooperage; fi
`;
