/**
 * A kernel's state for people to compare: names in place of numbers, and nothing that depends on the machine or on how long the kernel has
 * lived. Objects are `alice:root` and, in the order in which they came to be, `alice:1`; promises are `promise 1`. For snapshots of tests.
 */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { describeCapData } from '@cooperage/marshal/describe';
import { describeMethargs } from './describe.ts';
import { toFields, type Fields } from './fields.ts';
import { byNumber } from './page.ts';

export type VatDump = {
  readonly state: string;
  readonly incarnation: number;
  /** What it holds of others; `(weak)` after what it can only recognize. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly promises: readonly string[];
  /** Rows of stored data, by the part of their keys before the dot. */
  readonly stored: Readonly<Record<string, number>>;
};

export type KernelDump = {
  readonly vats: Readonly<Record<string, VatDump>>;
  /** Who holds it from where: c-lists by vat, and everything else by kind. */
  readonly objects: Readonly<Record<string, { readonly state: string; readonly holders: readonly string[] }>>;
  readonly promises: Readonly<
    Record<
      string,
      { readonly state: string; readonly decider: string; readonly value: string; readonly waiting: readonly string[] }
    >
  >;
  /** In the order in which it will run. */
  readonly queue: readonly string[];
  readonly gc: readonly string[];
};

type Names = (kref: string) => string;

const ask = (store: ReadOnlyStore, sql: string, values: readonly (string | number)[] = []): Fields[] =>
  store.query(sql, values).map(toFields);

/** Vats by their names; of several that had one name, the later are numbered. */
const nameVats = (store: ReadOnlyStore): Map<string, string> => {
  const names = new Map<string, string>();
  const used = new Map<string, number>();
  for (const row of ask(store, `SELECT vat, name FROM vats ORDER BY ${byNumber('vat', 1)}`)) {
    const name = row.text('name');
    const before = used.get(name) ?? 0;
    used.set(name, before + 1);
    names.set(row.text('vat'), before === 0 ? name : `${name} ${before + 1}`);
  }
  return names;
};

const nameKrefs = (store: ReadOnlyStore, vats: ReadonlyMap<string, string>): Names => {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const roots = new Set(ask(store, `SELECT kref FROM clists WHERE vref = 'o+0' ORDER BY kref`).map(row => row.text('kref')));
  for (const row of ask(store, `SELECT kref, owner FROM objects ORDER BY ${byNumber('kref', 2)}`)) {
    const owner = vats.get(row.textOrNull('owner') ?? '') ?? 'orphan';
    const number = (counts.get(owner) ?? 0) + 1;
    if (!roots.has(row.text('kref'))) counts.set(owner, number);
    names.set(row.text('kref'), roots.has(row.text('kref')) ? `${owner}:root` : `${owner}:${number}`);
  }
  ask(store, `SELECT kref FROM promises ORDER BY ${byNumber('kref', 2)}`).forEach((row, i) =>
    names.set(row.text('kref'), `promise ${i + 1}`),
  );
  for (const row of ask(store, 'SELECT kref, device, kind FROM device_nodes ORDER BY kref'))
    names.set(row.text('kref'), `device ${row.text('device')} ${row.text('kind')}`);
  return kref => names.get(kref) ?? 'something gone';
};

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const dumpVat = (store: ReadOnlyStore, vat: Fields, name: Names): VatDump => {
  const id = vat.text('vat');
  const rows = ask(store, `SELECT kref, vref, reachable FROM clists WHERE vat = ? ORDER BY ${byNumber('kref', 2)}`, [id]);
  const list = (prefix: RegExp): string[] =>
    rows
      .filter(row => prefix.test(row.text('vref')))
      .map(row => `${name(row.text('kref'))}${row.boolean('reachable') ? '' : ' (weak)'}`)
      .sort(compareText);
  const stored = ask(
    store,
    `SELECT substr(key, 1, max(instr(key, '.') - 1, 0)) AS part, count(*) AS rows FROM vatstore WHERE vat = ? GROUP BY part ORDER BY part`,
    [id],
  );
  return {
    state: vat.text('state'),
    incarnation: vat.number('incarnation'),
    imports: list(/^o-/),
    exports: list(/^o\+/),
    promises: list(/^p/),
    stored: Object.fromEntries(stored.map(row => [row.text('part'), row.number('rows')])),
  };
};

