/** Every example runs and says what it found; what it dropped is gone from the tables. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { censusToLines } from '../src/census.ts';
import { runChurn } from '../src/churn/kernel.ts';
import { runCycles } from '../src/cycles/kernel.ts';
import { runFactory } from '../src/factory/kernel.ts';
import { runGreeter } from '../src/greeter/kernel.ts';
import { runPipeline } from '../src/pipeline/kernel.ts';
import { runPubsub } from '../src/pubsub/kernel.ts';
import { runTransfer } from '../src/transfer/kernel.ts';

const silent = { print: () => {} };

test.serial('the greeter answers, and bootstraps once in the life of its database', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-greeter-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const database = join(folder, 'greeter.sqlite');
  const first = await runGreeter({ ...silent, database });
  t.is(first.answer, 'hello, world');
  t.deepEqual(first.greeted, ['alice', 'world']);
  const second = await runGreeter({ ...silent, database });
  t.is(second.answer, 'hello, world');
  t.deepEqual(second.greeted, ['alice', 'world', 'world']);
  t.deepEqual(second.after, first.after);
  t.is(second.after.objects, 2);
  t.is(second.after.promises, 0);
});

test.serial('money moves by reference, is neither spent twice nor forged, and dropped purses leave the tables', async t => {
  const { balances, refusals, before, paid, after } = await runTransfer({ ...silent, database: ':memory:' });
  t.deepEqual(balances, { alice: 50n, bob: 55n });
  t.deepEqual(refusals, [
    'this payment was spent already',
    'this purse was not made by this bank',
    'there is less than 1000000 in this purse',
  ]);
  t.true(paid.objects > before.objects);
  t.deepEqual(after, before);
});

test.serial('a journey is sent at once, waits for its promises, and arrives', async t => {
  const { path, waiting, before, underway, after } = await runPipeline({ ...silent, database: ':memory:' });
  t.is(path, 'ABCABCABCABCABCABCABCABCAB');
  // 1 arrival, 25 steps and 1 question: the arrival is addressed to an object, all others to promises.
  t.is(waiting[0], 26);
  t.is(underway.queuedMessages, 27);
  t.is(waiting.at(-1), 0);
  t.deepEqual(after, before);
});

test.serial('those who leave hear no more, and their subscriptions and listeners are gone', async t => {
  const { reached, heard, publisherObjects, subscribed, after } = await runPubsub({ ...silent, database: ':memory:' });
  t.deepEqual(reached, [20, 10]);
  t.deepEqual(heard.slice(0, 10), new Array(10).fill(['first news']));
  t.deepEqual(heard.slice(10), new Array(10).fill(['first news', 'second news']));
  t.deepEqual(publisherObjects, { subscribed: 21, left: 11 });
  t.is(after.objects, subscribed.objects - 20);
  t.is(after.clistEntries, subscribed.clistEntries - 40);
  t.is(after.promises, subscribed.promises);
});

test.serial('objects made, used and forgotten leave every count as it was', async t => {
  const { weight, before, peak, after } = await runChurn({ ...silent, database: ':memory:', things: 700 });
  t.is(weight, (700 * 699) / 2);
  t.true(peak.objects > before.objects);
  t.deepEqual(after, before);
});

test.serial(
  'games that hold themselves together pile up for counts, go when cycles are looked for, and stay few unasked',
  async t => {
    const { before, rounds, collected, unasked } = await runCycles({ ...silent, rounds: 8, games: 25 });
    const [first, second] = [rounds[0], rounds[1]] as const;
    const last = rounds.at(-1);
    if (first === undefined || second === undefined || last === undefined) return t.fail('rounds are counted');
    for (const kind of ['objects', 'clistEntries', 'promises', 'storedRows'] as const) {
      const growth = second[kind] - first[kind];
      t.true(growth > 0, kind);
      t.is(last[kind], before[kind] + 8 * growth, kind);
      // There is a look every third round at the latest, however many there are.
      for (const census of unasked) t.true(census[kind] <= before[kind] + 3 * growth, `${kind}: ${census[kind]}`);
      t.true((unasked.at(-1)?.[kind] ?? Infinity) < last[kind] / 2, kind);
    }
    t.deepEqual(collected, before);
  },
);

test.serial('vats that a vat made work, one is promoted, and when they are gone every count is as it was', async t => {
  const { squares, promoted, ends, before, working, after } = await runFactory({ ...silent, database: ':memory:', workers: 4 });
  t.deepEqual(squares, [1, 4, 9, 16]);
  t.deepEqual(promoted, { incarnation: 1, says: 'worker-1, a foreman now' });
  t.deepEqual(ends, new Array(4).fill('the factory closes'));
  t.true(working.objects > before.objects);
  t.deepEqual(after, before);
});

test('a census is an aligned table', t => {
  const census = { objects: 2, clistEntries: 3, promises: 0, storedRows: 45, queuedMessages: 12_345_678, gcActions: 0 };
  t.deepEqual(censusToLines({ before: census, 'after reap': census }), [
    '                      before   after reap',
    '  objects                  2            2',
    '  c-list entries           3            3',
    '  promises                 0            0',
    '  stored rows             45           45',
    '  queued messages   12345678     12345678',
    '  gc actions               0            0',
  ]);
});
