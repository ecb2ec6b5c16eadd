/**
 * Whatever operation of the disk or of a worker fails, the kernel stops with an error that says so, and the database is sound and whole
 * at the next opening. Operations of a life are made to fail, one life per operation, once and from then on (`crash/injector.ts`).
 *
 * COOPERAGE_FAULT_STRIDE=1 lets every operation fail, where a usual run skips three of four; COOPERAGE_SIM_MINUTES=n goes on with new
 * lives for n minutes more.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { BREAKAGES } from './crash/broken-workers.ts';
import type { TrialReport } from './crash/injector.ts';
import { compileShim, isShimPossible, makeFolder, removeFolder, runUnderShim } from './crash/shim.ts';
import { listDiskTrials, listMemoryTrials, type StridingTrial } from './crash/trials.ts';
import { breakEveryCall } from './crash/worker-trials.ts';

/** Of the operations of a life every so-manieth fails; of its allocations, which are many, fewer. */
const STRIDE = Number(process.env.COOPERAGE_FAULT_STRIDE ?? 4);
const MEMORY_STRIDE = 17 * STRIDE;
const FEWEST_FAULTS = { disk: 5_000 / STRIDE, memory: 2_000 / STRIDE };
const MINUTES = Number(process.env.COOPERAGE_SIM_MINUTES ?? 0);

const runTrials = async (t: ExecutionContext, trials: readonly StridingTrial[]): Promise<TrialReport[]> => {
  const room = makeFolder();
  t.teardown(() => removeFolder(room));
  const watched = join(room, 'watched');
  mkdirSync(watched);
  const reports: TrialReport[] = [];
  const before = process.hrtime.bigint();
  await runUnderShim('inject.ts', {
    library: compileShim(room),
    args: [watched, JSON.stringify(trials)],
    onLine: line => reports.push(JSON.parse(line) as TrialReport),
  });
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  const faults = reports.reduce((sum, report) => sum + report.faults, 0);
  t.log(`${faults} faults in ${seconds.toFixed(1)} s (${Math.round(faults / seconds)} a second, the clock's)`);
  for (const name of new Set(reports.map(report => report.name))) t.log(describe(name, reports));
  return reports;
};

/** How the lives with one kind of fault ended, whatever they began with. */
const describe = (name: string, reports: readonly TrialReport[]): string => {
  const endings = new Map<string, number>();
  for (const report of reports.filter(candidate => candidate.name === name)) {
    for (const [ending, count] of Object.entries(report.endings)) endings.set(ending, (endings.get(ending) ?? 0) + count);
  }
  return `${name}: ${[...endings].map(([ending, count]) => `${ending} ${count}`).join(', ')}`;
};

const problemsOf = (reports: readonly TrialReport[]): string[] => reports.flatMap(({ problems }) => problems);
const countFaults = (reports: readonly TrialReport[]): number => reports.reduce((sum, { faults }) => sum + faults, 0);

const onLinux = isShimPossible ? test.serial : test.skip;
if (!isShimPossible) {
  test('faults of the disk are made on Linux only', t => {
    t.log(`this is ${process.platform}: there is no preloading of the shim here, so nothing was checked`);
    t.pass();
  });
}

onLinux(
  'whichever operation of the disk fails, the kernel stops with a database error and nothing acknowledged is lost',
  async t => {
    const reports = await runTrials(t, listDiskTrials(1, STRIDE));
    t.deepEqual(problemsOf(reports).slice(0, 5), []);
    t.true(countFaults(reports) >= FEWEST_FAULTS.disk);
    const full = reports.filter(({ name }) => /^a full disk/.test(name)).map(({ endings }) => endings);
    t.true(
      full.every(endings => (endings.ERR_DATABASE_FULL ?? 0) > 20 / STRIDE),
      'a full disk is called so',
    );
  },
);

onLinux(
  'whenever memory runs out in SQLite, the kernel stops with a database error and nothing acknowledged is lost',
  async t => {
    const reports = await runTrials(t, listMemoryTrials(1, MEMORY_STRIDE));
    t.deepEqual(problemsOf(reports).slice(0, 5), []);
    t.true(countFaults(reports) >= FEWEST_FAULTS.memory);
  },
);

for (const breakage of BREAKAGES) {
  const consequence = { stops: 'the kernel', faults: 'its vat', 'goes on': 'nothing' }[breakage.consequence];
  test.serial(`${breakage.name} stops ${consequence}, whenever it comes, and the database goes on`, async t => {
    const room = makeFolder();
    t.teardown(() => removeFolder(room));
    const { faults, problems } = await breakEveryCall(room, { breakage, seed: 11 });
    t.deepEqual(problems.slice(0, 3), []);
    t.true(faults > 1, `${faults} calls broke`);
  });
}

if (MINUTES > 0 && isShimPossible) {
  test(`new lives for ${MINUTES} minutes`, async t => {
    t.timeout((MINUTES + 5) * 60_000);
    const end = Date.now() + MINUTES * 60_000;
    for (let seed = 1000 + (end % 1_000_000); Date.now() < end; seed += 1) {
      const reports = await runTrials(t, [...listDiskTrials(seed, 1), ...listMemoryTrials(seed, 1)]);
      t.deepEqual(problemsOf(reports).slice(0, 5), [], `seed ${seed}`);
    }
  });
}
