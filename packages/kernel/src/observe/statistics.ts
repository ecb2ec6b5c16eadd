/**
 * Deterministic counters: how often the kernel did what, since the database was created. They roll back with an abandoned crank and
 * are saved with the block; no decision depends on them.
 */

export type StatisticName =
  | 'cranks'
  | 'cranksAbandoned'
  | 'inputCranks'
  | 'deliveries'
  | `deliveries.${'startVat' | 'message' | 'notify' | 'dropExports' | 'retireExports' | 'retireImports' | 'bringOutYourDead' | 'stopVat'}`
  | 'syscalls'
  | `syscalls.${string}`
  | 'messagesQueued'
  | 'messagesSplatted'
  | 'promisesSettled'
  | 'objectsCreated'
  | 'objectsDeleted'
  | 'promisesCreated'
  | 'promisesDeleted'
  | 'vatsCreated'
  | 'vatsSuspended'
  | 'vatsTerminated'
  | 'vatsUpgraded'
  | 'upgradesFailed'
  | 'faults'
  | 'rowsWritten';

export class Statistics {
  #committed: Map<string, number>;
  #crank = new Map<string, number>();

  constructor(saved: ReadonlyMap<string, number>) {
    this.#committed = new Map(saved);
  }

  /** Counts within the open crank. */
  count(name: StatisticName, by = 1): void {
    this.#crank.set(name, (this.#crank.get(name) ?? 0) + by);
  }

  /** The open crank stands. */
  keepCrank(): void {
    for (const [name, by] of this.#crank) this.#committed.set(name, (this.#committed.get(name) ?? 0) + by);
    this.#crank.clear();
  }

  /** The open crank never was. */
  forgetCrank(): void {
    this.#crank.clear();
  }

  /** All counters, by name in code unit order. */
  readAll(): Map<string, number> {
    return new Map([...this.#committed].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
