/**
 * The GC actions that are still true. An action was queued when counts fell; since then the object may have been exported again or
 * retired from the other side, and then the action is dropped unsaid. One vat and one kind of action at a time: drops before
 * retirements (I8), vats in order of number.
 */
import { LIMITS } from '@cooperage/protocol/limits';
import { compareByNumber, type KRef, type VatId } from '@cooperage/protocol/refs';
import type { GcActionRow } from '@cooperage/store/tables/gc-actions';
import type { Delivery } from '@cooperage/protocol/delivery';
import type { Crank } from '../crank-state.ts';

export type GcDelivery = Extract<Delivery<KRef>, { type: 'dropExports' | 'retireExports' | 'retireImports' }>;
export type GcWork = { readonly vat: VatId; readonly delivery: GcDelivery };

const DELIVERY_OF = { dropExport: 'dropExports', retireExport: 'retireExports', retireImport: 'retireImports' } as const;

const isStillTrue = (crank: Crank, { vat, action, kref }: GcActionRow): boolean => {
  const entry = crank.tables.clists.find(vat, kref);
  if (entry === undefined) return false;
  if (action === 'retireImport') return true;
  const object = crank.tables.objects.find(kref);
  if (object === undefined || object.reachable > 0) return false;
  return action === 'dropExport' ? entry.reachable : object.recognizable === 0 && !entry.reachable;
};

/**
 * Takes the first group of actions that leaves something to say off the table, and those before it that are moot. Suspended vats
 * keep theirs. 'moot': there were only such.
 */
export const takeGcActions = (crank: Crank): GcWork | 'moot' | undefined => {
  const { tables } = crank;
  let taken: 'moot' | undefined;
  for (const vat of inOrder(crank, tables.gcActions.listVats())) {
    if (tables.vats.get(vat).state === 'suspended') continue;
    taken = 'moot';
    const work = takeGcActionsOf(crank, vat);
    if (work !== undefined) return work;
  }
  return taken;
};

const inOrder = (crank: Crank, vats: readonly VatId[]): readonly VatId[] => {
  const later = vats.filter(() => crank.maybe('gc-other-vat'));
  return later.length === 0 ? vats : [...vats.filter(vat => !later.includes(vat)), ...later];
};

const takeGcActionsOf = (crank: Crank, vat: VatId): GcWork | 'moot' | undefined => {
  const { gcActions } = crank.tables;
  for (const action of ['dropExport', 'retireExport', 'retireImport'] as const) {
    const limit = crank.maybe('gc-few') ? 1 : LIMITS.gcRefsPerDelivery;
    const group = gcActions.listSome(vat, action, limit);
    for (const row of group) gcActions.delete(row);
    const refs = group.filter(row => isStillTrue(crank, row)).map(row => row.kref);
    if (refs.length > 0) return { vat, delivery: { type: DELIVERY_OF[action], refs: refs.sort(compareByNumber) } };
    // More may stand behind a full group, and what comes after must not be judged before them: a retirement waits for its drop.
    if (group.length === limit) return 'moot';
  }
  return undefined;
};
