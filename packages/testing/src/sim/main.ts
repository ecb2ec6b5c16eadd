/** `npm run sim`: plays fresh seeds until the time is up or one fails (`command-line.ts` says what it can be told). */
import '../lockdown-for-tests.ts';
import type { SimCommand } from './command-line.ts';
import type { SeedVisits } from './seed-cover.ts';

const { HELP, Misuse, parseCommand } = await import('./command-line.ts');
const { findFailure, layOut, playCampaign, showCommand } = await import('./campaign.ts');
const { SimCoverage } = await import('./coverage.ts');
const { describeCells, listNews, listUnvisited } = await import('./reachable-cells.ts');
const { findSeedCover, visitsOf } = await import('./seed-cover.ts');
const { shrinkScenario } = await import('./shrink.ts');

const readCommand = (): SimCommand => {
  try {
    const command = parseCommand(process.argv.slice(2));
    if (command !== undefined) return command;
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    console.error(`sim: ${error.message}\n  npm run sim -- --help lists the options`);
    process.exit(2);
  }
};

const { first: given, count, minutes, isOne, cells, cover, shrinks, json, ...setting } = readCommand();
const coverage = new SimCoverage();
const visits: SeedVisits[] = [];
const onPlayed = (seed: number, ofSeed: InstanceType<typeof SimCoverage>): void => {
  coverage.merge(ofSeed);
  if (cover) visits.push(visitsOf(seed, ofSeed));
};
const started = performance.now();
const first = given ?? Math.floor(Date.now() / 1000) * 1000;
const isOver = (): boolean => performance.now() - started > minutes * 60_000;

const { failure, ...sums } = await playCampaign({ ...setting, onPlayed, first, count, isOver });
const seconds = (performance.now() - started) / 1000;
const ms = Math.round(seconds * 1000);

const explain = async (seed: number, message: string): Promise<void> => {
  console.log(`seed ${seed} failed: ${message}`);
  if (shrinks) {
    const scenario = layOut(seed, setting);
    const small = await shrinkScenario(scenario, async candidate => (await findFailure(candidate, setting)) !== undefined);
    const reason = await findFailure(small, setting);
    console.log(`it fails like this with ${small.actions.length} of ${scenario.actions.length} actions: ${reason}`);
    console.log(JSON.stringify(small, null, 1));
  }
  console.log(`to repeat it: ${showCommand(seed, setting)}`);
};

if (json) {
  const verdict = failure === undefined ? {} : { failed: failure.seed, message: failure.message };
  console.log(JSON.stringify({ ...verdict, ...sums, unvisited: listUnvisited(coverage), ms }));
} else {
  if (failure !== undefined) await explain(failure.seed, failure.message);
  const { seeds, cranks, crashes, leakedCycles } = sums;
  const rate = Math.round(cranks / seconds);
  console.log(
    `${seeds} seeds, ${cranks} cranks, ${rate} cranks/s; ${crashes} crashes; ${leakedCycles} objects kept by cycles across vats`,
  );
  if (cells) for (const line of [...coverage.cells.describe(), ...coverage.pillars.describe()]) console.log(line);
  const unvisited = listUnvisited(coverage);
  if (!isOne) for (const line of describeCells(unvisited)) console.log(`never visited: ${line}`);
  if (cover) console.log(`seeds that come by all of it: ${findSeedCover(visits).join(', ')}`);
  const news = listNews(coverage);
  for (const line of describeCells(news)) console.log(`new, to be added to reachable-cells.ts: ${line}`);
}
if (failure !== undefined) process.exit(1);
