/** The parts that stored data rests on: short ways that must lead where the long ones do. */
import './support/prepare-lockdown.ts';
import test from 'ava';
import fc from 'fast-check';
import { Far } from '@endo/far';
import { makeMarshal } from '@endo/marshal';
import { AgedMap } from '@cooperage/liveslots/aged-map';
import { decodeScalar, encodeScalar } from '@cooperage/liveslots/stored/scalar-data';
import type { CapData } from '@cooperage/protocol/capdata';

const named = Far('a "named" thing.1', {});
const nameless = Far('thing', {});
const VREF = 'o+d10/7';

const marshal = makeMarshal<string>(
  () => VREF,
  () => named as never,
  { marshalName: 'test', errorTagging: 'off', serializeBodyFormat: 'smallcaps' },
);

const values = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[!"#$%&'()*+,\-.].{0,3}$/),
  fc.constantFrom('', '#undefined', '$0', '$0.Alleged: thing', '+5', '-', '\ud800', '"', '\\', '\n', '#NaN', '[', '{'),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1e21, 5e-324),
  fc.integer(),
  fc.bigInt(),
  fc.constantFrom(undefined, null, true, false, Symbol.for('name'), Symbol.asyncIterator),
  fc.array(fc.integer()),
  fc.record({ key: fc.string() }, { noNullPrototype: true }),
);

test('data of scalars is to the letter what the marshaller makes of them, and reads the same', t => {
  let scalars = 0;
  fc.assert(
    fc.property(values, value => {
      harden(value);
      const data = marshal.toCapData(value as never) as CapData<string>;
      const scalar = encodeScalar(value, undefined);
      if (scalar !== undefined) {
        scalars += 1;
        t.is(JSON.stringify(scalar), JSON.stringify(data));
      }
      const decoded = decodeScalar(data, () => t.fail('nothing is to be revived') as never);
      t.true(decoded !== undefined || scalar === undefined);
      if (decoded !== undefined) t.true(Object.is(decoded.value, marshal.fromCapData(data as never)));
    }),
    { numRuns: 2_000, seed: 1 },
  );
  t.true(scalars > 1_000);
});

test('data of one object is its name and interface, as the marshaller writes it', t => {
  const data = marshal.toCapData(named) as CapData<string>;
  t.is(JSON.stringify(encodeScalar(named, VREF)), JSON.stringify(data));
  t.is(encodeScalar(nameless, undefined), undefined);
  t.is(encodeScalar(Promise.resolve(), 'p+5'), undefined);
  const revived: unknown[] = [];
  const decoded = decodeScalar(data, (...args) => {
    revived.push(args);
    return named;
  });
  t.is(decoded?.value, named);
  t.deepEqual(revived, [[VREF, 'Alleged: a "named" thing.1']]);
});

test('an aged map names the entry that came first, whatever came and went', t => {
  const steps = fc.array(fc.record({ act: fc.constantFrom('set', 'delete', 'move', 'drop oldest', 'clear'), key: fc.nat(8) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, list => {
      const aged = new AgedMap<number, string>();
      const plain = new Map<number, string>();
      const both = [aged, plain];
      for (const [i, { act, key }] of list.entries()) {
        const [oldest] = plain.keys();
        for (const map of both) {
          if (act === 'delete' || act === 'move') map.delete(key);
          if (act === 'set' || act === 'move') map.set(key, `${i}`);
          if (act === 'drop oldest' && oldest !== undefined) map.delete(oldest);
          if (act === 'clear' && key === 0) map.clear();
        }
        if (i % 3 > 0) t.deepEqual(aged.findOldest(), [...plain][0]);
        t.deepEqual([...aged], [...plain]);
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});
