import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import type { CapData } from '@cooperage/protocol/capdata';
import type { KRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { VatDelivery, VatSyscall } from '@cooperage/protocol/worker-port';
import test, { type ExecutionContext } from 'ava';
import { Kernel, type KernelOptions } from '../src/kernel.ts';
import { makeScriptedLauncher, type ScriptedVat } from './scripted-launcher.ts';

const NOTHING: CapData<never> = { body: '#"#undefined"', slots: [] };
const call = <Ref>(method: string, ...slots: Ref[]): CapData<Ref> => ({
  body: `#${JSON.stringify([method, slots.map((_, i) => `$${i}`)])}`,
  slots,
});
const vrefs = (...refs: string[]): VRef[] => refs as VRef[];
const methodOf = (delivery: VatDelivery): string =>
  delivery.type === 'message' ? (JSON.parse(delivery.message.methargs.body.slice(1)) as [string])[0] : '';

/** A vat that does what the next message says: its method names one of these acts. */
type Acts = Readonly<Record<string, (delivery: Extract<VatDelivery, { type: 'message' }>) => VatSyscall[]>>;
const actor =
  (acts: Acts, seen: VatDelivery[] = []): (() => ScriptedVat) =>
  () => ({
    deliver: (delivery, syscalls) => {
      seen.push(delivery);
      if (delivery.type !== 'message') return;
      for (const syscall of acts[methodOf(delivery)]?.(delivery) ?? []) syscalls(syscall);
    },
  });

type Rig = { kernel: Kernel; store: Store; vats: Record<string, VatId>; root: (name: string) => KRef };

const makeRig = (t: ExecutionContext, makers: Record<string, () => ScriptedVat>, options: Partial<KernelOptions> = {}): Rig => {
  const { store } = openStore({ path: ':memory:' });
  const kernel = new Kernel({ store, launcher: makeScriptedLauncher(makers), auditEveryCrank: true, ...options });
  t.teardown(async () => {
    await kernel.stop();
    store.close();
  });
  kernel.installBundle({ id: 'scripted', format: 'function', content: '' });
  const vats: Record<string, VatId> = {};
  for (const name of Object.keys(makers)) {
    vats[name] = kernel.createVat({ name, bundle: 'scripted', parameters: NOTHING, options: {} });
  }
  return { kernel, store, vats, root: name => kernel.rootOf(vats[name] as VatId) };
};

const send = ({ kernel, root }: Rig, vat: string, methargs: CapData<KRef>) =>
  kernel.sendMessage({ target: root(vat) as never, methargs, result: 'hold' });

test('a message reaches its vat, the answer reaches its sender, and nothing is left', async t => {
  const alice: VatDelivery[] = [];
  const rig = makeRig(t, {
    alice: actor(
      {
        ask: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0] as VRef, message: { methargs: call('answer'), result: 'p+1' as VRef } },
          { type: 'subscribe', promise: 'p+1' as VRef },
        ],
      },
      alice,
    ),
    bob: actor({
      answer: ({ message }) => [
        { type: 'resolve', resolutions: [{ promise: message.result as VRef, outcome: 'fulfilled', data: { body: '#42', slots: [] } }] },
      ],
    }),
  });
  await rig.kernel.run();
  const before = rig.store.tables.countRows();
  rig.kernel.sendMessage({ target: rig.root('alice') as never, methargs: call('ask', rig.root('bob')), result: 'none' });
  await rig.kernel.run();
  const notify = alice.at(-1);
  t.deepEqual(notify, { type: 'notify', resolutions: [{ promise: 'p+1' as VRef, outcome: 'fulfilled', data: { body: '#42', slots: [] } }] });
  const after = rig.store.tables.countRows();
  t.is(after.promises, before.promises);
  t.is(after.messages, 0);
  t.is(after.clists, (before.clists ?? 0) + 1, 'alice keeps her import of bob');
});

