/**
 * What a kernel's database holds, counted in six numbers, and those numbers as a small table. Everything here is read from
 * `kernel.stats()`: nothing is computed on the side.
 */
export type Census = {
  readonly objects: number;
  readonly clistEntries: number;
  readonly promises: number;
  readonly storedRows: number;
  readonly queuedMessages: number;
  readonly gcActions: number;
};

type Counted = { stats(): { readonly tables: Readonly<Record<string, number>> } };

const LABELS: Readonly<Record<keyof Census, string>> = {
  objects: 'objects',
  clistEntries: 'c-list entries',
  promises: 'promises',
  storedRows: 'stored rows',
  queuedMessages: 'queued messages',
  gcActions: 'gc actions',
};

const rowsOf = (tables: Readonly<Record<string, number>>, name: string): number => {
  const rows = tables[name];
  if (rows === undefined) throw new Error(`kernel.stats() counts no table ${name}`);
  return rows;
};

export const takeCensus = (kernel: Counted): Census => {
  const { tables } = kernel.stats();
  return {
    objects: rowsOf(tables, 'objects'),
    clistEntries: rowsOf(tables, 'clists'),
    promises: rowsOf(tables, 'promises'),
    storedRows: rowsOf(tables, 'vatstore'),
    queuedMessages: rowsOf(tables, 'messages'),
    gcActions: rowsOf(tables, 'gcActions'),
  };
};

/** One line per number, one column per census; the column names head the table. */
export const censusToLines = (columns: Readonly<Record<string, Census>>): readonly string[] => {
  const kinds = Object.keys(LABELS) as (keyof Census)[];
  const table = [['', ...kinds.map(kind => LABELS[kind])]];
  for (const [name, census] of Object.entries(columns)) table.push([name, ...kinds.map(kind => `${census[kind]}`)]);
  const aligned = table.map((column, index) => {
    const width = Math.max(...column.map(cell => cell.length));
    return column.map(cell => (index === 0 ? cell.padEnd(width) : cell.padStart(width)));
  });
  return ['', ...kinds].map((_kind, row) => `  ${aligned.map(column => column[row]).join('   ')}`);
};
