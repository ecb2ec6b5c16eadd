/** How transcripts are hashed, for who writes one and for who asks whether it is the one that was written (I29). */
import type { TranscriptRow } from '@cooperage/store/tables/transcripts';
import { sha256 } from '../sha256.ts';

/** The hash of a transcript that ends with `row`, from that of all before. */
export const chainTranscript = (before: string, row: Pick<TranscriptRow, 'delivery' | 'syscalls' | 'outcome'>): string =>
  sha256(`${before}\n${row.delivery}\n${row.syscalls}\n${row.outcome}\n`);
