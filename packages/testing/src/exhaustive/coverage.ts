/**
 * The matrix of what was tried: in which state of its c-list entry, with which actions queued for its object, what a vat did or was
 * told. A cell is the text `state queued operation`, such as `E+ D give`.
 */
import type { ClistState } from './vat-view.ts';

export type Cell = { readonly state: ClistState; readonly queued: string; readonly operation: string };

/** Queued actions as one letter each: drop export, retire export, retire import; `-` when there are none. */
const LETTERS = { dropExport: 'D', retireExport: 'R', retireImport: 'I' } as const;

export const showQueued = (actions: Iterable<keyof typeof LETTERS>): string => {
  const letters = [...new Set([...actions].map(action => LETTERS[action]))].sort().join('');
  return letters === '' ? '-' : letters;
};

export class Coverage {
  readonly #counts = new Map<string, number>();

  visit({ state, queued, operation }: Cell): void {
    const cell = `${state} ${queued} ${operation}`;
    this.#counts.set(cell, (this.#counts.get(cell) ?? 0) + 1);
  }

  /** Cells and how often they were visited, by name. */
  list(): [string, number][] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The matrix as lines of text: an operation in a state, and how often it met each set of queued actions. */
  describe(): string[] {
    const lines = new Map<string, string[]>();
    for (const [cell, count] of this.list()) {
      const [state = '', queued = '', ...operation] = cell.split(' ');
      const line = `${state.padEnd(4)} ${operation.join(' ')}`;
      lines.set(line, [...(lines.get(line) ?? []), `${queued} ${count}`]);
    }
    return [...lines].map(([line, counts]) => `${line.padEnd(32)}${counts.join('   ')}`).sort();
  }

  has(cell: string): boolean {
    return this.#counts.has(cell);
  }

  merge(other: Coverage): void {
    for (const [cell, count] of other.#counts) this.#counts.set(cell, (this.#counts.get(cell) ?? 0) + count);
  }
}
