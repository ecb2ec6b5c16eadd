/** Where the bytes are: the tables with their rows and pages, and the vats with theirs. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { byNumber, type Page, type PageRequest, readPage } from './page.ts';
import { readBytes, readTableSizes, type TableSize } from './table-sizes.ts';

export type VatSize = {
  readonly vat: string;
  readonly name: string;
  readonly state: string;
  readonly storedKeys: number;
  readonly storedBytes: number;
  readonly transcriptRows: number;
  readonly transcriptBytes: number;
};

export type SizesAnswer = {
  /** Bytes of the database; a log beside it is not counted. */
  readonly bytes: number;
  /** Bytes of pages that nothing uses. */
  readonly freeBytes: number;
  /** The largest first. */
  readonly tables: readonly TableSize[];
  readonly vats: Page<VatSize>;
};

const VAT_ROWS = `SELECT vat, v.name, v.state,
    (SELECT count(*) || ' ' || coalesce(sum(octet_length(key) + octet_length(value)), 0) FROM vatstore s WHERE s.vat = v.vat) AS stored
  FROM page JOIN vats v USING (vat)`;

type Sum = { rows: number; bytes: number };

/** Rows of transcripts that are read at once: what is known of them comes as two texts. */
const ROWS_AT_ONCE = 1_000_000;
const [ZERO, COMMA, V] = [0x30, 0x2c, 0x76];

/** The numbers of a text like `v1,v2` or `314,315`: a million of them, so no value is made for each but the number. */
class Numbers {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  next(): number {
    const text = this.#text;
    let number = 0;
    for (; this.#at < text.length; this.#at += 1) {
      const code = text.charCodeAt(this.#at);
      if (code === COMMA) break;
      if (code !== V) number = number * 10 + code - ZERO;
    }
    this.#at += 1;
    return number;
  }
}

type Vat = { readonly vat: string; readonly name: string; readonly state: string; readonly keys: number; readonly bytes: number };

/**
 * Transcripts lie in the file as they were written, those of all vats mixed: to read vat by vat would read every page of the file many
 * times. So all are read from first to last, or, where only some vats are asked for, theirs in the order in which they lie.
 */
const ALL = 'transcripts WHERE rowid >= :from AND rowid < :end';
const OF_SOME = `(SELECT rowid AS place FROM transcripts
    WHERE vat IN (SELECT value FROM json_each(:asked)) AND rowid >= :from AND rowid < :end ORDER BY rowid)
  CROSS JOIN transcripts ON rowid = place`;

/** By the number of the vat. */
const readTranscriptSums = (store: ReadOnlyStore, { rows: asked, total }: Page<Vat>): ReadonlyMap<number, Sum> => {
  const sums = new Map(asked.map(({ vat }) => [Number(vat.slice(1)), { rows: 0, bytes: 0 }]));
  if (asked.length === 0) return sums;
  const [span] = store.query(
    'SELECT (SELECT min(rowid) FROM transcripts) AS first, (SELECT max(rowid) FROM transcripts) AS last',
  );
  const [first, last] = [Number(span?.['first'] ?? 1), Number(span?.['last'] ?? 0)];
  const isAll = asked.length === total;
  const sql = `SELECT group_concat(vat) AS vats,
      group_concat(octet_length(delivery) + octet_length(syscalls) + octet_length(outcome)) AS bytes
    FROM ${isAll ? ALL : OF_SOME}`;
  const values = isAll ? {} : { asked: JSON.stringify(asked.map(({ vat }) => vat)) };
  for (let from = first; from <= last; from += ROWS_AT_ONCE) {
    const [found] = store.query(sql, { ...values, from, end: from + ROWS_AT_ONCE });
    addUp(String(found?.['vats'] ?? ''), String(found?.['bytes'] ?? ''), sums);
  }
  return sums;
};

/** Two lists that go together: vats, and the bytes of each. */
const addUp = (vats: string, bytes: string, sums: ReadonlyMap<number, Sum>): void => {
  const [vatNumbers, byteNumbers] = [new Numbers(vats), new Numbers(bytes)];
  while (!vatNumbers.isAtEnd) {
    const sum = sums.get(vatNumbers.next());
    const length = byteNumbers.next();
    if (sum === undefined) continue;
    sum.rows += 1;
    sum.bytes += length;
  }
};

/** Reads much of the database: a large one takes a while. */
export const readSizes = (store: ReadOnlyStore, request: PageRequest = {}): SizesAnswer =>
  store.inSnapshot(() => {
    const question = { keys: 'SELECT vat FROM vats', rows: VAT_ROWS, order: byNumber('vat', 1) };
    const page = readPage(store, { question, request }, (row): Vat => {
      const [keys = 0, bytes = 0] = row.list('stored').map(Number);
      return { vat: row.text('vat'), name: row.text('name'), state: row.text('state'), keys, bytes };
    });
    const sums = readTranscriptSums(store, page);
    const rows = page.rows.map(({ vat, name, state, keys: storedKeys, bytes: storedBytes }): VatSize => {
      const { rows: transcriptRows, bytes: transcriptBytes } = sums.get(Number(vat.slice(1))) ?? { rows: 0, bytes: 0 };
      return { vat, name, state, storedKeys, storedBytes, transcriptRows, transcriptBytes };
    });
    return { ...readBytes(store), tables: readTableSizes(store), vats: { ...page, rows } };
  });
