/**
 * A crash at any moment leaves the state after some commit, and with the default settings no commit that was acknowledged is missing.
 * What a kernel does to its files is recorded once; then crashes are simulated after every operation (see `crash/disk.ts` for what a
 * power cut may do) and each image is opened as a kernel opens it.
 *
 * COOPERAGE_CRASH_IMAGES=20500 looks at more of them than the 5,000 that a usual run has time for; COOPERAGE_SIM_MINUTES=n goes on
 * with new seeds for n minutes more.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openReadOnly } from '@cooperage/store/read-only';
import test, { type ExecutionContext } from 'ava';
import { Explorer, type Findings } from './crash/explorer.ts';
import { record, type Chapter, type Recording, type RecordPlan } from './crash/recording.ts';
import { compileShim, isShimPossible, makeFolder, removeFolder } from './crash/shim.ts';

/** How many images of crashes are looked at, by what a commit waits for. */
const MANY = Number(process.env.COOPERAGE_CRASH_IMAGES ?? 5_000);
const IMAGES = { FULL: MANY, NORMAL: 1_000, OFF: 2_000 };
const MINUTES = Number(process.env.COOPERAGE_SIM_MINUTES ?? 0);

/** Closed and opened again, killed amid a block, killed once more after recovery, closed. One session is long enough for a checkpoint. */
const LIFE: readonly Chapter[] = [
  { sessions: 2, steps: 12, ending: 'kill' },
  { sessions: 1, steps: 40, ending: 'kill' },
  { sessions: 2, steps: 8, ending: 'close' },
];
const SHORT_LIFE: readonly Chapter[] = [{ sessions: 1, steps: 6, ending: 'close' }];

type Plan = { readonly synchronous: RecordPlan['synchronous']; readonly chapters: readonly Chapter[]; readonly seed: number };

const makeRoom = (t: ExecutionContext): string => {
  const room = makeFolder();
  t.teardown(() => removeFolder(room));
  return room;
};

const recordIn = async (t: ExecutionContext, { synchronous, chapters, seed }: Plan): Promise<Recording> => {
  const room = makeRoom(t);
  mkdirSync(join(room, 'watched'));
  return record({ library: compileShim(room), room, seed, synchronous, chapters });
};

const explore = async (
  t: ExecutionContext,
  recording: Recording,
  options: { seed: number; images: number },
): Promise<Findings> => {
  // A machine that has other work needs longer than any test of a usual length.
  t.timeout(20 * 60_000);
  const before = process.cpuUsage();
  const findings = await new Explorer({ recording, room: makeRoom(t), ...options }).explore();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const { images, operations, byKind, inconsistent, lossy, worstLoss, continued } = findings;
  t.log(
    `${images} images of crashes after ${operations} operations and ${recording.states.length - 1} commits in ${seconds.toFixed(1)} s ` +
      `(${Math.round(images / seconds)} a second); ${continued} went on`,
  );
  t.log(
    `${Object.entries(byKind)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
  );
  t.log(`inconsistent ${inconsistent.length}, with commits lost ${lossy.length}, at worst ${worstLoss}`);
  return findings;
};

/** What there was between crashes: so many of each, as far as the database still tells. */
const countDeeds = ({ database }: Recording): Readonly<Record<string, number>> => {
  const store = openReadOnly(database);
  const countTranscripts = (pattern: string): number =>
    Number(
      store.query('SELECT count(*) AS n FROM transcripts WHERE delivery LIKE ? OR syscalls LIKE ?', [pattern, pattern])[0]?.['n'],
    );
  try {
    const statistics = store.tables().statistics.readAll();
    return {
      upgrades: statistics.get('vatsUpgraded') ?? 0,
      'failed upgrades': statistics.get('upgradesFailed') ?? 0,
      'calls of the device': statistics.get('syscalls.callNow') ?? 0,
      'vats made by vats': countTranscripts('%"vatStarted%'),
      'collected cycles': countTranscripts('%"condemned":[%'),
    };
  } finally {
    store.close();
  }
};

const onLinux = isShimPossible ? test.serial : test.skip;
if (!isShimPossible) {
  test('crashes are simulated on Linux only', t => {
    t.log(`this is ${process.platform}: there is no preloading of the recorder here, so nothing was checked`);
    t.pass();
  });
}

onLinux('with synchronous FULL no crash loses a commit that was acknowledged, or leaves a state that never was', async t => {
  const recording = await recordIn(t, { synchronous: 'FULL', chapters: LIFE, seed: 4 });
  t.true(recording.states.length > 100, `${recording.states.length} commits`);
  const deeds = countDeeds(recording);
  t.log(JSON.stringify(deeds));
  t.deepEqual(
    Object.values(deeds).filter(count => count === 0),
    [],
  );
  const findings = await explore(t, recording, { seed: 1, images: IMAGES.FULL });
  t.deepEqual(findings.inconsistent.slice(0, 5), []);
  t.deepEqual(findings.lossy.slice(0, 5), []);
  t.true(findings.images >= MANY * 0.9);
  t.true(findings.continued > 0);
});

onLinux('with synchronous NORMAL a power cut may lose the last commits, and never leaves a state that never was', async t => {
  const recording = await recordIn(t, { synchronous: 'NORMAL', chapters: SHORT_LIFE, seed: 2 });
  const findings = await explore(t, recording, { seed: 2, images: IMAGES.NORMAL });
  t.deepEqual(findings.inconsistent.slice(0, 5), []);
  t.true(findings.lossy.length > 0);
  t.false(
    findings.lossy.some(text => text.startsWith('kill')),
    'a process that dies alone loses nothing',
  );
});

onLinux('the explorer sees what synchronous OFF costs: commits lost, states that never were', async t => {
  const recording = await recordIn(t, { synchronous: 'OFF', chapters: SHORT_LIFE, seed: 3 });
  const findings = await explore(t, recording, { seed: 3, images: IMAGES.OFF });
  t.true(findings.inconsistent.length > 10);
  t.true(findings.lossy.length > 10);
  t.false([...findings.inconsistent, ...findings.lossy].some(text => text.startsWith('kill')));
});

if (MINUTES > 0 && isShimPossible) {
  test(`new seeds for ${MINUTES} minutes`, async t => {
    t.timeout((MINUTES + 5) * 60_000);
    const end = Date.now() + MINUTES * 60_000;
    for (let seed = 1000 + (end % 1_000_000); Date.now() < end; seed += 1) {
      const recording = await recordIn(t, { synchronous: 'FULL', chapters: LIFE, seed });
      const { inconsistent, lossy } = await explore(t, recording, { seed, images: IMAGES.FULL });
      t.deepEqual([...inconsistent, ...lossy].slice(0, 5), [], `seed ${seed}`);
    }
  });
}
