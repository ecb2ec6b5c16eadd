/** What these functions do where there is no vat. What they do in one is in `test/stored-vats.test.ts`. */
import test from 'ava';
import { ignoreContext, partialAssign, pickFacet } from '../src/prepare-kind.ts';
import { provideKindHandle, type Baggage } from '../src/provide.ts';
import { makeScalarBigMapStore } from '../src/stores.ts';
import { canBeDurable } from '../src/vat-data.ts';
import { isUpgradeDisconnection } from '../src/watchers.ts';

test('outside of a vat the module loads, and each function of VatData says where it belongs', t => {
  const belongs = (name: string) => ({ message: new RegExp(`^${name} is there only inside a vat: call it from the source`) });
  t.throws(() => makeScalarBigMapStore('things'), belongs('makeScalarBigMapStore'));
  t.throws(() => canBeDurable(1), belongs('canBeDurable'));
  const baggage = { has: () => false } as unknown as Baggage;
  t.throws(() => provideKindHandle(baggage, 'counter'), belongs('makeKindHandle'));
});

test('an upgrade disconnection is told from everything else', t => {
  const disconnection = { name: 'vatUpgraded', upgradeMessage: 'v2', incarnationNumber: 1 } as const;
  t.true(isUpgradeDisconnection(Object.freeze({ ...disconnection })));
  t.false(isUpgradeDisconnection({ ...disconnection }), 'what is not frozen was not received');
  t.false(isUpgradeDisconnection(Object.freeze({ ...disconnection, more: 1 })));
  t.false(isUpgradeDisconnection(Object.freeze({ ...disconnection, incarnationNumber: '1' })));
  t.false(isUpgradeDisconnection(Object.freeze(new Error('vatUpgraded'))));
  for (const reason of [undefined, null, 'vatUpgraded', 7]) t.false(isUpgradeDisconnection(reason));
});

test('small helpers do what they say', t => {
  const makeKit = (start: number) => ({ up: start + 1, down: start - 1 });
  t.is(pickFacet(makeKit, 'down')(5), 4);
  t.is(ignoreContext((a: number, b: number) => a + b)({ state: {} }, 1, 2), 3);
  const state = { a: 1, b: 2 };
  partialAssign(state, { b: 3 });
  t.deepEqual(state, { a: 1, b: 3 });
});
