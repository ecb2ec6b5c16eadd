/**
 * The objects of one kind as far as they are in memory: what each stands for, and in which context its methods run.
 *
 * Prototypes are made once for each incarnation and find the object by `this`; an object itself is empty, so one made again differs in
 * nothing. The facets of a kit live and die together: each keeps the cohort, which has them all. Contexts and states keep their
 * object, so what is in use is in memory.
 */
import { defendPrototype, defendPrototypeKit } from '@endo/exo/tools.js';
import type { VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import type { FacetNames, Methods } from './behavior.ts';
import type { Contexts } from './contexts.ts';
import type { KindOptions } from './kind-options.ts';
import type { Incarnated } from './kinds.ts';
import type { States } from './states.ts';
import { makeUnguardedPrototype, type ContextProvider } from './unguarded.ts';

/** What an object in memory, or the state of one, stands for. */
export type Standing = {
  readonly baseRef: VRef;
  /** The object, or its cohort. */
  readonly watched: object;
  /** Which facet it is. */
  readonly facet: number;
};

export type InstancesParts = {
  readonly states: States;
  readonly contexts: Contexts;
  readonly tag: string;
  readonly facets: FacetNames;
  readonly behavior: object;
  readonly options: KindOptions;
  /** Names of the properties that every state shows; undefined: those that its object was made with. */
  readonly propertyNames: readonly string[] | undefined;
  readonly writeProperty: (baseRef: VRef, name: string, value: unknown) => void;
};

type Prototypes = readonly object[];

const makePrototypes = (parts: InstancesParts, provider: (facet: number) => ContextProvider): Prototypes => {
  const { tag, facets, behavior, options } = parts;
  const { thisfulMethods = false, interfaceGuard, interfaceGuardKit } = options;
  // The library's types describe behaviours that are known when they are written.
  if (facets === undefined) {
    return interfaceGuard === undefined
      ? [makeUnguardedPrototype(tag, provider(0), behavior as Methods, thisfulMethods)]
      : [defendPrototype(tag, provider(0) as never, behavior as never, thisfulMethods, interfaceGuard as never) as object];
  }
  if (interfaceGuardKit === undefined) {
    const methods = behavior as Readonly<Record<string, Methods>>;
    return facets.map((name, i) =>
      makeUnguardedPrototype(`${tag} ${name}`, provider(i), methods[name] as Methods, thisfulMethods),
    );
  }
  const providers = Object.fromEntries(facets.map((name, i) => [name, provider(i)]));
  const kit = defendPrototypeKit(tag, providers as never, behavior as never, thisfulMethods, interfaceGuardKit as never);
  return facets.map(name => (kit as Readonly<Record<string, object>>)[name] as object);
};

export class Instances {
  readonly #parts: InstancesParts;
  readonly #prototypes: Prototypes;
  readonly #standings = new WeakMap<object, Standing>();
  readonly #states = new WeakMap<object, Standing>();
  readonly #accessors = new Map<string, PropertyDescriptor>();
  #lastNames: readonly string[] = [];
  #lastAccessors: PropertyDescriptorMap = {};

  /** Throws when guards and behaviour do not fit each other. */
  constructor(parts: InstancesParts) {
    this.#parts = parts;
    this.#prototypes = makePrototypes(parts, facet => self => this.#findContext(self, facet));
  }

  /** Makes the object in memory for `baseRef`, and looks at no row. */
  embody(baseRef: VRef): Incarnated {
    const { facets: names } = this.#parts;
    const facets = this.#prototypes.map(prototype => harden(Object.create(prototype) as object));
    const watched = names === undefined ? facets[0] : harden(Object.fromEntries(names.map((name, i) => [name, facets[i]])));
    if (watched === undefined) throw new Error('a kind has no prototype');
    facets.forEach((facet, i) => this.#standings.set(facet, { baseRef, watched, facet: i }));
    return { watched, facets };
  }

  find(self: unknown): Standing | undefined {
    return typeof self === 'object' && self !== null ? this.#standings.get(self) : undefined;
  }

  /** The context for the methods of an object, the same until the delivery ends. */
  provideContext({ baseRef, watched, facet }: Standing): object {
    const { contexts, facets } = this.#parts;
    const known = contexts.find(baseRef);
    if (known !== undefined) return known;
    const state = this.#makeState({ baseRef, watched, facet });
    const context = Object.freeze(facets === undefined ? { state, self: watched } : { state, facets: watched });
    contexts.remember(baseRef, context);
    return context;
  }

  #findContext(self: object, facet: number): object | undefined {
    const standing = this.#standings.get(self);
    return standing?.facet === facet ? this.provideContext(standing) : undefined;
  }

  #makeState(standing: Standing): object {
    const names = this.#parts.propertyNames ?? this.#parts.states.listNames(standing.baseRef);
    const state = Object.create(Object.prototype, this.#provideAccessors(names)) as object;
    this.#states.set(Object.freeze(state), standing);
    return state;
  }

  /** Nearly all objects of a kind have the same properties. */
  #provideAccessors(names: readonly string[]): PropertyDescriptorMap {
    const { length } = names;
    const isAsBefore = length === this.#lastNames.length && names.every((name, i) => name === this.#lastNames[i]);
    if (!isAsBefore) {
      this.#lastAccessors = Object.fromEntries(names.map(name => [name, this.#provideAccessor(name)]));
      this.#lastNames = names;
    }
    return this.#lastAccessors;
  }

  #provideAccessor(name: string): PropertyDescriptor {
    const known = this.#accessors.get(name);
    if (known !== undefined) return known;
    const { states, writeProperty } = this.#parts;
    const getBaseRef = (state: object): VRef => this.#getBaseRef(state, name);
    const accessor: PropertyDescriptor = {
      get(this: object) {
        return states.read(getBaseRef(this), name);
      },
      set(this: object, value: unknown) {
        writeProperty(getBaseRef(this), name, value);
      },
      enumerable: true,
      configurable: false,
    };
    harden(accessor.get);
    harden(accessor.set);
    this.#accessors.set(name, accessor);
    return accessor;
  }

  #getBaseRef(state: object, name: string): VRef {
    const standing = this.#states.get(state);
    if (standing !== undefined) return standing.baseRef;
    throw new TypeError(
      `property ${JSON.stringify(name)} belongs to the state of an object of kind ${JSON.stringify(this.#parts.tag)}`,
    );
  }
}
