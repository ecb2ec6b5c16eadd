/**
 * The notify delivery: promises that the kernel decides have settled. All data is decoded before anything is settled or
 * forgotten, so that resolutions may cite each other. A resolution that cannot be decoded rejects its promise. One for a promise
 * that this vat does not wait for is stale and changes nothing, but what it introduces is introduced.
 */
import type { Resolution } from '@cooperage/protocol/delivery';
import type { VRef } from '@cooperage/protocol/refs';
import type { Settlement } from '../slots/promises.ts';
import type { VatSpace } from '../space.ts';
import { findToldPromise } from '../vat-data/watched-promises.ts';
import { subscribeToNews } from './news.ts';

/** The kernel refuses a fulfilment with a promise when it sees one; a body in odd spelling shows itself only when decoded. */
const decodeResolution = (space: VatSpace, { outcome, data }: Resolution<VRef>): Settlement => {
  try {
    const value = space.convert.decode(data);
    if (outcome === 'fulfilled' && value instanceof Promise)
      throw new TypeError('malformed resolution: fulfilled with a promise');
    return { outcome, value };
  } catch (problem) {
    return { outcome: 'rejected', value: problem };
  }
};

export const deliverNotify = (space: VatSpace, resolutions: readonly Resolution<VRef>[]): void => {
  const settlements = resolutions.map(resolution => decodeResolution(space, resolution));
  const { promises } = space;
  resolutions.forEach(({ promise: vpid }, i) => {
    const record = findToldPromise(space, vpid);
    const settlement = settlements[i];
    if (record?.decider !== 'kernel' || settlement === undefined) return;
    promises.remember(record.promise, settlement);
    if (settlement.outcome === 'fulfilled') record.settler.resolve(settlement.value);
    else record.settler.reject(settlement.value);
    promises.retire(vpid);
  });
  subscribeToNews(space);
};
