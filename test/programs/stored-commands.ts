/**
 * Random commands for `vats/vat-keeper.js`. What is drawn at random are numbers only: which variable they mean is decided by the model
 * when the command's turn comes, so that any part of a program is a program.
 */
import fc from 'fast-check';
import type { StoredModel } from './stored-model.ts';
import {
  describe,
  isCollection,
  isDurable,
  isMap,
  isRef,
  isSame,
  isStrong,
  type Entity,
  type Key,
  type Outcome,
  type Ref,
  type Value,
} from './stored-model.ts';

type RawValue =
  | { readonly data: string | number | bigint | boolean | null }
  | { readonly pick: number }
  | { readonly list: readonly RawValue[] };
export type RawCommand = {
  readonly act: string;
  readonly x: number;
  readonly y: number;
  readonly key: RawValue;
  readonly value: RawValue;
};
/** What the keeper is told. */
type WireValue = { readonly data: unknown } | { readonly variable: string } | { readonly list: readonly WireValue[] };
type Command = { readonly act: string } & Readonly<Record<string, unknown>>;
export type Step = { readonly command: Command; readonly expected: Outcome | 'log' };

const HEAP = ['h0', 'h1', 'h2', 'h3', 'h4'];
const STORED = ['s0', 's1', 's2'];
const SHELVES = ['top', 'middle', 'bottom'];
const at = <Item>(items: readonly Item[], index: number): Item => items[index % items.length] as Item;

/** One command's choices. */
class Choice {
  readonly model: StoredModel;
  readonly raw: RawCommand;

  constructor(model: StoredModel, raw: RawCommand) {
    this.model = model;
    this.raw = raw;
  }

  get to(): string {
    return at(HEAP, this.raw.y);
  }

  get shelf(): string {
    return at(SHELVES, this.raw.y);
  }

  /** A variable that `suits`, and what it refers to. */
  find(suits: (entity: Entity) => boolean, index = this.raw.x): { name: string; ref: Ref } | undefined {
    const names = [...this.model.variables].filter(([, { entity }]) => suits(entity)).sort(([a], [b]) => (a < b ? -1 : 1));
    const found = names[index % names.length];
    return found && { name: found[0], ref: found[1] };
  }

  evaluate(raw: RawValue): { readonly wire: WireValue; readonly value: Value } {
    if ('data' in raw) return { wire: raw, value: raw.data };
    if ('list' in raw) {
      const items = raw.list.map(item => this.evaluate(item));
      return { wire: { list: items.map(({ wire }) => wire) }, value: items.map(({ value }) => value) };
    }
    const found = this.find(() => true, raw.pick);
    return found === undefined ? { wire: { data: 0 }, value: 0 } : { wire: { variable: found.name }, value: found.ref };
  }

  get value() {
    return this.evaluate(this.raw.value);
  }

  /** Promises and lists are no keys. */
  get key(): { readonly wire: WireValue; readonly value: Key } {
    const { wire, value } = this.evaluate(this.raw.key);
    const isKey = !Array.isArray(value) && !(isRef(value) && value.entity.sort === 'promise');
    return isKey ? { wire, value: value as Key } : { wire: { data: 'instead' }, value: 'instead' };
  }

  /** Puts something new into a variable of the heap. */
  assign(entity: Entity, facet: Ref['facet'] = ''): void {
    this.model.variables.set(this.to, { entity, facet });
  }
}

const DONE: Outcome = { answer: null };
const isAlive = ({ isLost }: Entity): boolean => !isLost;
const hasState = (entity: Entity): boolean => isAlive(entity) && (entity.sort === 'object' || entity.sort === 'kit');
const isLiveCollection = (entity: Entity): boolean => isAlive(entity) && isCollection(entity);
const hasLabel = (entity: Entity): boolean => ['object', 'kit', 'heap', 'thing'].includes(entity.sort);
const isPending = (entity: Entity): boolean => isAlive(entity) && entity.sort === 'promise' && entity.settlement === undefined;

type Act = (choice: Choice) => Step | undefined;

const makeObject: Act = choice => {
  const { raw, model, to } = choice;
  const lives = raw.x % 2 === 0 ? 'durable' : 'virtual';
  const isKit = raw.x % 3 === 0;
  const [a, b] = [choice.value, choice.evaluate(raw.key)];
  const entity = model.make(isKit ? 'kit' : 'object', lives, { a: a.value, b: b.value });
  const kind = isKit ? `${lives} kit` : lives;
  const command: Command = { act: 'object', kind, label: entity.label, to, a: a.wire, b: b.wire };
  if (lives === 'durable' && !(isDurable(a.value) && isDurable(b.value))) return { command, expected: { problem: 'fleeting' } };
  choice.assign(entity, isKit ? ' left' : '');
  return { command, expected: DONE };
};

