import { LIMITS } from '@cooperage/protocol/limits';
import test from 'ava';
import { actor, call, makeRig, methodOf, NOTHING, vref } from './rig.ts';

const send = (target: string, message: unknown) => ({ type: 'send', target, message });
const message = { methargs: call('x'), result: null };
const info = { body: '#"bye"', slots: [] };
const fulfil = (promise: string, data: unknown = { body: '#1', slots: [] }) => ({
  type: 'resolve',
  resolutions: [{ promise, outcome: 'fulfilled', data }],
});

const nest = (depth: number): unknown => {
  let list: unknown = [];
  for (let i = 0; i < depth; i += 1) list = [list];
  return list;
};

/** What a vat may never do, and what the kernel says of it. The vat has imported its peer's root as o-50 and its own result as p-60. */
const ILLEGAL: Readonly<Record<string, { syscalls: readonly unknown[]; problem: RegExp }>> = {
  'an unknown syscall': { syscalls: [{ type: 'format' }], problem: /unknown syscall "format"/ },
  'a syscall named like an object property': { syscalls: [{ type: 'constructor' }], problem: /unknown syscall "constructor"/ },
  'no record at all': { syscalls: [null], problem: /not a record/ },
  'a target that is no vref': { syscalls: [send('o-050', message)], problem: /not a vref: "o-050"/ },
  'a target in hex': { syscalls: [send('o-0x10', message)], problem: /not a vref/ },
  'an import that it never had': { syscalls: [send('o-99', message)], problem: /unknown import o-99/ },
  'an argument that it never had': {
    syscalls: [send('o-50', { methargs: call('x', vref('o-98')), result: null })],
    problem: /unknown import o-98/,
  },
  'an import that it dropped': {
    syscalls: [{ type: 'dropImports', refs: ['o-50'] }, send('o-50', message)],
    problem: /o-50 was dropped/,
  },
  'a device of its own': { syscalls: [send('o-50', { methargs: call('x', vref('d+1')), result: null })], problem: /d\+1/ },
  'a message to a device': { syscalls: [send('d-70', message)], problem: /d-70 is a device/ },
  'a device that it never had': {
    syscalls: [{ type: 'callNow', target: 'd-70', method: 'm', args: NOTHING }],
    problem: /unknown import d-70/,
  },
  'a synchronous call of an object': {
    syscalls: [{ type: 'callNow', target: 'o-50', method: 'm', args: NOTHING }],
    problem: /o-50 is not a device/,
  },
  'a result that is no promise': { syscalls: [send('o-50', { methargs: call('x'), result: 'o+5' })], problem: /not a promise/ },
  'a result that is not new': { syscalls: [send('o-50', { methargs: call('x'), result: 'p-60' })], problem: /not a new promise/ },
  'a message without methargs': { syscalls: [send('o-50', {})], problem: /methargs is not capdata/ },
  'methargs with slots that are no refs': {
    syscalls: [send('o-50', { methargs: { body: '#[]', slots: ['ko20'] }, result: null })],
    problem: /slot that is not a vref/,
  },
  'data of eleven megabytes': {
    syscalls: [send('o-50', { methargs: { body: `#"${'x'.repeat(11_000_000)}"`, slots: [] }, result: null })],
    problem: /larger than/,
  },
  'data nested 5,000 deep': {
    syscalls: [send('o-50', { methargs: { body: `#${'['.repeat(5000)}${']'.repeat(5000)}`, slots: [] }, result: null })],
    problem: /deeper than/,
  },
  'more slots than fit': {
    syscalls: [
      send('o-50', {
        methargs: { body: '#[]', slots: Array.from({ length: LIMITS.capdataSlots + 1 }, (_, i) => `o+${i + 1}`) },
        result: null,
      }),
    ],
    problem: /more than 10000 references/,
  },
  'a subscription to an object': { syscalls: [{ type: 'subscribe', promise: 'o-50' }], problem: /o-50 is not a promise/ },
  'a resolution of an object': { syscalls: [fulfil('o-50')], problem: /o-50 is not a promise/ },
  'a resolution with a promise': {
    syscalls: [fulfil('p+9', { body: '#"&0"', slots: ['p+10'] })],
    problem: /cannot be fulfilled with a promise/,
  },
  'a resolution with an unknown outcome': {
    syscalls: [{ type: 'resolve', resolutions: [{ promise: 'p+9', outcome: true, data: NOTHING }] }],
    problem: /unknown outcome/,
  },
  'an empty batch of resolutions': { syscalls: [{ type: 'resolve', resolutions: [] }], problem: /not a list with entries/ },
  'a second answer': { syscalls: [fulfil('p-60'), fulfil('p-60')], problem: /p-60/ },
  "a resolution of somebody else's promise": {
    syscalls: [send('o-50', { methargs: call('x'), result: 'p+3' }), fulfil('p+3')],
    problem: /not this vat's to decide/,
  },
  'a promise named twice in one batch': {
    syscalls: [{ type: 'resolve', resolutions: [1, 2].map(() => ({ promise: 'p-60', outcome: 'fulfilled', data: NOTHING })) }],
    problem: /name a promise twice/,
  },
  'an export abandoned twice at once': {
    syscalls: [
      send('o-50', { methargs: call('x', vref('o+1')), result: null }),
      { type: 'abandonExports', refs: ['o+1', 'o+1'] },
    ],
    problem: /names a ref twice/,
  },
  'an exit with information that is none': {
    syscalls: [{ type: 'exit', outcome: 'success', info: { body: 1, slots: [] } }],
    problem: /info is not capdata/,
  },
  'an exit with no outcome': { syscalls: [{ type: 'exit', info }], problem: /unknown outcome/ },
  'a drop of an export': { syscalls: [{ type: 'dropImports', refs: ['o+0'] }], problem: /o\+0 is not an import/ },
  'a drop of a promise': { syscalls: [{ type: 'dropImports', refs: ['p-60'] }], problem: /p-60 is not an object/ },
  'a drop of something unknown': { syscalls: [{ type: 'dropImports', refs: ['o-77'] }], problem: /o-77 is not in the c-list/ },
  'a retirement of an import that it can reach': {
    syscalls: [{ type: 'retireImports', refs: ['o-50'] }],
    problem: /o-50 is still reachable/,
  },
  'a retirement of an export that others can reach': {
    syscalls: [{ type: 'retireExports', refs: ['o+0'] }],
    problem: /o\+0 is still reachable/,
  },
  'a retirement of an import as an export': { syscalls: [{ type: 'retireExports', refs: ['o-50'] }], problem: /not an export/ },
  'a vatstore key that is no string': { syscalls: [{ type: 'vatstoreGet', key: 5 }], problem: /key is not a string/ },
  'a vatstore value that is no string': {
    syscalls: [{ type: 'vatstoreSet', key: 'k', value: null }],
    problem: /value is not a string/,
  },
  'a vatstore key that is no Unicode text': {
    syscalls: [{ type: 'vatstoreSet', key: '\ud800', value: 'v' }],
    problem: /half of a surrogate pair/,
  },
  'data that is no Unicode text': {
    syscalls: [send('o-50', { methargs: { body: '#["\udc00"]', slots: [] }, result: null })],
    problem: /half of a surrogate pair/,
  },
  'data with a hole among its slots': {
    // eslint-disable-next-line no-sparse-arrays
    syscalls: [send('o-50', { methargs: { body: '#[]', slots: [,] }, result: null })],
    problem: /slot that is not a vref: undefined/,
  },
  'a field that no syscall has': { syscalls: [{ type: 'vatstoreGet', key: 'k', more: 1n }], problem: /unknown field "more"/ },
  'a field that no message has': {
    syscalls: [send('o-50', { ...message, more: {} })],
    problem: /message has an unknown field "more"/,
  },
  'a field that no data has': {
    syscalls: [send('o-50', { methargs: { ...call('x'), more: {} }, result: null })],
    problem: /methargs has an unknown field "more"/,
  },
  'a field that no resolution has': {
    syscalls: [{ type: 'resolve', resolutions: [{ promise: 'p-60', outcome: 'fulfilled', data: NOTHING, more: {} }] }],
    problem: /resolution has an unknown field "more"/,
  },
  'a field without a name': {
    syscalls: [{ type: 'vatstoreGet', key: 'k', [Symbol('s')]: 1 }],
    problem: /unknown field Symbol\(s\)/,
  },
  'a type that is no text, nor can be': {
    syscalls: [{ type: { toString: 1, valueOf: 1 } }],
    problem: /unknown syscall a record/,
  },
  'a ref that is nested without end': {
    syscalls: [{ type: 'subscribe', promise: nest(100_000) }],
    problem: /not a vref: a list/,
  },
  'a next key after nothing': { syscalls: [{ type: 'vatstoreNextKey' }], problem: /after is not a string/ },
};

