/** What a vat sends and answers: objects, promises, their retirement, and data that is too much or makes no sense. */
import { data, makeTestVat, resolution, startTestVat, vref } from './support/test-vat.ts';
import test from 'ava';
import { E, Far } from '@endo/far';
import { LIMITS } from '@cooperage/protocol/limits';
import type { VatSyscall } from '@cooperage/protocol/worker-port';

type Any = Record<string, (...args: unknown[]) => unknown>;

const sends = (syscalls: readonly VatSyscall[]) => syscalls.filter(({ type }) => type === 'send');
const resolutionsOf = (syscalls: readonly VatSyscall[]) =>
  syscalls.flatMap(syscall => (syscall.type === 'resolve' ? syscall.resolutions : []));
const theOnly = <Item>(items: readonly Item[]): Item => {
  if (items.length !== 1) throw new Error(`expected one, got ${items.length}`);
  return items[0] as Item;
};
const bodyOf = (syscalls: readonly VatSyscall[]): string => theOnly(resolutionsOf(syscalls)).data.body;

test('an answer resolves the result promise, and both sides forget it', async t => {
  const vat = await startTestVat(() => Far('root', { add: (a: number, b: number) => a + b }));
  const before = vat.liveslots.inspectTables();
  t.deepEqual(await vat.call('add', [1, 2], [], 'p-60'), [
    { type: 'resolve', resolutions: [resolution('p-60', 'fulfilled', data(3))] },
  ]);
  t.deepEqual(vat.liveslots.inspectTables(), before);
});

test('a message without a result makes no syscall of its own', async t => {
  const vat = await startTestVat(() => Far('root', { fail: () => Promise.reject(new Error('unseen')) }));
  t.deepEqual(await vat.call('fail', [], [], null), []);
});

test('an own object keeps its vref, comes back as itself, and gets none before it is sent', async t => {
  const seen: unknown[] = [];
  const child = Far('child', {});
  const vat = await startTestVat(() => Far('root', { give: () => child, take: (x: unknown) => void seen.push(x) }));
  const first = await vat.call('give', [], [], 'p-60');
  t.deepEqual(resolutionsOf(first), [resolution('p-60', 'fulfilled', data('$0.Alleged: child', 'o+1'))]);
  t.deepEqual(resolutionsOf(await vat.call('give', [], [], 'p-61')), [
    resolution('p-61', 'fulfilled', data('$0.Alleged: child', 'o+1')),
  ]);
  await vat.call('take', ['$0'], ['o+1']);
  t.is(seen[0], child);
});

test('a Presence is one object while it lives, and its messages go to its vref', async t => {
  const seen: unknown[] = [];
  const vat = await startTestVat(() =>
    Far('root', {
      take: (x: unknown) => {
        seen.push(x);
        void E(x as Any).hello?.('there', x);
      },
    }),
  );
  const syscalls = await vat.call('take', ['$0.Alleged: bob'], ['o-50'], null);
  t.deepEqual(syscalls, [
    {
      type: 'send',
      target: 'o-50',
      message: { methargs: data(['hello', ['there', '$0.Alleged: bob']], 'o-50'), result: 'p+1' },
    },
    { type: 'subscribe', promise: 'p+1' },
  ]);
  await vat.call('take', ['$0'], ['o-50'], null);
  t.is(seen[0], seen[1]);
});

test('functions, symbols and properties: a Far function is called, E.get waits for the value', async t => {
  const seen: unknown[] = [];
  const vat = await startTestVat(() =>
    Far('root', {
      take: (f: Any, p: Promise<{ a: number }>) => {
        void E(f as never as (n: number) => void)(1);
        void E(f)[Symbol.for('greet') as never]?.();
        E.get(p).a.then(value => seen.push(value));
      },
    }),
  );
  const syscalls = await vat.call('take', ['$0', '&1'], ['o-50', 'p-40'], null);
  t.deepEqual(
    sends(syscalls).map(s => s.type === 'send' && s.message.methargs.body),
    ['#["#undefined",[1]]', '#["%greet",[]]'],
  );
  t.deepEqual(syscalls[0], { type: 'subscribe', promise: 'p-40' });
  await vat.notify(resolution('p-40', 'fulfilled', data({ a: 7 })));
  t.deepEqual(seen, [7]);
});

