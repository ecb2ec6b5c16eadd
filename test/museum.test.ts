/** Bugs that systems of this kind have had, put back one at a time: the simulator kills each, and does not mind their absence. */
import test from 'ava';
import { EXHIBITS, WAITING } from './museum/exhibits.ts';
import { runMutant } from './museum/workshop.ts';

const FIRST_SEED = 1;
const SEEDS = 150;
/** All of them take minutes; a plain `npm test` shows a few, `.ci/run` all. */
const SHOWN = process.env.COOPERAGE_MUSEUM === 'all' ? EXHIBITS : EXHIBITS.filter((_, i) => i % 5 === 3);

test.serial('the simulator has nothing to say about the sources as they are', async t => {
  t.deepEqual((await runMutant(undefined, { first: FIRST_SEED, count: 15 })).message, '');
});

for (const exhibit of SHOWN) {
  test.serial(`the simulator notices when ${exhibit.what}`, async t => {
    const { seed, message, ms } = await runMutant(exhibit, { first: exhibit.first ?? FIRST_SEED, count: SEEDS });
    t.log(`${exhibit.name}: seed ${seed}, ${ms} ms: ${message.split('\n')[0]}`);
    t.not(seed, undefined, `${exhibit.name} lives after ${SEEDS} seeds`);
    t.notRegex(message, /the process ended/);
  });
}

test('every bug of the list is an exhibit, or waits for its feature', t => {
  const shown = new Set(EXHIBITS.map(({ bug }) => bug));
  const missing = Array.from({ length: 25 }, (_, i) => i + 1).filter(bug => !shown.has(bug) && WAITING[bug] === undefined);
  t.deepEqual(missing, []);
});