for (const [what, { syscalls, problem }] of Object.entries(ILLEGAL)) {
  test(`a vat that tries ${what} is terminated, and nothing else happens`, async t => {
    const rig = await makeRig(t, {
      bad: actor({ attack: () => [{ type: 'vatstoreSet', key: 'trace', value: '1' }, ...syscalls] }),
      good: actor({}),
    });
    const result = await rig.tell('bad', call('attack', rig.root('good')));
    const bad = rig.store.tables.vats.get(rig.vat('bad'));
    t.is(bad.state, 'terminated');
    t.regex(bad.problem ?? '', problem);
    t.is(rig.store.tables.vats.get(rig.vat('good')).state, 'running');
    t.is(rig.kernel.readPromise(result)?.data?.body, '#{"#error":"vat terminated","name":"Error"}');
    t.is(rig.store.tables.vatstore.countByVat(rig.vat('bad')), 0);
    t.deepEqual(rig.kernel.audit(), []);
  });
}

test('syscalls after an illegal one are refused and leave no trace', async t => {
  const results: string[] = [];
  const rig = await makeRig(t, {
    bad: () => ({
      deliver: (delivery, syscalls) => {
        if (delivery.type !== 'message') return;
        for (const syscall of [{ type: 'nonsense' }, { type: 'vatstoreSet', key: 'k', value: 'v' }]) {
          results.push(syscalls(syscall as never).outcome);
        }
      },
    }),
  });
  await rig.tell('bad', call('attack'));
  t.deepEqual(results, ['error', 'error']);
  t.is(rig.store.tables.vatstore.countByVat(rig.vat('bad')), 0);
});

