/** Cooperage as a site of workloads. */
import { join } from 'node:path';
import { openKernel, type KernelController } from 'cooperage';
import { cpuMsSince } from './measure.ts';
import { vatFile, type Site, type SiteOptions } from './site.ts';

const sourcesOf = (files: Readonly<Record<string, string>>): Record<string, { source: URL }> =>
  Object.fromEntries(Object.entries(files).map(([name, file]) => [name, { source: vatFile(file) }]));

const NEVER = 'never';

const open = ({ folder, vats, bundles, bootstrap, reapEvery, commitEvery, online }: SiteOptions): Promise<KernelController> =>
  openKernel({
    database: join(folder, 'kernel.sqlite'),
    vats: sourcesOf(vats),
    defaults: { reap: { deliveries: reapEvery ?? NEVER, krefs: NEVER } },
    ...(bundles === undefined ? {} : { bundles: sourcesOf(bundles) }),
    ...(bootstrap === undefined ? {} : { bootstrap, vatAdmin: true }),
    ...(commitEvery === undefined ? {} : { commitEvery }),
    ...(online === undefined ? {} : { maxOnline: online }),
  });

const terminate = async (kernel: KernelController, vat: string): Promise<number> => {
  let longest = 0;
  let began = process.cpuUsage();
  const look = (): 'continue' => {
    longest = Math.max(longest, cpuMsSince(began));
    began = process.cpuUsage();
    return 'continue';
  };
  await kernel.terminateVat(vat);
  look();
  await kernel.run({ afterCrank: look });
  return longest;
};

export const openCooperage = async (options: SiteOptions): Promise<Site> => {
  const kernel = await open(options);
  let unread: string[] = [];
  const site: Site = {
    send: async (vat, method, args = []) => {
      for (const answer of unread) await kernel.release(answer);
      unread = [];
      unread.push(await kernel.send(vat, method, args));
    },
    run: async () => void (await kernel.run()),
    call: async (vat, method, args = []) => {
      const answer = await kernel.call(vat, method, args);
      await kernel.run();
      return answer;
    },
    root: vat => kernel.root(vat),
    reap: async vat => void (await kernel.reap(vat)),
    collect: async () => void (await kernel.collect({ cycles: true })),
    terminate: vat => terminate(kernel, vat),
    countObjects: () => kernel.stats().tables.objects ?? NaN,
    close: () => kernel.close(),
  };
  await site.run();
  return site;
};