test('messages are pipelined to answers that are not there yet, and go local once they are', async t => {
  const vat = await startTestVat(() =>
    Far('root', {
      chain: (x: Any) => {
        const answer = E(x).first?.();
        void E(answer as never as Any).second?.();
        return answer;
      },
    }),
  );
  const syscalls = await vat.call('chain', ['$0'], ['o-50'], 'p-60');
  t.deepEqual(
    syscalls.map(s => (s.type === 'send' ? [s.target, s.message.result] : s.type === 'subscribe' ? s.promise : s)),
    [['o-50', 'p+1'], 'p+1', ['p+1', 'p+2'], 'p+2'],
  );
  t.deepEqual(await vat.notify(resolution('p+1', 'fulfilled', data('$0.Alleged: carol', 'o-51'))), [
    { type: 'resolve', resolutions: [resolution('p-60', 'fulfilled', data('$0.Alleged: carol', 'o-51'))] },
  ]);
});

test('a send-only message has no result, arrives, and leaves nothing behind', async t => {
  const vat = await startTestVat(() =>
    Far('root', {
      go: (x: Any, p: Promise<Any>) => {
        E.sendOnly(x).ping?.(1);
        E.sendOnly(p).pong?.(2);
      },
    }),
  );
  const syscalls = await vat.call('go', ['$0', '&1'], ['o-50', 'p-40'], null);
  t.deepEqual(sends(syscalls), [
    { type: 'send', target: 'o-50', message: { methargs: data(['ping', [1]]), result: null } },
    { type: 'send', target: 'p-40', message: { methargs: data(['pong', [2]]), result: null } },
  ]);
  t.is(vat.liveslots.inspectTables().promises, 1);
});

test('a promise that is sent is resolved when it settles; sent again, it gets a new vpid that is resolved at once', async t => {
  let settle = (_value: unknown): void => {};
  const promise = new Promise(resolve => {
    settle = resolve;
  });
  const vat = await startTestVat(() =>
    Far('root', {
      send: (x: Any) =>
        E(x)
          .take?.(promise)
          .catch(() => {}),
      settle: () => settle(harden(['done'])),
    }),
  );
  const base = vat.liveslots.inspectTables().promises;
  const first = await vat.call('send', ['$0'], ['o-50'], null);
  t.deepEqual(first, [
    { type: 'send', target: 'o-50', message: { methargs: data(['take', ['&0']], 'p+1'), result: 'p+2' } },
    { type: 'subscribe', promise: 'p+2' },
  ]);
  t.deepEqual(resolutionsOf(await vat.call('settle', [], [], null)), [resolution('p+1', 'fulfilled', data(['done']))]);
  const second = await vat.call('send', ['$0'], ['o-50'], null);
  t.deepEqual(second, [
    { type: 'send', target: 'o-50', message: { methargs: data(['take', ['&0']], 'p+3'), result: 'p+4' } },
    { type: 'resolve', resolutions: [resolution('p+3', 'fulfilled', data(['done']))] },
    { type: 'subscribe', promise: 'p+4' },
  ]);
  await vat.notify(resolution('p+2', 'fulfilled', data(1)));
  await vat.notify(resolution('p+4', 'rejected', data({ '#error': 'no', name: 'Error' })));
  t.is(vat.liveslots.inspectTables().promises, base);
});

test('an imported promise is subscribed to once, settles by notify, and is new when mentioned later', async t => {
  const seen: unknown[] = [];
  let held: unknown;
  const vat = await startTestVat(() =>
    Far('root', {
      take: (p: Promise<unknown>) => {
        held = p;
        p.then(
          value => seen.push(value),
          (error: Error) => seen.push(error.message),
        );
      },
      give: () => harden([held]),
    }),
  );
  t.deepEqual(await vat.call('take', ['&0'], ['p-40'], null), [{ type: 'subscribe', promise: 'p-40' }]);
  t.deepEqual(await vat.call('take', ['&0'], ['p-40'], null), []);
  await vat.notify(resolution('p-40', 'rejected', data({ '#error': 'sorry', name: 'TypeError' })));
  t.deepEqual(seen, ['sorry', 'sorry']);
  const given = resolutionsOf(await vat.call('give', [], [], 'p-60'));
  t.deepEqual(
    given.map(({ promise, outcome }) => [promise, outcome]),
    [
      ['p-60', 'fulfilled'],
      ['p+1', 'rejected'],
    ],
  );
  t.is(vat.liveslots.inspectTables().promises, 0);
});

