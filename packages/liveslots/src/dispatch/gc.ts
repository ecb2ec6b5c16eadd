/**
 * GC deliveries: what the kernel has learnt about this vat's exports and imports. No user code runs. A ref that is not in the
 * state that the delivery presupposes means that kernel and vat disagree, which is a fault.
 */
import { parseVRef, type VRef } from '@cooperage/protocol/refs';
import { Budget } from '../gc/budget.ts';
import type { VatSpace } from '../space.ts';
import type { FacetStatus } from '../stored/export-status.ts';

const insistObjects = (refs: readonly VRef[], allocatedBy: 'vat' | 'kernel'): void => {
  for (const ref of refs) {
    const parsed = parseVRef(ref);
    if (parsed?.kind !== 'object' || parsed.allocatedBy !== allocatedBy) throw new Error(`${ref} is not an object of that side`);
  }
};

const isStored = (ref: VRef): boolean => parseVRef(ref)?.durability !== 'ephemeral';

const insistStatus = ({ exportStatus }: VatSpace, ref: VRef, wanted: FacetStatus): void => {
  const status = exportStatus.get(ref);
  if (status !== wanted) throw new Error(`${ref} is ${status} to the kernel here, not ${wanted}`);
};

export const deliverDropExports = (space: VatSpace, refs: readonly VRef[]): void => {
  insistObjects(refs, 'vat');
  for (const vref of refs) {
    if (!isStored(vref)) space.exports.drop(vref);
    else {
      insistStatus(space, vref, 'reachable');
      space.exportStatus.set(vref, 'recognizable');
    }
  }
};

export const deliverRetireExports = (space: VatSpace, refs: readonly VRef[]): void => {
  insistObjects(refs, 'vat');
  for (const vref of refs) {
    if (!isStored(vref)) space.exports.retire(vref);
    else {
      insistStatus(space, vref, 'recognizable');
      space.exportStatus.set(vref, 'unknown');
    }
  }
};

export const deliverRetireImports = ({ imports, recognizers, suspects, weakKeys }: VatSpace, refs: readonly VRef[]): void => {
  insistObjects(refs, 'kernel');
  for (const vref of refs) {
    imports.retire(vref);
    recognizers.endRecognition(vref);
    weakKeys.cease(vref, new Budget(Infinity));
    suspects.delete(vref);
  }
};
