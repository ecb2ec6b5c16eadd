/** Rows that refer to nothing missing, and whole-database dumps, for the tests of this package. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelObjectRef, KernelPromiseRef, VatId, VRef } from '@cooperage/protocol/refs';
import { openStore } from '../src/open.ts';
import type { Store } from '../src/store.ts';
import type { MessageRow } from '../src/tables/messages.ts';
import type { ObjectRow } from '../src/tables/objects.ts';
import type { PromiseRow } from '../src/tables/promises.ts';
import type { TranscriptRow } from '../src/tables/transcripts.ts';
import type { VatProgressRow } from '../src/tables/vat-progress.ts';
import type { VatRow } from '../src/tables/vats.ts';

export const v = (id: number): VatId => `v${id}` as VatId;
export const ko = (id: number): KernelObjectRef => `ko${id}` as KernelObjectRef;
export const kp = (id: number): KernelPromiseRef => `kp${id}` as KernelPromiseRef;
export const vref = (text: string): VRef => text as VRef;

export const BUNDLE = 'b1';
export const bundleRow = { bundle: BUNDLE, format: 'endoZipBase64', content: '{"zip":"é"}' } as const;

export const vatRow = (id: number, changes: Partial<VatRow> = {}): VatRow => ({
  vat: v(id),
  name: `vat${id}`,
  state: 'running',
  bundle: BUNDLE,
  incarnation: 0,
  worker: 'local',
  engine: 'node',
  options: '{}',
  parametersBody: '#"#undefined"',
  problem: null,
  ...changes,
});

export const progressRow = (id: number, changes: Partial<VatProgressRow> = {}): VatProgressRow => ({
  vat: v(id),
  nextObject: 50,
  nextPromise: 60,
  nextDevice: 70,
  deliveries: 0,
  transcriptHash: '',
  dirtDeliveries: 0,
  dirtKrefs: 0,
  ...changes,
});

export const objectRow = (id: number, changes: Partial<ObjectRow> = {}): ObjectRow => ({
  kref: ko(id),
  owner: v(1),
  reachable: 1,
  recognizable: 1,
  ...changes,
});

export const promiseRow = (id: number, changes: Partial<PromiseRow> = {}): PromiseRow => ({
  kref: kp(id),
  state: 'unresolved',
  decider: v(1),
  holds: 1,
  isHopeless: false,
  body: null,
  ...changes,
});

export const messageRow = (message: number, changes: Partial<MessageRow> = {}): MessageRow => ({
  message,
  target: ko(20),
  body: '#["greet",[]]',
  result: null,
  ...changes,
});

export const transcriptRow = (id: number, position: number, changes: Partial<TranscriptRow> = {}): TranscriptRow => ({
  vat: v(id),
  position,
  incarnation: 0,
  crank: position + 1,
  delivery: `{"position":${position}}`,
  syscalls: '[]',
  outcome: '{"outcome":"ok"}',
  ...changes,
});

export const makeDirectory = (): string => mkdtempSync(join(tmpdir(), 'cooperage-store-'));

/** Runs one crank in a block of its own. */
export const inCrank = <T>(store: Store, fn: () => T): T => {
  store.beginBlock();
  store.beginCrank();
  const result = fn();
  store.commitCrank();
  store.commitBlock();
  return result;
};

/** A store in memory with a bundle and vats v1, v2, v10. */
export const makeStore = (): Store => {
  const { store } = openStore({ path: ':memory:' });
  inCrank(store, () => addVats(store));
  return store;
};

export const addVats = (store: Store): void => {
  store.tables.bundles.put(bundleRow);
  for (const id of [1, 2, 10]) store.tables.vats.put(vatRow(id));
};

/** Runs `check` while the rows are in the cache, after they were committed, and once they must come from the disk. */
export const cachedAndStored = (store: Store, write: () => void, check: (when: string) => void): void => {
  store.beginBlock();
  store.beginCrank();
  write();
  check('cached');
  store.commitCrank();
  store.commitBlock();
  check('committed');
  store.beginBlock();
  store.rollbackBlock();
  check('read back');
};

/** Every row of every table, as SQL sees them now. */
export const dump = (store: Pick<Store, 'query'>): Record<string, readonly unknown[]> => {
  const tables = store.query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`);
  return Object.fromEntries(tables.map(({ name }) => [name, store.query(`SELECT * FROM ${name} ORDER BY 1, 2`)]));
};