test('a result that is an imported promise waits for it', async t => {
  const vat = await startTestVat(() => Far('root', { echo: (p: Promise<unknown>) => p }));
  t.deepEqual(await vat.call('echo', ['&0'], ['p-40'], 'p-60'), [{ type: 'subscribe', promise: 'p-40' }]);
  t.deepEqual(await vat.notify(resolution('p-40', 'fulfilled', data('late'))), [
    { type: 'resolve', resolutions: [resolution('p-60', 'fulfilled', data('late'))] },
  ]);
});

test('a vat that is handed a promise to decide resolves the one it had imported', async t => {
  const seen: unknown[] = [];
  const vat = await startTestVat(() =>
    Far('root', { watch: (p: Promise<unknown>) => void p.then(value => seen.push(value)), answer: () => 'mine' }),
  );
  await vat.call('watch', ['&0'], ['p-40'], null);
  t.deepEqual(await vat.call('answer', [], [], 'p-40'), [
    { type: 'resolve', resolutions: [resolution('p-40', 'fulfilled', data('mine'))] },
  ]);
  t.deepEqual(seen, ['mine']);
  t.is(vat.liveslots.inspectTables().promises, 0);
});

test('a message may cite the promise for its own answer', async t => {
  const seen: unknown[] = [];
  const vat = await startTestVat(() =>
    Far('root', {
      take: (p: Promise<unknown>) => {
        p.then(value => seen.push(value));
        return 'answer';
      },
    }),
  );
  t.deepEqual(await vat.call('take', ['&0'], ['p-60'], 'p-60'), [
    { type: 'resolve', resolutions: [resolution('p-60', 'fulfilled', data('answer'))] },
  ]);
  t.deepEqual(seen, ['answer']);
});

test('promises that resolve to each other go out in one batch, come in in one batch, and are forgotten', async t => {
  const seen: unknown[] = [];
  const vat = await startTestVat(() =>
    Far('root', {
      cycle: () => {
        let settleA = (_value: unknown): void => {};
        const a = new Promise(resolve => {
          settleA = resolve;
        });
        const b = Promise.resolve(harden([a]));
        settleA(harden([b]));
        return harden({ a, b });
      },
      take: (a: Promise<unknown[]>) =>
        void a.then(async ([b]) => {
          const [again] = (await b) as unknown[];
          seen.push(again === a);
        }),
    }),
  );
  const resolved = resolutionsOf(await vat.call('cycle', [], [], 'p-60'));
  t.true(resolved.length >= 3);
  const named = new Set(resolved.map(({ promise }) => promise));
  t.is(named.size, resolved.length);
  for (const { data: value } of resolved) for (const slot of value.slots) t.true(named.has(slot), `${slot} is resolved too`);
  t.is(vat.liveslots.inspectTables().promises, 0);

  await vat.call('take', ['&0'], ['p-40'], null);
  t.deepEqual(
    await vat.notify(
      resolution('p-40', 'fulfilled', data(['&0'], 'p-41')),
      resolution('p-41', 'fulfilled', data(['&0'], 'p-40')),
    ),
    [],
  );
  t.deepEqual(seen, [true]);
  t.is(vat.liveslots.inspectTables().promises, 0);
});

test('tables return to their base size after many answered calls', async t => {
  const vat = await startTestVat(() =>
    Far('root', { relay: (x: Any, p: Promise<unknown>) => E(x).next?.(p, Promise.resolve(1)) }),
  );
  const run = async (round: number) => {
    const syscalls = await vat.call('relay', ['$0', '&1'], ['o-50', `p-${100 + round}`], `p-${500 + round}`);
    const sent = theOnly(sends(syscalls));
    if (sent.type !== 'send') throw new Error('not a send');
    await vat.notify(resolution(sent.message.result as string, 'fulfilled', data('&0', `p-${100 + round}`)));
    await vat.notify(resolution(`p-${100 + round}`, 'fulfilled', data(round)));
  };
  await run(0);
  const base = vat.liveslots.inspectTables();
  for (let round = 1; round <= 20; round += 1) await run(round);
  t.deepEqual(vat.liveslots.inspectTables(), base);
  t.is(base.promises, 0);
});

