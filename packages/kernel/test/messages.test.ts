import type { VatDelivery, VatSyscall } from '@cooperage/protocol/worker-port';
import { LIMITS } from '@cooperage/protocol/limits';
import test from 'ava';
import { actor, call, makeRig, vref, vrefs } from './rig.ts';

const data = (body: string, ...slots: string[]) => ({ body, slots: vrefs(...slots) });
const settle = (promise: unknown, body: string, ...slots: string[]) => ({
  type: 'resolve',
  resolutions: [{ promise, outcome: 'fulfilled', data: data(body, ...slots) }],
});

test('a message reaches its vat, the answer reaches its sender, and nothing is left', async t => {
  const alice: VatDelivery[] = [];
  const rig = await makeRig(t, {
    alice: actor(
      {
        ask: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0], message: { methargs: call('answer'), result: vref('p+1') } },
          { type: 'subscribe', promise: vref('p+1') },
        ],
      },
      alice,
    ),
    bob: actor({ answer: ({ message }) => [settle(message.result, '#42')] }),
  });
  const before = rig.store.tables.countRows();
  const result = await rig.tell('alice', call('ask', rig.root('bob')));
  t.deepEqual(alice.at(-1), {
    type: 'notify',
    resolutions: [{ promise: vref('p+1'), outcome: 'fulfilled', data: data('#42') }],
  });
  const after = rig.store.tables.countRows();
  t.is(after.promises, 1, 'only the answer that the host waits for, which alice never gave');
  t.is(rig.kernel.readPromise(result)?.decider, rig.vat('alice'));
  t.is(after.messages, 0);
  t.is(after.clists, (before.clists ?? 0) + 2, "alice keeps her import of bob's root, and the promise that she decides");
});

test('messages to an unresolved promise wait, and follow its answer in the order in which they were sent', async t => {
  const seen: string[] = [];
  const bob: VatDelivery[] = [];
  const rig = await makeRig(t, {
    alice: actor({
      pipeline: ({ message }) => [
        { type: 'send', target: message.methargs.slots[0], message: { methargs: call('get'), result: vref('p+1') } },
        ...['one', 'two', 'three'].map(method => ({
          type: 'send',
          target: vref('p+1'),
          message: { methargs: call(method), result: null },
        })),
      ],
    }),
    bob: actor({ get: ({ message }) => [settle(message.result, '#"$0.Alleged: thing"', 'o+7')] }, bob),
  });
  await rig.tell('alice', call('pipeline', rig.root('bob')));
  for (const delivery of bob) {
    if (delivery.type === 'message') seen.push(`${delivery.target} ${delivery.message.methargs.body}`);
  }
  t.deepEqual(seen, ['o+0 #["get",["$0"]]'.replace('["$0"]', '[]'), 'o+7 #["one",[]]', 'o+7 #["two",[]]', 'o+7 #["three",[]]']);
});

test('a message to data is answered with an error that names the method', async t => {
  const alice: VatDelivery[] = [];
  const rig = await makeRig(t, {
    alice: actor(
      {
        pipeline: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0], message: { methargs: call('get'), result: vref('p+1') } },
          { type: 'send', target: vref('p+1'), message: { methargs: call('wave'), result: vref('p+2') } },
          { type: 'subscribe', promise: vref('p+2') },
        ],
      },
      alice,
    ),
    bob: actor({ get: ({ message }) => [settle(message.result, '#42')] }),
  });
  await rig.tell('alice', call('pipeline', rig.root('bob')));
  t.deepEqual(alice.at(-1), {
    type: 'notify',
    resolutions: [
      {
        promise: vref('p+2'),
        outcome: 'rejected',
        data: data('#{"#error":"data is not callable, has no method wave","name":"Error"}'),
      },
    ],
  });
});

test('a vat that pipelines is sent messages for promises that it has not settled', async t => {
  const bob: VatDelivery[] = [];
  const rig = await makeRig(
    t,
    {
      alice: actor({
        pipeline: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0], message: { methargs: call('get'), result: vref('p+1') } },
          { type: 'send', target: vref('p+1'), message: { methargs: call('early'), result: null } },
        ],
      }),
      bob: actor({}, bob),
    },
    { vatOptions: { bob: { pipelining: true } } },
  );
  await rig.tell('alice', call('pipeline', rig.root('bob')));
  const last = bob.at(-1);
  t.is(last?.type === 'message' ? last.target : '', 'p-60', 'the result promise that bob decides');
});

test('a notify tells the settled promises that its data cites, once, cycles included', async t => {
  const alice: VatDelivery[] = [];
  const rig = await makeRig(t, {
    alice: actor(
      {
        ask: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0], message: { methargs: call('get'), result: vref('p+1') } },
          { type: 'subscribe', promise: vref('p+1') },
        ],
      },
      alice,
    ),
    bob: actor({
      get: ({ message }) => [
        {
          type: 'resolve',
          resolutions: [
            { promise: message.result, outcome: 'fulfilled', data: data('#["&0"]', 'p+5') },
            { promise: vref('p+5'), outcome: 'fulfilled', data: data('#["&0","&1"]', message.result as string, 'p+6') },
            { promise: vref('p+6'), outcome: 'rejected', data: data('#"no"') },
          ],
        },
      ],
    }),
  });
  await rig.tell('alice', call('ask', rig.root('bob')));
  const notify = alice.at(-1);
  t.is(notify?.type, 'notify');
  if (notify?.type !== 'notify') return;
  t.deepEqual(
    notify.resolutions.map(({ promise, outcome }) => `${promise} ${outcome}`),
    ['p+1 fulfilled', 'p-61 fulfilled', 'p-62 rejected'],
  );
  t.deepEqual(notify.resolutions[1]?.data.slots, [vref('p+1'), notify.resolutions[2]?.promise]);
});

test('a long chain of settled promises is told in bounded batches', async t => {
  const alice: VatDelivery[] = [];
  const length = LIMITS.resolutions + 10;
  const chain = (from: number, to: number): VatSyscall => ({
    type: 'resolve',
    resolutions: Array.from({ length: to - from }, (_, i) => ({
      promise: vref(`p+${from + i}`),
      outcome: 'fulfilled' as const,
      data: from + i === length ? data('#0') : data('#["&0"]', `p+${from + i + 1}`),
    })),
  });
  const rig = await makeRig(
    t,
    {
      alice: actor({ take: ({ message }) => [{ type: 'subscribe', promise: message.methargs.slots[0] }] }, alice),
      bob: actor({
        give: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0], message: { methargs: call('take', vref('p+1')), result: null } },
          chain(1, 5001),
          chain(5001, 10001),
          chain(10001, length + 1),
        ],
      }),
    },
    { auditEveryCrank: false },
  );
  await rig.tell('bob', call('give', rig.root('alice')));
  t.is(rig.store.tables.vats.get(rig.vat('bob')).problem, null);
  const notify = alice.find(({ type }) => type === 'notify');
  t.is(notify?.type === 'notify' ? notify.resolutions.length : 0, LIMITS.resolutions);
  t.deepEqual(rig.kernel.audit(), []);
});
