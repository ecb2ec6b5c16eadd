/**
 * A kernel for a command that runs vats: opened as the config says, closed whatever happens. Vats' console output goes to standard
 * error, so that standard output holds the answer and nothing else.
 */
import { Console } from 'node:console';
import type { KernelOptions } from '@cooperage/host/options';
import type { KernelController } from '@cooperage/host/controller';
import { findConfigFile, loadConfig } from './config-file.ts';
import { EXIT, describeThrown, Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';

const openFailure = (cause: unknown): Failure => {
  const { message, remedy } = describeThrown(cause);
  return new Failure(EXIT.cannotOpen, message, { remedy, cause });
};

const openFromConfig = async (config: string | undefined, terminal: Terminal): Promise<KernelController> => {
  const path = findConfigFile(config);
  // Configs and vats given as functions share the process's console; lockdown takes the one it finds.
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
  // First, because it hardens the realm: the config then runs in the same world as a kernel script.
  const { openKernel } = await import('@cooperage/host/open');
  const options = await loadConfig(path);
  const given = options['console'] ?? 'inherit';
  const console = given === 'inherit' ? tellConsole(terminal) : given;
  try {
    return await openKernel({ ...options, console } as KernelOptions);
  } catch (error) {
    throw openFailure(error);
  }
};

const tellConsole =
  (terminal: Terminal) =>
  (vat: string, level: string, args: readonly unknown[]): void =>
    terminal.tell(`${vat}: ${level === 'log' ? '' : `${level}: `}${args.map(String).join(' ')}`);

export const withKernel = async <Result>(
  config: string | undefined,
  terminal: Terminal,
  use: (kernel: KernelController) => Promise<Result>,
): Promise<Result> => {
  const kernel = await openFromConfig(config, terminal);
  let result: Result;
  try {
    result = await use(kernel);
  } catch (error) {
    // What went wrong first is what matters; a kernel that broke may not close well either.
    await kernel.close().catch(() => {});
    throw error;
  }
  await kernel.close();
  return result;
};

/** Calls back at the first interrupt or request to end, however often it comes. The result stops listening. */
export const onInterrupt = (act: () => void): (() => void) => {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, act);
  return () => {
    for (const signal of signals) process.off(signal, act);
  };
};
