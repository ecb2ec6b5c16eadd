/** Which tables grow when the same is done again and again: how leaks are found without knowing what leaks. */

/** Grow with everything that happens, by design: the record of it, and what was counted. */
const RECORDS: readonly string[] = ['transcripts', 'statistics', 'history'];

export type TableCounts = Readonly<Record<string, number>>;

/** One line for each table that has more rows than before; empty when none has. */
export const describeGrowth = (before: TableCounts, after: TableCounts, rounds: number): readonly string[] => {
  const lines: string[] = [];
  for (const [table, count] of Object.entries(after)) {
    const grown = count - (before[table] ?? 0);
    if (grown <= 0 || RECORDS.includes(table)) continue;
    const rate = Number((grown / rounds).toFixed(2));
    lines.push(`${table}: ${before[table] ?? 0} -> ${count} rows, ${rate} per round`);
  }
  return lines;
};
