/**
 * Random little worlds for the question why something is alive: things of vats, promises, and facts about who keeps what. A world is
 * written into tables as a kernel would have left it; what follows from it is for the model to say (`retention-model.ts`).
 */
import type { KernelObjectRef, KernelPromiseRef, KRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { Store } from '@cooperage/store/store';
import type { Tables } from '@cooperage/store/tables/tables';
import fc from 'fast-check';

export type Form = 'heap' | 'durable' | 'virtual' | 'map' | 'set' | 'weakMap';
/** Its number in the list is its number in the vat. */
export type Thing = { readonly vat: number; readonly form: Form };
/** Who is to settle it, or that somebody has; 'kernel': a message waits whose result it is, or nobody is left. */
export type PromiseSpec = { readonly decider: number | 'kernel' | 'settled' };
/** What is kept, by number. */
export type Target = { readonly thing: number } | { readonly promise: number };

export type Fact =
  | { readonly type: 'pin'; readonly to: Target; readonly reason: 'host' | 'result' }
  | { readonly type: 'parameter'; readonly vat: number; readonly to: Target }
  | { readonly type: 'device'; readonly to: Target }
  | { readonly type: 'notify'; readonly vat: number; readonly promise: number }
  | { readonly type: 'settled'; readonly promise: number; readonly to: Target }
  /** `waitsFor`: a promise, or the run queue. */
  | {
      readonly type: 'message';
      readonly target: Target;
      readonly argument: Target;
      readonly result: number | null;
      readonly waitsFor: number | null;
    }
  /** A vat's heap, in which nothing else is known to lead there. */
  | { readonly type: 'import'; readonly vat: number; readonly to: Target; readonly isWeak: boolean }
  | {
      readonly type: 'cite';
      readonly by: number;
      readonly to: number;
      readonly place: 'property' | 'entry' | 'key' | 'value shape';
    }
  | { readonly type: 'baggage'; readonly vat: number; readonly to: number }
  | { readonly type: 'weak entry'; readonly by: number; readonly key: number; readonly to: number }
  | { readonly type: 'watcher'; readonly vat: number; readonly to: number }
  | { readonly type: 'watch'; readonly vat: number; readonly promise: number; readonly to: number };

export type World = {
  readonly vats: number;
  /** A vat that has ended and is being cleaned up. */
  readonly dying: number | null;
  readonly things: readonly Thing[];
  readonly promises: readonly PromiseSpec[];
  readonly facts: readonly Fact[];
};

export const vatId = (vat: number): VatId => `v${vat + 1}` as VatId;
export const promiseRef = (promise: number): KernelPromiseRef => `kp${40 + promise}` as KernelPromiseRef;
export const krefOf = (thing: number): KernelObjectRef => `ko${100 + thing}` as KernelObjectRef;
export const importRef = (thing: number): VRef => `o-${50 + thing}` as VRef;
const KIND_OF_FORM = { durable: 'd12', virtual: 'v21', map: 'd2', set: 'd4', weakMap: 'd3' } as const;
export const ownRef = (thing: number, form: Form): VRef =>
  (form === 'heap' ? `o+${thing + 1}` : `o+${KIND_OF_FORM[form]}/${thing + 10}`) as VRef;
export const promiseVRef = (world: World, vat: number, promise: number): VRef =>
  (world.promises[promise]?.decider === vat ? `p+${promise}` : `p-${60 + promise}`) as VRef;

export const thingAt = (world: World, thing: number): Thing => world.things[thing] as Thing;
/** The name that a vat has for a thing. */
export const nameIn = (world: World, vat: number, thing: number): VRef => {
  const { vat: owner, form } = thingAt(world, thing);
  return owner === vat ? ownRef(thing, form) : importRef(thing);
};

/** The vat in whose rows a fact stands; undefined for facts of the kernel. */
export const vatOfFact = (world: World, fact: Fact): number | undefined => {
  if (fact.type === 'cite' || fact.type === 'weak entry') return thingAt(world, fact.by).vat;
  return fact.type === 'baggage' || fact.type === 'watcher' || fact.type === 'watch' || fact.type === 'import'
    ? fact.vat
    : undefined;
};

// Making worlds: numbers that mean something in any world.

type Seed = readonly [type: number, a: number, b: number, c: number];

const PLACES = { durable: 'property', virtual: 'property', map: 'entry', set: 'key' } as const;

class WorldMaker {
  readonly #world: Omit<World, 'facts'>;

  constructor(world: Omit<World, 'facts'>) {
    this.#world = world;
  }

  #thing = (n: number): number => n % this.#world.things.length;
  #vat = (n: number): number => n % this.#world.vats;
  #promise = (n: number): number | undefined => (this.#world.promises.length === 0 ? undefined : n % this.#world.promises.length);
  #target = (n: number): Target => {
    const promise = n % 4 === 0 ? this.#promise(n >> 2) : undefined;
    return promise === undefined ? { thing: this.#thing(n) } : { promise };
  };

  /** Undefined when the world has no such thing. */
  findFact([type, a, b, c]: Seed): Fact | undefined {
    const { things, promises, dying } = this.#world;
    const by = this.#thing(a);
    const form = (things[by] as Thing).form;
    const [vat, to, promise] = [this.#vat(a), this.#thing(b), this.#promise(c)];
    switch (type) {
      case 0:
        return c % 3 > 0 ? undefined : { type: 'pin', to: this.#target(b), reason: a % 2 === 0 ? 'host' : 'result' };
      case 1:
        return c % 3 > 0 ? undefined : { type: 'parameter', vat, to: this.#target(b) };
      case 2:
        return c % 3 > 0 ? undefined : { type: 'device', to: this.#target(b) };
      case 3:
        return promise === undefined ? undefined : { type: 'notify', vat, promise };
      case 4:
        return promise !== undefined && promises[promise]?.decider === 'settled'
          ? { type: 'settled', promise, to: this.#target(b) }
          : undefined;
      case 5:
        return this.#message(a, b, c);
      case 6:
        if (c % 4 === 1)
          return (things[to] as Thing).vat === vat ? undefined : { type: 'import', vat, to: { thing: to }, isWeak: true };
        return this.#import(vat, this.#target(b));
      case 7:
        return (things[to] as Thing).vat === vat || c % 3 === 0 ? { type: 'baggage', vat, to } : undefined;
      case 8:
        return vat === dying ? undefined : { type: 'watcher', vat, to };
      case 9:
        return promise === undefined ? undefined : { type: 'watch', vat, promise, to };
      default: {
        if (form === 'heap') return undefined;
        if (form === 'weakMap') return { type: 'weak entry', by, key: this.#thing(c), to };
        return {
          type: 'cite',
          by,
          to,
          place: form === 'map' ? ((['entry', 'key', 'value shape'] as const)[c % 3] ?? 'entry') : PLACES[form],
        };
      }
    }
  }

  #message(a: number, b: number, c: number): Fact {
    const waitsFor = a % 3 === 0 ? undefined : this.#promise(a);
    const isWaiting = waitsFor !== undefined && this.#world.promises[waitsFor]?.decider !== 'settled';
    const result = this.#promise(c);
    return {
      type: 'message',
      target: isWaiting ? { promise: waitsFor } : this.#target(b),
      argument: this.#target(c),
      result: result !== undefined && this.#world.promises[result]?.decider === 'kernel' && b % 2 === 0 ? result : null,
      waitsFor: isWaiting ? waitsFor : null,
    };
  }

  #import(vat: number, to: Target): Fact | undefined {
    if ('thing' in to && (this.#world.things[to.thing] as Thing).vat === vat) return undefined;
    return { type: 'import', vat, to, isWeak: false };
  }
}

const FORMS: readonly Form[] = ['heap', 'heap', 'durable', 'durable', 'virtual', 'map', 'set', 'weakMap'];

export const worlds: fc.Arbitrary<World> = fc
  .record({
    vats: fc.integer({ min: 1, max: 4 }),
    dying: fc.option(fc.nat(3), { freq: 4 }),
    things: fc.array(fc.tuple(fc.nat(3), fc.nat(FORMS.length - 1)), { minLength: 1, maxLength: 12 }),
    promises: fc.array(fc.nat(5), { maxLength: 4 }),
    seeds: fc.array(fc.tuple(fc.nat(18), fc.nat(100), fc.nat(100), fc.nat(100)), { maxLength: 40 }),
  })
  .map(({ vats, dying, things, promises, seeds }) => {
    const world = {
      vats,
      dying: dying === null || vats < 2 ? null : dying % vats,
      things: things.map(([vat, form]) => ({ vat: vat % vats, form: FORMS[form] as Form })),
      promises: promises.map((n): PromiseSpec => ({ decider: n === 4 ? 'kernel' : n === 5 ? 'settled' : n % vats })),
    };
    const maker = new WorldMaker(world);
    return { ...world, facts: seeds.map(seed => maker.findFact(seed)).filter(fact => fact !== undefined) };
  });

// Writing a world.

const data = (...slots: readonly string[]): { body: string; slots: readonly string[] } => ({ body: '#[]', slots });

class WorldWriter {
  readonly #world: World;
  readonly #tables: Tables;
  readonly #states = new Map<string, Record<string, unknown>>();
  readonly #counts = new Map<string, number>();
  #number = 0;

  constructor(world: World, tables: Tables) {
    this.#world = world;
    this.#tables = tables;
  }

  write(): void {
    const { vats, dying, things, promises, facts } = this.#world;
    const tables = this.#tables;
    tables.bundles.put({ bundle: 'b1', format: 'getExport', content: '{}' });
    tables.devices.put({ device: 'slate', parametersBody: '#"#undefined"' });
    for (let vat = 0; vat < vats; vat += 1) this.#writeVat(vat, vat === dying);
    things.forEach((thing, i) => this.#writeThing(thing, i));
    promises.forEach((promise, i) => this.#writePromise(promise, i));
    facts.forEach(fact => this.#writeFact(fact));
    for (const [name, state] of this.#states) {
      const [vat, ref] = name.split(' ') as [VatId, string];
      tables.vatstore.put(vat, `state.${ref}`, JSON.stringify(state));
    }
    for (const [name, count] of this.#counts) {
      const [vat, ref] = name.split(' ') as [VatId, string];
      if (!/^o\+\d+$/.test(ref)) tables.vatstore.put(vat, `count.${ref}`, String(count));
    }
  }

  #writeVat(vat: number, isDying: boolean): void {
    const id = vatId(vat);
    const state = isDying ? 'terminated' : 'running';
    this.#tables.vats.put({
      vat: id,
      name: `vat ${vat}`,
      state,
      bundle: 'b1',
      incarnation: 0,
      worker: 'local',
      engine: 'none',
      options: '{}',
      parametersBody: '#[]',
      problem: null,
    });
    this.#tables.vatstore.put(id, 'kind.d12', '{"tag":"box","facets":[]}');
    this.#tables.vatstore.put(id, 'kind.v21', '{"tag":"virtual box"}');
  }

  #writeThing({ vat, form }: Thing, thing: number): void {
    const ref = ownRef(thing, form);
    if (form === 'durable' || form === 'virtual') this.#states.set(`${vatId(vat)} ${ref}`, {});
    else if (form !== 'heap') this.#writeCollection(vat, ref, this.#listShapes(thing));
    if (form === 'heap') this.#export(thing);
  }

  #listShapes(thing: number): string[] {
    return this.#world.facts.flatMap(fact => {
      if (fact.type !== 'cite' || fact.by !== thing || fact.place !== 'value shape') return [];
      return [this.#cite(thingAt(this.#world, thing).vat, fact.to)];
    });
  }

  #writeCollection(vat: number, ref: string, slots: readonly string[]): void {
    const row = { label: 'a "label"', ...(slots.length === 0 ? {} : { valueShape: data(...slots) }) };
    this.#tables.vatstore.put(vatId(vat), `collection.${ref}`, JSON.stringify(row));
  }

  #writePromise({ decider }: PromiseSpec, promise: number): void {
    const isSettled = decider === 'settled';
    const kref = promiseRef(promise);
    this.#tables.promises.put({
      kref,
      state: isSettled ? 'fulfilled' : 'unresolved',
      decider: typeof decider === 'number' ? vatId(decider) : null,
      holds: 1,
      isHopeless: false,
      body: isSettled ? '#[]' : null,
    });
    if (typeof decider === 'number') this.#link(decider, kref, `p+${promise}`);
    if (!isSettled) return;
    const slots = this.#world.facts.flatMap(fact =>
      fact.type === 'settled' && fact.promise === promise ? [this.#kref(fact.to)] : [],
    );
    this.#tables.promiseSlots.put(kref, slots);
  }

  #link(vat: number, kref: KRef, vref: string, reachable = true): void {
    const row = { vat: vatId(vat), kref, vref: vref as VRef, reachable };
    const known = this.#tables.clists.find(row.vat, kref);
    this.#tables.clists.put({ ...row, reachable: reachable || (known?.reachable ?? false) });
  }

  #export(thing: number): KernelObjectRef {
    const kref = krefOf(thing);
    const { vat, form } = thingAt(this.#world, thing);
    if (this.#tables.objects.find(kref) !== undefined) return kref;
    this.#tables.objects.put({ kref, owner: vatId(vat), reachable: 1, recognizable: 1 });
    this.#link(vat, kref, ownRef(thing, form));
    return kref;
  }

  #kref(target: Target): KRef {
    return 'thing' in target ? this.#export(target.thing) : promiseRef(target.promise);
  }

  /** The slot that stored data of the vat has for a thing. */
  #cite(vat: number, thing: number): string {
    const slot = nameIn(this.#world, vat, thing);
    if (slot.startsWith('o-')) this.#link(vat, this.#export(thing), slot);
    const name = `${vatId(vat)} ${slot}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    return slot;
  }

  #nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  #writeFact(fact: Fact): void {
    const tables = this.#tables;
    switch (fact.type) {
      case 'pin':
        return tables.pins.add({ kref: this.#kref(fact.to), reason: fact.reason });
      case 'parameter':
        return tables.parameterSlots.put(vatId(fact.vat), [...tables.parameterSlots.get(vatId(fact.vat)), this.#kref(fact.to)]);
      case 'device': {
        const entry = this.#nextNumber();
        tables.deviceState.put({ device: 'slate', key: `key ${entry}`, entry, body: '#[]' });
        return tables.deviceStateSlots.put(entry, [this.#kref(fact.to)]);
      }
      case 'notify':
        return void tables.runQueue.append({
          kind: 'notify',
          message: null,
          vat: vatId(fact.vat),
          promise: promiseRef(fact.promise),
          parkedFor: null,
        });
      case 'message':
        return this.#writeMessage(fact);
      case 'import':
        return this.#writeImport(fact.vat, fact.to, fact.isWeak);
      case 'settled':
        return undefined;
      default:
        return this.#writeStored(fact);
    }
  }

  #writeMessage({ target, argument, result, waitsFor }: Extract<Fact, { type: 'message' }>): void {
    const tables = this.#tables;
    const message = this.#nextNumber();
    tables.messages.put({
      message,
      target: this.#kref(target) as KernelObjectRef,
      body: '#[]',
      result: result === null ? null : promiseRef(result),
    });
    tables.messageSlots.put(message, [this.#kref(argument)]);
    if (waitsFor === null) tables.runQueue.append({ kind: 'message', message, vat: null, promise: null, parkedFor: null });
    else tables.promiseQueue.append(promiseRef(waitsFor), message);
  }

  #writeImport(vat: number, to: Target, isWeak: boolean): void {
    if ('promise' in to) this.#link(vat, promiseRef(to.promise), promiseVRef(this.#world, vat, to.promise));
    else this.#link(vat, this.#export(to.thing), importRef(to.thing), !isWeak);
  }

  #writeStored(fact: Extract<Fact, { type: 'cite' | 'baggage' | 'weak entry' | 'watcher' | 'watch' }>): void {
    const vat = vatOfFact(this.#world, fact) ?? 0;
    const put = (key: string, value: unknown): void =>
      this.#tables.vatstore.put(vatId(vat), key, value === '' ? '' : JSON.stringify(value));
    if (fact.type === 'cite' && fact.place === 'value shape') return;
    if (fact.type === 'weak entry') return this.#writeWeakEntry(fact, vat);
    const number = this.#nextNumber();
    const slot = this.#cite(vat, fact.to);
    if (fact.type === 'baggage') return put(`entry.o+d2/1.skey ${number}`, data(slot));
    if (fact.type === 'watcher') return put(`watcher.o+d1/${number}`, data(slot));
    if (fact.type === 'watch') {
      this.#writeImport(vat, { promise: fact.promise }, false);
      return put(`watch.${promiseVRef(this.#world, vat, fact.promise)}.${number}`, data(slot));
    }
    const by = ownRef(fact.by, thingAt(this.#world, fact.by).form);
    if (fact.place === 'property') (this.#states.get(`${vatId(vat)} ${by}`) ?? {})[`name ${number}`] = data(slot);
    else if (fact.place === 'entry') put(`entry.${by}.skey ${number}`, data(slot));
    else put(`place.${by}.${slot}`, 1);
    return undefined;
  }

  #writeWeakEntry({ by, key, to }: Extract<Fact, { type: 'weak entry' }>, vat: number): void {
    const table = ownRef(by, 'weakMap');
    const keyRef = nameIn(this.#world, vat, key);
    if (keyRef.startsWith('o-')) this.#link(vat, this.#export(key), keyRef, false);
    const row = `entry.${table}.r${keyRef}`;
    const before = this.#tables.vatstore.find(vatId(vat), row);
    const slots = before === undefined ? [] : (JSON.parse(before) as { slots: string[] }).slots;
    this.#tables.vatstore.put(vatId(vat), row, JSON.stringify(data(...slots, this.#cite(vat, to))));
    this.#tables.vatstore.put(vatId(vat), `weak.${keyRef}|${table}`, '');
  }
}

/** Writes the world into an empty store. */
export const writeWorld = (store: Store, world: World): void => {
  store.beginBlock();
  store.beginCrank();
  new WorldWriter(world, store.tables).write();
  store.commitCrank();
  store.commitBlock();
};