test('whatever cannot be decoded rejects the result and never the delivery', async t => {
  let calls = 0;
  const vat = await startTestVat(() => Far('root', { take: () => (calls += 1) }));
  const send = async (body: string, slots: string[] = []) => {
    const result = await vat.deliver({
      type: 'message',
      target: vref('o+0'),
      message: { methargs: { body, slots: slots as never }, result: vref('p-60') },
    });
    t.deepEqual(result, { outcome: 'ok' }, body.slice(0, 60));
    return theOnly(resolutionsOf(vat.take()));
  };
  const deep = (depth: number) => `#["take",${'['.repeat(depth)}${']'.repeat(depth)}]`;
  for (const [body, slots] of [
    ['not json', []],
    ['["take",[]]', []],
    ['#{', []],
    ['#["take",["#huh"]]', []],
    ['#["take",["$0"]]', []],
    ['#["take",["$9"]]', ['o-50']],
    ['#["take",["$-1"]]', ['o-50']],
    ['#["take",["$0x0"]]', ['o-50', 'p-45']],
    ['#["take",["$0.Evil: bob"]]', ['o-77']],
    ['#["take",["$0"]]', ['p-44']],
    ['#["take",["&0"]]', ['o-50']],
    ['#["take",["$0"]]', ['o+99']],
    ['#["take",["&0"]]', ['p+99']],
    ['#["take",["$0"]]', ['d+70']],
    ['#["take",["$0"]]', ['o-05']],
    ['#["take"]', []],
    ['#["take",{}]', []],
    ['#[1,[]]', []],
    ['#{"#tag":"x","payload":1,"more":2}', []],
    [deep(LIMITS.capdataDepth), []],
    [deep(100_000), []],
    [`#["take",["${'x'.repeat(LIMITS.capdataBodyLength)}"]]`, []],
  ] as [string, string[]][]) {
    const { promise, outcome } = await send(body, slots);
    t.is(promise, vref('p-60'));
    if (body !== '#["take",["$0x0"]]') t.is(outcome, 'rejected', body.slice(0, 60));
  }
  t.true(calls <= 1);
  t.is((await send(deep(LIMITS.capdataDepth - 1))).outcome, 'fulfilled');
  t.is((await send('#["take",[]]')).outcome, 'fulfilled');
});

test('slots of data that cannot be decoded are introduced, so that they can be dropped', async t => {
  const vat = await startTestVat(() => Far('root', {}));
  const syscalls = await vat.call('x', ['#bad'], ['o-50', 'p-40'], null);
  t.deepEqual(syscalls, [{ type: 'subscribe', promise: 'p-40' }]);
  t.is(vat.liveslots.inspectTables().imports, 1);
  t.deepEqual(await vat.bringOutYourDead('o-50'), [
    { type: 'dropImports', refs: ['o-50'] },
    { type: 'retireImports', refs: ['o-50'] },
  ]);
});

test('a resolution that cannot be decoded rejects its promise', async t => {
  const vat = await startTestVat(() =>
    Far('root', { take: (p: Promise<unknown>) => p.catch((error: Error) => `caught ${error.message}`) }),
  );
  await vat.call('take', ['&0'], ['p-40'], 'p-60');
  const syscalls = await vat.notify(resolution('p-40', 'fulfilled', { body: '#"$7"', slots: [] }));
  t.regex(bodyOf(syscalls), /caught malformed capdata/);
});

test('a promise cannot be fulfilled with a promise, however the body spells it', async t => {
  for (const body of ['#"&0"', '# "&0"', '#"&00"', '#"&"', '#"\\u00260"']) {
    const vat = await startTestVat(() => Far('root', { same: (p: Promise<unknown>) => p }));
    await vat.call('same', ['&0'], ['p-40'], 'p-60');
    const syscalls = await vat.notify(resolution('p-40', 'fulfilled', { body, slots: [vref('p-41')] }));
    t.regex(bodyOf(syscalls), /fulfilled with a promise/, body);
    t.deepEqual(
      syscalls.map(({ type }) => type),
      ['subscribe', 'resolve'],
      body,
    );
  }
});

test('what an object inherits from the language is no method', async t => {
  const vat = await startTestVat(() => Far('root', { real: () => 1 }));
  for (const method of ['constructor', '__proto__', 'toString', 'hasOwnProperty', '__defineGetter__', 'missing']) {
    const { outcome, data: reason } = theOnly(resolutionsOf(await vat.call(method)));
    t.is(outcome, 'rejected', method);
    t.true(reason.body.includes(`target has no method \\"${method}\\"`), reason.body);
  }
});

