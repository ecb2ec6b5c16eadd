/**
 * Completion for shells, generated from the commands and options themselves. Everything that can be known without looking at the machine is
 * in the script; names of files are the shell's business.
 */
import type { Command, Option } from 'commander';
import { toBash } from './completion/bash.ts';
import type { Entry, Place, Taken } from './completion/entry.ts';
import { toFish } from './completion/fish.ts';
import { toZsh } from './completion/zsh.ts';

export type Shell = 'bash' | 'zsh' | 'fish';
export const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** Words that arguments of a command may be. */
export type ArgumentWords = Readonly<Record<string, readonly (readonly string[])[]>>;

/** By these names, arguments and values of options are files or folders. */
const FILES: readonly string[] = ['database', 'directory', 'config', 'slog', 'file', 'path'];

const toTaken = ({ long, description, flags }: Option): Taken | undefined => {
  if (long == null) return undefined;
  const [, value] = /[<[]([^\]>]+)[\]>]$/.exec(flags) ?? [];
  return { flag: long, description, value, isFile: value !== undefined && FILES.includes(value) };
};

const toPlaces = (command: Command, words: readonly (readonly string[])[]): Place[] =>
  command.registeredArguments.map((argument, i) => {
    const name = argument.name();
    return { name, words: words[i] ?? [], isFile: FILES.includes(name), isLast: argument.variadic };
  });

const listEntries = (program: Command, words: ArgumentWords): Entry[] => {
  const entries = program.commands.map((command): Entry => {
    const help = command.createOption('-h, --help', 'display help for command');
    return {
      name: command.name(),
      description: command.description(),
      options: [...command.options, ...program.options, help].flatMap(option => toTaken(option) ?? []),
      places: toPlaces(command, words[command.name()] ?? []),
    };
  });
  const place: Place = { name: 'command', words: entries.map(({ name }) => name), isFile: false, isLast: false };
  return [...entries, { name: 'help', description: 'display help for command', options: [], places: [place] }];
};

/** The script for a shell. */
export const makeCompletion = (shell: Shell, program: Command, words: ArgumentWords): string => {
  const entries = listEntries(program, words);
  const help = program.createOption('-h, --help', 'display help for command');
  const global = [...program.options, help].flatMap(option => toTaken(option) ?? []);
  switch (shell) {
    case 'bash':
      return toBash(entries, global);
    case 'zsh':
      return toZsh(entries, global);
    case 'fish':
      return toFish(entries, global);
  }
};
