/**
 * The life of one export, on real vats with the real collector: every legal transition of an object between its exporter, the kernel
 * and its importers. The audit runs after every crank.
 */
import type { KernelRef, VatSettings } from 'cooperage';
import { makeTestKernel } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';

const source = new URL('./vats/vat-puppet.js', import.meta.url);

const makeWorld = async (t: ExecutionContext, settings: VatSettings = {}) => {
  const kernel = await makeTestKernel(t, { vats: { alice: { source }, bob: { source, ...settings }, carol: { source } } });
  await kernel.run();
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(name => kernel.root(name));
  /** State of alice's only object: 'reachable bob carol', 'recognizable bob', 'orphaned bob', or 'gone'. */
  const state = async (): Promise<string> => {
    const rows = kernel.objects().filter(row => row.state !== 'root');
    return rows.map(row => [row.state, ...row.importers].join(' ')).join('; ') || 'gone';
  };
  return { kernel, alice, bob, carol, state };
};

/** Steps until the next item is the run queue's, or until `until` says so. */
const stepUntil = async (kernel: { step(): Promise<{ kind: string } | undefined> }, kind: string): Promise<void> => {
  for (;;) {
    const report = await kernel.step();
    if (report === undefined) throw new Error(`idle before ${kind}`);
    if (report.kind === kind) return;
  }
};

test('an export is reachable while its importer keeps it, and gone once it is forgotten', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  t.is(await state(), 'gone', 'nobody was told of it yet');
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.reap();
  t.is(await state(), 'reachable bob');
  await kernel.call('bob', 'forget', ['x']);
  await kernel.reap();
  t.is(await state(), 'gone');
  t.is(await kernel.call('alice', 'hello', ['x']), 'hello from x', 'it lives on in its own vat');
});

test('an export that its importer never kept is gone after one reap', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'show', ['x', bob]);
  await kernel.reap();
  t.is(await state(), 'gone');
});

test('two importers each hold an export by themselves', async t => {
  const { kernel, bob, carol, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.call('bob', 'give', ['x', carol]);
  await kernel.call('bob', 'forget', ['x']);
  await kernel.reap();
  t.is(await state(), 'reachable carol');
  await kernel.call('carol', 'forget', ['x']);
  await kernel.reap();
  t.is(await state(), 'gone');
});

test('an import that is dropped and given again is the same object while somebody recognizes it', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.call('bob', 'mark', ['x', 'blue']);
  await kernel.call('bob', 'forget', ['x']);
  await kernel.reap();
  t.is(await state(), 'recognizable bob', 'only the key of a weak map is left');
  await kernel.call('alice', 'give', ['x', bob]);
  t.is(await state(), 'reachable bob');
  const x = await kernel.call('bob', 'getBack', ['x']);
  t.is(await kernel.call('bob', 'markOf', [x]), 'blue', 'the mark was waiting for it');
  t.true(await kernel.call('bob', 'is', ['x', x]));
});

test('a weak map that is gone recognizes nothing', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.call('bob', 'mark', ['x', 'blue']);
  await kernel.call('bob', 'forget', ['x']);
  await kernel.reap();
  t.is(await state(), 'recognizable bob');
  await kernel.call('bob', 'forgetMarks', []);
  await kernel.reap();
  t.is(await state(), 'gone');
});

test('a key that is deleted while its object is reachable is dropped and retired together later', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.call('bob', 'mark', ['x', 'blue']);
  await kernel.call('bob', 'unmark', ['x']);
  await kernel.call('bob', 'forget', ['x']);
  await kernel.reap();
  t.is(await state(), 'gone');
});

test('an exporter that forgets what others only recognize retires it, and their marks go', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.call('bob', 'mark', ['x', 'blue']);
  await kernel.call('bob', 'forget', ['x']);
  await kernel.reap();
  await kernel.call('alice', 'forget', ['x']);
  await kernel.reap();
  t.is(await state(), 'gone');
  const before = kernel.stats().tables.clists;
  await kernel.reap();
  t.is(kernel.stats().tables.clists, before);
});

test('an exporter that forgets what others reach keeps it for them', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.call('alice', 'forget', ['x']);
  await kernel.reap();
  t.is(await state(), 'reachable bob');
  t.is(await kernel.call('bob', 'hello', ['x']), 'hello from x');
});

