/** The script for bash. */
import { type Entry, flagsWithValue, quote, type Taken } from './entry.ts';

const joinFlags = (options: readonly Taken[]): string => quote(options.map(({ flag }) => flag).join(' '));

const describePlace = ({ words, isFile }: Entry['places'][number]): string =>
  words.length > 0 ? `words=${quote(words.join(' '))}` : isFile ? 'files=yes' : ':';

const toCase = ({ name, options, places }: Entry): string => {
  const cases = places.map((place, i) => `        ${place.isLast ? '*' : i + 1}) ${describePlace(place)} ;;`);
  const byPlace = cases.length === 0 ? '' : `\n      case $place in\n${cases.join('\n')}\n      esac`;
  return `    ${name})\n      options=${joinFlags(options)}${byPlace}\n      ;;`;
};

/**
 * Word by word: the command, then its arguments; options are passed over, with their values. Bash parts words at "=" as well, and gives names
 * of files as they were typed, with quotes and backslashes.
 */
export const toBash = (entries: readonly Entry[], global: readonly Taken[]): string => {
  const withValue = flagsWithValue(entries);
  const withFile = flagsWithValue(entries, ({ isFile }) => isFile);
  return `# cooperage: completion for bash. Put it where bash-completion looks, or: eval "$(cooperage completion bash)"
_cooperage_files() { # those that begin so, spaces in their names or not
  local IFS=$'\\n' begin=\${1#[\\"\\']}
  [[ $begin == "$1" ]] && begin=\${begin//\\\\/}
  COMPREPLY=($(compgen -f -- "$begin"))
}
_cooperage() {
  local IFS=$' \\t\\n' word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= place=0 options= words= files= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${withValue.join('|')}) ((i++)); [[ \${COMP_WORDS[i]} == '=' ]] && ((i++)) ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[i]}; else ((place++)); fi ;;
    esac
  done
  [[ $word == '=' ]] && word= previous=\${COMP_WORDS[COMP_CWORD-1]}
  [[ $previous == '=' ]] && previous=\${COMP_WORDS[COMP_CWORD-2]}
  COMPREPLY=()
  case $previous in
    ${withFile.join('|')}) _cooperage_files "$word"; return ;;
    ${withValue.join('|')}) return ;;
  esac
  ((place++))
  case $command in
    '') words=${quote(entries.map(({ name }) => name).join(' '))} options=${joinFlags(global)} ;;
${entries.map(toCase).join('\n')}
  esac
  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$word"))
  elif [[ -n $files ]]; then _cooperage_files "$word"; fi
}
complete -o filenames -F _cooperage cooperage
`;
};
