/**
 * I29: transcripts are those that were written. It reads and hashes all of them, so it is no part of the audit after each crank;
 * `cooperage audit` and whoever asks why a replay parted from its transcript are the callers.
 */
import type { VatId } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import type { TranscriptRow } from '@cooperage/store/tables/transcripts';
import { chainTranscript } from '../vats/transcript-hash.ts';
import type { Finding } from './finding.ts';

type Link = { readonly row: TranscriptRow; readonly hash: string };

/** Every delivery with the hash of the transcript up to it. Ends at a gap, and where the vat's count of deliveries does. */
function* chain(tables: Tables, vat: VatId, deliveries: number): IterableIterator<Link> {
  let hash = '';
  let next = 0;
  for (const { number } of tables.transcripts.listIncarnations(vat)) {
    for (const row of tables.transcripts.iterate(vat, number)) {
      if (row.position !== next || next === deliveries) return;
      hash = chainTranscript(hash, row);
      next += 1;
      yield { row, hash };
    }
  }
}

/** Undefined when nobody can tell: its beginning was pruned, or it has none yet. */
export const isAsWritten = (tables: Tables, vat: VatId): boolean | undefined => {
  const progress = tables.vatProgress.find(vat);
  if (progress === undefined) return undefined;
  let last: Link | undefined;
  for (const link of chain(tables, vat, progress.deliveries)) last = link;
  if (last === undefined) return undefined;
  return last.row.position + 1 === progress.deliveries && last.hash === progress.transcriptHash;
};

/** With history, each crank has left the hash as it was after the last delivery in it. */
const findFirstChanged = (tables: Tables, vat: VatId): string => {
  const { deliveries } = tables.vatProgress.get(vat);
  let sound: number | undefined;
  const judge = ({ row: { crank }, hash }: Link): string | undefined => {
    const recorded = tables.history.findHash(crank, vat);
    if (recorded === hash) sound = crank;
    if (recorded === undefined || recorded === hash) return undefined;
    return sound === undefined ? `by crank ${crank}, if not before` : `in crank ${crank}`;
  };
  let last: Link | undefined;
  for (const link of chain(tables, vat, deliveries)) {
    const verdict = last === undefined || last.row.crank === link.row.crank ? undefined : judge(last);
    if (verdict !== undefined) return verdict;
    last = link;
  }
  const verdict = last === undefined ? undefined : judge(last);
  return verdict ?? (sound === undefined ? 'in a crank that no history names' : `after crank ${sound}`);
};

/** What is not as it was written. */
export const auditTranscripts = (tables: Tables): Finding[] =>
  tables.vats
    .list()
    .filter(({ vat, state }) => state !== 'terminated' && isAsWritten(tables, vat) === false)
    .map(({ vat }) => ({
      invariant: 'I29',
      subject: vat,
      problem: `its transcript is not the one that was written: its hash differs, first ${findFirstChanged(tables, vat)}`,
    }));
