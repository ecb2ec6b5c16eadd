/**
 * GC deliveries: what the kernel has learnt about this vat's exports and imports. No user code runs. A ref that is not in the
 * state that the delivery presupposes means that kernel and vat disagree, which is a fault.
 */
import { parseVRef, type VRef } from '@cooperage/protocol/refs';
import type { VatSpace } from '../space.ts';

const insistObjects = (refs: readonly VRef[], allocatedBy: 'vat' | 'kernel'): void => {
  for (const ref of refs) {
    const parsed = parseVRef(ref);
    if (parsed?.kind !== 'object' || parsed.allocatedBy !== allocatedBy) throw new Error(`${ref} is not an object of that side`);
  }
};

export const deliverDropExports = ({ exports }: VatSpace, refs: readonly VRef[]): void => {
  insistObjects(refs, 'vat');
  for (const vref of refs) exports.drop(vref);
};

export const deliverRetireExports = ({ exports }: VatSpace, refs: readonly VRef[]): void => {
  insistObjects(refs, 'vat');
  for (const vref of refs) exports.retire(vref);
};

export const deliverRetireImports = ({ imports, recognizers }: VatSpace, refs: readonly VRef[]): void => {
  insistObjects(refs, 'kernel');
  for (const vref of refs) {
    imports.retire(vref);
    recognizers.endRecognition(vref);
  }
};
