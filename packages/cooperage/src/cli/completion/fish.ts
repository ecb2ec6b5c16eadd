/** The script for fish: one line for each thing that may be offered, with the condition under which it is. */
import { type Entry, flagsWithValue, quote, type Taken } from './entry.ts';

const toOption = ({ flag, description, value, isFile }: Taken, condition: string): string =>
  `complete -c cooperage -n ${condition} -l ${flag.slice(2)}${value === undefined ? '' : isFile ? ' -r -F' : ' -x'} -d ${quote(description)}`;

const toLines = ({ name, description, options, places }: Entry): string[] => {
  const inside = quote(`__cooperage_at ${name}`);
  const lines = [`complete -c cooperage -n "__cooperage_at ''" -f -a ${name} -d ${quote(description)}`];
  lines.push(...options.map(option => toOption(option, inside)));
  for (const [i, { isFile, words, isLast }] of places.entries()) {
    const range = `${i + 1} ${isLast ? 99 : i + 1}`;
    if (words.length > 0)
      lines.push(`complete -c cooperage -n '__cooperage_at ${name} ${range}' -f -a ${quote(words.join(' '))}`);
    else if (!isFile) lines.push(`complete -c cooperage -n '__cooperage_at ${name} ${range}' -f`);
  }
  if (!places.some(({ isLast }) => isLast))
    lines.push(`complete -c cooperage -n '__cooperage_at ${name} ${places.length + 1} 99' -f`);
  return lines;
};

export const toFish = (entries: readonly Entry[], global: readonly Taken[]): string => {
  const lines = entries.flatMap(toLines);
  return `# cooperage: completion for fish. cooperage completion fish > ~/.config/fish/completions/cooperage.fish
function __cooperage_at # command [first last]: is it this one, and does its argument of one of these places come next?
    set -l command ''
    set -l place 1
    set -l has_value 0
    for word in (commandline -opc)[2..]
        if test $has_value = 1
            set has_value 0
            continue
        end
        switch $word
            case ${flagsWithValue(entries).join(' ')}
                set has_value 1
            case '-*'
            case '*'
                if test -z "$command"
                    set command $word
                else
                    set place (math $place + 1)
                end
        end
    end
    test "$command" = "$argv[1]"; or return 1
    test (count $argv) -eq 1; and return 0
    test $place -ge $argv[2] -a $place -le $argv[3]
end
${global.map(option => toOption(option, `"__cooperage_at ''"`)).join('\n')}
${lines.join('\n')}
`;
};
