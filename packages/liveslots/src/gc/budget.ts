/**
 * How much one BOYD may do: about so many rows are read or changed, then the rest waits for another. Deletions can stop between any
 * two rows, because nobody can see what is being deleted.
 */
export class Budget {
  #left: number;

  constructor(rows: number) {
    this.#left = rows;
  }

  spend(rows = 1): void {
    this.#left -= rows;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }
}

export const BOYD_ROWS = 5_000;
