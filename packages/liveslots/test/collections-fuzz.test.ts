/** Random programs over collections, told next to a plain sorted list: the same answers, whatever is collected or upgraded meanwhile. */
import { collectGarbage } from './support/test-vat.ts';
import { startStoreVat, type Scope, type Store, type StoreVat } from './support/store-vat.ts';
import test from 'ava';
import fc from 'fast-check';
import { compareRank } from '@endo/marshal';
import { M, matches, type Pattern } from '@endo/patterns';

/** Objects are named here, and looked up where the program runs. */
type Key = { readonly scalar: unknown } | { readonly object: number };
type Shape =
  | { readonly type: 'limit'; readonly limit: 'lt' | 'lte' | 'gt' | 'gte' | 'eq' | 'neq'; readonly key: Key }
  | {
      readonly type: 'kind';
      readonly kind: 'any' | 'string' | 'number' | 'bigint' | 'remotable' | 'symbol' | 'boolean' | 'scalar' | 'nat';
    }
  | { readonly type: 'both' | 'either'; readonly shapes: readonly Shape[] }
  | { readonly type: 'not'; readonly shape: Shape };
type Step =
  | { readonly type: 'put' | 'delete'; readonly key: Key; readonly value: number }
  | { readonly type: 'ask' | 'clear'; readonly shape: Shape }
  | { readonly type: 'collect' | 'upgrade' | 'clear all' };

const OBJECTS = 4;

const strings = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'ab',
    'b',
    '\0',
    '\x01',
    '~',
    '{',
    '\ud7fe',
    '\ud7ff',
    '\ud800',
    '\udfff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{10ffff}',
  ),
  fc.string({
    unit: fc.constantFrom('a', 'b', '\0', '\x01', '~', '\ud7ff', '0', '\udbff', '\udc00', '\ue000', '\u{1f600}'),
    maxLength: 4,
  }),
);
const scalar = fc.oneof(
  { weight: 4, arbitrary: strings },
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
  fc.constantFrom(null, undefined, true, false, Symbol.for('a'), Symbol.for('\u{10000}'), Symbol.iterator, NaN, -0),
);
const key: fc.Arbitrary<Key> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ scalar }) },
  { weight: 1, arbitrary: fc.record({ object: fc.nat(OBJECTS - 1) }) },
);
const { shape } = fc.letrec<{ shape: Shape }>(tie => ({
  shape: fc.oneof(
    { maxDepth: 2 },
    fc.record({ type: fc.constant('limit' as const), limit: fc.constantFrom('lt', 'lte', 'gt', 'gte', 'eq', 'neq'), key }),
    fc.record({
      type: fc.constant('kind' as const),
      kind: fc.constantFrom('any', 'string', 'number', 'bigint', 'remotable', 'symbol', 'boolean', 'scalar', 'nat'),
    }),
    fc.record({
      type: fc.constantFrom('both' as const, 'either' as const),
      shapes: fc.array(tie('shape'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ type: fc.constant('not' as const), shape: tie('shape') }),
  ) as fc.Arbitrary<Shape>,
}));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('put' as const), key, value: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), key, value: fc.constant(0) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('ask' as const), shape }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const), shape }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('collect' as const, 'upgrade' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear all' as const) }) },
);

const VREFS = Array.from({ length: OBJECTS }, (_, i) => `o-${50 + i}`);
const BODY = VREFS.map((_, i) => `$${i}.Alleged: thing ${i}`);

const limits = M as unknown as Record<string, (key: unknown) => Pattern>;
const kinds = M as unknown as Record<string, () => Pattern>;

const toPattern = (given: Shape, toKey: (key: Key) => unknown): Pattern => {
  switch (given.type) {
    case 'limit':
      return limits[given.limit]?.(toKey(given.key)) ?? M.any();
    case 'kind':
      return kinds[given.kind]?.() ?? M.any();
    case 'not':
      return M.not(toPattern(given.shape, toKey));
    default: {
      const shapes = given.shapes.map(inner => toPattern(inner, toKey));
      return given.type === 'both' ? M.and(...shapes) : M.or(...shapes);
    }
  }
};

/** What a collection should be: entries in order, objects by when they came. */
class Model {
  entries: { readonly key: Key; readonly value: number; readonly age: number }[] = [];
  #age = 0;

