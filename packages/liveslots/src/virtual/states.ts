/**
 * The properties of virtual and durable objects: row `state.<baseRef>`, each value as data.
 *
 * An object that was touched is remembered until the delivery ends, or until a thousand others have been touched: its row is parsed
 * once, each value decoded once, and the row written once. What is remembered follows from what the vat does, so nothing tells whether
 * the object itself has been in memory all the time.
 */
import type { VRef } from '@cooperage/protocol/refs';
import { AgedMap } from '../aged-map.ts';
import type { DeliveryEnd } from '../delivery-end.ts';
import type { StoredCounts } from '../stored/counts.ts';
import type { StoredRows } from '../stored/rows.ts';
import type { StoredCapData, StoredData } from '../stored/stored-data.ts';

export type StatesParts = {
  readonly rows: StoredRows;
  readonly counts: StoredCounts;
  readonly storedData: StoredData;
  readonly deliveryEnd: DeliveryEnd;
};

/** A property as it is stored, and what it stands for. */
export type StoredProperty = { readonly name: string; readonly data: StoredCapData; readonly value: unknown };

type State = { readonly stored: Map<string, StoredCapData>; readonly values: Map<string, unknown>; isChanged: boolean };

const REMEMBERED_STATES = 1_000;
export const STATE_PREFIX = 'state.';
const rowOf = (baseRef: VRef): string => `${STATE_PREFIX}${baseRef}`;

const parseRow = (text: string): Map<string, StoredCapData> =>
  new Map(Object.entries(JSON.parse(text) as Record<string, StoredCapData>));

/** What a row cites: the slots of each property. */
export const listStateSlots = (text: string): readonly string[] => [...parseRow(text).values()].flatMap(({ slots }) => slots);

export class States {
  readonly #parts: StatesParts;
  /** In the order in which they were touched first. */
  readonly #states = new AgedMap<VRef, State>();

  constructor(parts: StatesParts) {
    this.#parts = parts;
    parts.deliveryEnd.register(() => this.#forgetAll());
  }

  /** Enters the state of a new object. */
  add(baseRef: VRef, properties: readonly StoredProperty[]): void {
    this.#parts.counts.begin(baseRef);
    const stored = new Map(properties.map(({ name, data }) => [name, data]));
    this.#parts.rows.add(rowOf(baseRef), JSON.stringify(Object.fromEntries(stored)));
    for (const { data } of properties) this.#parts.counts.add(data.slots);
    this.#remember(baseRef, { stored, values: new Map(properties.map(({ name, value }) => [name, value])), isChanged: false });
  }

  listNames(baseRef: VRef): readonly string[] {
    return [...this.#provide(baseRef).stored.keys()];
  }

  /** Undefined also when the object was made before its kind had such a property. */
  read(baseRef: VRef, name: string): unknown {
    const { stored, values } = this.#provide(baseRef);
    if (values.has(name)) return values.get(name);
    const data = stored.get(name);
    const value = data === undefined ? undefined : this.#parts.storedData.decode(data);
    values.set(name, value);
    return value;
  }

  write(baseRef: VRef, { name, data, value }: StoredProperty): void {
    const state = this.#provide(baseRef);
    this.#parts.counts.replace(state.stored.get(name)?.slots ?? [], data.slots);
    state.stored.set(name, data);
    state.values.set(name, value);
    state.isChanged = true;
  }

  /** Deletes the row of an object that is gone, unless that was done when it was condemned; gives how many properties it had. */
  delete(baseRef: VRef): number {
    const { rows, counts } = this.#parts;
    const text = rows.find(rowOf(baseRef));
    if (text === undefined) return 0;
    const slots = listStateSlots(text);
    counts.remove(slots);
    rows.delete(rowOf(baseRef));
    return slots.length;
  }

  #provide(baseRef: VRef): State {
    const known = this.#states.get(baseRef);
    if (known !== undefined) return known;
    const text = this.#parts.rows.find(rowOf(baseRef));
    if (text === undefined) throw new Error(`${baseRef} has no state: it was deleted`);
    const state: State = { stored: parseRow(text), values: new Map(), isChanged: false };
    this.#remember(baseRef, state);
    return state;
  }

  #remember(baseRef: VRef, state: State): void {
    const oldest = this.#states.size >= REMEMBERED_STATES ? this.#states.findOldest() : undefined;
    if (oldest !== undefined) {
      this.#save(...oldest);
      this.#states.delete(oldest[0]);
    }
    this.#states.set(baseRef, state);
  }

  #save(baseRef: VRef, { stored, isChanged }: State): void {
    if (isChanged) this.#parts.rows.set(rowOf(baseRef), JSON.stringify(Object.fromEntries(stored)));
  }

  #forgetAll(): void {
    for (const [baseRef, state] of this.#states) this.#save(baseRef, state);
    this.#states.clear();
  }
}
