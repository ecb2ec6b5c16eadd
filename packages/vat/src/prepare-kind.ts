/** Durable kinds whose handle is kept in baggage, with methods that take their context first; and small helpers for those. */
/* eslint-disable max-params -- vats that were written for others call these with so many */
import {
  defineDurableKind,
  defineDurableKindMulti,
  type DefineKindOptions,
  type KindContext,
  type KindFacet,
  type KindFacets,
  type KindMethods,
  type KindMultiContext,
} from './kinds.ts';
import { provideKindHandle, type Baggage } from './provide.ts';

/** The durable kind `kindName`, its handle in baggage. Call it in every incarnation. `prepareExoClass` has guards and `this`. */
export const prepareKind = <Args extends unknown[], State, Behavior>(
  baggage: Baggage,
  kindName: string,
  init: (...args: Args) => State,
  behavior: Behavior & KindMethods<KindContext<State>>,
  options?: DefineKindOptions<KindContext<State>>,
): ((...args: Args) => KindFacet<Behavior>) => defineDurableKind(provideKindHandle(baggage, kindName), init, behavior, options);

/** The durable kind `kindName` with several facets, its handle in baggage. Call it in every incarnation. */
export const prepareKindMulti = <Args extends unknown[], State, Behavior>(
  baggage: Baggage,
  kindName: string,
  init: (...args: Args) => State,
  behavior: Behavior & Readonly<Record<string, KindMethods<KindMultiContext<State>>>>,
  options?: DefineKindOptions<KindMultiContext<State>>,
): ((...args: Args) => KindFacets<Behavior>) =>
  defineDurableKindMulti(provideKindHandle(baggage, kindName), init, behavior, options);

/** A method that needs no context, made one that is given a context. */
export const ignoreContext =
  <Args extends unknown[], Result>(method: (...args: Args) => Result) =>
  (_context: unknown, ...args: Args): Result =>
    method(...args);

/** A maker of kits, made one that gives a single facet of each. */
export const pickFacet =
  <MakeKit extends (...args: never[]) => unknown, Name extends keyof ReturnType<MakeKit>>(makeKit: MakeKit, facet: Name) =>
  (...args: Parameters<MakeKit>): ReturnType<MakeKit>[Name] =>
    (makeKit(...args) as ReturnType<MakeKit>)[facet];

/** Sets some properties of a state at once. */
export const partialAssign = <State extends object>(state: State, changes: Partial<State>): void => {
  Object.assign(state, changes);
};
