/** What `VatData` offers for kinds. */
import type { VatSpace } from '../space.ts';

export const makeKindFunctions = (_space: VatSpace): Readonly<Record<string, (...args: never[]) => unknown>> => ({});
