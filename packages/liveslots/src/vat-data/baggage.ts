/**
 * Baggage: the durable map that every vat has from the start, keyed by strings, in which it leaves what its next incarnation is to find.
 * It exists without a row and is never deleted.
 */
import { M } from '@endo/patterns';
import type { Schema } from '../collections/collections.ts';
import type { VatSpace } from '../space.ts';
import { BAGGAGE } from '../virtual/kinds.ts';

export const BAGGAGE_SCHEMA: Schema = { label: 'baggage', keyShape: M.string() };

/** The handle, as third argument of `buildRootObject`. It stays in memory: most vats hold it, and those that do not need no news of it. */
export const provideBaggage = ({ kinds, collections }: VatSpace): object => {
  const baggage = kinds.provide(BAGGAGE);
  collections.hold(baggage);
  return baggage;
};
