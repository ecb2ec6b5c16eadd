/** The options of a vat: what may be said, what holds when nothing is said, and how they are stored (JSON in the vat's row). */
import type { VatRow } from '@cooperage/store/tables/vats';

export type VatOptions = {
  /** The vat takes messages for promises that it has not settled yet. Liveslots does not; raw vats may. */
  readonly pipelining: boolean;
  /** What becomes of the vat when it faults: gone for good, or stopped as it was before the delivery, until it is resumed. */
  readonly onFault: 'terminate' | 'suspend';
  /** The kernel stops rather than end this vat. Only the host may end it. */
  readonly critical: boolean;
  /** Durable data of the vat may cite what ends with its incarnation: for development. Fixed while an incarnation lasts. */
  readonly relaxDurability: boolean;
  /** When the vat is asked to bring out its dead: after so many deliveries, or so many krefs newly met or lost. */
  readonly reap: { readonly deliveries: number | 'never'; readonly krefs: number | 'never' };
};

/** Reaping costs a collection, so it is due by the work that may have left garbage, never at every delivery. */
export const DEFAULT_VAT_OPTIONS: VatOptions = {
  pipelining: false,
  onFault: 'terminate',
  critical: false,
  relaxDurability: false,
  reap: { deliveries: 1000, krefs: 1000 },
};

/** Fills in the defaults. */
export const completeVatOptions = (options: Partial<VatOptions>): VatOptions => mergeVatOptions(DEFAULT_VAT_OPTIONS, options);

/** `options` with `changes`. */
export const mergeVatOptions = (options: VatOptions, changes: Partial<VatOptions>): VatOptions => ({
  pipelining: changes.pipelining ?? options.pipelining,
  onFault: changes.onFault ?? options.onFault,
  critical: changes.critical ?? options.critical,
  relaxDurability: changes.relaxDurability ?? options.relaxDurability,
  reap: { ...options.reap, ...changes.reap },
});

/** Rows are never changed in place, so what one says is read once. */
const read = new WeakMap<VatRow, VatOptions>();

export const readVatOptions = (row: VatRow): VatOptions => {
  let options = read.get(row);
  if (options === undefined) {
    options = Object.freeze(JSON.parse(row.options) as VatOptions);
    read.set(row, options);
  }
  return options;
};
