/**
 * Promises that the kernel knows and that are not settled for it: who decides each, and how to settle those that it decides.
 *
 * A vpid is here from its first mention to its resolution, in either direction. Afterwards both sides forget it: a promise that
 * is mentioned again gets a new vpid, which is resolved at once, because what became of it is remembered with the promise.
 */
import type { SettledOutcome } from '@cooperage/protocol/delivery';
import type { VRef } from '@cooperage/protocol/refs';
import type { CollectorTools } from '../gc/object-watch.ts';
import type { SlotTable } from './slot-table.ts';

export type Settler = { readonly resolve: (value: unknown) => void; readonly reject: (reason: unknown) => void };
export type PromiseRecord =
  | { readonly decider: 'kernel'; readonly promise: Promise<unknown>; readonly settler: Settler }
  | { readonly decider: 'vat'; readonly promise: Promise<unknown> };
export type Settlement = { readonly outcome: SettledOutcome; readonly value: unknown };

export class Promises {
  readonly #records = new Map<VRef, PromiseRecord>();
  readonly #settlements = new WeakMap<Promise<unknown>, Settlement>();
  readonly #unsubscribed = new Set<VRef>();
  readonly #lost = new Set<VRef>();
  readonly #slots: SlotTable;
  readonly #collector: CollectorTools;

  constructor(slots: SlotTable, collector: CollectorTools) {
    this.#slots = slots;
    this.#collector = collector;
  }

  find(vpid: VRef): PromiseRecord | undefined {
    return this.#records.get(vpid);
  }

  /** Enters a promise, or changes who decides it. */
  set(vpid: VRef, record: PromiseRecord): void {
    this.#records.set(vpid, record);
    this.#slots.set(record.promise, vpid);
  }

  /** Enters a promise that was met in inbound data; the delivery ends by subscribing to it unless it is settled by then. */
  introduce(vpid: VRef, promise: Promise<unknown>, settler: Settler): void {
    this.set(vpid, { decider: 'kernel', promise, settler });
    this.#unsubscribed.add(vpid);
  }

  /** Introduced promises that the kernel still decides and that nobody subscribed to, once each, in order of introduction. */
  takeUnsubscribed(): readonly VRef[] {
    const vpids = [...this.#unsubscribed].filter(vpid => this.#records.get(vpid)?.decider === 'kernel');
    this.#unsubscribed.clear();
    return vpids;
  }

  /** Neither side knows this vpid any more. */
  retire(vpid: VRef): void {
    this.#lost.delete(vpid);
    const record = this.#records.get(vpid);
    if (record === undefined) return;
    this.#records.delete(vpid);
    // A promise whose answer was awaited elsewhere meanwhile has a newer vpid, which stays.
    if (this.#slots.find(record.promise) === vpid) this.#slots.release(record.promise);
  }

  /**
   * Stops holding the promise and those who wait for it, for the time of a collection. Afterwards it is held again if it is still in
   * memory, with what settles it: even where nobody is left who could, the end of its decider will. Else it is lost.
   */
  loosen(vpid: VRef): () => void {
    const record = this.#records.get(vpid);
    if (record === undefined) return () => {};
    const promise = new this.#collector.WeakRef(record.promise);
    const settlers = new WeakMap<object, Settler>();
    if (record.decider === 'kernel') settlers.set(record.promise, record.settler);
    this.#records.delete(vpid);
    return () => {
      const left = promise.deref();
      const settler = left === undefined ? undefined : settlers.get(left);
      if (left === undefined) this.#lost.add(vpid);
      else if (settler === undefined) this.#records.set(vpid, { decider: 'vat', promise: left });
      else this.#records.set(vpid, { decider: 'kernel', promise: left, settler });
    };
  }

  /** It was left by an earlier incarnation, and nobody can settle it or name it. */
  lose(vpid: VRef): void {
    this.#lost.add(vpid);
  }

  /** Promises that the kernel was to tell of. */
  listAwaited(): readonly VRef[] {
    return [...this.#records].flatMap(([vpid, { decider }]) => (decider === 'kernel' ? [vpid] : []));
  }

  list(): readonly (readonly [VRef, PromiseRecord])[] {
    return [...this.#records];
  }

  /** Promises that were found lost and are still named here, in code unit order. */
  harvest(): readonly VRef[] {
    return [...this.#lost].sort();
  }

  /** What became of a promise, for the next time that it is mentioned. */
  remember(promise: Promise<unknown>, settlement: Settlement): void {
    this.#settlements.set(promise, settlement);
  }

  findSettlement(promise: Promise<unknown>): Settlement | undefined {
    return this.#settlements.get(promise);
  }

  /** The promises that are held because the kernel knows them. */
  listHeld(): readonly object[] {
    return [...this.#records.values()].map(({ promise }) => promise);
  }

  get size(): number {
    return this.#records.size;
  }
}