const makeCollection: Act = choice => {
  const { raw, model, to } = choice;
  const type = at(['map', 'set', 'weakMap', 'weakSet'] as const, raw.x);
  const durable = (raw.x >> 2) % 2 === 0;
  const entity = model.make(type, durable ? 'durable' : 'virtual');
  choice.assign(entity);
  return { command: { act: 'collection', type, durable, label: entity.label, to }, expected: DONE };
};

const makeSimple =
  (act: string, sort: Entity['sort'], lives: Entity['lives']): Act =>
  choice => {
    const { to } = choice;
    const entity = choice.model.make(sort, lives);
    choice.assign(entity);
    return { command: { act, label: entity.label, to }, expected: DONE };
  };

/** Acts on one variable. */
const on =
  (suits: (entity: Entity) => boolean, act: (choice: Choice, name: string, ref: Ref) => Step | undefined): Act =>
  choice => {
    const found = choice.find(suits);
    return found && act(choice, found.name, found.ref);
  };

/** Acts on a collection with a key. */
const onEntry = (
  act: string,
  suits: (entity: Entity) => boolean,
  expect: (choice: Choice, entity: Entity, key: Key) => Outcome,
): Act =>
  on(suits, (choice, from, { entity }) => {
    const { wire, value } = choice.key;
    const command: Command = { act, from, key: wire, value: choice.value.wire };
    return { command, expected: expect(choice, entity, value) };
  });

const fetch = (choice: Choice, command: Command, value: Value | undefined): Step | undefined => {
  if (value === undefined || !isRef(value)) return undefined;
  choice.assign(value.entity, value.facet);
  return { command: { ...command, to: choice.to }, expected: DONE };
};

const propertyOf = ({ raw }: Choice): string => at(['a', 'b'], raw.y);

const ACTS: Readonly<Record<string, Act>> = {
  object: makeObject,
  collection: makeCollection,
  heap: makeSimple('heap', 'heap', 'heap'),
  promise: makeSimple('promise', 'promise', 'heap'),
  meet: makeSimple('meet', 'thing', 'durable'),
  copy: on(
    () => true,
    (choice, from, { entity, facet }) => {
      choice.assign(entity, facet);
      return { command: { act: 'copy', from, to: choice.to }, expected: DONE };
    },
  ),
  keep: on(
    () => true,
    ({ model, raw }, from, ref) => {
      const to = at(STORED, raw.y);
      const command = { act: 'keep', from, to };
      if (!isDurable(ref)) return { command, expected: { problem: 'fleeting' } };
      model.variables.set(to, ref);
      return { command, expected: DONE };
    },
  ),
  drop: on(
    () => true,
    ({ model }, from) => {
      model.variables.delete(from);
      return { command: { act: 'drop', from }, expected: DONE };
    },
  ),
  see: on(
    () => true,
    (_choice, from, ref) => ({ command: { act: 'see', from }, expected: { answer: describe(ref) } }),
  ),
  same: on(
    () => true,
    (choice, from, ref) => {
      const other = choice.find(() => true, choice.raw.y);
      return other && { command: { act: 'same', from, other: other.name }, expected: { answer: isSame(ref, other.ref) } };
    },
  ),
  flip: on(
    entity => hasState(entity) && entity.sort === 'kit',
    (choice, from, { entity, facet }) => {
      choice.assign(entity, facet === ' left' ? ' right' : ' left');
      return { command: { act: 'flip', from, to: choice.to }, expected: DONE };
    },
  ),
  read: on(hasState, (choice, from, { entity }) => {
    const property = propertyOf(choice);
    return { command: { act: 'read', from, property }, expected: { answer: describe(entity.state[property] ?? null) } };
  }),
  write: on(hasState, (choice, from, { entity }) => {
    const property = propertyOf(choice);
    const { wire, value } = choice.value;
    return { command: { act: 'write', from, property, value: wire }, expected: choice.model.write(entity, property, value) };
  }),
  fetch: on(hasState, (choice, from, { entity }) => {
    const property = at(['a', 'b'], choice.raw.x >> 3);
    return fetch(choice, { act: 'fetch', from, property }, entity.state[property]);
  }),
  fetchEntry: on(
    entity => isLiveCollection(entity) && isMap(entity),
    (choice, from, { entity }) => {
      const { wire, value } = choice.key;
      return fetch(choice, { act: 'fetchEntry', from, key: wire }, choice.model.find(entity, value));
    },
  ),
  has: onEntry('has', isLiveCollection, ({ model }, entity, key) => model.has(entity, key)),
  get: onEntry(
    'get',
    entity => isLiveCollection(entity) && isMap(entity),
    ({ model }, entity, key) => model.get(entity, key),
  ),
  init: onEntry(
    'init',
    entity => isLiveCollection(entity) && isMap(entity),
    ({ model, value }, entity, key) => model.init(entity, key, value.value),
  ),
  set: onEntry(
    'set',
    entity => isLiveCollection(entity) && isMap(entity),
    ({ model, value }, entity, key) => model.set(entity, key, value.value),
  ),
  add: onEntry(
    'add',
    entity => isLiveCollection(entity) && !isMap(entity),
    ({ model }, entity, key) => model.add(entity, key),
  ),
  delete: onEntry('delete', isLiveCollection, ({ model }, entity, key) => model.delete(entity, key)),
  list: on(
    entity => isLiveCollection(entity) && isStrong(entity),
    ({ model }, from, { entity }) => ({ command: { act: 'list', from }, expected: model.list(entity) }),
  ),
  size: on(
    entity => isLiveCollection(entity) && isStrong(entity),
    ({ model }, from, { entity }) => ({ command: { act: 'size', from }, expected: model.size(entity) }),
  ),
  clear: on(
    entity => isLiveCollection(entity) && isStrong(entity),
    ({ model, raw }, from, { entity }) => {
      const isTextsOnly = raw.y % 2 === 0;
      return { command: { act: isTextsOnly ? 'clearTexts' : 'clear', from }, expected: model.clear(entity, isTextsOnly) };
    },
  ),
  watch: on(
    entity => isAlive(entity) && entity.sort === 'promise',
    ({ model, value }, from, { entity }) => {
      const label = model.make('promise', 'durable').label;
      return { command: { act: 'watch', from, label, thing: value.wire }, expected: model.watch(entity, label, value.value) };
    },
  ),
  settle: on(isPending, ({ model, raw }, _from, { entity }) => {
    const outcome = raw.y % 2 === 0 ? 'fulfilled' : 'rejected';
    return {
      command: { act: 'settle', label: entity.label, outcome, value: raw.y },
      expected: model.settle(entity, outcome, raw.y),
    };
  }),
  log: () => ({ command: { act: 'log' }, expected: 'log' }),
  give: on(
    ({ sort }) => sort !== 'promise',
    ({ model, shelf }, from, ref) => {
      model.shelves.set(shelf, ref);
      return { command: { act: 'give', from, shelf }, expected: DONE };
    },
  ),
  take: choice => {
    const { model, shelf } = choice;
    const ref = model.shelves.get(shelf);
    if (ref === undefined) return undefined;
    const to = at(HEAP, choice.raw.x);
    model.variables.set(to, ref);
    return { command: { act: 'take', shelf, to }, expected: DONE };
  },
  ask: ({ model, shelf }) => {
    const ref = model.shelves.get(shelf);
    if (ref === undefined || !hasLabel(ref.entity)) return undefined;
    const expected = ref.entity.isLost ? { problem: 'lost' } : { answer: `${ref.entity.label}${ref.facet}` };
    return { command: { act: 'ask', shelf }, expected };
  },
  empty: ({ model, shelf }) => {
    model.shelves.delete(shelf);
    return { command: { act: 'empty', shelf }, expected: DONE };
  },
};

