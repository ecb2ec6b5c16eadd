import { LIMITS } from '@cooperage/protocol/limits';
import type { KernelObjectRef } from '@cooperage/protocol/refs';
import type { VatDelivery } from '@cooperage/protocol/worker-port';
import test, { type ExecutionContext } from 'ava';
import { actor, call, makeRig, vref, vrefs, type Acts, type Rig } from './rig.ts';

const KO = 'ko22' as KernelObjectRef;
const drop = { type: 'dropImports', refs: vrefs('o-50') };
const retire = { type: 'retireImports', refs: vrefs('o-50') };

const importer: Acts = {
  drop: () => [drop],
  retire: () => [retire],
  dropAndRetire: () => [drop, retire],
};

type World = Rig & { readonly seen: VatDelivery[]; state(): string };

/** alice exports o+1 (ko22, after the two roots) and gives it to bob. `state` reads the object as 'reachable,recognizable owner'. */
const makeWorld = async (t: ExecutionContext): Promise<World> => {
  const seen: VatDelivery[] = [];
  const rig = await makeRig(t, {
    alice: actor(
      {
        give: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0], message: { methargs: call('take', vref('o+1')), result: null } },
        ],
        retireIt: () => [{ type: 'retireExports', refs: vrefs('o+1') }],
        abandonIt: () => [{ type: 'abandonExports', refs: vrefs('o+1') }],
        toSelf: () => [{ type: 'send', target: vref('o+0'), message: { methargs: call('hear', vref('o+1')), result: null } }],
        toOwn: () => [{ type: 'send', target: vref('o+1'), message: { methargs: call('hear'), result: null } }],
      },
      seen,
    ),
    bob: actor(importer),
  });
  const state = (): string => {
    const row = rig.store.tables.objects.find(KO);
    return row === undefined ? 'gone' : `${row.reachable},${row.recognizable} ${row.owner ?? 'orphan'}`;
  };
  return { ...rig, seen, state };
};

const gcOf = (seen: readonly VatDelivery[]): string[] =>
  seen.flatMap(delivery => ('refs' in delivery ? [`${delivery.type} ${delivery.refs.join()}`] : []));

test('a dropped import stays recognizable until it is retired', async t => {
  const { tell, root, state, seen } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  t.is(state(), '1,1 v1');
  await tell('bob', call('drop'));
  t.is(state(), '0,1 v1');
  t.deepEqual(gcOf(seen), ['dropExports o+1']);
  await tell('bob', call('retire'));
  t.is(state(), 'gone');
  t.deepEqual(gcOf(seen), ['dropExports o+1', 'retireExports o+1']);
});

test('an import that is dropped and retired at once is dropped before it is retired in its own vat, one after the other', async t => {
  const { tell, root, state, seen } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  await tell('bob', call('dropAndRetire'));
  t.deepEqual(gcOf(seen), ['dropExports o+1', 'retireExports o+1']);
  t.is(state(), 'gone');
});

test('an exporter that retires what it was told to drop tells those who still recognize it', async t => {
  const { tell, root, state, store, vat } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  await tell('bob', call('drop'));
  await tell('alice', call('retireIt'));
  t.is(state(), 'gone');
  t.is(store.tables.clists.findByVref(vat('bob'), vref('o-50')), undefined);
});

test('an object given again while a drop is queued is not dropped', async t => {
  const { tell, root, kernel, state, seen } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  // Both messages are in the queue before either runs; the drop that the first one causes goes first.
  kernel.sendMessage({ target: root('bob') as never, methargs: call('drop'), result: 'none' });
  await kernel.step();
  kernel.sendMessage({ target: root('bob') as never, methargs: call('take', KO), result: 'none' });
  await kernel.run();
  t.is(state(), '1,1 v1');
  t.deepEqual(gcOf(seen), [], 'the message in the queue reached it again before the drop was said');
});

test('an object given again after it was dropped keeps its name on both sides', async t => {
  const { tell, root, state, seen, store, vat } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  await tell('bob', call('drop'));
  await tell('alice', call('give', root('bob')));
  t.is(state(), '1,1 v1');
  t.is(store.tables.clists.find(vat('bob'), KO)?.vref, vref('o-50'));
  await tell('bob', call('dropAndRetire'));
  t.deepEqual(gcOf(seen), ['dropExports o+1', 'dropExports o+1', 'retireExports o+1']);
});

