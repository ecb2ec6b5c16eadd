/**
 * Transfer: money made of object references. Alice pays bob by handing him a purse; bob empties it into his own and lets go of it.
 * Money cannot be made, spent twice or forged, because only the bank can open a purse. Purses that everybody dropped leave the tables.
 *
 *   npx tsx src/transfer/kernel.ts [database]
 */
import { openKernel, type KernelRef } from 'cooperage';
import { censusToLines, takeCensus, type Census } from '../census.ts';
import { findScriptArguments, printLine, type ExampleOptions } from '../script.ts';

export type TransferResult = {
  readonly balances: { readonly alice: bigint; readonly bob: bigint };
  /** What the bank answered to double spending, to forgery and to an overdraft. */
  readonly refusals: readonly string[];
  readonly before: Census;
  readonly paid: Census;
  readonly after: Census;
};

/** The error that a call is refused with. */
const refusalOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => {
      throw new Error('the bank gave money away');
    },
    (error: Error) => error.message,
  );

export const runTransfer = async ({ database, print = printLine }: ExampleOptions = {}): Promise<TransferResult> => {
  const kernel = await openKernel({
    database: database ?? new URL('./transfer.sqlite', import.meta.url),
    bootstrap: 'bank',
    vats: {
      bank: { source: new URL('./vat-bank.ts', import.meta.url) },
      alice: { source: new URL('./vat-alice.ts', import.meta.url) },
      bob: { source: new URL('./vat-bob.ts', import.meta.url) },
    },
  });
  try {
    await kernel.run();
    await kernel.reap();
    const before = takeCensus(kernel);

    // The purse comes to this script as a KernelRef, and goes out again as an argument.
    const salary = (await kernel.call('bank', 'mint', [100n])) as KernelRef;
    await kernel.call('alice', 'receive', [salary]);
    await salary.release();

    const bob = kernel.root('bob');
    for (const amount of [10n, 15n, 25n]) await kernel.call('alice', 'pay', [bob, amount]);

    const bonus = (await kernel.call('bank', 'mint', [5n])) as KernelRef;
    const refusals = [
      await refusalOf(kernel.call('bob', 'receiveTwice', [bonus])),
      await refusalOf(kernel.call('bob', 'forge', [])),
      await refusalOf(kernel.call('alice', 'pay', [bob, 1_000_000n])),
    ];
    await bonus.release();

    const balances = {
      alice: (await kernel.call('alice', 'getBalance', [])) as bigint,
      bob: (await kernel.call('bob', 'getBalance', [])) as bigint,
    };
    const paid = takeCensus(kernel);
    await kernel.reap();
    const after = takeCensus(kernel);

    print(`alice has ${balances.alice}, bob has ${balances.bob}`);
    print('the bank refused:');
    for (const refusal of refusals) print(`  ${refusal}`);
    for (const line of censusToLines({ before, paid, 'after reap': after })) print(line);
    return { balances, refusals, before, paid, after };
  } finally {
    await kernel.close();
  }
};

const words = findScriptArguments(import.meta.url);
if (words !== undefined) await runTransfer({ database: words[0] });
