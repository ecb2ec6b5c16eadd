/** A rogue vat makes nearly valid syscalls at random among ordinary vats: it can hurt nobody but itself. */
import type { CrankReport } from '@cooperage/kernel/crank';
import type { VatId } from '@cooperage/protocol/refs';
import test from 'ava';
import fc from 'fast-check';
import { Rogue } from './raw/rogue.ts';
import { RawWorld } from './raw/world.ts';

const RUNS = Number(process.env.ROGUE_RUNS ?? 60);

const CITIZENS = ['alice', 'bob'] as const;

/** All that the database has about one vat: what it did, what it names, what it stored. */
const photograph = ({ store }: RawWorld, vat: VatId): string =>
  JSON.stringify([
    store.query('SELECT * FROM clists WHERE vat = ? ORDER BY kref', [vat]),
    store.query('SELECT * FROM vat_progress WHERE vat = ?', [vat]),
    store.query('SELECT * FROM vats WHERE vat = ?', [vat]),
    store.query('SELECT * FROM vatstore WHERE vat = ? ORDER BY key', [vat]),
  ]);

const insist = (holds: boolean, problem: string): void => {
  if (!holds) throw new Error(problem);
};

/** Runs until idle; no crank but a citizen's own may change what there is of the citizen, apart from what the collector took. */
const runWatching = async (world: RawWorld): Promise<void> => {
  const citizens = CITIZENS.map(name => world.vat(name));
  let before = citizens.map(vat => photograph(world, vat));
  const watch = (report: CrankReport): 'continue' => {
    const after = citizens.map(vat => photograph(world, vat));
    citizens.forEach((vat, i) => {
      insist(
        report.vat === vat || report.kind === 'cleanup' || after[i] === before[i],
        `${vat} changed in a crank of ${report.vat}`,
      );
    });
    insist(report.fault === null || report.vat === world.vat('raw'), `${report.vat} faulted: ${report.fault?.problem}`);
    before = after;
    return 'continue';
  };
  const { reason } = await world.kernel.run({ afterCrank: watch, maxCranks: 2000 });
  insist(reason === 'idle', 'the kernel does not come to rest');
};

const insistWell = async (world: RawWorld): Promise<void> => {
  for (const name of CITIZENS) {
    insist(world.stateOf(name) === 'running', `${name} is ${world.stateOf(name)}: ${world.problemOf(name)}`);
    const answer = await world.ask(name, 'hello');
    insist(answer === '#"hello"', `${name} answers ${answer}`);
  }
  const findings = world.kernel.audit();
  insist(findings.length === 0, JSON.stringify(findings));
};

const DELIVERIES = 40;
const pace = fc.noBias(fc.nat({ max: 99 }));

/** The host goes about its business; with the rogue in any case, now and then with others. */
const HOST_ACTS: readonly ((world: RawWorld) => Promise<void> | void)[] = [
  world => world.kernel.scheduleReap(world.vat('raw')),
  world => world.upgrade('raw'),
  world => world.upgrade('alice'),
  // Out of memory and back: what the rogue did is replayed.
  async world => {
    await world.kernel.suspendVat(world.vat('raw'), 'a pause');
    await world.kernel.resumeVat(world.vat('raw'));
  },
  async world => {
    for (const name of [...CITIZENS, 'raw']) world.kernel.scheduleReap(world.vat(name));
    await runWatching(world);
    if (world.stateOf('raw') === 'running') await world.kernel.collectCycles();
  },
  world => {
    try {
      world.kernel.tellDevice('box', 'poll', { body: '#["+1"]', slots: [] });
    } catch (error) {
      // Whoever waits may be anything: the device says so.
      insist((error as { code?: unknown }).code === 'ERR_DEVICE', String(error));
    }
  },
];

/** One life of a rogue, in a world of its own; returns how many deliveries it lived through. */
const live = async (draw: fc.GeneratorValue): Promise<number> => {
  const world = new RawWorld();
  let deliveries = 0;
  try {
    await world.kernel.run();
    const rogue = new Rogue(draw);
    world.act = (syscall, delivery) => {
      deliveries += 1;
      if (deliveries <= DELIVERIES) rogue.deliver(syscall, delivery, 1 + (deliveries % 4));
    };
    world.report = (report, delivery) => (deliveries <= DELIVERIES ? rogue.report(report, delivery) : report);
    world.harvest = () => (deliveries <= DELIVERIES ? rogue.harvest() : []);
    while (deliveries < DELIVERIES && world.stateOf('raw') === 'running') {
      world.nudge();
      const choice = draw(() => pace);
      if (choice < 40) await HOST_ACTS[choice % HOST_ACTS.length]?.(world);
      await runWatching(world);
    }
    world.act = () => {};
    world.report = report => report;
    world.harvest = () => [];
    await insistWell(world);
    for (const name of CITIZENS) {
      await world.ask(name, 'forget');
      world.kernel.scheduleReap(world.vat(name));
    }
    await runWatching(world);
    if (world.stateOf('raw') === 'running') await world.kernel.terminateVat(world.vat('raw'), 'enough');
    await runWatching(world);
    await insistWell(world);
    return deliveries;
  } finally {
    await world.stop();
  }
};

test('whatever syscalls a rogue vat makes, the others go on unchanged and the counts are right', async t => {
  let deliveries = 0;
  await fc.assert(
    fc.asyncProperty(fc.gen(), async draw => {
      deliveries += await live(draw);
    }),
    { numRuns: RUNS, endOnFailure: true, includeErrorInReport: true },
  );
  t.log(`${deliveries} deliveries to rogues in ${RUNS} lives`);
  t.true(deliveries > RUNS);
});
