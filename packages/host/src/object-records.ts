/** The object table as records for people and tests: `kernel.objects()`. */
import type { KernelObjectRef, VRef } from '@cooperage/protocol/refs';
import type { Store } from '@cooperage/store/store';

/** 'root': a vat's root. 'orphaned': no vat owns it any more. The rest says what the other vats can still do with it. */
export type ObjectState = 'root' | 'orphaned' | 'reachable' | 'recognizable' | 'unreferenced';

export type ObjectRecord = {
  readonly ref: KernelObjectRef;
  /** The name of the vat that exports it; undefined for an orphan. */
  readonly owner: string | undefined;
  /** Its name in that vat. */
  readonly vref: VRef | undefined;
  readonly state: ObjectState;
  /** How many hold it strongly, and how many hold it at all. */
  readonly reachable: number;
  readonly recognizable: number;
  /** The names of the vats that import it. */
  readonly importers: readonly string[];
};

export type ObjectFilter = {
  /** A vat's name or id. */
  readonly owner?: string;
  readonly state?: ObjectState;
  readonly importer?: string;
};

export const listObjects = (store: Store, { owner, state, importer }: ObjectFilter = {}): readonly ObjectRecord[] => {
  const names = new Map<string, string>(store.tables.vats.list().map(row => [row.vat, row.name]));
  const isVat = (wanted: string, vat: unknown): boolean => vat === wanted || names.get(String(vat)) === wanted;
  const rows = store.query('SELECT * FROM objects_view ORDER BY CAST(substr(kref, 3) AS INTEGER)');
  const records: ObjectRecord[] = [];
  for (const row of rows) {
    const importers = row['importers'] === null ? [] : String(row['importers']).split(' ');
    if (owner !== undefined && !isVat(owner, row['owner'])) continue;
    if (state !== undefined && row['state'] !== state) continue;
    if (importer !== undefined && !importers.some(vat => isVat(importer, vat))) continue;
    records.push({
      ref: row['kref'] as KernelObjectRef,
      owner: row['owner'] === null ? undefined : (names.get(String(row['owner'])) ?? String(row['owner'])),
      vref: row['vref'] === null ? undefined : (row['vref'] as VRef),
      state: row['state'] as ObjectState,
      reachable: Number(row['reachable']),
      recognizable: Number(row['recognizable']),
      importers: importers.map(vat => names.get(vat) ?? vat),
    });
  }
  return records;
};
