/**
 * The startVat delivery: evaluates the vat's source and makes its root object, within this one delivery. The only delivery whose
 * failure is the vat's own: a vat without a root is no vat.
 */
import { passStyleOf } from '@endo/pass-style';
import type { CapData } from '@cooperage/protocol/capdata';
import { ROOT_VREF, type VRef } from '@cooperage/protocol/refs';
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
  const vatParameters = await attempt('vat parameters cannot be decoded', () => space.convert.decode(parameters));
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
