/**
 * Handles of durable kinds: durable objects without methods that name a kind over incarnations, `o+d1/<kind>`. A handle says by its name
 * alone which kind it is, so it is made again without a look at any row.
 */
import { PASS_STYLE } from '@endo/pass-style';
import { parseVRef, type VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import type { SlotTable } from '../slots/slot-table.ts';
import { BUILT_IN_KIND, type Kinds } from './kinds.ts';

export const handleRefOf = (kind: number): VRef => `o+d${BUILT_IN_KIND.handle}/${kind}` as VRef;

const HANDLE_PROTOTYPE = harden(
  Object.create(Object.prototype, {
    [PASS_STYLE]: { value: 'remotable' },
    [Symbol.toStringTag]: { value: 'Alleged: kind' },
  }) as object,
);

/** Lets this incarnation make handles. Nothing is stored of them: what is stored of a kind stays as long as it has objects. */
export const registerKindHandles = (kinds: Kinds): void =>
  kinds.register(BUILT_IN_KIND.handle, {
    tag: 'kind',
    facets: undefined,
    reanimate: () => ({ watched: harden(Object.create(HANDLE_PROTOTYPE) as object), facets: [] }),
    deleteSome: () => true,
  });

/** The number of the kind that a handle names; undefined for everything else. */
export const findKindOfHandle = (slots: SlotTable, handle: unknown): number | undefined => {
  if (typeof handle !== 'object' || handle === null) return undefined;
  const parsed = parseVRef(slots.find(handle) ?? '');
  return parsed?.durability === 'durable' && parsed.id === BUILT_IN_KIND.handle ? parsed.instance : undefined;
};
