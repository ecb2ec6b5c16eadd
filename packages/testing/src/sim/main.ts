/**
 * `npm run sim -- --minutes 5`: plays fresh seeds until the time is up or one fails. A failing seed is cut down, and the command that
 * repeats it is printed. Options: --seed N (that seed alone), --from N --count N, --minutes N, --collector simulated|engine,
 * --medium memory|file, --no-shrink, --json (one line at the end). Exit code 1 when a seed failed.
 */
import '../lockdown-for-tests.ts';
import { parseArgs } from 'node:util';
import type { Setting } from './campaign.ts';

const { findFailure, layOut, playCampaign, showCommand } = await import('./campaign.ts');
const { shrinkScenario } = await import('./shrink.ts');

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string' },
    count: { type: 'string' },
    minutes: { type: 'string' },
    collector: { type: 'string', default: 'simulated' },
    medium: { type: 'string', default: 'memory' },
    'no-shrink': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const setting: Setting = {
  collector: values.collector === 'engine' ? 'engine' : 'simulated',
  medium: values.medium === 'file' ? 'file' : 'memory',
};
const started = performance.now();
const first = Number(values.seed ?? values.from ?? Math.floor(Date.now() / 1000) * 1000);
const count = values.seed === undefined ? Number(values.count ?? Infinity) : 1;
const minutes = Number(values.minutes ?? (count === Infinity ? 1 : Infinity));
const isOver = (): boolean => performance.now() - started > minutes * 60_000;

const { failure, ...sums } = await playCampaign({ ...setting, first, count, isOver });
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
  console.log(JSON.stringify({ ...verdict, ...sums, ms }));
} else {
  if (failure !== undefined) await explain(failure.seed, failure.message);
  const { seeds, cranks, crashes, leakedCycles } = sums;
  const rate = Math.round(cranks / seconds);
  console.log(
    `${seeds} seeds, ${cranks} cranks, ${rate} cranks/s; ${crashes} crashes; ${leakedCycles} objects kept by cycles across vats`,
  );
}
if (failure !== undefined) process.exit(1);
