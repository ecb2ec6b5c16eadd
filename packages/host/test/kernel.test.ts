/** What a kernel script can do with an open kernel. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import '@cooperage/worker/lockdown';
import { E, Far } from '@endo/far';
import { makeTagged } from '@endo/pass-style';
import test from 'ava';
import { CooperageError, VatRejection } from '../src/errors.ts';
import { KernelRef } from '../src/kernel-ref.ts';
import { makeWorkshop } from './workshop.ts';

type Peer = { greet(name: string): string; take(thing: object): unknown };

const bob = {
  buildRootObject: (_powers: unknown, { greeting = 'hello' }: { greeting?: string }) => {
    const kept: unknown[] = [];
    return Far('bob', {
      greet: (name: string) => `${greeting}, ${name}`,
      echo: (...args: unknown[]) => harden(args),
      make: (name: string) => Far(name, { whoAmI: () => name }),
      pair: () => harden({ a: Far('one', {}), b: [Far('two', {})], later: new Promise(() => {}) }),
      keep: (thing: unknown) => void kept.push(thing),
      kept: () => harden([...kept]),
      forget: () => void kept.splice(0),
      fail: (message: string) => {
        throw new TypeError(message);
      },
      failWith: (reason: unknown) => Promise.reject(harden(reason)),
      never: () => new Promise(() => {}),
      log: (text: string) => console.log(text),
    });
  },
};

const alice = {
  buildRootObject: () =>
    Far('alice', {
      ask: (peer: Peer, name: string) => E(peer).greet(name),
      whoIs: (thing: { whoAmI(): string }) => E(thing).whoAmI(),
    }),
};

test('a call resolves to the value, and rejects with the error, of the vat', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { bob } });
  t.is(await kernel.call('bob', 'greet', ['world']), 'hello, world');
  const data = { a: [1, 2n, undefined, NaN, null], b: { '#x': '!y', $z: 'ü\u{1F40D}' }, 'with-dash': Infinity };
  t.deepEqual(await kernel.call('bob', 'echo', [data]), [data]);
  const proto = JSON.parse('{"__proto__":{"polluted":true}}') as object;
  const [back] = (await kernel.call('bob', 'echo', [proto])) as [object];
  t.deepEqual(Object.keys(back), ['__proto__']);
  t.false('polluted' in back);
  const error = await t.throwsAsync(kernel.call('bob', 'fail', ['too hot']), {
    instanceOf: TypeError,
    message: 'too hot',
    name: 'TypeError',
  });
  t.true(error instanceof Error && error.cause instanceof Error);
  const rejection = await t.throwsAsync(kernel.call('bob', 'failWith', [{ code: 7 }]), {
    instanceOf: VatRejection,
    message: /\{"code":7\}/,
  });
  t.deepEqual((rejection as VatRejection).reason, { code: 7 });
  await t.throwsAsync(kernel.call('bob', 'nonsense'), { message: /nonsense/ });
  t.is(kernel.stats().tables['promises'], 0, 'nothing of any call stays');
});

test('what cannot be asked is refused with its code, and the kernel goes on', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { bob } });
  await t.throwsAsync(kernel.call('bop', 'greet'), {
    code: 'ERR_VAT_NOT_FOUND',
    message: /no vat named "bop"\n {2}Did you mean "bob"/,
  });
  await t.throwsAsync(kernel.call('ko999', 'greet'), { code: 'ERR_REF', message: /ko999/ });
  await t.throwsAsync(kernel.call('bob', 'greet', 'world' as never), { code: 'ERR_ARGUMENT' });
  await t.throwsAsync(kernel.call('bob', 7 as never), { code: 'ERR_ARGUMENT' });
  await t.throwsAsync(kernel.call('bob', 'echo', [() => 1]), { code: 'ERR_ARGUMENT' });
  await t.throwsAsync(kernel.call('bob', 'echo', [Promise.resolve(1)]), { code: 'ERR_ARGUMENT', message: /promise of the host/ });
  await t.throwsAsync(kernel.call('bob', 'echo', [new Date()]), { code: 'ERR_ARGUMENT' });
  const nest = (depth: number): unknown => (depth === 0 ? 'core' : [nest(depth - 1)]);
  for (const depth of [501, 5000]) {
    const message = /data is nested deeper than 500 levels/;
    await t.throwsAsync(kernel.call('bob', 'echo', [nest(depth)]), { code: 'ERR_ARGUMENT', message });
  }
  await t.throwsAsync(kernel.call('bob', 'echo', ['x'.repeat(10_000_001)]), {
    code: 'ERR_ARGUMENT',
    message: /larger than 10000000/,
  });
  await t.throwsAsync(kernel.call('bob', 'never'), { code: 'ERR_NO_ANSWER', message: /bob did not answer never\(\)/ });
  await t.throwsAsync(kernel.promise('kp999'), { code: 'ERR_REF' });
  await t.throwsAsync(kernel.collect({ circles: true } as never), { code: 'ERR_CONFIG', message: /no option "circles"/ });
  await t.throwsAsync(kernel.collect({ cycles: 'yes' } as never), { code: 'ERR_CONFIG', message: /cycles is not true or false/ });
  t.is(await kernel.call('bob', 'greet', ['you']), 'hello, you');
  t.deepEqual(kernel.audit(), []);
});

test('concurrent calls are answered each with its own, in the order of asking', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { alice, bob } });
  const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
  const order: string[] = [];
  const answers = names.map(async (name, i) => {
    const answer = await (i % 2 ? kernel.call('alice', 'ask', [kernel.root('bob'), name]) : kernel.call('bob', 'greet', [name]));
    order.push(name);
    return answer;
  });
  t.throws(() => kernel.objects(), { code: 'ERR_BUSY' });
  t.throws(() => kernel.audit(), { code: 'ERR_BUSY' });
  await t.throwsAsync(kernel.close(), { code: 'ERR_BUSY' });
  t.deepEqual(
    await Promise.all(answers),
    names.map(name => `hello, ${name}`),
  );
  t.deepEqual(order, names);
});

test('objects come back as KernelRefs: printable, usable as target and argument, held until released', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { alice, bob } });
  await kernel.call('alice', 'ask', [kernel.root('bob'), 'warm-up']);
  await kernel.reap();
  const before = kernel.stats();
  const carol = (await kernel.call('bob', 'make', ['carol'])) as KernelRef;
  t.true(carol instanceof KernelRef && Object.isFrozen(carol));
  t.regex(String(carol), /^ko\d+ Alleged: carol$/);
  t.regex(inspect(carol), /^KernelRef\(ko\d+ Alleged: carol\)$/);
  t.is(JSON.stringify({ carol }), `{"carol":"${carol.ref}"}`);
  await kernel.reap();
  t.is(await kernel.call(carol, 'whoAmI'), 'carol');
  t.is(await kernel.call(carol.ref, 'whoAmI'), 'carol');
  t.is(await kernel.call('alice', 'whoIs', [carol]), 'carol');
  const [again] = (await kernel.call('bob', 'echo', [carol])) as [KernelRef];
  t.is(again.ref, carol.ref);
  t.is(kernel.stats().process.kernelRefs, 2);
  await carol.release();
  await carol.release();
  await t.throwsAsync(kernel.call(carol, 'whoAmI'), { code: 'ERR_REF', message: /not held/ });
  t.is(await kernel.call(again, 'whoAmI'), 'carol', 'the other ref still holds it');
  await kernel.release(again);
  await kernel.reap();
  const after = kernel.stats();
  t.is(after.process.kernelRefs, 0);
  for (const table of ['objects', 'promises', 'clists', 'pins', 'gcActions'])
    t.is(after.tables[table], before.tables[table], table);
  await t.throwsAsync(kernel.call(again.ref, 'whoAmI'), { code: 'ERR_REF' });
});

test('references inside values become refs, promises among them', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { bob } });
  const pair = (await kernel.call('bob', 'pair')) as { a: KernelRef; b: [KernelRef]; later: KernelRef };
  t.deepEqual([pair.a.kind, pair.b[0].iface, pair.later.kind], ['object', 'Alleged: two', 'promise']);
  t.deepEqual(await kernel.promise(pair.later), { state: 'unresolved', decider: 'bob' });
  t.deepEqual(
    kernel.objects({ owner: 'bob', state: 'reachable' }).map(({ ref }) => ref),
    [pair.a.ref, pair.b[0].ref],
  );
  for (const ref of [pair.a, pair.b[0], pair.later]) await ref.release();
  await kernel.reap();
  t.deepEqual(
    kernel.objects().map(({ owner, vref, state }) => [owner, vref, state]),
    [['bob', 'o+0', 'root']],
  );
});

test('tagged values and errors pass both ways, with the references inside', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { bob } });
  const bobRoot = kernel.root('bob');
  const sent = [makeTagged('pair', [1, 'two']), new RangeError('far'), { deep: [[{ bobRoot }]] }];
  const [tagged, error, record] = (await kernel.call('bob', 'echo', sent)) as [
    object,
    Error,
    { deep: [[{ bobRoot: KernelRef }]] },
  ];
  t.is(Object.prototype.toString.call(tagged), '[object pair]');
  t.deepEqual((tagged as { payload: unknown }).payload, [1, 'two']);
  t.deepEqual([error.name, error.message], ['RangeError', 'far']);
  t.is(record.deep[0][0].bobRoot.ref, bobRoot.ref);
  const [again] = (await kernel.call('bob', 'echo', [tagged])) as [object];
  t.deepEqual((again as { payload: unknown }).payload, [1, 'two']);
});

test('a ref of one kernel is refused by another', async t => {
  const workshop = makeWorkshop(t);
  const [one, other] = [await workshop.open({ vats: { bob } }), await workshop.open({ vats: { bob } })];
  const carol = (await one.call('bob', 'make', ['carol'])) as KernelRef;
  await t.throwsAsync(other.call('bob', 'keep', [carol]), { code: 'ERR_REF', message: /another kernel/ });
  await t.throwsAsync(other.call('bob', 'keep', [one.root('bob')]), { code: 'ERR_REF' });
});

test('run stops where the policy says, step does one crank, and a throwing policy harms nothing', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { bob } });
  t.is((await kernel.step())?.kind, 'start-vat');
  t.is(await kernel.step(), undefined);
  for (const name of ['a', 'b', 'c']) await kernel.send('bob', 'greet', [name]);
  t.deepEqual(await kernel.run({ maxCranks: 1 }), { cranks: 1, deliveries: 1, reason: 'policy' });
  const afterCrank = (): never => {
    throw new Error('enough');
  };
  await t.throwsAsync(kernel.run({ afterCrank }), { message: 'enough' });
  t.deepEqual(await kernel.run(), { cranks: 1, deliveries: 1, reason: 'idle' });
});

test('vats are installed, end and are found by name while they live', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { bob } });
  const root = await kernel.installVat('carol', { ...alice });
  t.is(await kernel.call(root, 'ask', [kernel.root('bob'), 'x']), 'hello, x');
  await t.throwsAsync(kernel.installVat('carol', alice), { code: 'ERR_CONFIG', message: /already a vat named "carol"/ });
  await t.throwsAsync(kernel.installVat('dave', { buildRootObject: () => 7 }), {
    code: 'ERR_VAT_FAULT',
    message: /vat "dave" did not start: /,
  });
  await t.throwsAsync(kernel.installVat('not a name', alice), { code: 'ERR_CONFIG' });
  await kernel.terminateVat('carol', 'no longer needed');
  await t.throwsAsync(kernel.call('carol', 'ask'), { code: 'ERR_VAT_STATE', message: /was terminated: no longer needed/ });
  await kernel.run();
  t.deepEqual(
    kernel.objects().map(({ owner }) => owner),
    ['bob'],
  );
  await kernel.installVat('carol', alice);
});

test('only a suspended vat can be resumed', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { bob: { ...bob, onFault: 'suspend' } } });
  await kernel.run();
  await t.throwsAsync(kernel.resumeVat('bob'), { code: 'ERR_VAT_STATE', message: /is running, not suspended/ });
  await t.throwsAsync(kernel.resumeVat('bop'), { code: 'ERR_VAT_NOT_FOUND' });
});

test('a failing bootstrap is told by run, once, and the kernel stays usable', async t => {
  const failing = {
    buildRootObject: () =>
      Far('failing', {
        bootstrap: () => {
          throw new Error('no beds');
        },
        stillHere: () => true,
      }),
  };
  const kernel = await makeWorkshop(t).open({ bootstrap: 'failing', vats: { failing } });
  await t.throwsAsync(kernel.run(), {
    instanceOf: CooperageError,
    code: 'ERR_VAT_FAULT',
    message: /bootstrap of "failing" failed: no beds/,
  });
  await t.notThrowsAsync(kernel.run());
  t.true(await kernel.call('failing', 'stillHere'));
  t.is(kernel.stats().tables['promises'], 0);
});

test('bootstrap gets every root by name and the arguments of the script', async t => {
  const first = {
    buildRootObject: (_powers: unknown, { argv }: { argv: unknown }) => {
      let seen: unknown;
      return Far('first', {
        bootstrap: async (vats: Record<string, Peer>, devices: object) => {
          seen = harden([Object.keys(vats).sort(), devices, argv, await E(vats['bob'] as Peer).greet('first')]);
        },
        seen: () => seen,
      });
    },
  };
  const kernel = await makeWorkshop(t).open({ bootstrap: 'first', bootstrapArguments: ['--fast'], vats: { first, bob } });
  await kernel.run();
  t.deepEqual(await kernel.call('first', 'seen'), [['bob', 'first'], {}, ['--fast'], 'hello, first']);
});

test('a closed kernel refuses everything but closing', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { bob } });
  await kernel.call('bob', 'make', ['x']);
  await kernel.close();
  await kernel.close();
  for (const ask of [() => kernel.run(), () => kernel.call('bob', 'greet'), () => kernel.reap(), () => kernel.promise('kp40')]) {
    await t.throwsAsync(ask(), { code: 'ERR_CLOSED' });
  }
  t.throws(() => kernel.root('bob'), { code: 'ERR_CLOSED' });
  t.throws(() => kernel.stats(), { code: 'ERR_CLOSED' });
});

test('console output and the slog go where they are sent', async t => {
  const workshop = makeWorkshop(t);
  const lines: unknown[] = [];
  const slog = workshop.path('slog.jsonl');
  const kernel = await workshop.open({ vats: { bob }, slog, console: (vat, level, args) => lines.push([vat, level, ...args]) });
  await kernel.call('bob', 'greet', ['slog']);
  workshop.write('vat-loud.js', `export const buildRootObject = () => { console.warn('loud', 7); return harden({}); };`);
  await t.throwsAsync(kernel.installVat('loud', { source: workshop.path('vat-loud.js') }), { code: 'ERR_VAT_FAULT' });
  t.deepEqual(lines, [['loud', 'warn', 'loud', '7']]);
  await kernel.close();
  const events = readFileSync(slog, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { type: string });
  t.deepEqual(
    ['deliver', 'syscall', 'commit'].filter(type => !events.some(event => event.type === type)),
    [],
  );
});

test('a policy that says what no policy says is refused, and nothing runs', async t => {
  const kernel = await makeWorkshop(t).open({ vats: { bob } });
  for (const [policy, message] of [
    [{ maxCrank: 1 }, /"maxCrank" is unknown. Did you mean "maxCranks"\?/],
    [{ maxCranks: '1' }, /maxCranks is not a number/],
    [{ maxDeliveries: NaN }, /maxDeliveries is not a number/],
    [{ afterCrank: true }, /afterCrank is not a function/],
    [5, /not a record/],
  ] as const) {
    await t.throwsAsync(kernel.run(policy as never), { code: 'ERR_ARGUMENT', message });
  }
  t.is(kernel.stats().counters.deliveries ?? 0, 0);
  t.is(await kernel.call('bob', 'greet', ['world']), 'hello, world');
});
