/**
 * `npm run sim -- --minutes 5`: plays fresh seeds until the time is up or one fails. A failing seed is cut down, and the command that
 * repeats it is printed. Options: --seed N (that seed alone), --from N --count N, --minutes N, --collector simulated|engine,
 * --medium memory|file, --scenarios programs|traffic|cycles|all, --no-shrink, --json (one line at the end). Says at the end which cells of the
 * coverage matrix (`coverage.ts`) it did not come by; --cells shows the whole matrix, --cover a few seeds that come by
 * all that these seeds come by. Exit code 1 when a seed failed.
 */
import '../lockdown-for-tests.ts';
import { parseArgs } from 'node:util';
import type { Setting } from './campaign.ts';
import type { SeedVisits } from './seed-cover.ts';

const { findFailure, KINDS, layOut, playCampaign, showCommand } = await import('./campaign.ts');
const { SimCoverage } = await import('./coverage.ts');
const { describeCells, listNews, listUnvisited } = await import('./reachable-cells.ts');
const { findSeedCover, visitsOf } = await import('./seed-cover.ts');
const { shrinkScenario } = await import('./shrink.ts');

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string' },
    count: { type: 'string' },
    minutes: { type: 'string' },
    collector: { type: 'string', default: 'simulated' },
    medium: { type: 'string', default: 'memory' },
    scenarios: { type: 'string', default: 'all' },
    cells: { type: 'boolean', default: false },
    cover: { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const setting: Setting = {
  collector: values.collector === 'engine' ? 'engine' : 'simulated',
  medium: values.medium === 'file' ? 'file' : 'memory',
  scenarios: KINDS.find(kind => kind === values.scenarios) ?? 'all',
};
const coverage = new SimCoverage();
const visits: SeedVisits[] = [];
const onPlayed = (seed: number, ofSeed: InstanceType<typeof SimCoverage>): void => {
  coverage.merge(ofSeed);
  if (values.cover) visits.push(visitsOf(seed, ofSeed));
};
const started = performance.now();
const first = Number(values.seed ?? values.from ?? Math.floor(Date.now() / 1000) * 1000);
const count = values.seed === undefined ? Number(values.count ?? Infinity) : 1;
const minutes = Number(values.minutes ?? (count === Infinity ? 1 : Infinity));
const isOver = (): boolean => performance.now() - started > minutes * 60_000;

const { failure, ...sums } = await playCampaign({ ...setting, onPlayed, first, count, isOver });
const seconds = (performance.now() - started) / 1000;
const ms = Math.round(seconds * 1000);

const explain = async (seed: number, message: string): Promise<void> => {
  console.log(`seed ${seed} failed: ${message}`);
  if (values['no-shrink'] !== true) {
    const scenario = layOut(seed, setting);
    const small = await shrinkScenario(scenario, async candidate => (await findFailure(candidate, setting)) !== undefined);
    const reason = await findFailure(small, setting);
    console.log(`it fails like this with ${small.actions.length} of ${scenario.actions.length} actions: ${reason}`);
    console.log(JSON.stringify(small, null, 1));
  }
  console.log(`to repeat it: ${showCommand(seed, setting)}`);
};

if (values.json) {
  const verdict = failure === undefined ? {} : { failed: failure.seed, message: failure.message };
  console.log(JSON.stringify({ ...verdict, ...sums, unvisited: listUnvisited(coverage), ms }));
} else {
  if (failure !== undefined) await explain(failure.seed, failure.message);
  const { seeds, cranks, crashes, leakedCycles } = sums;
  const rate = Math.round(cranks / seconds);
  console.log(
    `${seeds} seeds, ${cranks} cranks, ${rate} cranks/s; ${crashes} crashes; ${leakedCycles} objects kept by cycles across vats`,
  );
  if (values.cells) for (const line of [...coverage.cells.describe(), ...coverage.pillars.describe()]) console.log(line);
  const unvisited = listUnvisited(coverage);
  if (values.seed === undefined) for (const line of describeCells(unvisited)) console.log(`never visited: ${line}`);
  if (values.cover) console.log(`seeds that come by all of it: ${findSeedCover(visits).join(', ')}`);
  const news = listNews(coverage);
  for (const line of describeCells(news)) console.log(`new, to be added to reachable-cells.ts: ${line}`);
}
if (failure !== undefined) process.exit(1);
