/** What the rows of a vatstore say, in the formats of `docs/stored-data.md`. */
import test from 'ava';
import fc from 'fast-check';
import { findKeyObject, StoredRowReader } from '../src/stored-rows.ts';

const readRows = (rows: readonly (readonly [key: string, value: string])[]): string[] => {
  const said: string[] = [];
  const reader = new StoredRowReader({
    object: ref => said.push(`object ${ref}`),
    root: (ref, place, name) => said.push(`root ${ref}: ${place} ${name}`),
    edge: (from, to, place, name) => said.push(`${from} -> ${to}: ${place} ${name}`),
    clause: (table, key, value) => said.push(`${table} and ${key} -> ${value}`),
    watch: (promise, to) => said.push(`watch ${promise} -> ${to}`),
  });
  for (const [key, value] of rows) reader.read(key, value);
  return said.filter(line => !line.startsWith('object '));
};

const data = (...slots: string[]): { body: string; slots: string[] } => ({ body: '#[]', slots });
const text = (...slots: string[]): string => JSON.stringify(data(...slots));

test('a stored object keeps what its properties cite', t => {
  const value = JSON.stringify({ friend: data('o-52'), pair: data('o+d12/6:1', 'o-53'), name: data() });
  t.deepEqual(readRows([['state.o+d12/5', value]]), [
    'o+d12/5 -> o-52: property friend',
    'o+d12/5 -> o+d12/6:1: property pair',
    'o+d12/5 -> o-53: property pair',
  ]);
});

test('a strong collection keeps its keys, its values and what its shapes cite', t => {
  const rows = [
    ['collection.o+d2/7', JSON.stringify({ label: 'x', keyShape: data('o-60'), valueShape: data('o-61') })],
    ['entry.o+d2/7.sname.with.dots', text('o-52')],
    ['entry.o+d2/7.r0000000001:o-53', text('o-54')],
    ['entry.o+d4/8.r0000000001:o-53', ''],
    ['place.o+d2/7.o-53', '1'],
  ] as const;
  t.deepEqual(readRows(rows), [
    'o+d2/7 -> o-60: key shape ',
    'o+d2/7 -> o-61: value shape ',
    'o+d2/7 -> o-52: entry sname.with.dots',
    'o+d2/7 -> o-54: entry r0000000001:o-53',
    'o+d2/7 -> o-53: key o-53',
  ]);
});

test('a weak collection and its key together keep a value, virtual ones too', t => {
  const rows = [
    ['kind.v21', '{"tag":"weak map","collection":"weakMap"}'],
    ['entry.o+d3/7.ro-53', text('o-54')],
    ['entry.o+v21/1.ro+d12/5:0', text('o-55', 'h3')],
    ['entry.o+d3/7.s a text', text('o-56')],
  ] as const;
  t.deepEqual(readRows(rows), [
    'o+d3/7 and o-53 -> o-54',
    'o+v21/1 and o+d12/5:0 -> o-55',
    'o+v21/1 and o+d12/5:0 -> h3',
    'o+d3/7 -> o-56: entry s a text',
  ]);
});

test('watches, watchers of handles and the shapes of states keep for their own sake', t => {
  const rows = [
    ['kind.d12', JSON.stringify({ tag: 'box', facets: [], stateShape: { friend: data('o-52'), other: data('o-53') } })],
    ['watch.p-60.4', text('o+d12/5', 'o-54')],
    ['watcher.o+d1/14', text('o+d14/1')],
  ] as const;
  t.deepEqual(readRows(rows), [
    'root o-52: state shape d12',
    'root o-53: state shape d12',
    'watch p-60 -> o+d12/5',
    'watch p-60 -> o-54',
    'root o+d14/1: watcher o+d1/14',
  ]);
});

test('rows that liveslots did not write say nothing, whatever is in them', t => {
  const values = [
    '',
    'x',
    '{',
    '[]',
    'null',
    '{"slots":7}',
    '{"a":null}',
    '{"a":{"slots":[7]}}',
    '{"stateShape":3}',
    '{"slots":["\\',
  ];
  const prefixes = ['kind', 'state', 'collection', 'entry', 'watch', 'watcher', 'count', 'anything'];
  const keys = prefixes.flatMap(prefix => [prefix, `${prefix}.`, `${prefix}.x`, `${prefix}.o+d3/1.ro-5`]);
  for (const key of keys) for (const value of values) t.deepEqual(readRows([[key, value]]), [], `${key} = ${value}`);
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.oneof(fc.string(), fc.json()), (key, value) => void readRows([[key, value]])),
  );
});

test('the object in the key of an entry is known', t => {
  t.deepEqual(['r0000000001:o-53', 'ro+d12/5:0', 'sro-53', 'f0'].map(findKeyObject), ['o-53', 'o+d12/5:0', undefined, undefined]);
});
