/**
 * A small kernel state written row by row, with one of everything that the questions ask about, and with names and texts that a
 * hostile vat might choose. No kernel ran, so its counts hold but its transcripts are invented.
 */
import type { KernelObjectRef, KernelPromiseRef, KRef, VatId, VRef } from '@cooperage/protocol/refs';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import type { Tables } from '@cooperage/store/tables/tables';

export const HOSTILE = 'evil\u001b[2J\u009b31m\u202ename\r\nv9 fine';

const vat = (id: number): VatId => `v${id}` as VatId;
const ko = (id: number): KernelObjectRef => `ko${id}` as KernelObjectRef;
const kp = (id: number): KernelPromiseRef => `kp${id}` as KernelPromiseRef;

const OPTIONS = JSON.stringify({ pipelining: false, onFault: 'suspend', reap: { deliveries: 1000, krefs: 'never' } });

const putVat = (
  tables: Tables,
  id: number,
  row: { name: string; state: 'running' | 'suspended' | 'terminated'; problem?: string },
): void => {
  const { name, state, problem = null } = row;
  tables.vats.put({
    vat: vat(id),
    name,
    state,
    bundle: 'b1-abc',
    incarnation: 1,
    worker: 'local',
    engine: 'node-v20/v8-11.3',
    options: OPTIONS,
    parametersBody: '#"#undefined"',
    problem,
  });
  tables.vatProgress.put({
    vat: vat(id),
    nextObject: 60,
    nextPromise: 70,
    nextDevice: 70,
    deliveries: id === 1 ? 30 : 0,
    transcriptHash: '',
    dirtDeliveries: id,
    dirtKrefs: 2 * id,
  });
};

const link = (tables: Tables, row: { vat: number; kref: KRef; vref: string; reachable?: boolean }): void =>
  tables.clists.put({ vat: vat(row.vat), kref: row.kref, vref: row.vref as VRef, reachable: row.reachable ?? true });

const putObjects = (tables: Tables): void => {
  for (const id of [1, 2]) {
    tables.objects.put({ kref: ko(19 + id), owner: vat(id), reachable: id === 1 ? 2 : 1, recognizable: id === 1 ? 2 : 1 });
    tables.pins.add({ kref: ko(19 + id), reason: 'root' });
    link(tables, { vat: id, kref: ko(19 + id), vref: 'o+0' });
  }
  link(tables, { vat: 2, kref: ko(20), vref: 'o-50' });
  // ko100 is held by v2, ko9 is only recognized by it, ko30 is an orphan that v2 holds.
  tables.objects.put({ kref: ko(100), owner: vat(1), reachable: 1, recognizable: 1 });
  tables.objects.put({ kref: ko(9), owner: vat(1), reachable: 0, recognizable: 1 });
  tables.objects.put({ kref: ko(30), owner: null, reachable: 1, recognizable: 1 });
  link(tables, { vat: 1, kref: ko(100), vref: 'o+5' });
  link(tables, { vat: 1, kref: ko(9), vref: 'o+d6/1:0' });
  link(tables, { vat: 2, kref: ko(100), vref: 'o-51' });
  link(tables, { vat: 2, kref: ko(9), vref: 'o-52', reachable: false });
  link(tables, { vat: 2, kref: ko(30), vref: 'o-53' });
  tables.gcActions.add({ vat: vat(1), action: 'dropExport', kref: ko(9) });
};

const putPromises = (tables: Tables): void => {
  const put = (
    id: number,
    row: { state: 'unresolved' | 'rejected'; decider: VatId | null; holds: number; body: string | null },
  ): void => tables.promises.put({ kref: kp(id), isHopeless: false, ...row });
  put(40, { state: 'unresolved', decider: vat(1), holds: 4, body: null });
  put(41, { state: 'unresolved', decider: null, holds: 1, body: null });
  put(42, { state: 'rejected', decider: null, holds: 2, body: '#{"#error":"no \\u001b[31m money","name":"RangeError"}' });
  link(tables, { vat: 1, kref: kp(40), vref: 'p-60' });
  link(tables, { vat: 2, kref: kp(40), vref: 'p+7' });
  link(tables, { vat: 2, kref: kp(42), vref: 'p-61' });
  tables.subscriptions.add(kp(40), vat(2));
};

const putQueues = (tables: Tables): void => {
  tables.messages.put({ message: 1, target: ko(20), body: '#["greet",["$0.Alleged: friend","+3"]]', result: kp(41) });
  tables.messageSlots.put(1, [ko(20)]);
  tables.objects.put({ kref: ko(20), owner: vat(1), reachable: 4, recognizable: 4 });
  tables.runQueue.append({ kind: 'message', message: 1, vat: null, promise: null, parkedFor: null });
  tables.runQueue.append({ kind: 'notify', message: null, vat: vat(2), promise: kp(42), parkedFor: null });
  for (const message of [2, 3]) {
    tables.messages.put({ message, target: kp(40), body: `#["${HOSTILE.replace(/[^ -~]/g, '')}",[]]`, result: null });
    tables.promiseQueue.append(kp(40), message);
  }
  tables.reapQueue.append(vat(2));
};

const putTranscript = (tables: Tables): void => {
  const methargs = { body: '#["greet",["$0.Alleged: friend"]]', slots: ['o-50'] };
  for (let position = 0; position < 30; position += 1) {
    const delivery =
      position === 0
        ? { type: 'startVat', parameters: { body: '#"#undefined"', slots: [] } }
        : { type: 'message', target: 'o+0', message: { methargs, result: 'p-60' } };
    tables.transcripts.append({
      vat: vat(1),
      position,
      incarnation: 1,
      crank: position + 1,
      delivery: JSON.stringify(delivery),
      syscalls: JSON.stringify([{ syscall: { type: 'subscribe', promise: 'p-60' }, result: { outcome: 'ok', value: null } }]),
      outcome: JSON.stringify({ outcome: 'ok' }),
    });
  }
};

/** Writes the state into a new database. */
export const writeSampleKernel = (path: string): Store => {
  const { store } = openStore({ path });
  const { tables } = store;
  store.beginBlock();
  store.beginCrank();
  tables.bundleNames.put({ name: 'greeter', bundle: 'b1-abc' });
  tables.bundles.put({ bundle: 'b1-abc', format: 'getExport', content: '{"source":"é"}' });
  putVat(tables, 1, { name: 'alice', state: 'running' });
  putVat(tables, 2, { name: HOSTILE, state: 'suspended', problem: `gave up: ${HOSTILE}` });
  putVat(tables, 3, { name: 'alice', state: 'terminated', problem: 'vat exited' });
  putObjects(tables);
  putPromises(tables);
  putQueues(tables);
  putTranscript(tables);
  tables.vatstore.put(vat(1), 'key', 'value');
  tables.kernelState.put('crank_number', '31');
  tables.kernelState.put('activity_hash', 'c0ffee');
  store.commitCrank();
  store.commitBlock();
  return store;
};
