/** One crank: what was delivered and what the vat did, from the transcripts; and what rows it changed, if the history still has it. */
import { CooperageError } from '@cooperage/protocol/errors';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { findCrankSpans, readLastCrank } from './cranks/crank-spans.ts';
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

const readDeliveries = (store: ReadOnlyStore, crank: number): CrankRecord['deliveries'] =>
  findCrankSpans(store, { from: crank, to: crank }).flatMap(({ vat, first, end }) => {
    const answer = readTranscript(store, vat, { from: first, to: end - 1 });
    return answer.rows.map(record => ({ ...record, vat: answer.vat.vat, name: answer.vat.name }));
  });

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
    const last = readLastCrank(store);
    if (!Number.isSafeInteger(crank) || crank < 0 || crank > last) {
      const remedy = last < 0 ? 'there were none yet' : `cranks so far: 0 to ${last}`;
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
    const deliveries = readDeliveries(store, crank);
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
