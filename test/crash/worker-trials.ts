/**
 * Lets every call of the worker port break, one life per call, and looks at what is left: a kernel that stopped has committed nothing of
 * the crank, a kernel that went on has at most lost the vat, and either database goes on with sound workers.
 */
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { CooperageError } from '@cooperage/protocol/errors';
import { KernelPanic } from '@cooperage/protocol/fault';
import { openStore } from '@cooperage/store/open';
import { BreakingLauncher, type Breakage } from './broken-workers.ts';
import { digestOf } from './digest.ts';
import { removeFolder } from './shim.ts';
import { Workload } from './workload.ts';

const STEPS = 9;

export type WorkerTrialReport = { readonly faults: number; readonly problems: readonly string[] };

type Life = { readonly committed: string; readonly error: unknown; readonly faulted: boolean; readonly goesOn: boolean };

/** Breaks the first such call, the second, and so on until a life ends without having met its fault. */
export const breakEveryCall = async (
  room: string,
  { breakage, seed }: { breakage: Breakage; seed: number },
): Promise<WorkerTrialReport> => {
  const problems: string[] = [];
  for (let n = 1; ; n += 1) {
    const folder = join(room, 'life');
    mkdirSync(folder);
    const path = join(folder, 'kernel.sqlite');
    const launcher = new BreakingLauncher(breakage, n);
    const life = await live(path, { launcher, seed });
    const problem = launcher.broke ? judge(life, breakage) : findSurprise(life);
    const later = await goOn(path, { life, seed });
    for (const found of [problem, later]) if (found !== undefined) problems.push(`${breakage.name} at ${n}: ${found}`);
    removeFolder(folder);
    if (!launcher.broke) return { faults: n - 1, problems };
  }
};

const live = async (path: string, { launcher, seed }: { launcher: BreakingLauncher; seed: number }): Promise<Life> => {
  const { store } = openStore({ path, synchronous: 'OFF' });
  let committed = digestOf(store);
  let error: unknown;
  let goesOn = false;
  const afterCommit = (): void => {
    committed = digestOf(store);
  };
  const workload = new Workload(store, { seed, launcher, watcher: { afterCommit } });
  // An upgrade that fails leaves its vat as it was.
  const countFaults = (): number => {
    const statistics = workload.kernel.statistics();
    return (statistics.get('faults') ?? 0) + (statistics.get('upgradesFailed') ?? 0);
  };
  let faultsBefore = 0;
  let faulted = false;
  try {
    for (let step = 0; step < STEPS && !launcher.broke; step += 1) {
      faultsBefore = countFaults();
      await workload.step();
    }
    faulted = countFaults() > faultsBefore;
  } catch (caught) {
    error = caught;
    try {
      workload.kernel.commit();
      goesOn = true;
    } catch (refusal) {
      goesOn = !(refusal instanceof CooperageError || refusal instanceof KernelPanic);
    }
  }
  await workload.kernel.stop();
  store.close();
  return { committed, error, faulted, goesOn };
};

const findSurprise = ({ error }: Life): string | undefined => (error === undefined ? undefined : `stopped with ${String(error)}`);

const judge = (life: Life, { consequence }: Breakage): string | undefined => {
  const { error, faulted, goesOn } = life;
  // A worker that is brought back and is not what it was is no fault of its vat's.
  const isReplay = error instanceof CooperageError && error.code === 'ERR_REPLAY';
  if (consequence === 'stops' || (consequence === 'faults' && isReplay)) {
    if (error === undefined) return 'the kernel did not stop';
    return goesOn ? 'the kernel stopped and could be used again' : undefined;
  }
  if (consequence === 'faults' && error === undefined && !faulted) return 'the vat did not fault';
  return findSurprise(life);
};

/** The database holds what was committed last, and lives on with workers that do not break. */
const goOn = async (path: string, { life, seed }: { life: Life; seed: number }): Promise<string | undefined> => {
  const { store } = openStore({ path, synchronous: 'OFF' });
  try {
    if (digestOf(store) !== life.committed) return 'holds something else than what was committed last';
    const workload = new Workload(store, { seed: seed + 1 });
    for (let step = 0; step < 4; step += 1) await workload.step();
    await workload.kernel.run();
    const findings = workload.kernel.audit();
    await workload.kernel.stop();
    return findings.length === 0 ? undefined : `the audit finds ${JSON.stringify(findings)}`;
  } catch (error) {
    return `does not go on: ${String(error)}`;
  } finally {
    store.close();
  }
};
