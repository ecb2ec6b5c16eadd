/** The devices that vats of this kernel may call, by name, with what each was made with. Their methods are the host's. */
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';

export type DeviceRow = {
  readonly device: string;
  /** The parameters that it was made with, as a smallcaps body without slots. */
  readonly parametersBody: string;
};

export class DevicesTable {
  readonly #rows: RowTable<string, DeviceRow>;
  readonly #list: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<string, DeviceRow>(connection, {
      table: 'devices',
      columns: { device: 'device', parametersBody: 'parameters_body' },
      key: ['device'],
      text: ['parametersBody'],
    });
    this.#list = this.#rows.prepare('ORDER BY device');
  }

  find(device: string): DeviceRow | undefined {
    return this.#rows.find(device);
  }

  put(row: DeviceRow): void {
    this.#rows.put(row.device, row);
  }

  /** In order of name. */
  list(): DeviceRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
