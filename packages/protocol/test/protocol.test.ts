import test from 'ava';
import fc from 'fast-check';
import { canonicalJson } from '../src/canonical-json.ts';
import { findCapDataExcess, isCapDataShape, nestingDepth } from '../src/capdata.ts';
import type { Delivery } from '../src/delivery.ts';
import { insistInvariant, KernelPanic } from '../src/fault.ts';
import { INVARIANTS } from '../src/invariants.ts';
import { LIMITS } from '../src/limits.ts';
import { compareByNumber, insistVRef, isKRef, isVatId, parseKRef, parseVRef } from '../src/refs.ts';
import type { Syscall } from '../src/syscall.ts';
import { mapDelivery, mapSyscall, type RefPlace } from '../src/walk.ts';

test('a vref is parsed once, strictly', t => {
  t.like(parseVRef('o+0'), { kind: 'object', allocatedBy: 'vat', durability: 'ephemeral', id: 0, baseRef: 'o+0' });
  t.like(parseVRef('o-50'), { kind: 'object', allocatedBy: 'kernel', id: 50 });
  t.like(parseVRef('p+7'), { kind: 'promise', allocatedBy: 'vat', id: 7 });
  t.like(parseVRef('d-70'), { kind: 'device', allocatedBy: 'kernel', id: 70 });
  t.like(parseVRef('o+d12/3:4'), { durability: 'durable', id: 12, instance: 3, facet: 4, baseRef: 'o+d12/3' });
  t.like(parseVRef('o+v12/3'), { durability: 'virtual', id: 12, instance: 3, baseRef: 'o+v12/3' });
});

test('what only resembles a ref is none', t => {
  const wrong = [
    '',
    'o',
    'o+',
    'o-',
    'o+01',
    'o+-1',
    'o+ 5',
    'o+0x10',
    'o-v5',
    'p+d5/1',
    'o+5:3',
    'o+d5/',
    'o+d5/1:',
    'o+d05/1',
    'x+1',
  ];
  const alsoWrong = ['o+1\n', ' o+1', 'o+1 ', 'o+1,', 'o+9999999999999999', 'ko20', 'constructor', '__proto__'];
  for (const text of [...wrong, ...alsoWrong]) {
    t.is(parseVRef(text), undefined, text);
    t.throws(() => insistVRef(text), { message: /not a vref/ });
  }
  for (const text of ['ko', 'ko020', 'kp-1', 'KO20', 'ko20 ', 'o+1']) t.is(parseKRef(text), undefined, text);
  t.true(isKRef('kp40'));
  t.true(isVatId('v1'));
  t.false(isVatId('v01'));
});

test('any number survives a round trip, and any other text is refused or equal', t => {
  fc.assert(fc.property(fc.nat(), id => parseVRef(`o+${id}`)?.id === id && parseKRef(`kp${id}`)?.id === id));
  fc.assert(
    fc.property(fc.string(), text => {
      const parsed = parseVRef(text);
      return parsed === undefined || text.startsWith(parsed.baseRef);
    }),
  );
  t.pass();
});

test('refs are ordered by number', t => {
  t.deepEqual(['v10', 'v9', 'v1'].sort(compareByNumber), ['v1', 'v9', 'v10']);
});

test('nesting is counted outside of strings', t => {
  t.is(nestingDepth('5'), 0);
  t.is(nestingDepth('[[{"a":[]}]]'), 4);
  t.is(nestingDepth('"[[[["'), 0);
  t.is(nestingDepth('["\\"[[", []]'), 2);
  fc.assert(
    fc.property(fc.json(), json => {
      const depthOf = (value: unknown): number =>
        typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
      return nestingDepth(json) === depthOf(JSON.parse(json));
    }),
  );
});

