/**
 * What nothing can be cheaper than, measured in a process of its own in the same run: the parts that every design is made of. In
 * microseconds of CPU.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Locks the realm down, which the next ones need.
import 'cooperage';
import { E, Far } from '@endo/far';
import { makeMarshal } from '@endo/marshal';
import { cpuMsSince } from './measure.ts';
import { loadFromPeer } from './peer.ts';
import type { Peer } from './site.ts';

export type Floors = Readonly<Record<'marshal' | 'send' | 'turn' | 'row' | 'commit' | 'gc' | 'gcPerObject', number>>;

const time = async (count: number, act: (i: number) => unknown): Promise<number> => {
  for (let i = 0; i < count / 10; i += 1) await act(i);
  const began = process.cpuUsage();
  for (let i = 0; i < count; i += 1) await act(i);
  return (cpuMsSince(began) * 1000) / count;
};

type Statement = { readonly run: (...values: unknown[]) => unknown };
type Database = {
  readonly pragma: (text: string) => unknown;
  readonly exec: (sql: string) => unknown;
  readonly prepare: (sql: string) => Statement;
  readonly close: () => void;
};

const measureSqlite = async (peer: Peer): Promise<Pick<Floors, 'row' | 'commit'>> => {
  const { default: SqliteDatabase } = await loadFromPeer<{ default: new (path: string) => Database }>(peer, 'better-sqlite3');
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-floors-'));
  const database = new SqliteDatabase(join(folder, 'floors.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE rows (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID');
  const insert = database.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?)');
  database.exec('BEGIN');
  const row = await time(20_000, i => void insert.run(`row ${i}`, 'a value of some thirty letters'));
  database.exec('COMMIT');
  const commit = await time(200, i => {
    database.exec('BEGIN');
    insert.run(`row ${i}`, 'another value');
    database.exec('COMMIT');
  });
  database.close();
  rmSync(folder, { recursive: true });
  return { row, commit };
};

const GC_OBJECTS = 100_000;

const measureCollection = async (): Promise<Pick<Floors, 'gc' | 'gcPerObject'>> => {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('floors need --expose-gc');
  const empty = await time(10, () => gc());
  const objects = Array.from({ length: GC_OBJECTS }, (_, i) => Far('thing', { get: () => i }));
  const full = await time(10, () => gc());
  return { gc: empty, gcPerObject: objects.length === 0 ? 0 : (full - empty) / GC_OBJECTS };
};

/** The peer is the one whose SQLite is there, which is the same for all. */
export const measureFloors = async (peer: Peer): Promise<Floors> => {
  const thing = Far('thing', { ping: (number: number) => number });
  const { toCapData, fromCapData } = makeMarshal(
    () => 'o-1',
    () => thing,
    { serializeBodyFormat: 'smallcaps' },
  );
  const marshal = await time(5_000, i => void fromCapData(toCapData(harden(['ping', [i, thing]]) as never)));
  const send = await time(5_000, i => E(thing).ping(i));
  const turn = await time(
    5_000,
    () =>
      new Promise(resolve => {
        setImmediate(resolve);
      }),
  );
  return { marshal, send, turn, ...(await measureSqlite(peer)), ...(await measureCollection()) };
};
