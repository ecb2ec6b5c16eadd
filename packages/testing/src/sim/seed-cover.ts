/**
 * Few seeds that together come by every cell that many come by: each seed in turn is the one that adds most of what is rare. Called by
 * `npm run sim -- --cover` when a test wants a new list of seeds.
 */
import type { SimCoverage } from './coverage.ts';

/** A cell should be visited by so many of the seeds chosen, where as many visit it. */
const TIMES = 2;

/** What one seed came by. */
export type SeedVisits = { readonly seed: number; readonly cells: readonly string[] };

export const visitsOf = (seed: number, { cells, pillars }: SimCoverage): SeedVisits => {
  const names = (list: readonly [string, number][], mark: string): string[] => list.map(([cell]) => cell + mark);
  return { seed, cells: [...names(cells.list(), ''), ...names(pillars.list(), ' (pillars)')] };
};

export const findSeedCover = (visits: readonly SeedVisits[]): number[] => {
  const visitors = new Map<string, number>();
  for (const cell of visits.flatMap(({ cells }) => cells)) visitors.set(cell, (visitors.get(cell) ?? 0) + 1);
  const wanted = new Map([...visitors].map(([cell, count]) => [cell, Math.min(TIMES, count)]));
  const worth = ({ cells }: SeedVisits): number =>
    cells.reduce((sum, cell) => sum + ((wanted.get(cell) ?? 0) > 0 ? 1 / (visitors.get(cell) ?? 1) : 0), 0);
  const chosen: number[] = [];
  const left = new Set(visits);
  for (;;) {
    let best: SeedVisits | undefined;
    for (const candidate of left) if (worth(candidate) > (best === undefined ? 0 : worth(best))) best = candidate;
    if (best === undefined) return chosen.sort((a, b) => a - b);
    chosen.push(best.seed);
    left.delete(best);
    for (const cell of best.cells) wanted.set(cell, (wanted.get(cell) ?? 0) - 1);
  }
};
