import test from 'ava';
import fc from 'fast-check';
import { EMPTY_CAPDATA } from '@cooperage/protocol/capdata';
import { insistKRef } from '@cooperage/protocol/refs';
import { describeCapData } from '../src/describe.ts';
import { makeErrorData } from '../src/error-data.ts';
import { findSingleSlot, methodOf } from '../src/single-slot.ts';

// This file runs in an ordinary realm: everything here must work where nothing was locked down.

const ko20 = insistKRef('ko20');
const kp40 = insistKRef('kp40');

test('a body that is one citation is a single slot', t => {
  t.deepEqual(findSingleSlot({ body: '#"$0.Alleged: bob"', slots: [ko20] }), { ref: ko20, kind: 'remotable' });
  t.deepEqual(findSingleSlot({ body: '#"$0"', slots: [ko20] }), { ref: ko20, kind: 'remotable' });
  t.deepEqual(findSingleSlot({ body: '#"&0"', slots: [kp40] }), { ref: kp40, kind: 'promise' });
  t.deepEqual(findSingleSlot({ body: '#"&1"', slots: [ko20, kp40] }), { ref: kp40, kind: 'promise' });
  t.deepEqual(findSingleSlot({ body: '#"$0.a\\nb"', slots: [ko20] }), { ref: ko20, kind: 'remotable' });
});

test('everything else is not a single slot', t => {
  const bodies = [
    '#"!$0"',
    '#["$0"]',
    '#{"a":"$0"}',
    '#"$1"',
    '#"$00"',
    '#"$"',
    '#"$-1"',
    '#"$0x0"',
    '#"$0',
    '"$0"',
    '',
    '#',
    '#"&0"',
    '#0',
  ];
  for (const body of bodies) t.is(findSingleSlot({ body, slots: [ko20] }), undefined, body);
  t.is(findSingleSlot({ body: '#"$0"', slots: [kp40] }), undefined);
  t.is(findSingleSlot({ body: '#"$0"', slots: [] }), undefined);
  t.is(findSingleSlot(EMPTY_CAPDATA), undefined);
  t.is(findSingleSlot(makeErrorData('$0')), undefined);
});

test('the method of a message is named for people', t => {
  t.is(methodOf('#["greet",["bob"]]'), 'greet');
  t.is(methodOf('#["!-dash",[]]'), '-dash');
  t.is(methodOf('#["say \\"hi\\"",[]]'), 'say "hi"');
  t.is(methodOf('#["%@@asyncIterator",[]]'), '[@@asyncIterator]');
  t.is(methodOf('#["#undefined",[]]'), '(call)');
  t.is(methodOf('#[3,[]]'), '(unknown)');
  t.is(methodOf('#["bad \\x",[]]'), '(unknown)');
  t.is(methodOf('nonsense'), '(unknown)');
  t.is(methodOf(''), '(unknown)');
  t.is(methodOf(`#["${'x'.repeat(300)}",[]]`), `${'x'.repeat(200)}...`);
  t.is(methodOf(`#["${'x'.repeat(3_000_000)}",[]]`), '(long name)');
});

test('text that merely looks encoded is escaped in errors', t => {
  t.is(makeErrorData('#undefined').body, '#{"#error":"!#undefined","name":"Error"}');
  t.is(makeErrorData('!').body, '#{"#error":"!!","name":"Error"}');
  t.is(makeErrorData('').body, '#{"#error":"","name":"Error"}');
  t.is(makeErrorData('say "hi"\n', 'TypeError').body, '#{"#error":"say \\"hi\\"\\n","name":"TypeError"}');
});

test('capdata is described in one line', t => {
  const describe = (body: string, slots: readonly string[] = []): string => describeCapData({ body, slots });
  t.is(describe('#["greet",["$0.Alleged: bob","&1","$0"]]', ['ko20', 'kp40']), '["greet", [ko20 "Alleged: bob", kp40, ko20]]');
  t.is(
    describe('#["+3","-4","#NaN","#undefined","%sym","!#text",null,true,1.5]'),
    '[3n, -4n, NaN, undefined, Symbol(sym), "#text", null, true, 1.5]',
  );
  t.is(describe('#{"a":{},"b c":[],"!#d":1,"__proto__":2}'), '{ a: {}, "b c": [], "#d": 1, __proto__: 2 }');
  t.is(describe('#{"#tag":"copyMap","payload":{"keys":[]}}'), 'tagged "copyMap" { keys: [] }');
  t.is(describe(makeErrorData('vat terminated').body), '"Error"("vat terminated")');
  t.is(describe('#"$3"', ['ko20']), '<no slot: "$3">');
  t.is(describe('{"@qclass":"undefined"}'), '<not smallcaps: "{\\"@qclass\\":\\"undefined\\"}">');
  t.is(describe(`#${'['.repeat(600)}${']'.repeat(600)}`).slice(0, 18), '<not smallcaps: "#');
});

test('a description is never longer than asked, and never invisible or on two lines', t => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), fc.integer({ min: 10, max: 300 }), (text, length) => {
      for (const body of [`#${text}`, `#${JSON.stringify(text)}`, text]) {
        const line = describeCapData({ body, slots: ['ko20\u0007'] }, length);
        t.true(Array.from(line).length <= length);
        t.notRegex(line, /[\p{C}\u2028\u2029]/u);
      }
    }),
  );
  t.is(describeCapData({ body: `#${JSON.stringify('a\u202eb\u0000')}`, slots: [] }), '"a\\u{202e}b\\u0000"');
  const long = `#[${Array.from({ length: 100_000 }, (_, i) => i).join(',')}]`;
  t.regex(describeCapData({ body: long, slots: [] }, 40), /^\[0, 1, 2, .*\.\.\.$/);
});