test('an object that nobody reaches any more cannot be named by the host, even before its vat has heard', async t => {
  const { kernel, bob, state } = await makeWorld(t, { reap: { deliveries: 1 } });
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.run();
  const x = kernel.objects().find(row => row.state === 'reachable')?.ref as string;
  t.like(await kernel.promise(await kernel.send(x, 'hello', [])), { state: 'unresolved' });
  await kernel.run();
  await kernel.send('bob', 'forget', ['x']);
  // bob reaps after every delivery; alice has not heard of it yet.
  await stepUntil(kernel, 'reap');
  t.is(await state(), 'unreferenced');
  await t.throwsAsync(kernel.send(x, 'hello', []), { code: 'ERR_REF', message: new RegExp(x) });
  await kernel.run();
  t.is(await state(), 'gone');
});

test('a queued message is a holder like any other', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.send('alice', 'giveSilently', ['x', bob]);
  await stepUntil(kernel, 'message');
  t.is(await state(), 'reachable', 'nobody imports it; the message holds it');
  await kernel.run();
  t.is(await state(), 'reachable bob');
});

test('a message that waits for a promise holds its arguments until the promise settles', async t => {
  const { kernel, alice, state } = await makeWorld(t);
  await kernel.call('bob', 'pend', ['p']);
  await kernel.call('bob', 'give', ['p', alice]);
  await kernel.call('alice', 'make', ['x']);
  const { tables } = kernel.stats();
  await kernel.send('alice', 'sendTo', ['p', 'x']);
  await kernel.run();
  await kernel.reap();
  t.is(await state(), 'reachable', 'the waiting message holds it');
  t.is(kernel.stats().tables.messages, (tables.messages ?? 0) + 1);
  await kernel.call('bob', 'fulfil', ['p', 'no object']);
  await kernel.reap();
  t.is(await state(), 'gone', 'data takes no messages: the message was rejected');
  t.is(kernel.stats().tables.messages, tables.messages);
});

test('settled data holds what it cites until it has been told', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'pend', ['p']);
  await kernel.call('alice', 'give', ['p', bob]);
  await kernel.send('alice', 'fulfilWith', ['p', 'x']);
  await stepUntil(kernel, 'message');
  t.is(await state(), 'reachable', 'the settled promise holds it');
  await kernel.run();
  await kernel.reap();
  t.is(await state(), 'reachable bob', 'bob keeps the promise, which keeps its value');
  await kernel.call('bob', 'forget', ['p']);
  await kernel.reap();
  t.is(await state(), 'gone');
});

test('an object that a vat sends to itself is dropped once, afterwards', async t => {
  const { kernel, alice, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'showSelf', ['x', alice]);
  await kernel.reap();
  t.is(await state(), 'gone');
  t.is(await kernel.call('alice', 'hello', ['x']), 'hello from x');
});

test('when the exporter is terminated its importers keep identity, and messages are refused', async t => {
  const { kernel, bob, carol, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.call('bob', 'mark', ['x', 'blue']);
  await kernel.terminateVat('alice', 'test');
  await kernel.run();
  t.is(await state(), 'orphaned bob');
  await t.throwsAsync(kernel.call('bob', 'hello', ['x']), { message: /vat terminated/ });
  await kernel.call('bob', 'give', ['x', carol]);
  const x = (await kernel.call('carol', 'getBack', ['x'])) as KernelRef;
  t.is(await kernel.call('bob', 'markOf', [x]), 'blue');
  await x.release();
  await kernel.call('bob', 'forget', ['x']);
  await kernel.call('carol', 'forget', ['x']);
  await kernel.reap();
  t.is(await state(), 'gone');
});

test('when an importer is terminated it lets go of everything', async t => {
  const { kernel, bob, carol, state } = await makeWorld(t);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['x', bob]);
  await kernel.call('alice', 'give', ['x', carol]);
  await kernel.call('bob', 'mark', ['x', 'blue']);
  await kernel.terminateVat('bob', 'test');
  await kernel.reap();
  t.is(await state(), 'reachable carol');
  await kernel.terminateVat('carol', 'test');
  await kernel.reap();
  t.is(await state(), 'gone');
});

test('a vat that exits with a notify on its way is told nothing more', async t => {
  const { kernel, bob, state } = await makeWorld(t);
  await kernel.call('alice', 'pend', ['p']);
  await kernel.call('alice', 'make', ['x']);
  await kernel.call('alice', 'give', ['p', bob]);
  await kernel.send('alice', 'fulfilWith', ['p', 'x']);
  await kernel.send('bob', 'exit', ['bye']);
  await kernel.run();
  await kernel.reap();
  t.is(await state(), 'gone');
  t.deepEqual(kernel.audit(), []);
});
