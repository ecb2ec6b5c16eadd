/** Reads all that the rows of a vat's vatstore say about who keeps what, for the marker. */
import type { VatId } from '@cooperage/protocol/refs';
import { BAGGAGE_VREF, StoredRowReader, type StoredRowSink } from '@cooperage/protocol/stored-rows';
import type { Tables } from '@cooperage/store/tables/tables';

const SCAN_ROWS = 1_000;
const LAST_KEY = '\u{10FFFF}';

/** Reports what all rows of one vat say. */
export const readStoredEdges = (tables: Tables, vat: VatId, sink: StoredRowSink): void => {
  const reader = new StoredRowReader(sink);
  sink.root(BAGGAGE_VREF, 'baggage', '');
  // Kinds first: they say which tables are weak.
  const ranges = [
    ['kind.', 'kind/'],
    ['', 'kind.'],
    ['kind/', LAST_KEY],
  ] as const;
  for (const [start, before] of ranges) {
    for (let after: string = start; ;) {
      const entries = tables.vatstore.scan(vat, { after, before, limit: SCAN_ROWS });
      if (entries.length === 0) break;
      for (const [key, value] of entries) {
        reader.read(key, value);
        after = key;
      }
    }
  }
};