test('a retired name that is given again names a new object', async t => {
  const { tell, root, store, vat } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  await tell('bob', call('dropAndRetire'));
  await tell('alice', call('give', root('bob')));
  t.is(store.tables.clists.findByVref(vat('bob'), vref('o-51'))?.kref, 'ko23' as never);
  t.is(store.tables.objects.find(KO), undefined);
});

test('retirements that cross on the way end well', async t => {
  const { tell, root, kernel, state } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  await tell('bob', call('drop'));
  kernel.sendMessage({ target: root('bob') as never, methargs: call('retire'), result: 'none' });
  kernel.sendMessage({ target: root('alice') as never, methargs: call('retireIt'), result: 'none' });
  await kernel.step();
  await kernel.run();
  t.is(state(), 'gone');
  t.deepEqual(kernel.audit(), []);
});

test('a vat that sends its own object to itself is told once to drop it', async t => {
  const { tell, seen, state } = await makeWorld(t);
  await tell('alice', call('toSelf'));
  t.deepEqual(gcOf(seen), ['dropExports o+1', 'retireExports o+1']);
  t.is(state(), 'gone');
});

test('a vat that sends to its own object is told once to drop it', async t => {
  const { tell, seen, state } = await makeWorld(t);
  await tell('alice', call('toOwn'));
  t.deepEqual(gcOf(seen), ['dropExports o+1', 'retireExports o+1']);
  t.is(state(), 'gone');
});

test('an abandoned object is an orphan while somebody holds it, and gone when nobody does', async t => {
  const { tell, root, state, kernel, store, vat } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  await tell('alice', call('abandonIt'));
  t.is(state(), '1,1 orphan');
  const result = kernel.sendMessage({ target: KO, methargs: call('hello'), result: 'hold' });
  await kernel.run();
  t.is(kernel.readPromise(result as never)?.data?.body, '#{"#error":"vat terminated","name":"Error"}');
  await tell('bob', call('drop'));
  t.is(state(), 'gone');
  t.is(store.tables.clists.findByVref(vat('bob'), vref('o-50')), undefined, 'bob was told to retire it');
});

test('the export of a terminated vat is an orphan that its importers can still drop', async t => {
  const { tell, root, state, kernel, vat } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  await kernel.terminateVat(vat('alice'), 'test');
  await kernel.run();
  t.is(state(), '1,1 orphan');
  await tell('bob', call('drop'));
  t.is(state(), 'gone');
});

test('a terminated importer lets go of what it imported', async t => {
  const { tell, root, state, kernel, vat, seen } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  await kernel.terminateVat(vat('bob'), 'test');
  await kernel.run();
  t.is(state(), 'gone');
  t.deepEqual(gcOf(seen), ['dropExports o+1', 'retireExports o+1']);
});

test('a vat that dies while it has yet to be told of a drop leaves nothing behind', async t => {
  const { tell, root, state, kernel, vat } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  kernel.sendMessage({ target: root('bob') as never, methargs: call('drop'), result: 'none' });
  await kernel.step();
  await kernel.terminateVat(vat('alice'), 'test');
  await kernel.terminateVat(vat('alice'), 'again');
  await kernel.run();
  t.is(state(), 'gone');
  t.deepEqual(kernel.audit(), []);
});

test('a queued message holds its arguments, its target and nothing after it is gone', async t => {
  const { tell, root, kernel, state, store, vat } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  kernel.sendMessage({ target: root('bob') as never, methargs: call('dropAndRetire'), result: 'none' });
  kernel.sendMessage({ target: root('bob') as never, methargs: call('idle', KO), result: 'none' });
  await kernel.step();
  t.is(state(), '1,1 v1', 'the message is the only holder');
  await kernel.run();
  t.is(state(), '1,1 v1');
  t.is(store.tables.clists.find(vat('bob'), KO)?.vref, vref('o-51'), 'bob had retired it: he meets it again under a new name');
});

