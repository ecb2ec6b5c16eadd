/**
 * What an upgrade does to its vat's rows: what the old incarnation loses and what the new one starts with.
 * `deliveries/upgrade-vat.ts` runs it, in one crank; `rehearsal.ts` asks what would be lost.
 */
import { makeDisconnectionData } from '@cooperage/marshal/disconnection-data';
import {
  isKernelPromiseRef,
  parseVRef,
  ROOT_VREF,
  type KernelObjectRef,
  type KernelPromiseRef,
  type VatId,
} from '@cooperage/protocol/refs';
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { Tables } from '@cooperage/store/tables/tables';
import type { UpgradeRow } from '@cooperage/store/tables/upgrades';
import type { Crank } from '../crank-state.ts';
import { orphan } from '../gc/free.ts';
import { settlePromise } from '../promises/settle.ts';
import { deleteRow } from '../refs/clist.ts';
import { releaseAll, takeAll } from '../refs/refcounts.ts';
import { mergeVatOptions, readVatOptions, type VatOptions } from './options.ts';

const isLostInUpgrade = ({ vref }: ClistRow): boolean => vref !== ROOT_VREF && parseVRef(vref)?.durability !== 'durable';

/** Exports that live in the heap or in rows that go with it, by number. Durable ones and the root keep their identity. */
export const listExportsToLose = (tables: Tables, vat: VatId): ClistRow[] =>
  tables.clists.listByVat(vat, { prefix: 'o+' }).filter(isLostInUpgrade);

/** Promises that the vat had yet to decide, by number. */
export const listPromisesToReject = (tables: Tables, vat: VatId): KernelPromiseRef[] => tables.promises.listByDecider(vat);

/** The old incarnation is over: nobody will settle what it decided, and what only its heap knew is gone. */
export const endIncarnation = (crank: Crank, { vat, message }: UpgradeRow): void => {
  const { tables } = crank;
  const data = makeDisconnectionData(message, tables.vats.get(vat).incarnation);
  for (const promise of listPromisesToReject(tables, vat)) {
    // A subscriber's row goes with the notify, which is queued now.
    const willHear = tables.subscriptions.has(promise, vat);
    settlePromise(crank, promise, vat, { outcome: 'rejected', data });
    const row = tables.clists.find(vat, promise);
    if (row !== undefined && !willHear) deleteRow(crank, row);
  }
  for (const { kref } of listExportsToLose(tables, vat)) {
    orphan(crank, vat, kref as KernelObjectRef);
    tables.upgradeOrphans.put({ kref: kref as KernelObjectRef, vat });
  }
};

/** A vat that has stored nothing remembers nothing: without its heap there is nobody left that it knows. */
export const forgetEverything = (crank: Crank, vat: VatId): void => {
  const { clists, gcActions, subscriptions, vatstore } = crank.tables;
  if (vatstore.countByVat(vat) > 0) return;
  for (const row of clists.listByVat(vat)) {
    if (row.vref === ROOT_VREF || parseVRef(row.vref)?.durability === 'durable') continue;
    const { kref } = row;
    if (isKernelPromiseRef(kref)) subscriptions.delete(kref, vat);
    else gcActions.delete({ vat, action: 'retireImport', kref: kref as KernelObjectRef });
    deleteRow(crank, row);
  }
};

/** The vat's row as the new incarnation has it; its parameters pass from the upgrade's row to the vat's. */
export const beginIncarnation = (
  crank: Crank,
  { vat, upgrade, bundle, options, parametersBody }: UpgradeRow,
  { worker, engine }: { readonly worker: string; readonly engine: string },
): void => {
  const { tables } = crank;
  const row = tables.vats.get(vat);
  if (parametersBody !== null) {
    const slots = tables.upgradeSlots.get(upgrade);
    takeAll(crank, slots);
    releaseAll(crank, tables.parameterSlots.get(vat));
    tables.parameterSlots.put(vat, slots);
  }
  tables.vats.put({
    ...row,
    state: 'running',
    incarnation: row.incarnation + 1,
    bundle,
    worker,
    engine,
    options: JSON.stringify(mergeVatOptions(readVatOptions(row), JSON.parse(options) as Partial<VatOptions>)),
    parametersBody: parametersBody ?? row.parametersBody,
    problem: null,
  });
};
