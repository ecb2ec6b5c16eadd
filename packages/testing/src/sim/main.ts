/**
 * `npm run sim -- --minutes 5`: plays fresh seeds until the time is up or one fails. A failing seed is cut down, and the command that
 * repeats it is printed. Options: --seed N (that seed alone), --from N --count N, --minutes N, --collector simulated|engine,
 * --no-shrink, --json (one line at the end). Exit code 1 when a seed failed.
 */
import '../lockdown-for-tests.ts';
import { parseArgs } from 'node:util';

const { makeScenario } = await import('./scenario.ts');
const { shrinkScenario } = await import('./shrink.ts');
const { Simulation } = await import('./simulation.ts');

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string' },
    count: { type: 'string' },
    minutes: { type: 'string' },
    collector: { type: 'string', default: 'simulated' },
    'no-shrink': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const collector = values.collector === 'engine' ? 'engine' : 'simulated';
const started = performance.now();
const first = Number(values.seed ?? values.from ?? Math.floor(Date.now() / 1000) * 1000);
const last = values.seed === undefined ? first + Number(values.count ?? Infinity) : first + 1;
const deadline =
  started + Number(values.minutes ?? (values.count === undefined && values.seed === undefined ? 1 : Infinity)) * 60_000;
const play = (scenario: ReturnType<typeof makeScenario>) => new Simulation(scenario, { collector }).run();
const findFailure = async (scenario: ReturnType<typeof makeScenario>): Promise<string | undefined> => {
  try {
    await play(scenario);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

let seeds = 0;
let cranks = 0;
let leakedCycles = 0;
for (let seed = first; seed < last && performance.now() < deadline; seed += 1) {
  const scenario = makeScenario(seed, { weak: collector === 'simulated' });
  seeds += 1;
  try {
    const result = await play(scenario);
    cranks += result.cranks;
    leakedCycles += result.leakedCycles;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (values.json) console.log(JSON.stringify({ failed: seed, message, seeds, ms: Math.round(performance.now() - started) }));
    else {
      console.log(`seed ${seed} failed: ${message}`);
      if (values['no-shrink'] !== true) {
        const small = await shrinkScenario(scenario, async candidate => (await findFailure(candidate)) !== undefined);
        console.log(
          `it fails like this with ${small.actions.length} of ${scenario.actions.length} actions: ${await findFailure(small)}`,
        );
        console.log(JSON.stringify(small, null, 1));
      }
      console.log(`to repeat it: npm run sim -- --seed ${seed} --collector ${collector}`);
    }
    process.exit(1);
  }
}
const seconds = (performance.now() - started) / 1000;
if (values.json) console.log(JSON.stringify({ seeds, cranks, leakedCycles, ms: Math.round(seconds * 1000) }));
else
  console.log(
    `${seeds} seeds, ${cranks} cranks, ${Math.round(cranks / seconds)} cranks/s; ${leakedCycles} objects kept by cycles across vats`,
  );
