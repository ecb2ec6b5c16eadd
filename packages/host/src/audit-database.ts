/** The kernel's audit of a database that nobody opens to run: for tools, on a copy, on a closed file, or beside a running kernel. */
import type { Finding } from '@cooperage/kernel/audit/finding';
import { auditTables } from '@cooperage/kernel/audit/audit';
import { auditTranscripts } from '@cooperage/kernel/audit/transcripts';
import type { ReadOnlyStore } from '@cooperage/store/read-only';

/** Everything that is wrong, as of one moment; transcripts, which no kernel reads through while it runs, are hashed anew. */
export const auditDatabase = (store: ReadOnlyStore): readonly Finding[] =>
  store.inSnapshot(() => [...auditTables(store.tables()), ...auditTranscripts(store.tables())]);
