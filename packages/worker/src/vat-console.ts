/**
 * The console of a vat. Errors and plain values come out readable; nothing of the host's is ever handed to an object of the vat,
 * which an inspecting console would do.
 */
import { inspect, types } from 'node:util';

export type ConsoleLevel = 'debug' | 'log' | 'info' | 'warn' | 'error';
export type VatConsole = Readonly<Record<ConsoleLevel, (...args: readonly unknown[]) => void>>;

const LEVELS: readonly ConsoleLevel[] = ['debug', 'log', 'info', 'warn', 'error'];

/** `name: message` for an error, the text for a text, and a picture of anything else. Never throws. */
export const renderValue = (value: unknown): string => {
  if (typeof value === 'string') return value;
  try {
    if (types.isNativeError(value)) return `${value.name}: ${value.message}`;
    return inspect(value, { customInspect: false, getters: false, depth: 4 });
  } catch {
    return '(a value that cannot be shown)';
  }
};

export type VatConsoleOptions = {
  /** Where the output goes; the process's console when undefined. */
  readonly sink: VatConsole | undefined;
  readonly isMuted: () => boolean;
};

/**
 * Writes texts only, the first of them the vat's name; nothing while `isMuted`. The process's console gets errors as they are:
 * SES keeps their stacks for it alone, and prints them as text.
 */
export const makeVatConsole = (name: string, { sink, isMuted }: VatConsoleOptions): VatConsole => {
  const host = sink ?? globalThis.console;
  const render = (value: unknown): unknown => (sink === undefined && types.isNativeError(value) ? value : renderValue(value));
  const console = {} as Record<ConsoleLevel, (...args: readonly unknown[]) => void>;
  for (const level of LEVELS) {
    const write = (...args: readonly unknown[]): void => {
      if (!isMuted()) host[level](`${name}:`, ...args.map(render));
    };
    console[level] = write;
  }
  return harden(console);
};