test('an action that came true for nobody is not left behind at rest', async t => {
  const rig = await makeRig(t, {
    alice: () => ({
      deliver: (delivery, syscalls) => {
        if (delivery.type === 'message') {
          const [target] = delivery.message.methargs.slots;
          syscalls({ type: 'send', target: target as never, message: { methargs: call('take', vref('o+1')), result: null } });
        }
        // The retirement that waits for alice is moot as soon as she has retired the object herself.
        if (delivery.type === 'dropExports') syscalls({ type: 'retireExports', refs: delivery.refs });
      },
    }),
    bob: actor({ take: () => [drop, retire] }),
  });
  await rig.tell('alice', call('give', rig.root('bob')));
  t.deepEqual(rig.store.tables.gcActions.list(), []);
  t.is(rig.store.tables.objects.find(KO), undefined);
});

test('actions that came true for nobody do not pile up while other actions fail', async t => {
  let fails = false;
  const rig = await makeRig(
    t,
    {
      alice: () => ({
        deliver: (delivery, syscalls) => {
          if (delivery.type === 'dropExports') syscalls({ type: 'retireExports', refs: delivery.refs });
          if (delivery.type !== 'message') return;
          if (fails) return 'cannot';
          const [target] = delivery.message.methargs.slots;
          syscalls({ type: 'send', target: target as never, message: { methargs: call('take', vref('o+1')), result: null } });
        },
      }),
      bob: actor({ take: () => [drop, retire] }),
    },
    { vatOptions: { alice: { onFault: 'suspend' } } },
  );
  const tellAlice = (): void =>
    void rig.kernel.sendMessage({ target: rig.root('alice') as never, methargs: call('give', rig.root('bob')), result: 'none' });
  tellAlice();
  // Up to the drop, after which nothing is left to retire; the message that fails is queued by then.
  for (let crank = 0; crank < 2; crank += 1) await rig.kernel.step();
  fails = true;
  tellAlice();
  await rig.kernel.run();
  t.deepEqual(rig.store.tables.gcActions.list(), []);
});

test('the host cannot name an object that its vat was told to drop', async t => {
  const { tell, root, kernel, state } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  await tell('bob', call('drop'));
  t.is(state(), '0,1 v1', 'bob still recognizes it');
  const refusal = { code: 'ERR_REF', message: /reached is named ko22/ };
  t.throws(() => kernel.sendMessage({ target: KO, methargs: call('hear'), result: 'none' }), refusal);
  t.throws(() => kernel.sendMessage({ target: root('bob') as never, methargs: call('take', KO), result: 'none' }), refusal);
  t.throws(() => kernel.holdForHost(KO), refusal);
  await tell('alice', call('give', root('bob')));
  kernel.holdForHost(KO);
  await tell('bob', call('dropAndRetire'));
  t.is(state(), '1,1 v1');
});

test('settled data holds what it cites for as long as the promise is held', async t => {
  const rig = await makeRig(t, {
    alice: actor({
      answer: ({ message }) => [
        {
          type: 'resolve',
          resolutions: [
            { promise: message.result, outcome: 'fulfilled', data: { body: '#["$0.Alleged: thing"]', slots: vrefs('o+1') } },
          ],
        },
      ],
    }),
  });
  const promise = await rig.tell('alice', call('answer'));
  const [held] = rig.kernel.readPromise(promise)?.data?.slots ?? [];
  t.is(rig.store.tables.objects.find(held as KernelObjectRef)?.reachable, 1);
  rig.kernel.releaseResult(promise);
  await rig.kernel.run();
  t.is(rig.store.tables.objects.find(held as KernelObjectRef), undefined);
  t.is(rig.kernel.readPromise(promise), undefined);
});

test('a large dead vat is cleaned up over several cranks', async t => {
  const count = 2500;
  const rig = await makeRig(
    t,
    {
      alice: actor({
        give: ({ message }) =>
          Array.from({ length: count }, (_, i) => ({
            type: 'send',
            target: message.methargs.slots[0],
            message: { methargs: call('take', vref(`o+${i + 1}`)), result: null },
          })),
      }),
      bob: actor({}),
    },
    { auditEveryCrank: false },
  );
  await rig.tell('alice', call('give', rig.root('bob')));
  await rig.kernel.terminateVat(rig.vat('alice'), 'test');
  let cleanups = 0;
  await rig.kernel.run({
    afterCrank: ({ kind }) => {
      if (kind === 'cleanup') cleanups += 1;
      return 'continue';
    },
  });
  t.is(cleanups, Math.ceil((count + 1) / LIMITS.cleanupRowsPerCrank));
  t.deepEqual(rig.kernel.audit(), []);
  t.is(rig.store.tables.clists.countByVat(rig.vat('alice')), 0);
});
