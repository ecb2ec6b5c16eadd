/** Device nodes inside a vat: what they are, and what `D` does with them. */
import { data, startTestVat, vref, type Build, type TestVatOptions } from './support/test-vat.ts';
import { passStyleOf } from '@endo/pass-style';
import { E, Far } from '@endo/far';
import type { VatSyscall } from '@cooperage/protocol/worker-port';
import test from 'ava';

type Caller = Record<string, (...args: unknown[]) => unknown>;
type D = (device: unknown) => Caller;

const bodyOf = (syscalls: readonly VatSyscall[]): string =>
  syscalls.flatMap(syscall => (syscall.type === 'resolve' ? syscall.resolutions : [])).at(-1)?.data.body ?? '';
const calls = (syscalls: readonly VatSyscall[]) => syscalls.filter(({ type }) => type === 'callNow');

const start = (methods: (D: D) => Caller, options: TestVatOptions = {}) => {
  const build: Build = powers => Far('root', methods(powers['D'] as D));
  return startTestVat(build, options);
};

test('a device is an opaque remotable, one object for its name, and a key of weak collections', async t => {
  const seen: unknown[] = [];
  const vat = await startTestVat((_powers, { WeakMap }) => {
    const marks = new WeakMap<object, string>();
    return Far('root', {
      take: (device: object) => {
        seen.push(device);
        marks.set(device, 'mine');
        return device;
      },
      read: (device: object) => marks.get(device),
    });
  });
  const answer = await vat.call('take', ['$0.Alleged: device clock'], ['d-70']);
  t.is(bodyOf(answer), '#"$0.Alleged: device clock"', 'it can be sent on, as what it was called at first');
  t.is(bodyOf(await vat.call('read', ['$0'], ['d-70'])), '#"mine"');
  await vat.call('take', ['$0'], ['d-70']);
  t.is(seen[1], seen[0]);
  t.is(passStyleOf(seen[0] as never) as string, 'remotable');
  t.deepEqual(Reflect.ownKeys(seen[0] as object), []);
  t.deepEqual(vat.liveslots.harvest(), [], 'nothing tells when a device is forgotten');
});

test('a call of a device is one synchronous syscall, and its answer is here at once', async t => {
  const vat = await start(
    D => ({
      use: (device, thing) => {
        const caller = D(device);
        return [caller['add']?.(1, 2), caller['keep']?.(thing, device, Far('mine', {}))];
      },
    }),
    {
      callDevice: ({ method, args }) =>
        method === 'add' ? { outcome: 'ok', value: data(3) } : { outcome: 'ok', value: { ...args, body: '#"$1"' } },
    },
  );
  const syscalls = await vat.call('use', ['$0', '$1.Alleged: thing'], ['d-70', 'o-50']);
  t.deepEqual(calls(syscalls), [
    { type: 'callNow', target: vref('d-70'), method: 'add', args: data([1, 2]) },
    {
      type: 'callNow',
      target: vref('d-70'),
      method: 'keep',
      args: data(['$0.Alleged: thing', '$1.Alleged: device d-70', '$2.Alleged: mine'], 'o-50', 'd-70', 'o+1'),
    },
  ]);
  t.is(bodyOf(syscalls), '#[3,"$0.Alleged: device d-70"]');
});

test('what a device answers with is introduced', async t => {
  const vat = await start(D => ({ use: device => D(device)['get']?.() }), {
    callDevice: () => ({
      outcome: 'ok',
      value: data({ cap: '$0.Alleged: device bundle', thing: '$1.Alleged: thing' }, 'd-71', 'o-51'),
    }),
  });
  const syscalls = await vat.call('use', ['$0'], ['d-70']);
  t.is(bodyOf(syscalls), '#{"cap":"$0.Alleged: device bundle","thing":"$1.Alleged: thing"}');
  t.is(vat.liveslots.inspectTables().imports, 1);
});

test('what a device throws can be caught', async t => {
  const vat = await start(
    D => ({
      use: device => {
        try {
          return D(device)['fail']?.();
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
      },
    }),
    { callDevice: () => ({ outcome: 'error', problem: 'no such bundle' }) },
  );
  t.is(bodyOf(await vat.call('use', ['$0'], ['d-70'])), '#"caught no such bundle"');
});

test('a promise among the arguments, or D of anything else, throws before anything is asked', async t => {
  const vat = await start(D => ({
    promise: device => D(device)['use']?.(Far('mine', {}), E(Far('x', { y: () => 1 })).y()),
    presence: presence => D(presence),
    twice: device => D(D(device)),
    data: () => D({}),
    later: async device => typeof (await D(device)),
    inherited: device => [typeof D(device)['constructor'], Reflect.get(D(device), Symbol.iterator)],
  }));
  const outcomes: string[] = [];
  for (const method of ['promise', 'presence', 'twice', 'data']) {
    const syscalls = await vat.call(method, ['$0'], [method === 'presence' ? 'o-50' : 'd-70']);
    t.deepEqual(calls(syscalls), []);
    outcomes.push(/"#error":"([^"]*)"/.exec(bodyOf(syscalls))?.[1] ?? '');
  }
  t.deepEqual(outcomes, [
    'the arguments of a device cannot hold promises',
    'D() needs a device, and this is none',
    'D() needs a device, and this is none',
    'D() needs a device, and this is none',
  ]);
  t.is(bodyOf(await vat.call('later', ['$0'], ['d-70'])), '#"object"', 'a caller is no promise');
  t.is(bodyOf(await vat.call('inherited', ['$0'], ['d-70'])), '#["function","#undefined"]');
  t.is(vat.liveslots.inspectTables().exports, 1, 'what was not sent got no name');
});

test('a message cannot be sent to a device', async t => {
  const vat = await start(() => ({ use: device => E(device as Caller)['get']?.() }));
  t.regex(bodyOf(await vat.call('use', ['$0'], ['d-70'])), /"#error":"(?!caught)/);
});
