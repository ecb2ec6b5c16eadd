/** Some cranks side by side: which vat had a delivery in each, and which delivery sent what another one got. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { CooperageError } from '@cooperage/protocol/errors';
import { toFields } from '../fields.ts';
import { byNumber } from '../page.ts';
import { findCrankSpans, findNeighbourCranks, readLastCrank } from './crank-spans.ts';
import { type CrankDelivery, readDeliveries } from './deliveries.ts';
import { joinMessages, type MessageArrow } from './message-arrows.ts';

export type TimelineRequest = {
  /** The last crank that is shown; the last of all when absent. */
  readonly to?: number | undefined;
  /** How many cranks; 60 when absent, 500 at most. */
  readonly count?: number | undefined;
};

export type Timeline = {
  readonly from: number;
  readonly to: number;
  /** The last crank so far; -1 before the first. */
  readonly last: number;
  /** Vats that had a delivery in these cranks. */
  readonly lanes: readonly { readonly vat: string; readonly name: string; readonly state: string }[];
  /** In the order of cranks. Cranks without a delivery, such as what the host puts in, leave none. */
  readonly deliveries: readonly CrankDelivery[];
  /** Those with an end in these cranks. */
  readonly arrows: readonly MessageArrow[];
  /** The nearest cranks with a delivery before and after these. */
  readonly previous: number | null;
  readonly next: number | null;
};

const DEFAULT_COUNT = 60;
const GREATEST_COUNT = 500;
/** Messages are looked for so far around the cranks that are shown. */
export const MARGIN = 300;

export const insistNumber = (value: number, name: string, [least, greatest]: readonly [number, number]): number => {
  if (Number.isInteger(value) && value >= least && value <= greatest) return value;
  throw new CooperageError('ERR_ARGUMENT', `${name} must be a whole number from ${least} to ${greatest}`, { subject: name });
};

export const readLanes = (store: ReadOnlyStore, vats: readonly string[]): Timeline['lanes'] =>
  store
    .query(`SELECT vat, name, state FROM vats WHERE vat IN (SELECT value FROM json_each(:vats)) ORDER BY ${byNumber('vat', 1)}`, {
      vats: JSON.stringify(vats),
    })
    .map(toFields)
    .map(row => ({ vat: row.text('vat'), name: row.text('name'), state: row.text('state') }));

export const readTimeline = (store: ReadOnlyStore, request: TimelineRequest = {}): Timeline =>
  store.inSnapshot(() => {
    const last = readLastCrank(store);
    const count = insistNumber(request.count ?? DEFAULT_COUNT, 'count', [1, GREATEST_COUNT]);
    const to = Math.min(Math.max(0, last), insistNumber(request.to ?? Math.max(0, last), 'to', [0, Number.MAX_SAFE_INTEGER]));
    const from = Math.max(0, to - count + 1);
    const spans = findCrankSpans(store, { from: Math.max(0, from - MARGIN), to: to + MARGIN });
    const read = readDeliveries(store, spans);
    const isShown = (crank: number): boolean => crank >= from && crank <= to;
    const arrows = joinMessages(
      store,
      read.flatMap(({ sent }) => sent),
      read.flatMap(({ delivered }) => delivered ?? []),
    );
    const deliveries = read.map(({ delivery }) => delivery).filter(({ crank }) => isShown(crank));
    return {
      from,
      to,
      last,
      lanes: readLanes(store, [...new Set(deliveries.map(({ vat }) => vat))]),
      deliveries,
      arrows: arrows.filter(arrow => isShown(arrow.from?.crank ?? -1) || isShown(arrow.to?.crank ?? -1)),
      previous: findNeighbourCranks(store, from).previous,
      next: findNeighbourCranks(store, to).next,
    };
  });
