import type { VatDelivery } from '@cooperage/protocol/worker-port';
import test from 'ava';
import { actor, call, makeRig, vref, type RigOptions } from './rig.ts';
import type { ScriptedVat } from './scripted-launcher.ts';

type Needs = { count: number; readonly stops?: number };

/** A vat that needs so many BOYDs until it has let go of everything, and others after a stop. */
const hoarder = (needs: Needs, seen: VatDelivery[], harvests: { count: number }) => (): ScriptedVat => ({
  deliver: delivery => {
    seen.push(delivery);
    if (delivery.type === 'stopVat') needs.count = needs.stops ?? 0;
    else if (delivery.type !== 'bringOutYourDead') return undefined;
    else needs.count -= 1;
    return needs.count > 0 ? { outcome: 'ok', unfinished: true } : { outcome: 'ok' };
  },
  harvest: () => {
    harvests.count += 1;
    return ['w1'];
  },
});

/** Sends itself ten messages, one after the other. */
const chatter = actor(
  Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [
      `say${i}`,
      () => (i === 0 ? [] : [{ type: 'send', target: 'o+0', message: { methargs: call(`say${i - 1}`), result: null } }]),
    ]),
  ),
);

const makeWorld = async (t: Parameters<typeof makeRig>[0], needs: Needs, options: RigOptions = {}) => {
  const seen: VatDelivery[] = [];
  const harvests = { count: 0 };
  const rig = await makeRig(t, { hoarder: hoarder(needs, seen, harvests), other: chatter }, options);
  return { ...rig, seen, harvests };
};

const listsOf = (seen: readonly VatDelivery[]): (readonly string[])[] =>
  seen.flatMap(delivery => (delivery.type === 'bringOutYourDead' ? [delivery.dead] : []));

test('a vat that leaves a BOYD unfinished goes on with empty lists, without a harvest, until it is done', async t => {
  const { kernel, store, vat, seen, harvests } = await makeWorld(t, { count: 4 });
  kernel.scheduleReap(vat('hoarder'));
  await kernel.run();
  t.deepEqual(listsOf(seen), [['w1'], [], [], []]);
  t.is(harvests.count, 1);
  t.is(store.tables.unfinishedReaps.count(), 0);
});

test('unfinished reaps and messages take turns', async t => {
  const { kernel, vat, root } = await makeWorld(t, { count: 30 });
  kernel.scheduleReap(vat('hoarder'));
  kernel.sendMessage({ target: root('other') as never, methargs: call('say9'), result: 'none' });
  const kinds: string[] = [];
  for (let report = await kernel.step(); report !== undefined; report = await kernel.step()) kinds.push(report.kind);
  t.deepEqual(kinds.slice(0, 21), ['reap', ...Array.from({ length: 10 }, () => ['reap', 'message']).flat()]);
  t.deepEqual(
    kinds.slice(21),
    Array.from({ length: 19 }, () => 'reap'),
  );
});

test('what a stop leaves unfinished the next incarnation goes on with', async t => {
  const { upgrade, store, vat, seen, harvests } = await makeWorld(t, { count: 0, stops: 3 });
  t.like(await upgrade('hoarder'), { outcome: 'upgraded' });
  t.deepEqual(
    seen.map(({ type }) => type),
    ['startVat', 'stopVat', 'startVat', 'bringOutYourDead', 'bringOutYourDead', 'bringOutYourDead'],
  );
  t.is(harvests.count, 0);
  t.is(store.tables.transcripts.list(vat('hoarder'), { incarnation: 1 }).length, 4);
});

test('a reap that is asked for while another is unfinished is not lost, and what came meanwhile stays counted', async t => {
  const { kernel, vat, root, seen, store } = await makeWorld(t, { count: 3 });
  const dirt = (): number => store.tables.vatProgress.get(vat('hoarder')).dirtKrefs;
  const other = root('other');
  kernel.scheduleReap(vat('hoarder'));
  await kernel.step();
  kernel.sendMessage({ target: root('hoarder') as never, methargs: call('x', other, other), result: 'none' });
  await kernel.run();
  t.deepEqual([listsOf(seen), dirt()], [[['w1'], [], []], 2]);
  kernel.scheduleReap(vat('hoarder'));
  await kernel.run();
  t.deepEqual([listsOf(seen).length, dirt()], [4, 0]);
});

test('an unfinished reap waits while its vat is suspended, and goes with it when it is terminated', async t => {
  const { kernel, store, vat } = await makeWorld(t, { count: 3 });
  kernel.scheduleReap(vat('hoarder'));
  await kernel.step();
  await kernel.suspendVat(vat('hoarder'), 'a nap');
  await kernel.run();
  t.deepEqual(store.tables.unfinishedReaps.list(), [vat('hoarder')]);
  await kernel.terminateVat(vat('hoarder'), 'enough');
  t.is(store.tables.unfinishedReaps.count(), 0);
  await kernel.run();
  t.deepEqual(kernel.audit(), []);
});

test('a suspended vat hears of nothing, and when it goes on of everything: reaps, drops, then the queue in its order', async t => {
  const seen: VatDelivery[] = [];
  const { kernel, vat, root, tell, store } = await makeRig(t, {
    sleeper: actor(
      {
        give: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0], message: { methargs: call('take', vref('o+1')), result: 'p+1' } },
          { type: 'subscribe', promise: 'p+1' },
        ],
      },
      seen,
    ),
    taker: actor({
      drop: () => [
        { type: 'dropImports', refs: ['o-50'] },
        { type: 'retireImports', refs: ['o-50'] },
        { type: 'resolve', resolutions: [{ promise: 'p-60', outcome: 'fulfilled', data: { body: '#1', slots: [] } }] },
      ],
    }),
  });
  await tell('sleeper', call('give', root('taker')));
  kernel.scheduleReap(vat('sleeper'));
  await kernel.suspendVat(vat('sleeper'), 'a nap');
  seen.length = 0;
  const taken = store.tables.clists.listByVat(vat('taker'), { prefix: 'p-' }).map(({ vref: name }) => name);
  t.deepEqual(taken, [vref('p-60')]);
  await tell('sleeper', call('first'));
  await tell('taker', call('drop'));
  await tell('sleeper', call('second'));
  t.deepEqual(seen, []);
  await kernel.resumeVat(vat('sleeper'));
  await kernel.run();
  t.deepEqual(
    seen.slice(seen.findIndex(({ type }) => type === 'bringOutYourDead')).map(({ type }) => type),
    ['bringOutYourDead', 'dropExports', 'retireExports', 'message', 'notify', 'message'],
  );
});
