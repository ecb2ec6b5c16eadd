/** What the files beside this one need to put commands on the program. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Terminal } from '../terminal.ts';

export type Registration = {
  readonly add: (usage: string) => Command;
  readonly terminalOf: (command: Command) => Terminal;
  readonly setExit: (code: number) => void;
};

export const parseCount = (text: string): number => {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return Number(text);
};

export const parseLimit = (text: string): number => {
  const limit = parseCount(text);
  if (limit > 10_000) throw new InvalidArgumentError('It must be at most 10000; page on with --skip.');
  return limit;
};

export const parsePort = (text: string): number => {
  const port = parseCount(text);
  if (port > 65_535) throw new InvalidArgumentError('It must be at most 65535.');
  return port;
};

export const example = (...lines: readonly string[]): string =>
  `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map(line => `  ${line}`).join('\n')}`;
