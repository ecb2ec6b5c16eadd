/**
 * After an upgrade: deletes what earlier incarnations kept outside their heap for themselves alone, their virtual objects and
 * collections. Their kinds have numbers that this incarnation does not use, so nothing here cites them, and the kernel has
 * abandoned those that it knew. What they cite loses its citation, and is then looked at like everything else.
 *
 * Done by BOYDs, within their budget; a sweep that an upgrade interrupts is taken up by the next incarnation.
 */
import type { Budget } from '../gc/budget.ts';
import type { VRef } from '@cooperage/protocol/refs';
import { deleteCollectionRows } from '../collections/entry-rows.ts';
import { COLLECTION_PREFIX } from '../collections/schema.ts';
import type { VatSpace } from '../space.ts';
import { COUNT_PREFIX } from '../stored/counts.ts';
import { EXPORT_PREFIX } from '../stored/export-status.ts';
import { deleteKindRow, listVirtualKinds } from './kind-rows.ts';
import { STATE_PREFIX } from './states.ts';

/** Deletes as far as the budget goes. */
export const sweep = (space: VatSpace, budget: Budget): void => {
  const { rows, counters, weakKeys, dueSweep } = space;
  if (!dueSweep.isDue) return;
  for (const [id] of listVirtualKinds(rows)) {
    if (!counters.isOldKind(id)) continue;
    if (!sweepKind(space, `o+v${id}/`, budget)) return;
    deleteKindRow(rows, 'v', id);
  }
  if (weakKeys.ceaseOldHeap(budget)) dueSweep.end();
};

/** Deletes all objects of a kind, and all that is said of them; true when nothing is left. */
const sweepKind = (space: VatSpace, base: string, budget: Budget): boolean => {
  const { rows, states, weakKeys } = space;
  for (const [key] of rows.scan(`${STATE_PREFIX}${base}`)) {
    if (budget.isSpent) return false;
    budget.spend(1 + states.delete(key.slice(STATE_PREFIX.length) as VRef));
  }
  for (const [key] of rows.scan(`${COLLECTION_PREFIX}${base}`)) {
    if (!deleteCollectionRows(space, key.slice(COLLECTION_PREFIX.length) as VRef, budget)) return false;
  }
  for (const prefix of [COUNT_PREFIX, EXPORT_PREFIX]) {
    for (const [key] of rows.scan(`${prefix}${base}`)) {
      if (budget.isSpent) return false;
      rows.delete(key);
      budget.spend();
    }
  }
  return weakKeys.ceaseAll(base, budget);
};
