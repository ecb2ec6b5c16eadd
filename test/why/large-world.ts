/**
 * A database of any size, written row by row: vats whose exports others import, and stored objects that cite imports and each other, as a
 * kernel that has run for years would leave it. No kernel ran: there are no transcripts.
 */
import { makeExportVRef, makeImportVRef, makeKernelObjectRef, makeVatId, ROOT_VREF, type VatId } from '@cooperage/protocol/refs';
import { openStore } from '@cooperage/store/open';
import type { Tables } from '@cooperage/store/tables/tables';

export type WorldSize = {
  readonly vats: number;
  /** Kernel objects, roots not counted. */
  readonly objects: number;
  /** Of a hundred objects, how many their importer keeps in stored data; the rest its heap holds. */
  readonly storedShare: number;
  /** Stored objects hang from each other in chains of this length; the first of each is an entry of the baggage. */
  readonly chain: number;
};

const CRANK_OBJECTS = 10_000;
const FIRST_OBJECT = 20;
const FIRST_IMPORT = 50;
const KIND = 12;

const putVat = (tables: Tables, vat: VatId, id: number): void => {
  tables.vats.put({
    vat,
    name: `vat${id}`,
    state: 'running',
    bundle: 'b1',
    incarnation: 0,
    worker: 'local',
    engine: 'none',
    options: '{}',
    parametersBody: '#"#undefined"',
    problem: null,
  });
  tables.vatProgress.put({
    vat,
    nextObject: 0,
    nextPromise: 0,
    nextDevice: 0,
    deliveries: 0,
    transcriptHash: '',
    dirtDeliveries: 0,
    dirtKrefs: 0,
  });
  const root = makeKernelObjectRef(FIRST_OBJECT + id - 1);
  tables.objects.put({ kref: root, owner: vat, reachable: 1, recognizable: 1 });
  tables.pins.add({ kref: root, reason: 'root' });
  tables.clists.put({ vat, kref: root, vref: ROOT_VREF, reachable: true });
  tables.vatstore.put(vat, `kind.d${KIND}`, '{"tag":"box","facets":[]}');
};

/** An object of one vat's heap that the next vat imports. */
const putObject = (tables: Tables, number: number, vats: number): { importer: VatId; vref: string } => {
  const owner = makeVatId(1 + (number % vats));
  const importer = makeVatId(1 + ((number + 1) % vats));
  const kref = makeKernelObjectRef(FIRST_OBJECT + vats + number);
  const place = Math.floor(number / vats);
  const vref = makeImportVRef('object', FIRST_IMPORT + place);
  tables.objects.put({ kref, owner, reachable: 1, recognizable: 1 });
  tables.clists.put({ vat: owner, kref, vref: makeExportVRef('object', 1 + place), reachable: true });
  tables.clists.put({ vat: importer, kref, vref, reachable: true });
  return { importer, vref };
};

const data = (...slots: readonly string[]): { body: string; slots: readonly string[] } => ({
  body: `#${JSON.stringify(slots.map((_slot, i) => `$${i}.Alleged: thing`))}`,
  slots,
});

/** A box that cites an import and the next box of its chain; a chain hangs from the baggage. */
const putBox = (
  tables: Tables,
  { vat, instance, chain }: { vat: VatId; instance: number; chain: number },
  vref: string,
): void => {
  const box = (number: number): string => `o+d${KIND}/${number}`;
  const place = (instance - 1) % chain;
  const state = { name: { body: '#"some text of usual length"', slots: [] }, thing: data(vref), next: data(box(instance + 1)) };
  tables.vatstore.put(vat, `state.${box(instance)}`, JSON.stringify(place === chain - 1 ? { ...state, next: data() } : state));
  tables.vatstore.put(vat, `count.${vref}`, '1');
  tables.vatstore.put(vat, `count.${box(instance)}`, '1');
  if (place === 0) tables.vatstore.put(vat, `entry.o+d2/1.schain ${instance}`, JSON.stringify(data(box(instance))));
};

/** Writes the world into a new database, and closes it. */
export const writeLargeWorld = (path: string, { vats, objects, storedShare, chain }: WorldSize): void => {
  const { store } = openStore({ path, synchronous: 'OFF' });
  const { tables } = store;
  const inCrank = (act: () => void): void => {
    store.beginBlock();
    store.beginCrank();
    act();
    store.commitCrank();
    store.commitBlock();
  };
  inCrank(() => {
    tables.bundles.put({ bundle: 'b1', format: 'getExport', content: '{}' });
    for (let id = 1; id <= vats; id += 1) putVat(tables, makeVatId(id), id);
    // So many numbers are taken.
    tables.counters.take('object', FIRST_OBJECT + vats + objects - 1);
  });
  const boxes = new Map<VatId, number>();
  for (let first = 0; first < objects; first += CRANK_OBJECTS) {
    inCrank(() => {
      for (let number = first; number < Math.min(objects, first + CRANK_OBJECTS); number += 1) {
        const { importer, vref } = putObject(tables, number, vats);
        if (Math.floor(number / vats) % 100 >= storedShare) continue;
        const instance = (boxes.get(importer) ?? 0) + 1;
        boxes.set(importer, instance);
        putBox(tables, { vat: importer, instance, chain }, vref);
      }
    });
  }
  store.close();
};