/** What the command means now, and what must come of it; undefined when it means nothing now. */
export const interpret = (model: StoredModel, raw: RawCommand): Step | undefined => ACTS[raw.act]?.(new Choice(model, raw));

const leaf = fc.oneof(
  { weight: 2, arbitrary: fc.record({ pick: fc.nat(40) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      data: fc.oneof(
        fc.integer({ min: -3, max: 3 }),
        fc.constantFrom('', 'a', 'ab', 'b', '\u{1F600}', '\uFFFD', '\uE000'),
        fc.bigInt({ min: -2n, max: 2n }),
        fc.boolean(),
        fc.constant(null),
      ),
    }),
  },
);
const value: fc.Arbitrary<RawValue> = fc.oneof(
  { weight: 6, arbitrary: leaf },
  { weight: 1, arbitrary: fc.record({ list: fc.array(leaf, { maxLength: 3 }) }) },
);

const WEIGHTS: Readonly<Record<string, number>> = {
  ...{ object: 8, collection: 6, heap: 2, promise: 3, meet: 3, copy: 2, keep: 6, drop: 5, see: 2, same: 2, flip: 2 },
  ...{
    read: 4,
    write: 6,
    fetch: 3,
    fetchEntry: 3,
    has: 3,
    get: 3,
    init: 8,
    set: 3,
    add: 5,
    delete: 3,
    list: 4,
    size: 1,
    clear: 1,
  },
  ...{ watch: 4, settle: 2, log: 1, give: 6, take: 3, ask: 2, empty: 2, reap: 3, restart: 2, upgrade: 3 },
};

/** `reap`, `restart` and `upgrade` are for who runs the program. */
export const programs = (maxLength: number): fc.Arbitrary<RawCommand[]> => {
  const act = fc.oneof(...Object.entries(WEIGHTS).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) })));
  return fc.array(fc.record({ act, x: fc.nat(63), y: fc.nat(63), key: value, value }), { minLength: 1, maxLength, size: 'max' });
};
