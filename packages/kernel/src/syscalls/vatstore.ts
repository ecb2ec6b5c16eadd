/** A vat's own keys and values. Empty strings are values; keys compare by bytes of UTF-8. */
import type { VatId } from '@cooperage/protocol/refs';
import { OK_RESULT, type Syscall, type SyscallResult } from '@cooperage/protocol/syscall';
import { unreachable } from '@cooperage/protocol/unreachable';
import type { Crank } from '../crank-state.ts';

export type VatstoreSyscall = Extract<Syscall<never>, { type: `vatstore${string}` }>;

export const handleVatstore = (crank: Crank, vat: VatId, syscall: VatstoreSyscall): SyscallResult<never> => {
  const { vatstore } = crank.tables;
  switch (syscall.type) {
    case 'vatstoreGet':
      return { outcome: 'ok', value: vatstore.find(vat, syscall.key) ?? null };
    case 'vatstoreNextKey':
      return { outcome: 'ok', value: vatstore.findNextKey(vat, syscall.after) ?? null };
    case 'vatstoreScan':
      return { outcome: 'ok', value: vatstore.scan(vat, syscall) };
    case 'vatstoreSet':
      vatstore.put(vat, syscall.key, syscall.value);
      return OK_RESULT;
    case 'vatstoreDelete':
      vatstore.delete(vat, syscall.key);
      return OK_RESULT;
    default:
      return unreachable(syscall);
  }
};
