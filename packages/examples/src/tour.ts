/**
 * The tour: every example once, in a few seconds, with what it did and what its database holds before and after collection. The
 * numbers are the examples' own, read from each kernel. `npm start` runs it.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChurn } from './churn/kernel.ts';
import { runCycles } from './cycles/kernel.ts';
import { runFactory } from './factory/kernel.ts';
import { runGreeter } from './greeter/kernel.ts';
import { runPipeline } from './pipeline/kernel.ts';
import { runPubsub } from './pubsub/kernel.ts';
import { findScriptArguments, printLine } from './script.ts';
import { runTransfer } from './transfer/kernel.ts';

type Print = (line: string) => void;
type Stop = { readonly title: string; readonly about: readonly string[]; readonly run: (print: Print) => Promise<unknown> };

const makeStops = (greeterDatabase: string): readonly Stop[] => [
  {
    title: 'greeter',
    about: [
      'Two vats and a database file. When the kernel is first started, alice asks bob',
      'for a greeting; then the kernel script asks for one.',
    ],
    run: print => runGreeter({ database: greeterDatabase, print }),
  },
  {
    title: 'greeter, opened again',
    about: ['The same file. Bob comes back with his memory; bootstrap is not run again.'],
    run: print => runGreeter({ database: greeterDatabase, print }),
  },
  {
    title: 'transfer',
    about: [
      'Money made of object references. Alice pays bob by handing him a purse. He',
      'empties it and drops it. Then he tries to spend one twice and to forge one, and',
      'alice tries to overdraw.',
    ],
    run: print => runTransfer({ database: ':memory:', print }),
  },
  {
    title: 'pipeline',
    about: [
      'A journey of 25 steps around three vats, sent all at once: each message waits in',
      'the database for the promise that it is addressed to.',
    ],
    run: print => runPipeline({ database: ':memory:', print }),
  },
  {
    title: 'pubsub',
    about: ['One publisher, twenty subscribers. Ten leave: ten subscriptions fall, and then', 'the ten listeners behind them.'],
    run: print => runPubsub({ database: ':memory:', print }),
  },
  {
    title: 'churn',
    about: ['One vat makes 300 objects; another uses and forgets each.'],
    run: print => runChurn({ database: ':memory:', things: 300, print }),
  },
  {
    title: 'cycles',
    about: [
      'Games that nobody finishes: what each is made of holds itself together, across three',
      'vats, in memory, by promises, stored collections and a weak entry. Counts free none.',
    ],
    run: print => runCycles({ rounds: 4, games: 30, print }),
  },
  {
    title: 'factory',
    about: ['A vat that makes vats, replaces the code of one, and ends them.'],
    run: print => runFactory({ database: ':memory:', print }),
  },
];

export const runTour = async (print: Print = printLine): Promise<{ readonly database: string }> => {
  const database = join(mkdtempSync(join(tmpdir(), 'cooperage-tour-')), 'greeter.sqlite');
  const stops = makeStops(database);
  print('A tour of Cooperage: each stop is a kernel of its own.');
  print('The tables count rows in its database, as the kernel reports them.');
  for (const [index, { title, about, run }] of stops.entries()) {
    print('');
    print(`${index + 1}. ${title}`);
    for (const line of about) print(line);
    print('');
    await run(line => print(`   ${line}`));
  }
  print('');
  print("The greeter's database is kept, for the command line or any SQLite tool:");
  print('');
  print('  cd packages/examples');
  print(`  npx cooperage inspect ${database}`);
  print(`  sqlite3 ${database} 'SELECT * FROM vat_sizes'`);
  print('');
  print('The scripts are packages/examples/src/*/kernel.ts.');
  return { database };
};

if (findScriptArguments(import.meta.url) !== undefined) await runTour();
