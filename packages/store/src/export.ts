/** Writes the state of a kernel as named files with hashes (`manifest.ts` says which). Reads only; the folder appears whole or not at all. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CooperageError } from '@cooperage/protocol/errors';
import type { AskedRow, SqlValue } from './connection.ts';
import { makeDatabaseError } from './database-error.ts';
import { type Artifact, makeManifest, MANIFEST, type Manifest, manifestToText } from './manifest.ts';
import type { ReadOnlyStore } from './read-only.ts';

/** Of these each vat has a part of its own: they are what grows. */
const BY_VAT = ['clists', 'transcripts', 'vatstore'];
/** What happened, not what is. */
const LEFT_OUT = ['crank_changes', 'cranks'];
const CHUNK_LENGTH = 1 << 20;

export type ExportOptions = {
  /** Told of each artifact when it is written, and how many there are. */
  readonly onArtifact?: (artifact: Artifact, place: { readonly number: number; readonly total: number }) => void;
};

/** A file of lines that knows its hash. */
class LineWriter {
  readonly #file: number;
  readonly #hash: Hash = createHash('sha256');
  #pending: string[] = [];
  #pendingLength = 0;
  bytes = 0;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'wx');
  }

  write(line: string): void {
    this.#pending.push(line, '\n');
    this.#pendingLength += line.length + 1;
    if (this.#pendingLength >= CHUNK_LENGTH) this.#flush();
  }

  /** Makes it durable and returns the hash. */
  finish(): string {
    this.#flush();
    fsyncSync(this.#file);
    this.close();
    return this.#hash.digest('hex');
  }

  close(): void {
    closeSync(this.#file);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending.join(''), 'utf8');
    this.#pending = [];
    this.#pendingLength = 0;
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#hash.update(bytes);
    this.bytes += bytes.length;
  }
}

type Ask = (sql: string, values?: readonly SqlValue[]) => readonly AskedRow[];
const askerOf =
  (store: ReadOnlyStore): Ask =>
  (sql, values) =>
    store.query(sql, values);

/** The columns of a table in order, and those of its primary key in theirs. */
export const readColumns = (ask: Ask, table: string): { readonly names: string[]; readonly key: string[] } => {
  const columns = ask('SELECT name, pk FROM pragma_table_info(?) ORDER BY cid', [table]);
  const key = columns.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a['pk']) - Number(b['pk']));
  return { names: columns.map(({ name }) => String(name)), key: key.map(({ name }) => String(name)) };
};

/** All tables but the shadow tables of SQLite, by name. */
export const listTables = (ask: Ask): string[] =>
  ask(`SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
    .map(({ name }) => String(name))
    .filter(name => !LEFT_OUT.includes(name));

type Part = { readonly file: string; readonly table: string; readonly vat: string | null };

const planParts = (store: ReadOnlyStore): Part[] => {
  const vats = store.query('SELECT vat FROM vats ORDER BY CAST(substr(vat, 2) AS INTEGER)').map(({ vat }) => String(vat));
  const parts = listTables(askerOf(store)).flatMap((table): Part[] =>
    BY_VAT.includes(table)
      ? vats.map(vat => ({ file: `vats/${vat}/${table}.jsonl`, table, vat }))
      : [{ file: `tables/${table}.jsonl`, table, vat: null }],
  );
  return parts.sort((a, b) => (a.file < b.file ? -1 : 1));
};

const writePart = (store: ReadOnlyStore, folder: string, { file, table, vat }: Part): Artifact => {
  const { names, key } = readColumns(askerOf(store), table);
  const writer = new LineWriter(join(folder, file));
  let rows = 0;
  try {
    writer.write(JSON.stringify(names));
    const where = vat === null ? '' : 'WHERE vat = ?';
    const sql = `SELECT ${names.join(', ')} FROM ${table} ${where} ORDER BY ${key.join(', ')}`;
    for (const row of store.stream(sql, vat === null ? [] : [vat])) {
      writer.write(JSON.stringify(row));
      rows += 1;
    }
  } catch (error) {
    writer.close();
    throw error;
  }
  const sha256 = writer.finish();
  return { file, table, rows, bytes: writer.bytes, sha256 };
};

const writeDraft = (store: ReadOnlyStore, draft: string, { onArtifact }: ExportOptions): Manifest =>
  store.inSnapshot(() => {
    const parts = planParts(store);
    const artifacts: Artifact[] = [];
    for (const part of parts) {
      const artifact = writePart(store, draft, part);
      artifacts.push(artifact);
      onArtifact?.(artifact, { number: artifacts.length, total: parts.length });
    }
    const { kernelState } = store.tables();
    const manifest = makeManifest({
      crank: Number(kernelState.find('crank_number') ?? 0),
      activityHash: kernelState.find('activity_hash') ?? '',
      artifacts,
    });
    const writer = new LineWriter(join(draft, MANIFEST));
    writer.write(manifestToText(manifest).trimEnd());
    writer.finish();
    return manifest;
  });

/** One folder at a time: where the system lies about the reason, as below /proc, Node's own way of making all of them never ends. */
const makeFolder = (path: string): void => {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
};

const makeDraft = (draft: string, target: string): void => {
  try {
    rmSync(draft, { recursive: true, force: true });
    makeFolder(draft);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw cause;
    throw new CooperageError('ERR_ARGUMENT', `the folder ${target} cannot be made: ${code}`, {
      subject: target,
      remedy: 'name one where this user may make folders',
      cause,
    });
  }
};

/** Writes one moment of the database into `directory`, which must be new or empty. */
export const exportDatabase = (store: ReadOnlyStore, directory: string, options: ExportOptions = {}): Manifest => {
  const target = resolve(directory);
  const draft = `${target}.draft`;
  try {
    if (existsSync(target) && readdirSync(target).length > 0) {
      throw new CooperageError('ERR_ARGUMENT', `${target} is not empty`, {
        subject: target,
        remedy: 'name a folder that is new or empty',
      });
    }
    makeDraft(draft, target);
    try {
      const manifest = writeDraft(store, draft, options);
      renameSync(draft, target);
      return manifest;
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    // A disk that is full says so in the same words as for a database.
    throw makeDatabaseError(error, target);
  }
};
