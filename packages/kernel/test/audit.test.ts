import type { KernelObjectRef, KernelPromiseRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { InvariantId } from '@cooperage/protocol/invariants';
import type { Tables } from '@cooperage/store/tables/tables';
import test from 'ava';
import { auditTables } from '../src/audit/audit.ts';
import { actor, call, makeRig, vref } from './rig.ts';

const object = (text: string): KernelObjectRef => text as KernelObjectRef;
const promise = (text: string): KernelPromiseRef => text as KernelPromiseRef;
const V1 = 'v1' as VatId;
const V2 = 'v2' as VatId;

/** A rig in which v1 exports ko22 to v2, and v2 waits for kp41, which v1 decides; a message waits for kp41. */
const makeWorld = (t: Parameters<typeof makeRig>[0]) =>
  makeRig(t, {
    alice: actor({
      give: ({ message }) => [
        {
          type: 'send',
          target: message.methargs.slots[0],
          message: { methargs: call('take', vref('o+1'), vref('p+1')), result: null },
        },
      ],
    }),
    bob: actor({
      take: ({ message }) => [
        { type: 'subscribe', promise: message.methargs.slots[1] },
        { type: 'send', target: message.methargs.slots[1], message: { methargs: call('later'), result: null } },
      ],
    }),
  });

const UPGRADE = {
  bundle: 'scripted',
  options: '{}',
  parametersBody: null,
  message: '',
  heap: 'stop',
  result: 'nobody',
} as const;

const BREAKS: readonly { invariant: InvariantId; what: string; breakIt: (tables: Tables) => void }[] = [
  {
    invariant: 'I2',
    what: 'an object whose owner does not export it',
    breakIt: ({ clists }) => clists.delete(clists.find(V1, object('ko22')) as never),
  },
  {
    invariant: 'I2',
    what: 'an export of an object that another vat owns',
    breakIt: ({ objects }) => objects.put({ ...objects.get(object('ko22')), owner: V2 }),
  },
  {
    invariant: 'I3',
    what: 'a reachable count that no holder accounts for',
    breakIt: ({ objects }) => objects.put({ ...objects.get(object('ko22')), reachable: 0 }),
  },
  {
    invariant: 'I4',
    what: 'a promise that counts a holder too many',
    breakIt: ({ promises }) => promises.put({ ...promises.get(promise('kp41')), holds: 9 }),
  },
  {
    invariant: 'I5',
    what: 'an export that nobody reaches and whose vat will not hear of it',
    breakIt: ({ clists, objects }) => {
      const row = clists.find(V2, object('ko22')) as never;
      clists.delete(row);
      objects.put({ ...objects.get(object('ko22')), reachable: 0, recognizable: 0 });
    },
  },
  {
    invariant: 'I9',
    what: 'a reap of a dead vat',
    breakIt: ({ reapQueue, vats }) => {
      reapQueue.append(V2);
      vats.put({ ...vats.get(V2), state: 'terminated' });
    },
  },
  {
    invariant: 'I9',
    what: 'a GC action for a dead vat',
    breakIt: ({ gcActions, vats }) => {
      gcActions.add({ vat: V2, action: 'retireImport', kref: object('ko22') });
      vats.put({ ...vats.get(V2), state: 'terminated' });
    },
  },
  {
    invariant: 'I10',
    what: 'a promise decided by a vat that does not know it',
    breakIt: ({ promises }) => promises.put({ ...promises.get(promise('kp41')), decider: 'v3' as VatId }),
  },
  {
    invariant: 'I10',
    what: 'a promise of the kernel that no message will answer',
    breakIt: ({ promises }) => promises.put({ ...promises.get(promise('kp41')), decider: null }),
  },
  {
    invariant: 'I11',
    what: 'a settled promise that still has subscribers and a queue',
    breakIt: ({ promises }) => promises.put({ ...promises.get(promise('kp41')), state: 'fulfilled', decider: null, body: '#1' }),
  },
  {
    invariant: 'I14',
    what: 'a pin on something that is not there',
    breakIt: ({ pins }) => pins.add({ kref: 'ko999' as KRef, reason: 'host' }),
  },
  {
    invariant: 'I14',
    what: 'a GC action for a vat that does not know its object',
    breakIt: ({ gcActions }) => gcActions.add({ vat: V2, action: 'retireExport', kref: object('ko999') }),
  },
  {
    invariant: 'I17',
    what: 'a message that stands in no queue',
    breakIt: ({ promiseQueue }) => promiseQueue.deleteAll(promise('kp41')),
  },
  {
    invariant: 'I17',
    what: 'an item parked for a vat that runs',
    breakIt: ({ runQueue }) => void runQueue.append({ kind: 'start-vat', vat: V1, parkedFor: V1 }),
  },
  {
    invariant: 'I17',
    what: 'an upgrade that stands in no queue',
    breakIt: ({ upgrades }) => void upgrades.add({ ...UPGRADE, vat: V1 }),
  },
  {
    invariant: 'I17',
    what: 'an upgrade that is queued for another vat',
    breakIt: ({ upgrades, runQueue }) =>
      void runQueue.append({ kind: 'upgrade-vat', vat: V2, upgrade: upgrades.add({ ...UPGRADE, vat: V1 }).upgrade }),
  },
  {
    invariant: 'I3',
    what: 'parameters of an upgrade that nobody counted',
    breakIt: ({ upgrades, upgradeSlots }) => upgradeSlots.put(upgrades.add({ ...UPGRADE, vat: V1 }).upgrade, [object('ko22')]),
  },
  {
    invariant: 'I9',
    what: 'an upgrade of a dead vat',
    breakIt: ({ upgrades, vats }) => {
      upgrades.add({ ...UPGRADE, vat: V2 });
      vats.put({ ...vats.get(V2), state: 'terminated' });
    },
  },
  {
    invariant: 'I2',
    what: 'a lost object that still has its owner',
    breakIt: ({ upgradeOrphans }) => upgradeOrphans.put({ kref: object('ko22'), vat: V1 }),
  },
  {
    invariant: 'I14',
    what: 'a lost object that does not exist',
    breakIt: ({ upgradeOrphans }) => upgradeOrphans.put({ kref: object('ko999'), vat: V1 }),
  },
  {
    invariant: 'I18',
    what: 'an incarnation without a transcript',
    breakIt: ({ vats }) => vats.put({ ...vats.get(V1), incarnation: 1 }),
  },
  {
    invariant: 'I18',
    what: 'an incarnation that does not begin with its start',
    breakIt: ({ vats, transcripts, vatProgress }) => {
      vats.put({ ...vats.get(V1), incarnation: 1 });
      const progress = vatProgress.get(V1);
      const [row] = transcripts.list(V1, { from: progress.deliveries - 1 });
      if (row !== undefined) transcripts.append({ ...row, position: progress.deliveries, incarnation: 1 });
      vatProgress.put({ ...progress, deliveries: progress.deliveries + 1 });
    },
  },
  {
    invariant: 'I25',
    what: 'a reap to go on with that was not left unfinished',
    breakIt: ({ unfinishedReaps }) => unfinishedReaps.append(V1),
  },
  {
    invariant: 'I25',
    what: 'a reap that was left unfinished and is forgotten',
    breakIt: ({ transcripts, vatProgress }) => {
      const progress = vatProgress.get(V1);
      const delivery = '{"dead":[],"type":"bringOutYourDead"}';
      const outcome = '{"outcome":"ok","unfinished":true}';
      transcripts.append({ vat: V1, position: progress.deliveries, incarnation: 0, crank: 9, delivery, syscalls: '[]', outcome });
      vatProgress.put({ ...progress, deliveries: progress.deliveries + 1 });
    },
  },
  {
    invariant: 'I18',
    what: 'a transcript shorter than its count',
    breakIt: ({ vatProgress }) => vatProgress.put({ ...vatProgress.get(V1), deliveries: 77 }),
  },
  {
    invariant: 'I22',
    what: 'rows of a vat that was cleaned up',
    breakIt: ({ vats }) => vats.put({ ...vats.get(V2), state: 'terminated' }),
  },
];

test('the audit of a sound kernel finds nothing', async t => {
  const { store, tell, root } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  t.deepEqual(auditTables(store.tables), []);
});

for (const { invariant, what, breakIt } of BREAKS) {
  test(`the audit finds ${what} (${invariant})`, async t => {
    const { kernel, store, tell, root } = await makeWorld(t);
    kernel.installBundle({ id: 'other', format: 'function', content: '' });
    kernel.commit();
    await tell('alice', call('give', root('bob')));
    store.beginBlock();
    store.beginCrank();
    if (what.includes('does not know it')) {
      const { vats, vatProgress } = store.tables;
      vats.put({ ...vats.get(V2), vat: 'v3' as VatId, name: 'carol', state: 'running' });
      vatProgress.put({ ...vatProgress.get(V2), vat: 'v3' as VatId });
    }
    breakIt(store.tables);
    const findings = auditTables(store.tables);
    store.abandonCrank();
    store.rollbackBlock();
    t.true(
      findings.some(finding => finding.invariant === invariant),
      JSON.stringify(findings),
    );
    t.deepEqual(auditTables(store.tables), [], 'the audit itself changed nothing');
  });
}

test('a pair that stands twice in a c-list cannot be stored (I1)', async t => {
  const { store, tell, root } = await makeWorld(t);
  await tell('alice', call('give', root('bob')));
  store.beginBlock();
  store.beginCrank();
  store.tables.clists.put({ vat: V2, kref: object('ko20'), vref: vref('o-50'), reachable: true });
  store.commitCrank();
  t.throws(() => store.commitBlock(), { message: /UNIQUE/ });
});
