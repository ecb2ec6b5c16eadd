/** Running totals, kept by the kernel in memory and saved with each block. No decision and no delta depends on them. */
import { KernelPanic } from '@cooperage/protocol/fault';
import type { Connection, Query } from '../connection.ts';

export class StatisticsTable {
  readonly #connection: Connection;
  readonly #readAll: Query<{ name: string; value: number }>;
  readonly #save: Query;
  readonly #count: Query<number>;
  /** What the disk has, unless a block was rolled back; after that nothing is saved any more. */
  readonly #saved = new Map<string, number>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#readAll = connection.prepare('SELECT name, value FROM statistics ORDER BY name');
    this.#save = connection.prepare(
      'INSERT INTO statistics (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.#count = connection.prepareColumn('SELECT count(*) FROM statistics');
  }

  readAll(): Map<string, number> {
    return new Map(this.#readAll.all().map(({ name, value }) => [name, value]));
  }

  /** Needs an open block, but no crank. */
  saveAll(statistics: ReadonlyMap<string, number>): void {
    this.#connection.insistUsable();
    if (!this.#connection.inBlock) throw new KernelPanic('statistics saved outside a block');
    for (const [name, value] of statistics) {
      if (this.#saved.get(name) === value) continue;
      this.#save.run(name, value);
      this.#saved.set(name, value);
    }
  }

  count(): number {
    return this.#count.get() ?? 0;
  }
}
