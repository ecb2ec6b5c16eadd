/**
 * A vat with many exports is terminated while two others talk: how much a crank takes, how long the cleanup takes, and how many cranks
 * of others went through meanwhile. Then the vat that held all these objects, now orphans, is terminated too.
 */
import type { KernelController } from 'cooperage';
import { measure, summarize } from '../measure.ts';
import { openLoad, source, withDatabase, type Row, type Study } from './study.ts';

const BATCH = 10_000;
const TALK = 1_000;

/** Terminates a vat while others talk, and runs until all is done. */
const terminate = async (kernel: KernelController, vat: string, exports: number): Promise<Row> => {
  await kernel.send('c', 'pingPong', [kernel.root('d'), TALK]);
  const cleanups: number[] = [];
  const others: number[] = [];
  let meanwhile = 0;
  let began = process.cpuUsage();
  const afterCrank = ({ kind }: { readonly kind: string }): 'continue' => {
    const { user, system } = process.cpuUsage(began);
    const list = kind === 'cleanup' ? cleanups : others;
    list.push((user + system) / 1000);
    if (kind === 'cleanup') meanwhile = others.length;
    began = process.cpuUsage();
    return 'continue';
  };
  const ended = await measure(() => kernel.terminateVat(vat));
  began = process.cpuUsage();
  const run = await measure(() => kernel.run({ afterCrank }));
  return {
    'what goes': `${exports} ${vat === 'a' ? 'exports, held by b' : 'imports, all orphans'}`,
    'terminateVat ms': Number(ended.wallMs.toFixed(1)),
    'cleanup cranks': cleanups.length,
    'others meanwhile': meanwhile,
    'cleanup crank, CPU ms': summarize(cleanups),
    'other crank, CPU ms': summarize(others),
    'all CPU ms': Math.round(run.cpuMs),
    'rows left': kernel.stats().tables.clists ?? 0,
  };
};

const terminateBoth = (exports: number): Promise<Row[]> =>
  withDatabase(async path => {
    const kernel = await openLoad(path, { vats: { a: { source }, b: { source }, c: { source }, d: { source } } });
    for (let given = 0; given < exports; given += BATCH) {
      await kernel.send('a', 'give', [kernel.root('b'), BATCH, 'keep']);
      await kernel.run();
    }
    const rows = [await terminate(kernel, 'a', exports), await terminate(kernel, 'b', exports)];
    await kernel.close();
    return rows;
  });

export const terminateStudy: Study = {
  name: 'terminate',
  what: `a vat with many exports ends while two others exchange ${TALK} messages, then the vat that held them`,
  run: async () => [...(await terminateBoth(10_000)), ...(await terminateBoth(100_000))],
};