test('a syscall outside a delivery is refused (I15)', async t => {
  let late: ((syscall: never) => { outcome: string }) | undefined;
  const rig = await makeRig(t, {
    bad: () => ({
      deliver: (_delivery, syscalls) => {
        late = syscalls as never;
      },
    }),
  });
  await rig.tell('bad', call('remember'));
  t.is(late?.({ type: 'vatstoreSet', key: 'k', value: 'v' } as never).outcome, 'error');
  t.is(rig.store.tables.vatstore.countByVat(rig.vat('bad')), 0);
});

test('a vat that exits with success keeps what it did; one that exits with failure does not', async t => {
  const heard: string[] = [];
  const exit = (outcome: string) => [send('o-50', { methargs: call('hear'), result: null }), { type: 'exit', outcome, info }];
  const rig = await makeRig(t, {
    leaver: actor({ leave: () => exit('success') }),
    failer: actor({ leave: () => exit('failure') }),
    listener: () => ({
      deliver: delivery => {
        if (delivery.type === 'message') heard.push('heard');
      },
    }),
  });
  await rig.tell('leaver', call('leave', rig.root('listener')));
  await rig.tell('failer', call('leave', rig.root('listener')));
  t.deepEqual(heard, ['heard']);
  t.is(rig.store.tables.vats.get(rig.vat('leaver')).state, 'terminated');
  t.is(rig.store.tables.vats.get(rig.vat('failer')).state, 'terminated');
  t.regex(rig.store.tables.vats.get(rig.vat('failer')).problem ?? '', /exited with failure/);
});

test('a vat that cannot start is terminated, even when faults suspend', async t => {
  const rig = await makeRig(
    t,
    { broken: () => ({ deliver: ({ type }) => (type === 'startVat' ? 'no root' : undefined) }) },
    { vatOptions: { broken: { onFault: 'suspend' } } },
  );
  t.is(rig.store.tables.vats.get(rig.vat('broken')).state, 'terminated');
  t.is(rig.store.tables.vats.get(rig.vat('broken')).problem, 'no root');
  t.throws(() => rig.root('broken'), { message: /terminated/ });
});

