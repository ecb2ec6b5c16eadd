/**
 * A delivery in krefs becomes one in the refs of its vat. What cannot be translated is our mistake, never the vat's: checks here
 * are invariants.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { Delivery } from '@cooperage/protocol/delivery';
import { insistInvariant } from '@cooperage/protocol/fault';
import {
  isImportVRef,
  type KernelObjectRef,
  type KernelPromiseRef,
  type KRef,
  type VatId,
  type VRef,
} from '@cooperage/protocol/refs';
import { mapCapData, mapDelivery, type RefPlace } from '@cooperage/protocol/walk';
import type { VatDelivery } from '@cooperage/protocol/worker-port';
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { Crank } from '../crank-state.ts';
import { clearReachable, deleteRow, provideImport, setReachable } from '../refs/clist.ts';

/** Translates a delivery for `vat` and gives it what the delivery mentions, or takes from it what the delivery ends. */
export const translateDelivery = (crank: Crank, vat: VatId, delivery: Delivery<KRef>): VatDelivery => {
  const mapRef = (kref: KRef, place: RefPlace): VRef =>
    place === 'gc' ? getGcRow(crank, vat, kref).vref : mention(crank, vat, kref);
  const translated = mapDelivery<KRef, VRef>(delivery, mapRef);
  applyToClist(crank, vat, delivery);
  return translated;
};

/** Gives `vat` what a device answered it. */
export const translateAnswer = (crank: Crank, vat: VatId, data: CapData<KRef>): CapData<VRef> =>
  mapCapData<KRef, VRef>(data, kref => mention(crank, vat, kref));

const mention = (crank: Crank, vat: VatId, kref: KRef): VRef => {
  insistInvariant('I28', !crank.dead.has(kref), () => `GC unsound: ${kref} delivered to ${vat}`);
  const row = provideImport(crank, vat, kref);
  if (isImportVRef(row.vref)) return setReachable(crank, row).vref;
  insistInvariant('I7', row.reachable, () => `${kref} (${row.vref}) delivered to ${vat}`);
  return row.vref;
};

const getGcRow = (crank: Crank, vat: VatId, kref: KRef): ClistRow => {
  const row = crank.tables.clists.find(vat, kref);
  insistInvariant('I1', row !== undefined, () => `${kref} in a GC delivery to ${vat} is not in its c-list`);
  return row;
};

/** GC deliveries and notifies end c-list entries; a message makes its vat the decider of the result. */
const applyToClist = (crank: Crank, vat: VatId, delivery: Delivery<KRef>): void => {
  const { tables } = crank;
  switch (delivery.type) {
    case 'message': {
      const { result } = delivery.message;
      if (result === null) return;
      const promise = tables.promises.get(result as KernelPromiseRef);
      insistInvariant('I10', promise.state === 'unresolved' && promise.decider === null, `result ${result} delivered to ${vat}`);
      tables.promises.put({ ...promise, decider: vat });
      return;
    }
    case 'notify':
      for (const { promise } of delivery.resolutions) deleteRow(crank, getGcRow(crank, vat, promise));
      return;
    case 'dropExports':
      for (const kref of delivery.refs) clearReachable(crank, getGcRow(crank, vat, kref));
      return;
    case 'retireExports':
      for (const kref of delivery.refs) {
        const row = getGcRow(crank, vat, kref);
        insistInvariant('I8', !row.reachable, () => `${kref} retired in ${vat} before it was dropped`);
        tables.objects.delete(kref as KernelObjectRef);
        crank.count('objectsDeleted');
        deleteRow(crank, row);
      }
      return;
    case 'retireImports':
      for (const kref of delivery.refs) deleteRow(crank, getGcRow(crank, vat, kref));
      return;
    default:
  }
};
