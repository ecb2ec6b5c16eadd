/**
 * The objects of a script vat that stand in rows: virtual and durable ones, each of a kind of its own, so that its name is seen wherever
 * it goes, and the baggage. They have slots, as objects of the heap have, and a weak map. Everything that is put into a row is said in the
 * vat's trace, from which `stored-model.ts` knows what must be there.
 */
import type { VatData } from '@cooperage/liveslots/vat-data/vat-data';
import type { Slots, Thing } from './script-heap.ts';
import type { ObjectKind } from './script.ts';

type Store = {
  readonly has: (key: unknown) => boolean;
  readonly get: (key: unknown) => unknown;
  readonly init: (key: unknown, value: unknown) => void;
  readonly set: (key: unknown, value: unknown) => void;
  readonly delete: (key: unknown) => void;
  readonly keys: () => Iterable<unknown>;
  readonly entries: () => Iterable<[unknown, unknown]>;
};
type State = { slots: Readonly<Record<string, Thing>>; weak: Store | undefined };
type Context = { readonly state: State; readonly self: Thing };
type Behavior = Readonly<Record<string, (context: Context, ...args: never[]) => unknown>>;
type Maker = () => Thing;
type StoredKind = Exclude<ObjectKind, 'heap'>;

export type StoredObjectsOptions = {
  readonly VatData: VatData;
  /** Runs a program on slots. */
  readonly run: (slots: Slots, program: string, args: readonly unknown[]) => unknown;
  readonly nameOf: (thing: Thing) => string;
  readonly trace: (line: string) => void;
};

const KINDS = 'kinds';

const init = (): State => ({ slots: {}, weak: undefined });

export class StoredObjects {
  readonly #options: StoredObjectsOptions;
  readonly #kinds = new Map<string, { readonly kind: StoredKind; readonly states: WeakMap<Thing, State> }>();
  #baggage: Store | undefined;
  #handles: Store | undefined;
  #hasBaggage = false;

  constructor(options: StoredObjectsOptions) {
    this.#options = options;
  }

  #call(name: string, ...args: unknown[]): unknown {
    return (this.#options.VatData[name] as (...args: unknown[]) => unknown)(...args);
  }

