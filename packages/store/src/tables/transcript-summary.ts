/**
 * What the transcript of a vat comes to, kept up to date with the rows that are appended: whoever asks after every crank should not have
 * it counted from the beginning. Only appending keeps what is known; whatever undoes or deletes rows has it counted anew.
 */
import type { VatId } from '@cooperage/protocol/refs';
import type { Connection, CrankCache, Query } from '../connection.ts';

export type IncarnationRow = { readonly number: number; readonly first: number; readonly last: number };

export type TranscriptSummary = {
  readonly count: number;
  /** Which incarnations have rows, where these begin and end, in order, and with which delivery each begins. */
  readonly incarnations: readonly (IncarnationRow & { readonly firstDelivery: string })[];
  /** The outcome of the last delivery that had the vat let go of what is dead. */
  readonly lastReap: string | undefined;
};

type AppendedRow = {
  readonly position: number;
  readonly incarnation: number;
  readonly delivery: string;
  readonly reap: string | null;
};

/** No text that a vat wrote looks like this: its quotation marks are escaped. */
export const IS_REAP = `(instr(delivery, '"type":"bringOutYourDead"') OR delivery = '{"type":"stopVat"}')`;

const append = ({ count, incarnations, lastReap }: TranscriptSummary, row: AppendedRow): TranscriptSummary => {
  const { position, incarnation: number, delivery: firstDelivery, reap } = row;
  const last = incarnations.at(-1);
  const isNew = last?.number !== number;
  return {
    count: count + 1,
    incarnations: isNew
      ? [...incarnations, { number, first: position, last: position, firstDelivery }]
      : [...incarnations.slice(0, -1), { ...last, last: position }],
    lastReap: reap ?? lastReap,
  };
};

export class TranscriptSummaries implements CrankCache {
  readonly #connection: Connection;
  readonly #count: (vat: VatId) => TranscriptSummary;
  readonly #appended: Query<AppendedRow>;
  readonly #known = new Map<VatId, TranscriptSummary>();
  /** Vats to whose transcripts rows were appended since. */
  readonly #behind = new Set<VatId>();

  /** `count` counts from the beginning. */
  constructor(connection: Connection, count: (vat: VatId) => TranscriptSummary) {
    this.#connection = connection;
    this.#count = count;
    this.#appended = connection.prepare(
      `SELECT position, incarnation, delivery, CASE WHEN ${IS_REAP} THEN outcome END AS reap FROM transcripts
        WHERE vat = ? AND position > ? ORDER BY position`,
    );
    connection.enlist(this);
  }

  noteAppended(vat: VatId): void {
    this.#behind.add(vat);
  }

  /** All rows must be on the disk. */
  provide(vat: VatId): TranscriptSummary {
    const known = this.#known.get(vat);
    if (known !== undefined && !this.#behind.delete(vat)) return known;
    const last = known?.incarnations.at(-1)?.last;
    const summary =
      known === undefined || last === undefined ? this.#count(vat) : this.#appended.all(vat, last).reduce(append, known);
    // Of what others write nobody here is told.
    if (this.#connection.writable) this.#known.set(vat, summary);
    return summary;
  }

  forget(): void {
    this.#known.clear();
    this.#behind.clear();
  }

  abandon(): void {
    this.forget();
  }

  flush(): void {}

  settle(): number {
    return 0;
  }

  relieve(): void {}
}
