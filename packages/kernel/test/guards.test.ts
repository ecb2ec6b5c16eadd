/** Guards against our own mistakes: each is provoked by corrupting the tables behind the kernel's back. */
import type { KernelObjectRef, KernelPromiseRef, KRef } from '@cooperage/protocol/refs';
import { KernelPanic } from '@cooperage/protocol/fault';
import type { InvariantId } from '@cooperage/protocol/invariants';
import type { Tables } from '@cooperage/store/tables/tables';
import test from 'ava';
import { provideImport } from '../src/refs/clist.ts';
import { settlePromise } from '../src/promises/settle.ts';
import { translateDelivery } from '../src/translate/delivery-to-vat.ts';
import { NEVER } from '../src/choices.ts';
import type { Crank } from '../src/crank-state.ts';
import { actor, call, makeRig, vref } from './rig.ts';

const KO = 'ko22' as KernelObjectRef;

type World = { readonly crank: Crank; readonly tables: Tables; readonly vat: (name: string) => never };

const GUARDS: readonly { invariant: InvariantId; what: string; act: (world: World) => void }[] = [
  {
    invariant: 'I7',
    what: 'a delivery that names an export whose vat was told to drop it',
    act: ({ crank, tables, vat }) => {
      const row = tables.clists.find(vat('alice'), KO);
      tables.clists.put({ ...(row as NonNullable<typeof row>), reachable: false });
      const delivery = { type: 'message', target: KO, message: { methargs: call<KRef>('x'), result: null } } as const;
      translateDelivery(crank, vat('alice'), delivery);
    },
  },
  {
    invariant: 'I8',
    what: 'a retirement of an export before its drop',
    act: ({ crank, vat }) => void translateDelivery(crank, vat('alice'), { type: 'retireExports', refs: [KO] }),
  },
  {
    invariant: 'I10',
    what: 'a message whose result somebody decides already',
    act: ({ crank, tables, vat }) => {
      const promise = 'kp41' as KernelPromiseRef;
      tables.promises.put({ ...tables.promises.get(promise), decider: vat('bob') });
      const delivery = { type: 'message', target: KO, message: { methargs: call<KRef>('x'), result: promise } } as const;
      translateDelivery(crank, vat('alice'), delivery);
    },
  },
  {
    invariant: 'I12',
    what: 'an answer from somebody who does not decide',
    act: ({ crank, vat }) => {
      settlePromise(crank, 'kp41' as KernelPromiseRef, vat('bob'), { outcome: 'fulfilled', data: { body: '#1', slots: [] } });
    },
  },
  {
    invariant: 'I24',
    what: 'an object that was retired, delivered again',
    act: ({ crank, vat }) => void provideImport(crank, vat('bob'), 'ko999' as KernelObjectRef),
  },
  {
    invariant: 'I28',
    what: 'a message to an object that a collection of cycles found dead',
    act: ({ crank, vat }) => {
      const delivery = { type: 'message', target: KO, message: { methargs: call<KRef>('x'), result: null } } as const;
      translateDelivery({ ...crank, dead: new Set([KO]) }, vat('alice'), delivery);
    },
  },
];

for (const { invariant, what, act } of GUARDS) {
  test(`the kernel panics at ${what} (${invariant})`, async t => {
    const rig = await makeRig(t, {
      alice: actor({
        give: ({ message }) => [
          {
            type: 'send',
            target: message.methargs.slots[0],
            message: { methargs: call('take', vref('o+1'), vref('p+1')), result: null },
          },
        ],
      }),
      bob: actor({}),
    });
    await rig.tell('alice', call('give', rig.root('bob')));
    rig.store.beginBlock();
    rig.store.beginCrank();
    const { tables } = rig.store;
    const crank: Crank = {
      ...{
        number: 0,
        tables,
        freeable: new Set(),
        dead: new Set(),
        devices: new Map(),
        outputs: [],
        launcher: { kind: 'none', engine: 'none' },
      },
      ...{ maybe: NEVER, log: () => {}, count: () => {} },
    };
    const panic = t.throws(() => act({ crank, tables, vat: name => rig.vat(name) as never }), { instanceOf: KernelPanic });
    t.is(panic?.invariant, invariant);
    rig.store.abandonCrank();
    rig.store.rollbackBlock();
  });
}

test('while a crank runs, everything else is refused (I15)', async t => {
  const rig = await makeRig(t, { alice: actor({}) });
  rig.kernel.sendMessage({ target: rig.root('alice') as never, methargs: call('x'), result: 'none' });
  const running = rig.kernel.run();
  t.throws(() => rig.kernel.commit(), { code: 'ERR_BUSY' });
  t.throws(() => rig.kernel.scheduleReap(rig.vat('alice')), { code: 'ERR_BUSY' });
  await t.throwsAsync(rig.kernel.step(), { code: 'ERR_BUSY' });
  await t.throwsAsync(rig.kernel.stop(), { code: 'ERR_BUSY' });
  await running;
  rig.kernel.scheduleReap(rig.vat('alice'));
  t.is((await rig.kernel.step())?.kind, 'reap');
});

test('an audit that finds something after a crank stops the kernel, and the block is lost (I16)', async t => {
  const rig = await makeRig(t, { alice: actor({}) });
  const before = rig.store.tables.countRows();
  rig.store.beginBlock();
  rig.store.beginCrank();
  rig.store.tables.pins.add({ kref: 'ko777' as KernelObjectRef, reason: 'host' });
  rig.store.commitCrank();
  t.throws(() => rig.kernel.scheduleReap(rig.vat('alice')), { message: /I14 ko777/ });
  await t.throwsAsync(rig.kernel.run(), { message: /I14 ko777/ }, 'and it stays stopped');
  rig.store.rollbackBlock();
  t.deepEqual(rig.store.tables.countRows(), before);
});
