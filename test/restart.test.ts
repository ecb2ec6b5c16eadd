/** One story, told three ways: without a break, with the database closed and opened again after every crank, and with room for one vat. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReadOnly } from '@cooperage/store/read-only';
import type { KernelController } from 'cooperage';
import { makeTestKernel, type TestKernelOptions } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';
import { cast, type Stage, type StoryOptions, tellStory } from './programs/story.ts';

const makeFolder = (t: ExecutionContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-restart-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
};

/** All that a kernel leaves behind and that must not depend on who was in memory when. */
const readResidue = (database: string) => {
  const store = openReadOnly(database);
  try {
    return {
      activityHash: store.tables().kernelState.find('activity_hash'),
      crankNumber: store.tables().kernelState.find('crank_number'),
      transcripts: store.query('SELECT * FROM transcripts ORDER BY vat, position'),
      clists: store.query('SELECT * FROM clists ORDER BY vat, kref'),
      statistics: store.query('SELECT * FROM statistics ORDER BY name'),
    };
  } finally {
    store.close();
  }
};

type Telling = StoryOptions & { readonly settings?: TestKernelOptions; readonly restart?: boolean };

const tell = async (t: ExecutionContext, database: string, { settings = {}, restart = false, ...story }: Telling) => {
  let openings = 0;
  const open = async (): Promise<KernelController> => {
    openings += 1;
    return makeTestKernel(t, { database, synchronous: 'OFF', ...(openings === 1 ? { vats: cast } : {}), ...settings });
  };
  const reopen = async (): Promise<void> => {
    await stage.kernel.close();
    stage.kernel = await open();
  };
  const stage: Stage = { kernel: await open(), ...(restart ? { afterCrank: reopen } : {}) };
  const answers = await tellStory(stage, story);
  t.deepEqual(stage.kernel.audit(), []);
  await stage.kernel.close();
  return { answers, openings, ...readResidue(database) };
};

for (const seed of [1, 2, 3]) {
  // Not serial: kernels that share a process must not disturb each other.
  test(`story ${seed} is the same whether or not the kernel is closed after every crank or has room for one vat`, async t => {
    const folder = makeFolder(t);
    const story = { seed, length: 40 };
    const { openings: _once, ...whole } = await tell(t, join(folder, 'whole.sqlite'), story);
    const { openings, ...broken } = await tell(t, join(folder, 'broken.sqlite'), { ...story, restart: true });
    const { openings: _again, ...crowded } = await tell(t, join(folder, 'crowded.sqlite'), {
      ...story,
      settings: { maxOnline: 1 },
    });
    t.true(openings > story.length, 'it was closed and opened again and again');
    t.deepEqual(broken.answers, whole.answers);
    t.deepEqual(broken, whole);
    t.deepEqual(crowded, whole);
    const tolls = whole.transcripts.filter(row => String(row['delivery']).startsWith('{"dead":["'));
    t.true(tolls.length > 3, 'vats brought out their dead');
  });
}
