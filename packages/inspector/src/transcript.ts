/** What a vat lived through: each delivery, what the vat asked of the kernel meanwhile, and how it ended, in the vat's own refs. */
import type { Delivery } from '@cooperage/protocol/delivery';
import { CooperageError } from '@cooperage/protocol/errors';
import type { Syscall, SyscallResult } from '@cooperage/protocol/syscall';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import type { Fields } from './fields.ts';
import { type FoundVat, getVat } from './find-vat.ts';
import { type Page, type PageRequest, readPage } from './page.ts';

export type TranscriptRecord = {
  /** The number of the delivery in the vat's whole history. */
  readonly position: number;
  readonly incarnation: number;
  readonly crank: number;
  readonly delivery: Delivery<string>;
  readonly syscalls: readonly { readonly syscall: Syscall<string>; readonly result: SyscallResult<string> }[];
  readonly outcome: { readonly outcome: string; readonly problem?: string };
};

export type TranscriptAnswer = Page<TranscriptRecord> & { readonly vat: FoundVat };

export type TranscriptRange = PageRequest & {
  /** First and last position. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly incarnation?: number | undefined;
};

const toRecord = (row: Fields): TranscriptRecord => ({
  position: row.number('position'),
  incarnation: row.number('incarnation'),
  crank: row.number('crank'),
  delivery: row.json('delivery') as TranscriptRecord['delivery'],
  syscalls: row.json('syscalls') as TranscriptRecord['syscalls'],
  outcome: row.json('outcome') as TranscriptRecord['outcome'],
});

/** One that never was must not look like one whose transcript is gone. */
const insistIncarnation = (store: ReadOnlyStore, { vat, name }: FoundVat, incarnation: number): void => {
  const [row] = store.query('SELECT incarnation FROM vats WHERE vat = ?', [vat]);
  const last = Number(row?.['incarnation'] ?? 0);
  if (incarnation <= last) return;
  throw new CooperageError('ERR_ARGUMENT', `vat ${name} (${vat}) has no incarnation ${incarnation}`, {
    subject: vat,
    remedy: last === 0 ? 'it is in its first, 0' : `it has had 0 to ${last}`,
  });
};

export const readTranscript = (store: ReadOnlyStore, vatName: string, range: TranscriptRange = {}): TranscriptAnswer =>
  store.inSnapshot(() => {
    const vat = getVat(store, vatName);
    if (range.incarnation !== undefined) insistIncarnation(store, vat, range.incarnation);
    const question = {
      keys: `SELECT position FROM transcripts WHERE vat = :vat AND position BETWEEN :from AND :to
        AND (:incarnation IS NULL OR incarnation = :incarnation)`,
      rows: `SELECT position, t.incarnation, t.crank, t.delivery, t.syscalls, t.outcome
        FROM page CROSS JOIN transcripts t USING (position) WHERE t.vat = :vat`,
      order: 'position',
      values: {
        vat: vat.vat,
        from: range.from ?? 0,
        to: range.to ?? Number.MAX_SAFE_INTEGER,
        incarnation: range.incarnation ?? null,
      },
    };
    return { vat, ...readPage(store, { question, request: range }, toRecord) };
  });
