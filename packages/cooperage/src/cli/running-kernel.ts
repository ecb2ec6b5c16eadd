/**
 * A kernel for a command that runs vats: opened as the config says, closed whatever happens. Vats' console output goes to standard
 * error, so that standard output holds the answer and nothing else.
 */
import { Console } from 'node:console';
import type { KernelOptions } from '@cooperage/host/options';
import type { KernelController } from '@cooperage/host/controller';
import { findVat } from '@cooperage/inspector/find-vat';
import { findConfigFile, loadConfig } from './config-file.ts';
import { EXIT, describeThrown, Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';

const openFailure = (cause: unknown): Failure => {
  const { message, remedy } = describeThrown(cause);
  return new Failure(EXIT.cannotOpen, message, { remedy, cause });
};

type Options = Readonly<Record<string, unknown>>;

const openFromConfig = async (
  config: string | undefined,
  terminal: Terminal,
  adapt: (options: Options) => Options,
): Promise<{ readonly kernel: KernelController; readonly options: Options }> => {
  const path = findConfigFile(config);
  // Configs and vats given as functions share the process's console; lockdown takes the one it finds.
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
  // First, because it hardens the realm: the config then runs in the same world as a kernel script.
  const { openKernel } = await import('@cooperage/host/open');
  const options = await loadConfig(path);
  const given = options['console'] ?? 'inherit';
  const console = given === 'inherit' ? tellConsole(terminal) : given;
  try {
    return { kernel: await openKernel({ ...adapt(options), console } as KernelOptions), options };
  } catch (error) {
    throw openFailure(error);
  }
};

const tellConsole =
  (terminal: Terminal) =>
  (vat: string, level: string, args: readonly unknown[]): void =>
    terminal.tell(`${vat}: ${level === 'log' ? '' : `${level}: `}${args.map(String).join(' ')}`);

const isFunction = (spec: unknown): boolean => {
  const { buildRootObject, source } = (spec ?? {}) as { buildRootObject?: unknown; source?: { buildRootObject?: unknown } };
  return (buildRootObject ?? source?.buildRootObject) !== undefined;
};

/**
 * Goes on with the vats as the database has them, whatever the config says of them now. Code that the database does not have must be
 * taken from the config; then its other vats are compared as well, but for their sources.
 */
const useStoredVats = ({ vats, ...options }: Options): Options => {
  const hasFunctions = Object.values((vats ?? {}) as object).some(isFunction);
  return { ...options, sources: 'stored', ...(hasFunctions ? { vats } : {}) };
};

/** For commands that change vats: opens what the database has. `use` gets the config's own options too. */
export const withStoredKernel = <Result>(
  config: string,
  terminal: Terminal,
  use: (kernel: KernelController, options: KernelOptions) => Promise<Result>,
): Promise<Result> => closing(openFromConfig(config, terminal, useStoredVats), use);

export const withKernel = <Result>(
  config: string | undefined,
  terminal: Terminal,
  use: (kernel: KernelController) => Promise<Result>,
): Promise<Result> =>
  closing(
    openFromConfig(config, terminal, options => options),
    use,
  );

/** The name of the vat that a word names, which may be its id: kernels know vats by name. What names none is for the kernel to judge. */
export const toVatName = (kernel: KernelController, word: string): string => {
  const found = findVat(kernel.inspect(), word);
  if (found?.state !== 'terminated' || found.name === word) return found?.name ?? word;
  throw new Failure(EXIT.usage, `vat ${found.vat} (${found.name}) was terminated`, {
    remedy: 'cooperage inspect <database> vats lists those that live',
  });
};

const closing = async <Result>(
  opening: ReturnType<typeof openFromConfig>,
  use: (kernel: KernelController, options: KernelOptions) => Promise<Result>,
): Promise<Result> => {
  const { kernel, options } = await opening;
  let result: Result;
  try {
    result = await use(kernel, options as KernelOptions);
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
