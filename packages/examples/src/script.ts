/**
 * What the examples' kernel scripts share: how each is asked to run, and how it notices that it was started by itself
 * (`npx tsx src/greeter/kernel.ts [database]`) and not imported by the tour or a test.
 */
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

export type ExampleOptions = {
  /** A path, or `:memory:`. Without it: a file next to the script. */
  readonly database?: string | URL | undefined;
  /** Where lines of text go. Without it: the terminal. */
  readonly print?: ((line: string) => void) | undefined;
};

export const printLine = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The words after the script's name if `module` is the script that node was started with; otherwise undefined. */
export const findScriptArguments = (module: string): readonly string[] | undefined => {
  const [, script, ...words] = process.argv;
  if (script === undefined || module !== pathToFileURL(realpathSync(script)).href) return undefined;
  return words;
};
