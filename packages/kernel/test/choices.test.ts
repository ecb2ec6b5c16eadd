/** The kernel's choices: whatever is answered, the same work is done, nothing starves and nothing is lost. */
import type { VatDelivery } from '@cooperage/protocol/worker-port';
import test, { type ExecutionContext } from 'ava';
import { CHOICES, type Choice } from '../src/choices.ts';
import { actor, call, makeRig, vref, vrefs, type Rig, type RigOptions } from './rig.ts';

type World = Rig & { readonly seen: VatDelivery[] };

/** alice exports o+1 to o+3 to bob, who drops and retires them in one delivery. */
const makeWorld = async (t: ExecutionContext, options: RigOptions): Promise<World> => {
  const seen: VatDelivery[] = [];
  const give = (...names: string[]): readonly unknown[] => [
    { type: 'send', target: vref('o-50'), message: { methargs: call('take', ...vrefs(...names)), result: null } },
  ];
  const rig = await makeRig(
    t,
    {
      alice: actor({ giveAll: () => give('o+1', 'o+2', 'o+3'), giveFirst: () => give('o+1') }, seen),
      bob: actor({
        dropAll: () => [
          { type: 'dropImports', refs: vrefs('o-50', 'o-51', 'o-52') },
          { type: 'retireImports', refs: vrefs('o-50', 'o-51', 'o-52') },
        ],
      }),
    },
    options,
  );
  return { ...rig, seen };
};

const gcOf = (seen: readonly VatDelivery[]): string[] =>
  seen.flatMap(delivery => ('refs' in delivery ? [`${delivery.type} ${delivery.refs.join()}`] : []));

const always =
  (...chosen: Choice[]) =>
  (choice: Choice): boolean =>
    chosen.includes(choice);

for (const choice of Object.keys(CHOICES) as Choice[]) {
  test(`a kernel that always chooses "${choice}" comes to the same end`, async t => {
    const { tell, root, seen, kernel, store, vat } = await makeWorld(t, { maybe: always(choice) });
    await tell('alice', call('giveAll', root('bob')));
    await tell('bob', call('dropAll'));
    t.is(store.tables.gcActions.count(), 0);
    t.deepEqual(
      new Set(gcOf(seen).flatMap(line => line.split(/[ ,]/).filter(word => word.startsWith('o+')))),
      new Set(['o+1', 'o+2', 'o+3']),
    );
    await kernel.terminateVat(vat('bob'), 'the test ends it');
    await kernel.run();
    t.deepEqual(kernel.audit(), []);
    t.is(store.tables.cleanupQueue.count(), 0);
    t.is(store.tables.clists.listByVat(vat('bob')).length, 0);
  });
}

test('a retirement waits for its drop, also when the drops before it are moot and fill their delivery', async t => {
  const { tell, root, seen, kernel, store, vat } = await makeWorld(t, { maybe: always('gc-few') });
  await tell('alice', call('giveAll', root('bob')));
  await kernel.suspendVat(vat('alice'), 'the test holds it');
  await tell('bob', call('dropAll'));
  t.is(store.tables.gcActions.count(), 6);
  // The first object is wanted again before its drop is said.
  const first = store.tables.gcActions.list()[0]?.kref;
  if (first === undefined) return t.fail('nothing is queued');
  kernel.holdForHost(first);
  await kernel.resumeVat(vat('alice'));
  await kernel.run();
  t.deepEqual(gcOf(seen), ['dropExports o+2', 'dropExports o+3', 'retireExports o+2', 'retireExports o+3']);
  t.deepEqual(kernel.audit(), []);
  return t.is(store.tables.gcActions.count(), 0);
});
