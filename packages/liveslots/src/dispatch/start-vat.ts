/**
 * The startVat delivery: evaluates the vat's source and makes its root object, within this one delivery. The only delivery whose
 * failure is the vat's own: a vat without a root is no vat.
 */
import { passStyleOf } from '@endo/pass-style';
import type { CapData } from '@cooperage/protocol/capdata';
import { parseVRef, ROOT_VREF, type VRef } from '@cooperage/protocol/refs';
import { registerCollectionKinds } from '../collections/stores.ts';
import { describeThrown } from '../describe-error.ts';
import { harden } from '../harden.ts';
import type { VatSpace } from '../space.ts';
import { provideBaggage } from '../vat-data/baggage.ts';
import { insistKindsDefined } from '../virtual/durable-kinds.ts';
import { subscribeToNews } from './news.ts';

/**
 * What a vat's source exports. `baggage` is the durable map that every vat has (`vat-data/baggage.ts`). `vatPowers` has `exitVat`,
 * `exitVatWithFailure`, `D` and what the host adds.
 */
export type BuildRootObject = (vatPowers: object, vatParameters: unknown, baggage: object) => unknown;

export type StartVatOptions = {
  /** 0 is the first; later ones go on with what the one before them stored. */
  readonly incarnation: number;
  readonly buildNamespace: () => Promise<{ readonly buildRootObject?: unknown }>;
  readonly vatPowers: object;
};

const attempt = async <Value>(what: string, act: () => Value | Promise<Value>): Promise<Value> => {
  try {
    return await act();
  } catch (thrown) {
    throw new Error(`${what}: ${describeThrown(thrown)}`);
  }
};

const isFar = (value: unknown): value is object => {
  try {
    return (passStyleOf as (specimen: unknown) => string)(value) === 'remotable';
  } catch {
    return false;
  }
};

/**
 * Parameters are handed over before the source has run, so they may cite what the vat has stored only as far as that needs no source:
 * collections and kind handles. An object of a kind would have to be there before its methods are, and be frozen.
 */
const insistDecodable = ({ kinds }: VatSpace, slots: readonly VRef[]): void => {
  for (const slot of slots) {
    const { kind, allocatedBy, durability, id = 0 } = parseVRef(slot) ?? {};
    if (kind !== 'object' || allocatedBy !== 'vat') continue;
    if (durability === 'ephemeral') throw new Error(`they cite ${slot}, an object of this vat that the source is yet to make`);
    if (kinds.find(id) !== undefined) continue;
    throw new Error(
      `they cite ${slot}, an object of this vat whose kind the source is yet to define: let the vat keep it in baggage, and pass the key`,
    );
  }
};

export const deliverStartVat = async (
  space: VatSpace,
  parameters: CapData<VRef>,
  { incarnation, buildNamespace, vatPowers }: StartVatOptions,
): Promise<void> => {
  if (incarnation > 0) {
    space.counters.load(space.rows);
    space.suspects.load(space.rows);
    space.dueSweep.begin();
  }
  registerCollectionKinds(space);
  const baggage = provideBaggage(space);
  const vatParameters = await attempt('vat parameters cannot be decoded', () => {
    insistDecodable(space, parameters.slots);
    return space.convert.decode(parameters);
  });
  subscribeToNews(space);
  const namespace = await attempt('the vat source failed to load', buildNamespace);
  const build = namespace.buildRootObject;
  if (typeof build !== 'function') throw new Error('the vat source exports no buildRootObject function');
  const root: unknown = await attempt('buildRootObject threw', () =>
    (build as BuildRootObject)(vatPowers, vatParameters, baggage),
  );
  harden(root);
  if (!isFar(root)) throw new Error('buildRootObject must return an object made with Far');
  if (space.slots.find(root) !== undefined) throw new Error('buildRootObject must return an object of its own');
  if (incarnation > 0) insistKindsDefined(space);
  space.exports.reach(ROOT_VREF, root);
};
