/**
 * The console of a vat. Errors and plain values come out readable; nothing of the host's is ever handed to an object of the vat,
 * which an inspecting console would do.
 */
import { inspect } from 'node:util';

export type ConsoleLevel = 'debug' | 'log' | 'info' | 'warn' | 'error';
export type VatConsole = Readonly<Record<ConsoleLevel, (...args: readonly unknown[]) => void>>;

const LEVELS: readonly ConsoleLevel[] = ['debug', 'log', 'info', 'warn', 'error'];

const renderValue = (value: unknown): string => {
  if (typeof value === 'string') return value;
  try {
    return inspect(value, { customInspect: false, getters: false, depth: 4 });
  } catch {
    return '(a value that cannot be shown)';
  }
};

/** Gives `sink` texts only, each line of output prefixed by the vat's name; gives it nothing while `isMuted`. */
export const makeVatConsole = (name: string, sink: VatConsole, isMuted: () => boolean): VatConsole => {
  const console = {} as Record<ConsoleLevel, (...args: readonly unknown[]) => void>;
  for (const level of LEVELS) {
    console[level] = (...args) => {
      if (!isMuted()) sink[level](`${name}:`, ...args.map(renderValue));
    };
  }
  return harden(console);
};
