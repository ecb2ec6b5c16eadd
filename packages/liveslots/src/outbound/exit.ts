/** `exitVat` and `exitVatWithFailure`: the vat asks to be terminated when its delivery ends. */
import type { VatSpace } from '../space.ts';
import { exportPromises } from './resolve.ts';

export const makeExit =
  (space: VatSpace, outcome: 'success' | 'failure') =>
  (info: unknown): void => {
    const { convert, syscalls } = space;
    const { data, cited } = convert.draft(draft => {
      const encoded = draft.encode(info);
      return { data: encoded, cited: draft.commit(encoded) };
    });
    syscalls.exit(outcome, data);
    exportPromises(space, cited);
  };
