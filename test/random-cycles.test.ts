/**
 * Random graphs over several vats, with every kind of edge that a vat, its rows and its promises can have; after a collection of cycles
 * exactly what plain reachability says is left, and works. COOPERAGE_CYCLE_SEEDS says how many; COOPERAGE_MUSEUM=all tries all mutants.
 */
import 'cooperage/testing';
import test from 'ava';
import { MUTANTS, playMutant } from './cycles/mutants.ts';
import { playWeb } from './cycles/play-web.ts';

const SEEDS = Number(process.env.COOPERAGE_CYCLE_SEEDS ?? 6);
const MUTANT_SEEDS = 40;
const SHOWN = process.env.COOPERAGE_MUSEUM === 'all' ? MUTANTS : MUTANTS.slice(2, 3);

test.serial(`what a collection of cycles leaves is what is reachable, in ${SEEDS} random webs`, async t => {
  const failure = await playWeb(1, SEEDS);
  if (failure !== undefined) t.log(failure.story.join('\n'));
  t.is(failure && `seed ${failure.seed}: ${failure.message}`, undefined);
});

for (const mutant of SHOWN) {
  test.serial(`random webs notice when ${mutant.what}`, async t => {
    const { seed, message, ms } = await playMutant(mutant, { first: mutant.first, count: MUTANT_SEEDS });
    t.log(`${mutant.name}: seed ${seed}, ${ms} ms: ${message.split('\n')[0]}`);
    t.not(seed, undefined, `${mutant.name} lives after ${MUTANT_SEEDS} seeds`);
    t.notRegex(message, /the process ended/);
  });
}
