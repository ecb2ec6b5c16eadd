/** What a completion script has to know of a command. */

export type Taken = {
  /** `--limit`. */
  readonly flag: string;
  readonly description: string;
  /** What its value is called; undefined when it takes none. */
  readonly value: string | undefined;
  readonly isFile: boolean;
};

export type Place = {
  readonly name: string;
  /** What it may be; none where only the machine or the database knows. */
  readonly words: readonly string[];
  readonly isFile: boolean;
  /** All arguments from here on. */
  readonly isLast: boolean;
};

export type Entry = {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Taken[];
  /** One for each argument. */
  readonly places: readonly Place[];
};

export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The options of any command that take a value: what follows one is no argument. */
export const flagsWithValue = (entries: readonly Entry[], isWanted: (option: Taken) => boolean = () => true): string[] => {
  const options = entries.flatMap(entry => entry.options).filter(option => option.value !== undefined && isWanted(option));
  return [...new Set(options.map(({ flag }) => flag))];
};