  static #same(a: Key, b: Key): boolean {
    if ('object' in a || 'object' in b) return 'object' in a && 'object' in b && a.object === b.object;
    return a.scalar === b.scalar || (Number.isNaN(a.scalar) && Number.isNaN(b.scalar));
  }

  put(key: Key, value: number): void {
    const at = this.entries.findIndex(entry => Model.#same(entry.key, key));
    const known = this.entries[at];
    if (known !== undefined) this.entries[at] = { ...known, value };
    else this.entries.push({ key, value, age: (this.#age += 1) });
  }

  delete(key: Key): boolean {
    const length = this.entries.length;
    this.entries = this.entries.filter(entry => !Model.#same(entry.key, key));
    return this.entries.length < length;
  }

  list(toKey: (key: Key) => unknown): (readonly [unknown, number])[] {
    const sorted = [...this.entries].sort((a, b) => compareRank(toKey(a.key) as never, toKey(b.key) as never) || a.age - b.age);
    return sorted.map(({ key: made, value }) => [toKey(made), value] as const);
  }
}

const normal = (value: unknown): unknown => (value === 0 ? 0 : value);

/** One step in the vat, and what the model says of it. */
const take = ({ baggage }: Scope, model: Model, given: Step, objects: readonly unknown[]): readonly [unknown, unknown] => {
  const toKey = (named: Key): unknown => ('object' in named ? objects[named.object] : named.scalar);
  const map = baggage.get('map') as Store;
  const set = baggage.get('set') as Store;
  const weak = baggage.get('weak') as Store;
  const isObject = 'key' in given && 'object' in given.key;
  switch (given.type) {
    case 'put':
      if (map.has(toKey(given.key))) map.set(toKey(given.key), given.value);
      else map.init(toKey(given.key), given.value);
      set.add(toKey(given.key));
      if (isObject) weak.addAll([[toKey(given.key), given.value]]);
      model.put(given.key, given.value);
      return [map.get(toKey(given.key)), given.value];
    case 'delete': {
      const had = map.has(toKey(given.key));
      if (had) map.delete(toKey(given.key));
      if (had) set.delete(toKey(given.key));
      if (had && isObject) weak.delete(toKey(given.key));
      return [had, model.delete(given.key)];
    }
    case 'ask':
    case 'clear': {
      const pattern = toPattern(given.shape, toKey);
      const expected = model.list(toKey).filter(([found]) => matches(found as never, pattern));
      const found = [...map.entries(pattern)];
      const answer = [
        found.map(([met, value]) => [normal(met), value]),
        [...set.keys(pattern)].map(normal),
        map.getSize(pattern),
      ];
      const wanted = [
        expected.map(([met, value]) => [normal(met), value]),
        expected.map(([met]) => normal(met)),
        expected.length,
      ];
      if (given.type === 'clear') {
        map.clear(pattern);
        set.clear(pattern);
        for (const [met] of expected) if (weak.has(met)) weak.delete(met);
        model.entries = model.entries.filter(entry => !matches(toKey(entry.key) as never, pattern));
      }
      return [answer, wanted];
    }
    case 'clear all':
      map.clear();
      set.clear();
      for (const thing of objects) if (weak.has(thing)) weak.delete(thing);
      model.entries = [];
      return [map.getSize() + set.getSize(), 0];
    default:
      return [undefined, undefined];
  }
};

const bringOutTheDead = async ({ vat }: StoreVat): Promise<void> => {
  await collectGarbage();
  await vat.bringOutYourDead(...vat.liveslots.harvest());
};

const insistEmpty = (t: { deepEqual: (a: unknown, b: unknown) => void }, { vat }: StoreVat): void => {
  t.deepEqual(
    vat.vatstore.keys().filter(row => !/^(collection|entry\.o\+d2\/1\.|tally\.o\+d2\/1$|counters|count\.o\+d)/.test(row)),
    [],
  );
};

test.serial('a collection answers like a sorted list', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async steps => {
      let store = await startStoreVat();
      await store.run(({ baggage, map, set, weakMap }) => {
        baggage.init('map', map('map', { durable: true }));
        baggage.init('set', set('set', { durable: true }));
        baggage.init('weak', weakMap('weak', { durable: true }));
      });
      const model = new Model();
      let incarnation = 0;
      for (const given of steps) {
        if (given.type === 'collect') await bringOutTheDead(store);
        else if (given.type === 'upgrade') store = await store.upgrade((incarnation += 1));
        else {
          await store.run((scope, ...objects) => t.deepEqual(...take(scope, model, given, objects)), BODY, VREFS);
        }
      }
      const { result } = await store.run(
        ({ baggage }, ...objects) => {
          const toKey = (named: Key): unknown => ('object' in named ? objects[named.object] : named.scalar);
          const [map, weak] = [baggage.get('map') as Store, baggage.get('weak') as Store];
          t.deepEqual(
            [...map.keys()].map(normal),
            model.list(toKey).map(([met]) => normal(met)),
          );
          for (const { key: named, value } of model.entries) if ('object' in named) t.is(weak.get(toKey(named)), value);
          return map.getSize();
        },
        BODY,
        VREFS,
      );
      t.is(result, model.entries.length);
      await store.run((scope, ...objects) => void take(scope, model, { type: 'clear all' }, objects), BODY, VREFS);
      await bringOutTheDead(store);
      insistEmpty(t, store);
    }),
    { numRuns: 60 },
  );
});