  /** To be called while the root is built: defines again the kinds of earlier incarnations. Asks nothing of the first one's rows. */
  begin(baggage: unknown, incarnation: number): void {
    this.#baggage = baggage as Store;
    this.#hasBaggage = incarnation > 0;
    if (incarnation === 0 || !this.#baggage.has(KINDS)) return;
    this.#handles = this.#baggage.get(KINDS) as Store;
    for (const [name, handle] of [...this.#handles.entries()]) this.#define(name as string, 'durable', handle);
  }

  /** Keeps the handle of a durable kind for the incarnations to come. */
  #keepHandle(name: string, handle: unknown): void {
    if (this.#handles === undefined) {
      this.#handles = this.#call('makeScalarBigMapStore', KINDS, { durable: true }) as Store;
      this.#baggage?.init(KINDS, this.#handles);
    }
    this.#handles.init(name, handle);
  }

  #define(name: string, kind: StoredKind, handle: unknown): Maker {
    const { run } = this.#options;
    const states = new WeakMap<Thing, State>();
    this.#kinds.set(name, { kind, states });
    const behavior: Behavior = {
      run: ({ self }, program: string, ...args: unknown[]) => run(this.#slotsOf(self), program, args),
      idle: () => name,
      open: ({ state, self }) => void states.set(self, state),
    };
    return kind === 'durable'
      ? (this.#call('defineDurableKind', handle, init, behavior) as Maker)
      : (this.#call('defineKind', name, init, behavior) as Maker);
  }

  make(name: string, kind: StoredKind): Thing {
    const handle = kind === 'durable' ? this.#call('makeKindHandle', name) : undefined;
    const object = this.#define(name, kind, handle)();
    if (handle !== undefined) this.#keepHandle(name, handle);
    this.#options.trace(`stored ${name} is ${kind}`);
    return object;
  }

  /** Whether the vat has stored nothing, in this incarnation or before. */
  get isEmpty(): boolean {
    return this.#kinds.size === 0 && !this.#hasBaggage;
  }

  /** Whether the thing is a stored object of this vat. */
  has(thing: Thing): boolean {
    return this.#kinds.has(this.#options.nameOf(thing));
  }

  /** The slots of a stored object of this vat; undefined for everything else. */
  findSlots(thing: Thing): Slots | undefined {
    return this.has(thing) ? this.#slotsOf(thing) : undefined;
  }

  #kindOf(object: Thing): { readonly kind: StoredKind; readonly states: WeakMap<Thing, State> } {
    const name = this.#options.nameOf(object);
    const kind = this.#kinds.get(name);
    if (kind === undefined) throw new Error(`${name} is not stored here`);
    return kind;
  }

  #stateOf(object: Thing): State {
    const { states } = this.#kindOf(object);
    if (!states.has(object)) (object as unknown as { readonly open: () => void }).open();
    return states.get(object) as State;
  }

  /** What rows of this kind may cite. */
  #mayHold(kind: StoredKind, thing: Thing): boolean {
    return kind === 'virtual' || (this.#call('canBeDurable', thing) as boolean);
  }

  #slotsOf(object: Thing): Slots {
    const { trace, nameOf } = this.#options;
    const { kind } = this.#kindOf(object);
    const name = nameOf(object);
    const state = (): State => this.#stateOf(object);
    return {
      get: slot => state().slots[slot],
      set: (slot, thing) => {
        if (!this.#mayHold(kind, thing)) return;
        state().slots = harden({ ...state().slots, [slot]: thing });
        trace(`stored ${name} ${slot} = ${nameOf(thing)}`);
      },
      delete: slot => {
        const { [slot]: gone, ...rest } = state().slots;
        if (gone === undefined) return;
        state().slots = harden(rest);
        trace(`stored ${name} ${slot} gone`);
      },
      values: () => Object.values(state().slots),
      keepers: () => [object],
      inRows: true,
    };
  }

  /** The weak map of a stored object. */
  setWeak(object: Thing, key: Thing, value: Thing): void {
    const { kind } = this.#kindOf(object);
    if (!this.#mayHold(kind, key) || !this.#mayHold(kind, value)) return;
    const state = this.#stateOf(object);
    state.weak ??= this.#call('makeScalarBigWeakMapStore', 'weak', { durable: kind === 'durable' }) as Store;
    const { weak } = state;
    if (weak.has(key)) weak.set(key, value);
    else weak.init(key, value);
    const { nameOf, trace } = this.#options;
    trace(`stored ${nameOf(object)} weak ${nameOf(key)} = ${nameOf(value)}`);
  }

  getWeak(object: Thing, key: Thing): unknown {
    const { weak } = this.#stateOf(object);
    return weak?.has(key) === true ? weak.get(key) : undefined;
  }

  deleteWeak(object: Thing, key: Thing): boolean {
    const { weak } = this.#stateOf(object);
    if (weak?.has(key) !== true) return false;
    weak.delete(key);
    const { nameOf, trace } = this.#options;
    trace(`stored ${nameOf(object)} weak ${nameOf(key)} gone`);
    return true;
  }

  store(name: string, thing: Thing): void {
    const key = `slot ${name}`;
    if (!this.#mayHold('durable', thing)) return;
    this.#hasBaggage = true;
    if (this.#baggage?.has(key) === true) this.#baggage.set(key, thing);
    else this.#baggage?.init(key, thing);
    this.#options.trace(`stored baggage ${name} = ${this.#options.nameOf(thing)}`);
  }

  unstore(name: string): void {
    if (this.#baggage?.has(`slot ${name}`) !== true) return;
    this.#baggage.delete(`slot ${name}`);
    this.#options.trace(`stored baggage ${name} gone`);
  }

  fetch(name: string): unknown {
    return this.#baggage?.has(`slot ${name}`) === true ? this.#baggage.get(`slot ${name}`) : undefined;
  }

  /** What the baggage holds. */
  *roots(): Iterable<Thing> {
    for (const [key, thing] of this.#baggage?.entries() ?? []) if (key !== KINDS) yield thing as Thing;
  }
}
