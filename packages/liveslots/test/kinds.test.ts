/** Kinds: what vat code does with virtual and durable objects, what is stored of them, and what is refused before it leaves a trace. */
import { collectGarbage, vref } from './support/test-vat.ts';
import { brief, startStoreVat, type Scope } from './support/store-vat.ts';
import test from 'ava';
import { Far, passStyleOf } from '@endo/pass-style';
import { M } from '@endo/patterns';

type Method = (...args: unknown[]) => unknown;
export type Thing = Readonly<Record<string, Method>>;
export type Cohort = Readonly<Record<string, Thing>>;
export type Context = { readonly state: Record<string, unknown>; readonly self: Thing; readonly facets: Cohort };
type Maker<Made = Thing> = (...args: unknown[]) => Made;

const asMaker = <Made = Thing>(made: unknown): Maker<Made> => made as Maker<Made>;
const define = ({ VatData }: Scope, ...args: unknown[]): Maker => asMaker(VatData['defineKind']?.(...args));
const defineMulti = ({ VatData }: Scope, ...args: unknown[]): Maker<Cohort> => asMaker(VatData['defineKindMulti']?.(...args));
const defineDurable = ({ VatData }: Scope, ...args: unknown[]): Maker => asMaker(VatData['defineDurableKind']?.(...args));
const defineDurableMulti = ({ VatData }: Scope, ...args: unknown[]): Maker<Cohort> =>
  asMaker(VatData['defineDurableKindMulti']?.(...args));
const makeHandle = ({ VatData }: Scope, tag: string): object => VatData['makeKindHandle']?.(tag) as object;

const initCounter = (count = 0, name = 'counter') => ({ count, name });
const counting = {
  increment: ({ state }: Context) => {
    state['count'] = (state['count'] as number) + 1;
    return state['count'];
  },
  getCount: ({ state }: Context) => state['count'],
  getName: ({ state }: Context) => state['name'],
  rename: ({ state }: Context, name: unknown) => void (state['name'] = name),
};
const countingKit = {
  up: { increment: counting.increment },
  down: {
    decrement: ({ state }: Context) => void (state['count'] = (state['count'] as number) - 1),
    getUp: ({ facets }: Context) => facets['up'],
  },
};

test.serial('an object keeps its properties in a row, and is made again without a look at it', async t => {
  const { vat, run } = await startStoreVat();
  const first = await run(scope => {
    const make = define(scope, 'counter', initCounter, counting);
    const counter = make(5, 'five');
    scope.heap['list'] = scope.map('list');
    (scope.heap['list'] as ReturnType<Scope['map']>).init('counter', counter);
    return [passStyleOf(counter as never), counter['getCount']?.(), counter['increment']?.(), String(counter)];
  });
  t.deepEqual(first.result, ['remotable', 5, 6, '[object Alleged: counter]']);
  t.deepEqual(vat.vatstore.keys('state.'), ['state.o+v14/1']);
  t.deepEqual(JSON.parse(vat.vatstore.rows.get('state.o+v14/1') ?? ''), {
    count: { body: '#"+6"'.replace('"+6"', '6'), slots: [] },
    name: { body: '#"five"', slots: [] },
  });
  await collectGarbage();
  t.true(vat.liveslots.harvest().includes(vref('o+v14/1')));
  const second = await run(({ heap }) => {
    const counter = (heap['list'] as ReturnType<Scope['map']>).get('counter') as Thing;
    return [counter['getCount']?.(), counter['increment']?.(), counter['getName']?.()];
  });
  t.deepEqual(second.result, [6, 7, 'five']);
  t.deepEqual(brief(second.syscalls), [
    `set state.o+v14/1 {"count":{"body":"#7","slots":[]},"name":{"body":"#\\"five\\"","slots":[]}}`,
  ]);
});