test('data keys like __proto__ and constructor are plain data, in and out', async t => {
  const vat = await startTestVat(() => Far('root', { echo: (record: object) => record }));
  const body = '#{"__proto__":{"polluted":1},"constructor":2,"toString":3}';
  const result = await vat.deliver({
    type: 'message',
    target: vref('o+0'),
    message: { methargs: { body: `#["echo",[${body.slice(1)}]]`, slots: [] }, result: vref('p-60') },
  });
  t.deepEqual(result, { outcome: 'ok' });
  t.is(bodyOf(vat.take()), body);
  t.is(({} as { polluted?: unknown }).polluted, undefined);
});

test('arguments that cannot be sent reject the call, send nothing and consume no id', async t => {
  const caught: string[] = [];
  const tooDeep = (depth: number) => {
    let value: unknown[] = [];
    for (let i = 1; i < depth; i += 1) value = [value];
    return value;
  };
  const bad = [
    ['fresh object first', () => [Far('lost', {}), new Map()]],
    ['a promise first', () => [new Promise(() => {}), () => {}]],
    ['too deep', () => tooDeep(LIMITS.capdataDepth - 1)],
    ['far too deep', () => tooDeep(50_000)],
    ['too long', () => 'x'.repeat(LIMITS.capdataBodyLength)],
    ['too many slots', () => Array.from({ length: LIMITS.capdataSlots + 1 }, () => Far('one', {}))],
  ] as const;
  const vat = await startTestVat(() =>
    Far('root', {
      go: async (x: Any) => {
        for (const [, make] of bad)
          await E(x)
            .take?.(make())
            .catch((error: Error) => caught.push(error.message));
        E.sendOnly(x).take?.(new Map());
      },
      good: (x: Any) => void E(x).take?.(Far('kept', {})),
    }),
  );
  const before = vat.liveslots.inspectTables();
  t.deepEqual(sends(await vat.call('go', ['$0'], ['o-50'], null)), []);
  t.deepEqual(caught.slice(2), [
    'data is nested deeper than 500 levels',
    'data is nested deeper than 500 levels',
    'data is larger than 10000000 characters',
    'data cites more than 10000 references',
  ]);
  t.is(vat.liveslots.inspectTables().exports, before.exports);
  t.is(vat.liveslots.inspectTables().promises, 0);
  t.deepEqual(sends(await vat.call('good', ['$0'], ['o-50'], null)), [
    {
      type: 'send',
      target: 'o-50',
      message: { methargs: data(['take', ['$0.Alleged: kept']], 'o+1'), result: 'p+1' },
    },
  ]);
});

test('a result that cannot be sent rejects its promise, and the vat lives on', async t => {
  const deep = (depth: number): unknown => {
    let value: unknown[] = [];
    for (let i = 1; i < depth; i += 1) value = [value];
    return value;
  };
  const results: Record<string, () => unknown> = {
    long: () => 'x'.repeat(LIMITS.capdataBodyLength),
    deep: () => deep(LIMITS.capdataDepth + 1),
    deeper: () => deep(100_000),
    map: () => new Map(),
    longError: () => Promise.reject(new Error('x'.repeat(LIMITS.capdataBodyLength))),
  };
  const vat = await startTestVat(() => Far('root', { make: (name: string) => results[name]?.(), good: () => 'fine' }));
  const messages: Record<string, string> = {
    long: 'data is larger than 10000000 characters',
    deep: 'data is nested deeper than 500 levels',
    deeper: 'data is nested deeper than 500 levels',
    longError: 'data is larger than 10000000 characters',
  };
  for (const name of Object.keys(results)) {
    const { outcome, data: reason } = theOnly(resolutionsOf(await vat.call('make', [name])));
    t.is(outcome, 'rejected', name);
    if (name in messages) t.true(reason.body.includes(messages[name] as string), name);
  }
  t.is(bodyOf(await vat.call('good')), '#"fine"');
  t.is(vat.liveslots.inspectTables().promises, 0);
});

test('resolutions that do not fit in one syscall follow in others', async t => {
  const part = 'x'.repeat(4_000_000);
  const vat = await startTestVat(() => Far('root', { parts: () => [1, 2, 3, 4, 5].map(() => Promise.resolve([part])) }));
  const syscalls = await vat.call('parts', [], [], 'p-60');
  t.true(syscalls.length > 1);
  const resolved = resolutionsOf(syscalls);
  t.is(resolved.length, 6);
  t.true(resolved.every(({ outcome }) => outcome === 'fulfilled'));
  t.is(vat.liveslots.inspectTables().promises, 0);
});