const slotsOf = (
  store: ReadOnlyStore,
  table: string,
  holder: readonly [column: string, value: string | number],
  name: Names,
): string[] =>
  ask(store, `SELECT kref FROM ${table} WHERE ${holder[0]} = ? ORDER BY position`, [holder[1]]).map(row =>
    name(row.text('kref')),
  );

const describeMessage = (store: ReadOnlyStore, row: Fields, name: Names): string => {
  const slots = slotsOf(store, 'message_slots', ['message', row.number('message')], name);
  const result = row.textOrNull('result');
  return `${name(row.text('target'))}${describeMethargs({ body: row.text('body'), slots })}${result === null ? '' : ` -> ${name(result)}`}`;
};

type Naming = { readonly name: Names; readonly vats: ReadonlyMap<string, string> };

const dumpObjects = (store: ReadOnlyStore, { name, vats }: Naming): KernelDump['objects'] => {
  const entries = ask(store, `SELECT kref, state FROM objects_view ORDER BY ${byNumber('kref', 2)}`).map(row => {
    const kref = row.text('kref');
    const holders = ask(store, 'SELECT holder_kind, holder, strength FROM holders WHERE kref = ? ORDER BY 1, 2, 3', [kref]).map(
      holder => {
        const vat = vats.get(holder.text('holder'));
        const who =
          holder.text('holder_kind') === 'c-list'
            ? (vat ?? '')
            : `${holder.text('holder_kind')}${vat === undefined ? '' : ` of ${vat}`}`;
        return holder.text('strength') === 'weak' ? `${who} (weak)` : who;
      },
    );
    return [name(kref), { state: row.text('state'), holders: holders.sort(compareText) }] as const;
  });
  return Object.fromEntries(entries);
};

const dumpPromises = (store: ReadOnlyStore, { name, vats }: Naming): KernelDump['promises'] => {
  const rows = ask(store, `SELECT kref, state, decider, body FROM promises ORDER BY ${byNumber('kref', 2)}`);
  const entries = rows.map(row => {
    const kref = row.text('kref');
    const body = row.textOrNull('body');
    const waiting = ask(
      store,
      'SELECT m.message, m.target, m.body, m.result FROM promise_queue q JOIN messages m USING (message) WHERE q.promise = ? ORDER BY q.position',
      [kref],
    );
    const value = body === null ? '' : describeCapData({ body, slots: slotsOf(store, 'promise_slots', ['promise', kref], name) });
    const decider = vats.get(row.textOrNull('decider') ?? '') ?? '';
    return [
      name(kref),
      { state: row.text('state'), decider, value, waiting: waiting.map(message => describeMessage(store, message, name)) },
    ] as const;
  });
  return Object.fromEntries(entries);
};

const dumpQueue = (store: ReadOnlyStore, { name, vats }: Naming): string[] =>
  ask(
    store,
    'SELECT q.kind, q.parked_for, q.vat, q.promise, m.message, m.target, m.body, m.result FROM run_queue q LEFT JOIN messages m USING (message) ORDER BY q.position',
  ).map(row => {
    const promise = row.textOrNull('promise');
    const vat = vats.get(row.textOrNull('vat') ?? '') ?? '';
    const what =
      row.text('kind') === 'message'
        ? describeMessage(store, row, name)
        : `${row.text('kind')} ${vat}${promise === null ? '' : ` ${name(promise)}`}`;
    return row.textOrNull('parked_for') === null ? what : `${what} (parked)`;
  });

/** Deterministic: equal for kernels that came to the same state by the same way, whatever numbers their refs have. */
export const dumpState = (store: ReadOnlyStore): KernelDump =>
  store.inSnapshot(() => {
    const vats = nameVats(store);
    const naming = { name: nameKrefs(store, vats), vats };
    const rows = ask(store, `SELECT vat, state, incarnation FROM vats ORDER BY ${byNumber('vat', 1)}`);
    const actions = ask(store, 'SELECT vat, action, kref FROM gc_actions ORDER BY vat, action, kref');
    const reaps = ask(store, 'SELECT vat FROM reap_queue ORDER BY position');
    return {
      vats: Object.fromEntries(rows.map(row => [vats.get(row.text('vat')), dumpVat(store, row, naming.name)])),
      objects: dumpObjects(store, naming),
      promises: dumpPromises(store, naming),
      queue: dumpQueue(store, naming),
      gc: [
        ...actions
          .map(row => `${vats.get(row.text('vat'))} ${row.text('action')} ${naming.name(row.text('kref'))}`)
          .sort(compareText),
        ...reaps.map(row => `${vats.get(row.text('vat'))} reap`),
      ],
    };
  });
