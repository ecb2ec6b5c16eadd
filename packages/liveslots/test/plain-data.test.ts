import './support/prepare-lockdown.ts';
import test from 'ava';
import fc from 'fast-check';
import { Far } from '@endo/far';
import { makeMarshal } from '@endo/marshal';
import type { CapData } from '@cooperage/protocol/capdata';
import type { VRef } from '@cooperage/protocol/refs';
import { decodePlain, encodePlain } from '../src/slots/plain-data.ts';

const things: readonly object[] = [
  Far('thing', {}),
  Far('Alleged: odd . name', { ping: () => 1 }),
  Far('function', () => 2),
  harden(Promise.resolve(3)),
  harden(new Promise(() => {})),
];
const slotOf = (value: object): VRef => `${value instanceof Promise ? 'p' : 'o'}-${things.indexOf(value)}` as VRef;
const thingAt = (slot: string): object => things[Number(slot.slice(2))] ?? Far('unknown', {});

const marshal = makeMarshal(slotOf as never, thingAt as never, { serializeBodyFormat: 'smallcaps' }) as unknown as {
  toCapData: (value: unknown) => CapData<VRef>;
  fromCapData: (data: CapData<VRef>) => unknown;
};

const name = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom('!', '#tag', '__proto__', 'then', 'toString', '1', '-', '\ud800'),
);
const leaf = fc.oneof(
  fc.string(),
  name,
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0),
  fc.constantFrom(...things),
);
const { value: anything } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map(entries => Object.fromEntries(entries)),
  ),
}));

/** What a call gives, or that it throws. */
const attempt = <Result>(act: () => Result): { result: Result } | 'throws' => {
  try {
    return { result: act() };
  } catch {
    return 'throws';
  }
};

test('plain data is encoded as the marshaller encodes it, and comes back the same', t => {
  let plain = 0;
  const property = fc.property(anything, value => {
    harden(value);
    const fast = encodePlain(value, slotOf);
    if (fast === undefined) return;
    plain += 1;
    const data = marshal.toCapData(value);
    t.deepEqual(fast, data);
    const decoded = decodePlain(data, thingAt);
    if (decoded === undefined) return;
    t.deepEqual(decoded.value, marshal.fromCapData(data));
    // Passable as it is: nothing of it was left unfrozen.
    t.deepEqual(encodePlain(decoded.value, slotOf), data);
  });
  fc.assert(property, { numRuns: 500 });
  t.true(plain > 300, `${plain} values were plain`);
});

test('a body in odd spelling is decoded as the marshaller decodes it, or left to it', t => {
  const special = fc.constantFrom(
    '$0',
    '$1.x',
    '&3',
    '&4',
    '$3',
    '&0',
    '$00',
    '$9',
    '+1',
    '-0',
    '+01',
    '#NaN',
    '#x',
    '!!',
    '%a',
    '"',
    '$0.',
  );
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      special,
      leaf.map(value => (typeof value === 'string' || typeof value === 'number' ? value : null)),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.array(fc.tuple(fc.oneof(name, special), tie('tree')), { maxLength: 3 }).map(entries => Object.fromEntries(entries)),
    ),
  }));
  const slots = things.map(slotOf);
  const property = fc.property(tree, value => {
    const data = { body: `#${JSON.stringify(value)}`, slots };
    const decoded = decodePlain(data, thingAt);
    if (decoded === undefined) return;
    t.deepEqual({ result: decoded.value }, attempt(() => marshal.fromCapData(data)) as never);
  });
  fc.assert(property, { numRuns: 500 });
});

test('what is not plain is left to the marshaller', t => {
  const proxied = new Proxy([], { get: () => assert.fail() });
  for (const value of [
    harden(new Error('no')),
    Symbol.asyncIterator,
    harden({ then: () => 1 }),
    [1],
    harden(new Map()),
    proxied,
  ]) {
    t.is(encodePlain(value, slotOf), undefined);
  }
  for (const body of ['#', '#{"#tag":"x","payload":1}', '#{"#error":"m","name":"Error"}', '#"%a"', '#"$7"', '#{"__proto__":1}']) {
    t.is(decodePlain({ body, slots: [] }, thingAt), undefined, body);
  }
  t.is(decodePlain({ body: '#{"then":"$2"}', slots: things.map(slotOf) }, thingAt), undefined, 'what would pass for a promise');
});
