/** The parts that stored data rests on: short ways that must lead where the long ones do. */
import './support/prepare-lockdown.ts';
import test from 'ava';
import fc from 'fast-check';
import { Far } from '@endo/far';
import { makeMarshal } from '@endo/marshal';
import { AgedMap } from '@cooperage/liveslots/aged-map';
import { decodeScalar, encodeScalar } from '@cooperage/liveslots/stored/scalar-data';
import { Syscalls } from '@cooperage/liveslots/outbound/syscalls';
import { StoredRows } from '@cooperage/liveslots/stored/rows';
import type { CapData } from '@cooperage/protocol/capdata';
import type { SyscallType } from '@cooperage/protocol/syscall';
import { Vatstore } from './support/vatstore.ts';

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

/** Rows over a vatstore, with a row so large that reading it leaves nothing else in the cache. */
const makeRows = (initial: readonly (readonly [string, string])[] = []) => {
  const vatstore = new Vatstore([...initial, ['large.row', 'x'.repeat(4_000_000)]]);
  const made: SyscallType[] = [];
  const rows = new StoredRows(
    new Syscalls(syscall => {
      made.push(syscall.type);
      return vatstore.answer(syscall) ?? { outcome: 'error', problem: 'no syscall of the vatstore' };
    }),
  );
  const takeSyscalls = (): SyscallType[] => made.splice(0);
  return { vatstore, rows, takeSyscalls };
};

const NAMES = ['1', '10', '11', '2', '3', '9', '91'];
const TABLES = ['weak.', 'export.', 'entry.'];

test('rows are as they were written last, however they are asked for', t => {
  const acts = ['set', 'delete', 'find', 'find rare', 'has any', 'scan', 'flush', 'forget'] as const;
  const steps = fc.array(
    fc.record({ act: fc.constantFrom(...acts), table: fc.constantFrom(...TABLES), name: fc.constantFrom(...NAMES) }),
    { maxLength: 50 },
  );
  fc.assert(
    fc.property(steps, fc.subarray(NAMES), (list, before) => {
      const model = new Map(before.map(name => [`export.${name}`, 'before']));
      const { rows, vatstore } = makeRows([...model]);
      const live = (prefix: string) =>
        [...model].filter(([key]) => key.startsWith(prefix) && key !== prefix).sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [i, { act, table, name }] of list.entries()) {
        const key = `${table}${name}`;
        if (act === 'set') {
          if (model.has(key)) rows.set(key, `${i}`);
          else rows.add(key, `${i}`);
          model.set(key, `${i}`);
        } else if (act === 'delete') {
          rows.delete(key);
          model.delete(key);
        } else if (act === 'find') t.is(rows.find(key), model.get(key));
        else if (act === 'find rare') t.is(rows.findRare(key), model.get(key));
        else if (act === 'has any') t.is(rows.hasAnyRare(key), live(key).length > 0);
        else if (act === 'scan') t.deepEqual([...rows.scan(i % 2 === 0 ? table : key)], live(i % 2 === 0 ? table : key));
        else if (act === 'flush') rows.flush();
        else rows.find('large.row');
      }
      rows.flush();
      vatstore.rows.delete('large.row');
      t.deepEqual([...vatstore.rows].sort(), [...model].sort());
    }),
    { numRuns: 3_000, seed: 1 },
  );
});

test('one look at a table with few rows tells of a whole stretch that there is none', t => {
  const { rows, takeSyscalls } = makeRows([['export.o+d10/5', 'r']]);
  for (const i of [1, 2, 3, 4]) t.is(rows.findRare(`export.o+d10/${i}`), undefined);
  t.deepEqual(takeSyscalls(), ['vatstoreScan']);
  t.is(rows.findRare('export.o+d10/5'), 'r');
  t.deepEqual(takeSyscalls(), []);
  for (const i of [6, 7, 8]) t.is(rows.findRare(`export.o+d10/${i}`), undefined);
  t.deepEqual(takeSyscalls(), ['vatstoreScan']);
  rows.add('export.o+d10/7', 's');
  t.is(rows.findRare('export.o+d10/6'), undefined);
  t.is(rows.findRare('export.o+d10/7'), 's');
  rows.delete('export.o+d10/7');
  t.false(rows.hasAnyRare('export.o+d10/7'));
});

test('a scan of few rows is one syscall, and takes back nothing that waits in the journal of other tables', t => {
  const { rows, takeSyscalls } = makeRows([
    ['entry.1', 'a'],
    ['entry.2', 'b'],
  ]);
  rows.set('count.1', '5');
  t.deepEqual(
    [...rows.scan('entry.')],
    [
      ['entry.1', 'a'],
      ['entry.2', 'b'],
    ],
  );
  t.deepEqual(takeSyscalls(), ['vatstoreScan']);
  rows.delete('entry.1');
  rows.set('count.1', '4');
  t.deepEqual([...rows.scan('entry.')], [['entry.2', 'b']]);
  t.deepEqual(takeSyscalls(), ['vatstoreSet', 'vatstoreDelete', 'vatstoreScan']);
});
