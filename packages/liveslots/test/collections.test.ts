/** Collections: their operations, what they store, and that they go without a trace. */
import { brief, startStoreVat } from './support/store-vat.ts';
import test from 'ava';

test.serial('a map keeps what it is told', async t => {
  const { run } = await startStoreVat();
  const { result, syscalls } = await run(({ map, far, heap }) => {
    const store = map('names', { durable: true });
    heap['store'] = store;
    store.init('a', 1);
    store.init(7n, [2]);
    store.set('a', { x: 3 });
    return [
      store.has('a'),
      store.has('b'),
      store.get('a'),
      store.get(7n),
      store.getSize(),
      [...store.keys()],
      [...store.entries()],
    ];
  });
  t.deepEqual(result, [
    true,
    false,
    { x: 3 },
    [2],
    2,
    [7n, 'a'],
    [
      [7n, [2]],
      ['a', { x: 3 }],
    ],
  ]);
  t.log(brief(syscalls));
});
