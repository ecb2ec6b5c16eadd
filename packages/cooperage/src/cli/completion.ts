/**
 * Completion for shells, generated from the commands and options themselves. Everything that can be known without looking at the machine is
 * in the script; names of files are the shell's business.
 */
import type { Command, Option } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';
export const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

type Entry = {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Option[];
  /** Words for each argument, by place; none where the argument is a file or a name. */
  readonly words: readonly (readonly string[])[];
};

/** Words that arguments of a command may be. */
export type ArgumentWords = Readonly<Record<string, readonly (readonly string[])[]>>;

const listEntries = (program: Command, words: ArgumentWords): Entry[] =>
  program.commands.map(command => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options, ...program.options, command.createOption('-h, --help', 'display help for command')],
    words: words[command.name()] ?? [],
  }));

const flagsOf = ({ options }: Entry): string[] => options.flatMap(({ long }) => (long == null ? [] : [long]));

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Word by word: the command, then its arguments; options are passed over, with their values. */
const toBash = (entries: readonly Entry[]): string => {
  const withValue = [
    ...new Set(entries.flatMap(({ options }) => options.filter(({ required }) => required).map(({ long }) => long))),
  ];
  const cases = entries.map(entry => {
    const places = entry.words.flatMap((words, place) =>
      words.length === 0 ? [] : [`        ${place + 1}) words=${quote(words.join(' '))} ;;`],
    );
    const arguments_ = places.length === 0 ? '' : `\n      case $place in\n${places.join('\n')}\n      esac`;
    return `    ${entry.name})\n      options=${quote(flagsOf(entry).join(' '))}${arguments_}\n      ;;`;
  });
  return `# cooperage: completion for bash. Put it where bash-completion looks, or: eval "$(cooperage completion bash)"
_cooperage() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= place=0 options= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${withValue.join('|')}) ((i++)) ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[i]}; else ((place++)); fi ;;
    esac
  done
  case $previous in ${withValue.join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;; esac
  ((place++))
  case $command in
    '') words=${quote(entries.map(({ name }) => name).join(' '))} options='--json --debug --help' ;;
${cases.join('\n')}
  esac
  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$word"))
  else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _cooperage cooperage
`;
};

const toZsh = (entries: readonly Entry[]): string =>
  `#compdef cooperage
# cooperage: completion for zsh. Put it into a folder of $fpath as _cooperage, or: eval "$(cooperage completion zsh)"
autoload -U +X bashcompinit && bashcompinit
${toBash(entries).split('\n').slice(1).join('\n')}`;

const toFish = (entries: readonly Entry[]): string => {
  const lines = ['# cooperage: completion for fish. cooperage completion fish > ~/.config/fish/completions/cooperage.fish'];
  for (const entry of entries) {
    const { name, description, options, words } = entry;
    lines.push(`complete -c cooperage -n __fish_use_subcommand -f -a ${name} -d ${quote(description)}`);
    const inside = `-n '__fish_seen_subcommand_from ${name}'`;
    for (const { long, description: about, required } of options) {
      if (long == null) continue;
      lines.push(`complete -c cooperage ${inside} -l ${long.slice(2)}${required ? ' -r' : ''} -d ${quote(about)}`);
    }
    for (const list of words) {
      if (list.length > 0) lines.push(`complete -c cooperage ${inside} -a ${quote(list.join(' '))}`);
    }
  }
  return `${lines.join('\n')}\n`;
};

/** The script for a shell. */
export const makeCompletion = (shell: Shell, program: Command, words: ArgumentWords): string => {
  const entries = listEntries(program, words);
  switch (shell) {
    case 'bash':
      return toBash(entries);
    case 'zsh':
      return toZsh(entries);
    case 'fish':
      return toFish(entries);
  }
};
