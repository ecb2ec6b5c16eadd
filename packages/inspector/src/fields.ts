/** Rows of questions in SQL as typed values. A column of another kind than the schema promises says so instead of passing on. */
import { CooperageError } from '@cooperage/protocol/errors';

type SqlValue = string | number | null;

const refuse = (column: string, value: unknown): never => {
  throw new CooperageError(
    'ERR_DATABASE',
    `the database has an unexpected value in "${column}": ${JSON.stringify(value ?? null)}`,
    {
      subject: column,
      remedy: 'restore it from a copy',
    },
  );
};

export class Fields {
  readonly #row: { readonly [column: string]: SqlValue };

  constructor(row: { readonly [column: string]: SqlValue }) {
    this.#row = row;
  }

  text(column: string): string {
    const value = this.#row[column];
    return typeof value === 'string' ? value : refuse(column, value);
  }

  textOrNull(column: string): string | null {
    return this.#row[column] === null ? null : this.text(column);
  }

  number(column: string): number {
    const value = this.#row[column];
    return typeof value === 'number' ? value : refuse(column, value);
  }

  numberOrNull(column: string): number | null {
    return this.#row[column] === null ? null : this.number(column);
  }

  boolean(column: string): boolean {
    return this.number(column) === 1;
  }

  /** Names joined by spaces; none when null. */
  list(column: string): string[] {
    const text = this.textOrNull(column);
    return text === null || text === '' ? [] : text.split(' ');
  }

  /** JSON that the kernel wrote. */
  json(column: string): unknown {
    const text = this.text(column);
    try {
      return JSON.parse(text);
    } catch {
      return refuse(column, text.slice(0, 100));
    }
  }
}

export const toFields = (row: { readonly [column: string]: SqlValue }): Fields => new Fields(row);