test('limits hold at the limit and not one beyond', t => {
  const bodies = (...lengths: number[]) => lengths.map(length => ({ body: 'x'.repeat(length), slots: [] as string[] }));
  t.is(findCapDataExcess(bodies(LIMITS.capdataBodyLength - 5, 5)), undefined);
  t.regex(findCapDataExcess(bodies(LIMITS.capdataBodyLength - 5, 6)) ?? '', /larger than/);
  const slots = (count: number) => [{ body: '', slots: Array.from({ length: count }, () => 'o+1') }];
  t.is(findCapDataExcess(slots(LIMITS.capdataSlots)), undefined);
  t.regex(findCapDataExcess(slots(LIMITS.capdataSlots + 1)) ?? '', /references/);
  const deep = (depth: number) => [{ body: `#${'['.repeat(depth)}${']'.repeat(depth)}`, slots: [] }];
  t.is(findCapDataExcess(deep(LIMITS.capdataDepth)), undefined);
  t.regex(findCapDataExcess(deep(LIMITS.capdataDepth + 1)) ?? '', /deeper/);
  t.false(isCapDataShape({ body: 'x', slots: [1] }));
  t.false(isCapDataShape(null));
});

test('the walk meets refs in its fixed order', t => {
  const visit = (walk: (map: (ref: string, place: RefPlace) => string) => unknown): string[] => {
    const met: string[] = [];
    walk((ref, place) => {
      met.push(`${place} ${ref}`);
      return ref;
    });
    return met;
  };
  const methargs = { body: '#[]', slots: ['a', 'b'] };
  const send: Syscall<string> = { type: 'send', target: 't', message: { methargs, result: 'r' } };
  t.deepEqual(
    visit(map => mapSyscall(send, map)),
    ['target t', 'result r', 'slot a', 'slot b'],
  );
  const notify: Delivery<string> = {
    type: 'notify',
    resolutions: [
      { promise: 'p1', outcome: 'fulfilled', data: { body: '', slots: ['x'] } },
      { promise: 'p2', outcome: 'rejected', data: { body: '', slots: ['y'] } },
    ],
  };
  t.deepEqual(
    visit(map => mapDelivery(notify, map)),
    ['promise p1', 'promise p2', 'slot x', 'slot y'],
  );
});

test('a walk that changes nothing copies exactly', t => {
  const syscalls: Syscall<string>[] = [
    { type: 'subscribe', promise: 'p' },
    { type: 'exit', outcome: 'failure', info: { body: '#1', slots: ['s'] } },
    { type: 'dropImports', refs: ['a', 'b'] },
    { type: 'callNow', target: 't', method: 'm', args: { body: '#[]', slots: [] } },
    { type: 'vatstoreSet', key: 'k', value: '' },
  ];
  for (const syscall of syscalls)
    t.deepEqual(
      mapSyscall(syscall, ref => ref),
      syscall,
    );
  const deliveries: Delivery<string>[] = [
    { type: 'startVat', parameters: { body: '#1', slots: ['s'] } },
    { type: 'retireExports', refs: ['a'] },
    { type: 'bringOutYourDead', dead: ['o-50', 'w1'] },
  ];
  for (const delivery of deliveries)
    t.deepEqual(
      mapDelivery(delivery, ref => ref),
      delivery,
    );
});

test('canonical JSON does not depend on the order in which properties were made', t => {
  t.is(canonicalJson({ b: 1, a: [{ d: undefined, c: null }] }), '{"a":[{"c":null}],"b":1}');
  fc.assert(
    fc.property(fc.jsonValue(), value => JSON.stringify(JSON.parse(canonicalJson(value))) === JSON.stringify(sortKeys(value))),
  );
  t.pass();
});

const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
};

test('a broken invariant panics with its number and what broke it', t => {
  insistInvariant('I3', true, 'fine');
  const panic = t.throws(() => insistInvariant('I3', false, () => 'ko20'), { instanceOf: KernelPanic });
  t.is(panic?.invariant, 'I3');
  t.true(panic?.message.includes(INVARIANTS.I3));
  t.true(panic?.message.includes('ko20'));
});
