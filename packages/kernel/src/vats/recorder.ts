/**
 * The transcript of a vat: one row per delivery that stands, with every syscall and how it ended. The vat's row chains their
 * hashes, so that the activity hash covers them.
 */
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import type { VatId } from '@cooperage/protocol/refs';
import type { DeliveryOutcome, VatDelivery } from '@cooperage/protocol/worker-port';
import type { Crank } from '../crank-state.ts';
import { chainTranscript } from './transcript-hash.ts';

export type TranscriptEntry = {
  readonly delivery: VatDelivery;
  /** Canonical JSON of a list of `RecordedSyscall`. */
  readonly syscalls: string;
  readonly outcome: DeliveryOutcome;
};

/** Appends one entry. Its position is the number of the delivery in the vat's whole history. */
export const recordDelivery = (crank: Crank, vat: VatId, entry: TranscriptEntry): void => {
  const { tables } = crank;
  const progress = tables.vatProgress.get(vat);
  const row = {
    vat,
    position: progress.deliveries,
    incarnation: tables.vats.get(vat).incarnation,
    crank: crank.number,
    delivery: canonicalJson(entry.delivery),
    syscalls: entry.syscalls,
    outcome: canonicalJson(entry.outcome),
  };
  tables.transcripts.append(row);
  const transcriptHash = chainTranscript(progress.transcriptHash, row);
  tables.vatProgress.put({ ...progress, deliveries: progress.deliveries + 1, transcriptHash });
};
