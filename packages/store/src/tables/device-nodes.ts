/** What vats know of devices: for each a root node, and nodes that it made, by kind and id. A node lives as long as its device. */
import type { KernelDeviceRef } from '@cooperage/protocol/refs';
import type { Connection, Query } from '../connection.ts';
import { RowTable } from '../row-table.ts';
import { toStoredText } from '../stored-text.ts';

/** Which of its nodes a device means by a name of its own. */
export type NodeName = { readonly device: string; readonly kind: string; readonly id: string };
export type DeviceNodeRow = NodeName & { readonly kref: KernelDeviceRef };

export class DeviceNodesTable {
  readonly #rows: RowTable<KernelDeviceRef, DeviceNodeRow>;
  readonly #byName: Query;
  readonly #list: Query;

  constructor(connection: Connection) {
    this.#rows = new RowTable<KernelDeviceRef, DeviceNodeRow>(connection, {
      table: 'device_nodes',
      columns: { kref: 'kref', device: 'device', kind: 'kind', id: 'id' },
      key: ['kref'],
      text: ['kind', 'id'],
    });
    this.#byName = this.#rows.prepare('WHERE device = ? AND kind = ? AND id = ?');
    this.#list = this.#rows.prepare('ORDER BY CAST(substr(kref, 3) AS INTEGER)');
  }

  get(kref: KernelDeviceRef): DeviceNodeRow {
    return this.#rows.get(kref);
  }

  find(kref: KernelDeviceRef): DeviceNodeRow | undefined {
    return this.#rows.find(kref);
  }

  findByName({ device, kind, id }: NodeName): DeviceNodeRow | undefined {
    return this.#rows.selectFirst(this.#byName, device, toStoredText(kind), toStoredText(id));
  }

  put(row: DeviceNodeRow): void {
    this.#rows.put(row.kref, row);
  }

  list(): DeviceNodeRow[] {
    return this.#rows.select(this.#list);
  }

  count(): number {
    return this.#rows.count();
  }
}