test('a vat that faults when told of a drop, or when reaped, ends like any other', async t => {
  for (const type of ['dropExports', 'bringOutYourDead', 'notify'] as const) {
    const rig = await makeRig(t, {
      fragile: () => ({
        deliver: (delivery, syscalls) => {
          if (delivery.type === type) return `cannot take ${type}`;
          if (methodOf(delivery) !== 'go' || delivery.type !== 'message') return undefined;
          syscalls({ type: 'send', target: vref('o+0'), message: { methargs: call('self', vref('o+9')), result: null } });
          const target = delivery.message.methargs.slots[0];
          if (target === undefined) return undefined;
          syscalls({ type: 'send', target, message: { methargs: call('x'), result: vref('p+1') } });
          syscalls({ type: 'subscribe', promise: vref('p+1') });
          return undefined;
        },
      }),
      peer: actor({ x: delivery => [fulfil(delivery.message.result as string)] }),
    });
    if (type === 'bringOutYourDead') rig.kernel.scheduleReap(rig.vat('fragile'));
    else
      rig.kernel.sendMessage({
        target: rig.root('fragile') as never,
        methargs: call('go', ...(type === 'notify' ? [rig.root('peer')] : [])),
        result: 'none',
      });
    await rig.kernel.run({ maxCranks: 200 });
    t.is(rig.store.tables.vats.get(rig.vat('fragile')).problem, `cannot take ${type}`);
    t.deepEqual(rig.kernel.audit(), []);
  }
});

test('a suspended vat keeps its messages in order and goes on when it resumes', async t => {
  let broken = true;
  const seen: string[] = [];
  const rig = await makeRig(
    t,
    {
      fragile: () => ({
        deliver: delivery => {
          if (delivery.type !== 'message') return undefined;
          if (broken) return 'not today';
          seen.push(delivery.message.methargs.body);
          return undefined;
        },
      }),
    },
    { vatOptions: { fragile: { onFault: 'suspend' } } },
  );
  const vat = rig.vat('fragile');
  for (const method of ['one', 'two', 'three']) {
    rig.kernel.sendMessage({ target: rig.root('fragile') as never, methargs: call(method), result: 'none' });
  }
  await rig.kernel.run();
  t.is(rig.store.tables.vats.get(vat).problem, 'not today');
  t.is(rig.store.tables.runQueue.listParked(vat).length, 3);
  broken = false;
  await rig.kernel.resumeVat(vat);
  await rig.kernel.run();
  t.deepEqual(seen, ['#["one",[]]', '#["two",[]]', '#["three",[]]']);
});

test('a suspended vat that is terminated rejects what waited for it', async t => {
  const rig = await makeRig(
    t,
    { fragile: () => ({ deliver: ({ type }) => (type === 'message' ? 'never' : undefined) }) },
    { vatOptions: { fragile: { onFault: 'suspend' } } },
  );
  const result = await rig.tell('fragile', call('one'));
  t.is(rig.kernel.readPromise(result)?.state, 'unresolved');
  await rig.kernel.terminateVat(rig.vat('fragile'), 'enough');
  await rig.kernel.run();
  t.is(rig.kernel.readPromise(result)?.state, 'rejected');
});

test('what the host may not do is refused by name and changes nothing', async t => {
  const rig = await makeRig(t, { alice: actor({}) });
  const hash = rig.kernel.activityHash;
  const target = rig.root('alice') as never;
  t.throws(() => rig.kernel.sendMessage({ target: 'ko999' as never, methargs: call('x'), result: 'none' }), {
    code: 'ERR_REF',
    message: /ko999/,
  });
  t.throws(() => rig.kernel.sendMessage({ target, methargs: call('x', 'ko998' as never), result: 'none' }), {
    code: 'ERR_REF',
    message: /ko998/,
  });
  t.throws(() => rig.kernel.createVat({ name: 'alice', bundle: 'scripted', parameters: NOTHING, options: {} }), {
    code: 'ERR_CONFIG',
    message: /alice/,
  });
  t.throws(() => rig.kernel.createVat({ name: 'x', bundle: 'none', parameters: NOTHING, options: {} }), {
    code: 'ERR_VAT_SOURCE',
  });
  await t.throwsAsync(rig.kernel.resumeVat(rig.vat('alice')), { code: 'ERR_VAT_STATE', message: /running/ });
  t.throws(() => rig.kernel.scheduleReap('v77' as never), { code: 'ERR_VAT_NOT_FOUND' });
  t.is(rig.kernel.activityHash, hash);
});
