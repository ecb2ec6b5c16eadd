/** One crank: what was delivered and what the vat did, from the transcripts; and what rows it changed, if the history still has it. */
import { CooperageError } from '@cooperage/protocol/errors';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from './fields.ts';
import { type Page, type PageRequest, readPage } from './page.ts';
import { readTranscript, type TranscriptRecord } from './transcript.ts';

type Row = { readonly [column: string]: string | number | null };

export type RowChangeRecord = {
  readonly table: string;
  /** Which rows, by some of their columns. */
  readonly key: Row;
  /** Empty where there were none, or are none. */
  readonly before: readonly Row[];
  readonly after: readonly Row[];
};

export type CrankRecord = {
  readonly crank: number;
  /** Null where the history has forgotten, or never knew. `kind`: what was taken from the queues, 'input' for what the host put in. */
  readonly remembered: {
    readonly kind: string;
    readonly vat: string | null;
    readonly crankHash: string;
    readonly activityHash: string;
  } | null;
  /** What was delivered to whom. An upgrade stops one incarnation and starts the next. */
  readonly deliveries: readonly (TranscriptRecord & { readonly vat: string; readonly name: string })[];
  readonly changes: Page<RowChangeRecord>;
};

/** The position in a vat's transcript of the first delivery of `crank` or later: both numbers grow together, and have no index. */
const findPosition = (store: ReadOnlyStore, vat: string, crank: number): number => {
  const [span] = store.query('SELECT min(position) AS low, max(position) + 1 AS high FROM transcripts WHERE vat = ?', [vat]);
  let [low, high] = [Number(span?.['low'] ?? 0), Number(span?.['high'] ?? 0)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = store.query('SELECT crank FROM transcripts WHERE vat = ? AND position = ?', [vat, middle]);
    if (Number(row?.['crank'] ?? 0) < crank) low = middle + 1;
    else high = middle;
  }
  return low;
};

const readDeliveries = (store: ReadOnlyStore, crank: number, vat: string | null | undefined): CrankRecord['deliveries'] => {
  // What the history does not say is looked up in every transcript.
  const vats = vat == null ? store.query('SELECT vat FROM vats ORDER BY CAST(substr(vat, 2) AS INTEGER)') : [{ vat }];
  return vats.flatMap(row => {
    const name = String(row.vat);
    if (store.query('SELECT vat FROM vats WHERE vat = ?', [name]).length === 0) return [];
    const answer = readTranscript(store, name, { from: findPosition(store, name, crank), limit: 2 });
    return answer.rows
      .filter(record => record.crank === crank)
      .map(record => ({ ...record, vat: answer.vat.vat, name: answer.vat.name }));
  });
};

const parseRows = (text: string | null): Row[] => (text === null ? [] : (JSON.parse(text) as Row[]));

const readChanges = (store: ReadOnlyStore, crank: number, request: PageRequest): Page<RowChangeRecord> =>
  readPage(
    store,
    {
      question: {
        keys: 'SELECT number FROM crank_changes WHERE crank = :crank',
        rows: `SELECT number, c.table_name, c.key, c.before, c.after FROM page JOIN crank_changes c USING (number) WHERE c.crank = :crank`,
        order: 'number',
        values: { crank },
      },
      request,
    },
    row => ({
      table: row.text('table_name'),
      key: row.json('key') as Row,
      before: parseRows(row.textOrNull('before')),
      after: parseRows(row.textOrNull('after')),
    }),
  );

/** Throws ERR_GONE for a crank of which nothing is known, ERR_ARGUMENT for one that has not been. The page is of its changes. */
export const readCrank = (store: ReadOnlyStore, crank: number, request: PageRequest = {}): CrankRecord =>
  store.inSnapshot(() => {
    const [state] = store.query(`SELECT value FROM kernel_state WHERE name = 'crank_number'`);
    const next = Number(state?.['value'] ?? 0);
    if (!Number.isSafeInteger(crank) || crank < 0 || crank >= next) {
      const remedy = next === 0 ? 'there were none yet' : `cranks so far: 0 to ${next - 1}`;
      throw new CooperageError('ERR_ARGUMENT', `there is no crank ${crank}`, { subject: String(crank), remedy });
    }
    const [found] = store.query('SELECT kind, vat, crank_hash, activity_hash FROM cranks WHERE crank = ?', [crank]);
    const fields = found === undefined ? undefined : toFields(found);
    const remembered =
      fields === undefined
        ? null
        : {
            kind: fields.text('kind'),
            vat: fields.textOrNull('vat'),
            crankHash: fields.text('crank_hash'),
            activityHash: fields.text('activity_hash'),
          };
    const deliveries = readDeliveries(store, crank, remembered?.vat);
    const changes = readChanges(store, crank, request);
    if (remembered === null && deliveries.length === 0) {
      throw new CooperageError(
        'ERR_GONE',
        `of crank ${crank} nothing is known: it delivered nothing to a vat that is still there`,
        {
          subject: String(crank),
          remedy: 'what cranks change is kept only by a kernel that is opened with the option history',
        },
      );
    }
    return { crank, remembered, deliveries, changes };
  });
