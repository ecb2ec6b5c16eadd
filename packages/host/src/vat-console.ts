/** Where the console output of vats goes. Output is never part of what a vat does: nothing waits for it, and replay repeats none of it. */
import type { ConsoleLevel, VatConsole } from '@cooperage/worker/vat-console';

/** `args` are texts: what the vat said, rendered. */
export type ConsoleSetting = 'inherit' | 'silent' | ((vat: string, level: ConsoleLevel, args: readonly unknown[]) => void);

const makeSink = (write: (level: ConsoleLevel, args: readonly unknown[]) => void): VatConsole => ({
  debug: (...args) => write('debug', args),
  log: (...args) => write('log', args),
  info: (...args) => write('info', args),
  warn: (...args) => write('warn', args),
  error: (...args) => write('error', args),
});

const SILENCE = makeSink(() => {});

/** The launcher's `console` option; undefined leaves the process's console. The worker puts the vat's name before each line. */
export const makeConsoleOption = (setting: ConsoleSetting): ((vat: string) => VatConsole) | undefined => {
  if (setting === 'inherit') return undefined;
  if (setting === 'silent') return () => SILENCE;
  return vat => makeSink((level, [, ...args]) => setting(vat, level, args));
};
