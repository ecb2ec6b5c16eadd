/** All that devices remember, by key. The krefs that a value cites stand in `deviceStateSlots`, under the entry's number. */
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import { toStoredText } from '../stored-text.ts';

export type DeviceStateRow = {
  readonly device: string;
  readonly key: string;
  readonly entry: number;
  /** The value as a smallcaps body. */
  readonly body: string;
};

/** The name of a device holds no space; a key may. */
const keyOf = (device: string, key: string): string => `${device} ${toStoredText(key)}`;

export class DeviceStateTable {
  readonly #rows: RowTable<string, DeviceStateRow>;
  readonly #keys: Query<string>;
  readonly #list: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<string, DeviceStateRow>(connection, {
      table: 'device_state',
      columns: { device: 'device', key: 'key', entry: 'entry', body: 'body' },
      key: ['device', 'key'],
      text: ['key', 'body'],
    });
    this.#keys = connection.prepareColumn('SELECT key FROM device_state WHERE device = ? ORDER BY key');
    this.#list = this.#rows.prepare('ORDER BY device, key');
  }

  find(device: string, key: string): DeviceStateRow | undefined {
    return this.#rows.find(keyOf(device, key));
  }

  put(row: DeviceStateRow): void {
    this.#rows.put(keyOf(row.device, row.key), row);
  }

  delete(device: string, key: string): void {
    this.#rows.delete(keyOf(device, key));
  }

  /** By bytes of UTF-8. */
  listKeys(device: string): string[] {
    this.#rows.flush();
    return this.#keys.all(device);
  }

  list(): DeviceStateRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
