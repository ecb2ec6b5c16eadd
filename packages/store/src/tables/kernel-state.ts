/** Facts about the kernel as a whole, by name. The activity hash is no part of a delta, because it is made from the delta. */
import type { Connection } from '../connection.ts';
import { RowTable } from '../row-table.ts';

type KernelStateRow = { readonly name: string; readonly value: string };

const HIDDEN = 'activity_hash';

export class KernelStateTable {
  readonly #rows: RowTable<string, KernelStateRow>;

  constructor(connection: Connection) {
    this.#rows = new RowTable<string, KernelStateRow>(connection, {
      table: 'kernel_state',
      columns: { name: 'name', value: 'value' },
      key: ['name'],
      text: ['value'],
      isHidden: (_row, key) => key === HIDDEN,
    });
  }

  find(name: string): string | undefined {
    return this.#rows.find(name)?.value;
  }

  put(name: string, value: string): void {
    this.#rows.put(name, { name, value });
  }

  delete(name: string): void {
    this.#rows.delete(name);
  }

  count(): number {
    return this.#rows.count();
  }
}
