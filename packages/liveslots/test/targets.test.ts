/** What a message may be for: objects with methods, functions, and objects whose messages a handler of the vat takes. */
import { data, startTestVat, type TestVat, vref } from './support/test-vat.ts';
import test from 'ava';
import { HandledPromise } from '@endo/eventual-send';
import { Far } from '@endo/far';
import { Remotable } from '@endo/pass-style';
import type { VatSyscall } from '@cooperage/protocol/worker-port';

const answerOf = (syscalls: readonly VatSyscall[]): string =>
  syscalls.flatMap(syscall =>
    syscall.type === 'resolve' ? syscall.resolutions.map(({ outcome, data }) => `${outcome} ${data.body}`) : [],
  )[0] ?? 'none';

let results = 1000;
const callOn = async (
  vat: TestVat,
  target: string,
  method: string | undefined,
  args: readonly unknown[],
): Promise<VatSyscall[]> => {
  const methargs = data([method === undefined ? '#undefined' : method, args]);
  await vat.deliver({ type: 'message', target: vref(target), message: { methargs, result: vref(`p-${(results += 1)}`) } });
  return vat.take();
};

test('a method is called in a later turn, with the target as this, and what it gives or throws is hardened', async t => {
  const story: string[] = [];
  const given: { answer?: { nested: { list: unknown } }; reason?: { more: { list: unknown } } } = {};
  const vat = await startTestVat(() =>
    Far('root', {
      late: () => void story.push('called'),
      self(this: object) {
        return this;
      },
      give: () => (given.answer = { nested: { list: [1] } }),
      fail: () => {
        const reason = Object.assign(new Error('no'), { more: { list: [1] } });
        given.reason = reason;
        throw reason;
      },
    }),
  );
  const delivered = vat.call('late');
  story.push('delivered');
  await delivered;
  t.deepEqual(story, ['delivered', 'called']);
  t.is(answerOf(await vat.call('self')), 'fulfilled #"$0.Alleged: root"');
  t.is(answerOf(await vat.call('give')), 'fulfilled #{"nested":{"list":[1]}}');
  t.true(Object.isFrozen(given.answer?.nested.list));
  await vat.call('fail');
  t.true(Object.isFrozen(given.reason?.more.list));
});

test('a function is called, an object is none', async t => {
  const vat = await startTestVat(() => Far('root', { give: () => Far('function', (x: number) => x + 1) }));
  const call = (target: string) => callOn(vat, target, undefined, [1]).then(answerOf);
  t.is(answerOf(await vat.call('give')), 'fulfilled #"$0.Alleged: function"');
  t.is(await call('o+1'), 'fulfilled #2');
  t.regex(await call('o+0'), /Cannot invoke target as a function/);
});

test('messages to an object that a handler of the vat answers for go to that handler', async t => {
  const heard: unknown[] = [];
  const vat = await startTestVat(() => {
    let remote: object = {};
    void new HandledPromise((_resolve, _reject, resolveWithPresence) => {
      remote = resolveWithPresence({
        applyMethod: (_target: object, method: PropertyKey, args: unknown[]) => {
          heard.push([method, args]);
          return 'from far away';
        },
        applyFunction: (_target: object, args: unknown[]) => `a function of ${args.length}`,
      } as never) as object;
    });
    return Far('root', { give: () => Remotable('Alleged: remote', undefined, remote as never) });
  });
  t.is(answerOf(await vat.call('give')), 'fulfilled #"$0.Alleged: remote"');
  t.is(answerOf(await callOn(vat, 'o+1', 'hello', [1])), 'fulfilled #"from far away"');
  t.deepEqual(heard, [['hello', [1]]]);
});