test('a cycle of promises larger than a syscall ends in a rejection', async t => {
  const part = 'x'.repeat(6_000_000);
  const vat = await startTestVat(() =>
    Far('root', {
      cycle: () => {
        let settle = (_value: unknown): void => {};
        const a = new Promise(resolve => {
          settle = resolve;
        });
        const b = Promise.resolve([part, a]);
        settle([part, b]);
        return a;
      },
    }),
  );
  const resolved = resolutionsOf(await vat.call('cycle', [], [], 'p-60'));
  t.is(resolved[0]?.outcome, 'fulfilled');
  t.is(resolved.at(-1)?.outcome, 'rejected');
  t.true(resolved.at(-1)?.data.body.includes('a cycle that is larger than one syscall may carry'));
  t.is(vat.liveslots.inspectTables().promises, 0);
});

test('an error travels with name, message and a numbered id, and without its stack', async t => {
  const vat = await startTestVat(() =>
    Far('root', {
      fail: () => {
        throw new RangeError('too far');
      },
    }),
  );
  t.is(bodyOf(await vat.call('fail')), '#{"#error":"too far","errorId":"error:liveSlots:v1#70001","name":"RangeError"}');
  t.is(bodyOf(await vat.call('fail')), '#{"#error":"too far","errorId":"error:liveSlots:v1#70002","name":"RangeError"}');
});

test('a trap of a proxy cannot send while the proxy is being encoded', async t => {
  let problem = '';
  const vat = await startTestVat(powers =>
    Far('root', {
      make: () => {
        const target = Object.freeze({});
        return new Proxy(target, {
          ownKeys: () => {
            try {
              powers.exitVat?.('now');
            } catch (error) {
              problem = (error as Error).message;
            }
            return [];
          },
        });
      },
    }),
  );
  const syscalls = await vat.call('make');
  t.is(problem, 'nothing can be sent or stored while other data is being encoded');
  t.is(resolutionsOf(syscalls).length, 1);
});

test('a vat exits with or without failure', async t => {
  const vat = await startTestVat(({ exitVat, exitVatWithFailure }) =>
    Far('root', { leave: () => exitVat?.('bye'), crash: () => exitVatWithFailure?.(new Error('oh')) }),
  );
  t.deepEqual((await vat.call('leave'))[0], { type: 'exit', outcome: 'success', info: data('bye') });
  const [exit] = await vat.call('crash');
  t.true(exit?.type === 'exit' && exit.outcome === 'failure' && exit.info.body.startsWith('#{"#error":"oh"'));
});

test('a vat that cannot start says why', async t => {
  const startWith = async (build: Parameters<typeof makeTestVat>[0]) => {
    const vat = makeTestVat(build);
    const result = await vat.deliver({ type: 'startVat', parameters: data('#undefined') });
    return result.outcome === 'fault' ? result.problem : undefined;
  };
  t.is(
    await startWith(() => {
      throw new Error('no way');
    }),
    'buildRootObject threw: Error: no way',
  );
  t.is(await startWith(() => new Promise(() => {})), 'buildRootObject did not finish in its delivery');
  t.is(await startWith(() => ({})), 'buildRootObject must return an object made with Far');
  t.is(await startWith(() => undefined), 'buildRootObject must return an object made with Far');
  t.is(await startWith(async () => Far('root', {})), undefined);
});

test('parameters reach buildRootObject, and a vat starts once', async t => {
  const seen: unknown[] = [];
  const vat = makeTestVat((_powers, _weak, parameters) => {
    seen.push(parameters);
    return Far('root', {});
  });
  const early = await vat.deliver({ type: 'notify', resolutions: [] });
  t.deepEqual(early, { outcome: 'fault', problem: 'the vat was not started' });
  t.deepEqual(await vat.deliver({ type: 'startVat', parameters: data({ greeting: 'hi' }) }), { outcome: 'ok' });
  t.deepEqual(seen, [{ greeting: 'hi' }]);
  t.deepEqual(await vat.deliver({ type: 'startVat', parameters: data(1) }), {
    outcome: 'fault',
    problem: 'the vat was started before',
  });
});

test('a refused syscall reaches the sender as a rejection', async t => {
  const caught: string[] = [];
  const vat = await startTestVat(
    () =>
      Far('root', {
        go: (x: Any) =>
          E(x)
            .take?.()
            .catch((error: Error) => caught.push(error.message)),
      }),
    { refuse: ({ type }) => type === 'send' },
  );
  await vat.call('go', ['$0'], ['o-50'], null);
  t.deepEqual(caught, ['syscall send was refused: refused']);
});
