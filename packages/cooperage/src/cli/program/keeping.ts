/** Commands that make files of a database, or a database smaller, and their options. */
import type { Command } from 'commander';
import { example, type Registration } from './registration.ts';

export const addExport = ({ add, terminalOf, setExit }: Registration): void => {
  add('export <database> <directory>')
    .description('Writes the state of a kernel as files with hashes. Works while a kernel runs.')
    .addHelpText('after', '\n<directory> must be new or empty. The same state gives the same bytes.')
    .addHelpText('after', example('cooperage export kernel.sqlite state/'))
    .action(async (...given: [string, string, unknown, Command]) => {
      const [database, directory, , command] = given;
      const { exportState } = await import('../commands/export.ts');
      setExit(await exportState({ database, directory }, terminalOf(command)));
    });
};

export const addImport = ({ add, terminalOf, setExit }: Registration): void => {
  add('import <directory> <database>')
    .description('Makes a database of an export. Exit 3 when a file is damaged, foreign or missing; then nothing is left behind.')
    .addHelpText('after', example('cooperage import state/ copy.sqlite'))
    .action(async (...given: [string, string, unknown, Command]) => {
      const [directory, database, , command] = given;
      const { importState } = await import('../commands/import.ts');
      setExit(await importState({ database, directory }, terminalOf(command)));
    });
};

const PRUNE_HELP = `
Takes out the transcripts of ended incarnations, and source that no vat runs and none can ask for, and gives the file's free room back.
No kernel may use the database meanwhile. Takes as much free room on the disk as the database needs.`;

export const addPrune = ({ add, terminalOf, setExit }: Registration): void => {
  add('prune <database>')
    .description('Makes a database smaller: takes out what no kernel will read again.')
    .option('--dry-run', 'only say what would go')
    .addHelpText('after', PRUNE_HELP)
    .addHelpText('after', example('cooperage prune kernel.sqlite --dry-run'))
    .action(async (database: string, { dryRun = false }: { dryRun?: boolean }, command: Command) => {
      const { prune } = await import('../commands/prune.ts');
      setExit(await prune({ database, dryRun }, terminalOf(command)));
    });
};