test('an export that its importer drops and retires is dropped, then retired, in its own vat', async t => {
  const seen: VatDelivery[] = [];
  const rig = makeRig(t, {
    alice: actor(
      {
        give: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0] as VRef, message: { methargs: call('take', 'o+1' as VRef), result: null } },
        ],
      },
      seen,
    ),
    bob: actor({
      drop: () => [{ type: 'dropImports', refs: vrefs('o-50') }],
      retire: () => [{ type: 'retireImports', refs: vrefs('o-50') }],
    }),
  });
  await rig.kernel.run();
  rig.kernel.sendMessage({ target: rig.root('alice') as never, methargs: call('give', rig.root('bob')), result: 'none' });
  await rig.kernel.run();
  const [held] = rig.store.tables.objects.list().filter(({ kref }) => kref === 'ko22');
  t.deepEqual(held, { kref: 'ko22' as never, owner: rig.vats.alice as VatId, reachable: 1, recognizable: 1 });
  rig.kernel.sendMessage({ target: rig.root('bob') as never, methargs: call('drop'), result: 'none' });
  await rig.kernel.run();
  t.deepEqual(seen.at(-1), { type: 'dropExports', refs: vrefs('o+1') });
  rig.kernel.sendMessage({ target: rig.root('bob') as never, methargs: call('retire'), result: 'none' });
  await rig.kernel.run();
  t.deepEqual(seen.at(-1), { type: 'retireExports', refs: vrefs('o+1') });
  t.is(rig.store.tables.objects.find('ko22' as never), undefined);
  t.deepEqual(rig.store.tables.gcActions.list(), []);
});

test('an illegal syscall undoes the crank and ends the vat; the sender hears of it', async t => {
  const rig = makeRig(t, {
    bad: actor({
      attack: () => [
        { type: 'vatstoreSet', key: 'k', value: 'v' },
        { type: 'send', target: 'o-99' as VRef, message: { methargs: call('x'), result: null } },
      ],
    }),
    good: actor({}),
  });
  await rig.kernel.run();
  const result = send(rig, 'bad', call('attack'));
  await rig.kernel.run();
  t.is(rig.store.tables.vats.get(rig.vats.bad as VatId).state, 'terminated');
  t.regex(rig.store.tables.vats.get(rig.vats.bad as VatId).problem ?? '', /unknown import o-99/);
  t.is(rig.kernel.readPromise(result as never)?.state, 'rejected');
  t.is(rig.kernel.readPromise(result as never)?.data?.body, '#{"#error":"vat terminated","name":"Error"}');
  t.is(rig.store.tables.vatstore.countByVat(rig.vats.bad as VatId), 0);
  t.is(rig.store.tables.vats.get(rig.vats.good as VatId).state, 'running');
});

test('a vat that is suspended on a fault keeps its messages in order and goes on when it resumes', async t => {
  let broken = true;
  const seen: string[] = [];
  const { store } = openStore({ path: ':memory:' });
  const kernel = new Kernel({
    store,
    auditEveryCrank: true,
    launcher: makeScriptedLauncher({
      fragile: () => ({
        deliver: delivery => {
          if (delivery.type !== 'message') return undefined;
          if (broken) return 'not today';
          seen.push(methodOf(delivery));
          return undefined;
        },
      }),
    }),
  });
  t.teardown(() => store.close());
  kernel.installBundle({ id: 'scripted', format: 'function', content: '' });
  const vat = kernel.createVat({ name: 'fragile', bundle: 'scripted', parameters: NOTHING, options: { onFault: 'suspend' } });
  for (const method of ['one', 'two', 'three']) kernel.sendMessage({ target: kernel.rootOf(vat), methargs: call(method), result: 'none' });
  await kernel.run();
  t.is(store.tables.vats.get(vat).state, 'suspended');
  t.is(store.tables.vats.get(vat).problem, 'not today');
  t.is(store.tables.runQueue.listParked(vat).length, 3);
  broken = false;
  await kernel.resumeVat(vat);
  await kernel.run();
  t.deepEqual(seen, ['one', 'two', 'three']);
});

test('a vat that leaves and re-enters memory between all deliveries changes no hash', async t => {
  const runOnce = async (maxOnline: number): Promise<string> => {
    const bounce = ({ message }: Extract<VatDelivery, { type: 'message' }>): VatSyscall[] =>
      message.methargs.slots.length === 0
        ? []
        : [{ type: 'send', target: message.methargs.slots[0] as VRef, message: { methargs: call('bounce'), result: null } }];
    const rig = makeRig(t, { a: actor({ bounce }), b: actor({ bounce }), c: actor({ bounce }) }, { maxOnline });
    for (let i = 0; i < 10; i += 1) {
      for (const [from, to] of [['a', 'b'], ['b', 'c'], ['c', 'a']] as const) {
        rig.kernel.sendMessage({ target: rig.root(from) as never, methargs: call('bounce', rig.root(to)), result: 'none' });
      }
    }
    await rig.kernel.run();
    return rig.kernel.activityHash;
  };
  t.is(await runOnce(1), await runOnce(50));
});
