import './prepare-realm.ts';
import test from 'ava';
import fc from 'fast-check';
import { isCapDataShape } from '@cooperage/protocol/capdata';
import { insistKRef } from '@cooperage/protocol/refs';
import { makeTagged, passStyleOf, Remotable } from '@endo/pass-style';
import { makeErrorData } from '../src/error-data.ts';
import { capDataToValue, krefOf, krefsToCapData, makeKernelMarshal, makeStandIn } from '../src/kernel-marshal.ts';
import { findSingleSlot } from '../src/single-slot.ts';

const ko20 = insistKRef('ko20');
const kd30 = insistKRef('kd30');
const kp40 = insistKRef('kp40');

test('a kref of each kind encodes as a slot of its kind and comes back as a stand-in for itself', t => {
  const data = krefsToCapData(harden([makeStandIn(ko20, 'Alleged: bob'), makeStandIn(kp40), makeStandIn(kd30)]));
  t.deepEqual(data, { body: '#["$0.Alleged: bob","&1","$2.Remotable"]', slots: [ko20, kp40, kd30] });
  const decoded = capDataToValue(data) as object[];
  t.deepEqual(decoded.map(krefOf), [ko20, kp40, kd30]);
  t.deepEqual(
    decoded.map(value => passStyleOf(value as never)),
    ['remotable', 'promise', 'remotable'],
  );
  t.deepEqual(krefsToCapData(decoded), data);
});

test('one stand-in that is cited twice takes one slot', t => {
  const bob = makeStandIn(ko20, 'Alleged: bob');
  const data = krefsToCapData(harden({ a: bob, b: bob }));
  t.deepEqual(data, { body: '#{"a":"$0.Alleged: bob","b":"$0"}', slots: [ko20] });
  const decoded = capDataToValue(data) as { a: object; b: object };
  t.is(decoded.a, decoded.b);
});

test('local objects and promises do not pass, and the error says so', t => {
  const problem = { instanceOf: TypeError, message: /only references that came from the kernel/ };
  t.throws(() => krefsToCapData(harden([Promise.resolve()])), problem);
  t.throws(() => krefsToCapData(Remotable('Alleged: mine' as never, undefined, {})), problem);
  t.is(krefOf({}), undefined);
  t.is(krefOf('ko20'), undefined);
});

test('an embedder may have objects of its own stand for krefs', t => {
  const refs = new Map<object, typeof ko20>();
  const { krefsToCapData: encode, capDataToValue: decode } = makeKernelMarshal({
    standInForObject: (kref, iface) => {
      const object = Remotable((iface ?? 'Remotable') as never, undefined, { toString: () => kref });
      refs.set(object, kref);
      return object;
    },
    krefForObject: value => refs.get(value),
  });
  const data = { body: '#["$0.Alleged: bob","&1"]', slots: [ko20, kp40] };
  const value = decode(data) as object[];
  t.is(String(value[0]), 'ko20');
  t.is(krefOf(value[0]), undefined);
  t.is(krefOf(value[1]), kp40);
  t.deepEqual(encode(value), data);
  t.deepEqual(encode(harden([makeStandIn(ko20, 'Alleged: bob'), value[1]])), data);
});

test('malformed bodies throw an error that says they are malformed', t => {
  const malformed = [
    '#',
    '#{',
    '#["$0"]',
    '#"$x"',
    '#"&5"',
    '#"#what"',
    '#{"#tag":1}',
    '#{"#error":1,"name":"Error"}',
    '#"*reserved"',
  ];
  for (const body of malformed) {
    t.throws(() => capDataToValue({ body, slots: [] }), { instanceOf: TypeError, message: /^malformed capdata: / }, body);
  }
  t.throws(() => capDataToValue({ body: '{"@qclass":"undefined"}', slots: [] }), { message: /^not smallcaps/ });
  t.throws(
    () => capDataToValue({ body: '#"&0"', slots: [ko20] }),
    { message: /^malformed capdata: / },
    'an object cited as a promise',
  );
  t.throws(
    () => capDataToValue({ body: '#"$0"', slots: [kp40] }),
    { message: /^malformed capdata: / },
    'a promise cited as an object',
  );
});

test('a key named __proto__ stays a plain property', t => {
  const value = capDataToValue({ body: '#{"__proto__":{"polluted":true},"constructor":1}', slots: [] }) as Record<
    string,
    unknown
  >;
  t.true(Object.hasOwn(value, '__proto__'));
  t.is(Object.getPrototypeOf(value), Object.prototype);
  t.is((value as { polluted?: unknown }).polluted, undefined);
  t.is(krefsToCapData(value).body, '#{"__proto__":{"polluted":true},"constructor":1}');
  const error = capDataToValue({ body: '#{"#error":"m","name":"__proto__","__proto__":{"polluted":true}}', slots: [] }) as Error;
  t.is(error.message, 'm');
  t.is((error as { polluted?: unknown }).polluted, undefined);
});

test('errors pass with name and message alone', t => {
  const data = krefsToCapData(harden(new RangeError('too far')));
  t.deepEqual(data, { body: '#{"#error":"too far","name":"RangeError"}', slots: [] });
  const error = capDataToValue(data);
  t.true(error instanceof RangeError);
  t.is((error as Error).message, 'too far');
});

test("the kernel's errors are the bytes that the marshaller would write", t => {
  t.deepEqual(makeErrorData('vat terminated'), { body: '#{"#error":"vat terminated","name":"Error"}', slots: [] });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('Error', 'TypeError', 'RangeError'), (message, name) => {
      const constructor = { Error, TypeError, RangeError }[name];
      const data = makeErrorData(message, name);
      t.deepEqual(data, krefsToCapData(harden(new constructor(message))));
      t.is((capDataToValue(data) as Error).message, message);
    }),
  );
});

const isWellFormed = (text: string): boolean => !/\p{Cs}/u.test(text);
const anyText = fc.string({ unit: 'binary' }).filter(isWellFormed);
const anyKRef = fc.tuple(fc.constantFrom('ko', 'kp', 'kd'), fc.nat()).map(([kind, id]) => insistKRef(`${kind}${id}`));
const anyIface = fc.option(
  anyText.map(text => `Alleged: ${text}`),
  { nil: undefined },
);
const { value: anyPassable } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText,
    fc.double().map(number => (Object.is(number, -0) ? 0 : number)),
    fc.bigInt(),
    fc.constantFrom(undefined, null, true, false),
    fc.tuple(anyKRef, anyIface).map(([kref, iface]) => makeStandIn(kref, iface)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 4 }).map(record => ({ ...record })),
    fc.tuple(anyText, tie('value')).map(([tag, payload]) => makeTagged(tag, harden(payload) as never)),
  ),
}));

test('every passable value survives: encoding what was decoded gives the same bytes', t => {
  fc.assert(
    fc.property(anyPassable, value => {
      const data = krefsToCapData(harden(value));
      t.true(isCapDataShape(data));
      t.deepEqual(krefsToCapData(capDataToValue(data)), data);
    }),
  );
});

test('data is a single slot exactly when it decodes to one reference', t => {
  fc.assert(
    fc.property(anyPassable, value => {
      const kref = krefOf(value);
      const single = findSingleSlot(krefsToCapData(harden(value)));
      t.deepEqual(single, kref === undefined ? undefined : { ref: kref, kind: kref.startsWith('kp') ? 'promise' : 'remotable' });
    }),
  );
});
