/** Vats whose durability is relaxed can be upgraded: what did not outlive the incarnation says so, and everything else goes on. */
import { makeTestKernel } from 'cooperage/testing';
import test from 'ava';
import { E, Far } from '@endo/far';

type Make = (...args: unknown[]) => Record<string, (...args: unknown[]) => unknown>;
type VatData = Readonly<Record<'makeKindHandle' | 'defineDurableKind' | 'defineKind', (...args: unknown[]) => unknown>>;
type Baggage = Readonly<Record<'has' | 'get' | 'init', (...args: unknown[]) => unknown>>;
type Context = { readonly state: { readonly held: Record<string, unknown> } };

const buildRootObject = ({ VatData }: { VatData: VatData }, _parameters: unknown, baggage: Baggage) => {
  if (!baggage.has('handle')) baggage.init('handle', VatData.makeKindHandle('box'));
  const makeBox = VatData.defineDurableKind(baggage.get('handle'), (held: unknown) => ({ held }), {
    describe: ({ state }: Context) => Object.values(state.held).map(String),
    use: async ({ state }: Context, name: string) => E(state.held[name] as { greet: () => string }).greet(),
  }) as Make;
  const greet = () => 'hello';
  const makeVirtual = VatData.defineKind('virtual', undefined, { greet }) as Make;
  return Far('root', {
    fill: (friend: unknown) => {
      const held = {
        heap: Far('heap', { greet }),
        virtual: makeVirtual(),
        promise: Promise.resolve(Far('late', { greet })),
        friend,
      };
      baggage.init('box', makeBox(held));
    },
    getBox: () => baggage.get('box'),
    greet,
  });
};

test('what a relaxed vat stored and could not keep is refused when it is used, and breaks nothing', async t => {
  const vats = { relaxed: { buildRootObject, relaxDurability: true }, strict: { buildRootObject } };
  const kernel = await makeTestKernel(t, { vats: vats as never });
  await t.throwsAsync(() => kernel.call('strict', 'fill', [kernel.root('relaxed')]), {
    message: /value for "held" is not durable/,
  });
  await kernel.call('relaxed', 'fill', [kernel.root('strict')]);
  const box = (await kernel.call('relaxed', 'getBox')) as never;
  for (const name of ['heap', 'virtual', 'promise', 'friend']) t.is(await kernel.call(box, 'use', [name]), 'hello');
  await kernel.upgradeVat('relaxed', { buildRootObject } as never);
  await kernel.reap();
  t.deepEqual(await kernel.call(box, 'describe'), [
    '[object Alleged: strict]',
    '[object Alleged: heap]',
    '[object Promise]',
    '[object Alleged: virtual]',
  ]);
  for (const name of ['heap', 'virtual', 'promise']) {
    await t.throwsAsync(() => kernel.call(box, 'use', [name]), {
      message: /was not durable, and did not outlive the incarnation/,
    });
  }
  t.is(await kernel.call(box, 'use', ['friend']), 'hello');
  await kernel.upgradeVat('relaxed', { buildRootObject, relaxDurability: false } as never);
  await kernel.reap();
  t.is(await kernel.call(box, 'use', ['friend']), 'hello');
});
