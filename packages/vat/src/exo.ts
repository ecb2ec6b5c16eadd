/**
 * Exo classes: virtual and durable classes whose methods find their context in `this`, with arguments and results checked by a guard.
 * The `prepare` functions are the usual way to what survives upgrades: they keep the kind's handle in baggage.
 */
/* eslint-disable max-params -- vats that were written for others call these with so many */
import type { Guarded, GuardedKit, Methods } from '@endo/exo';
import type { InterfaceGuard } from '@endo/patterns';
import type { DefineKindOptions, DefineOptions, DurableKindHandle } from './kinds.ts';
import { provide, provideKindHandle, type Baggage } from './provide.ts';
import { getVatFunction } from './vat-function.ts';

/** A guard a facet. */
export type InterfaceGuardKit = Readonly<Record<string, InterfaceGuard>>;
type Facets = Readonly<Record<string, Methods>>;

/** What an exo's methods find in `this`. */
export type ExoContext<State, M extends Methods> = { readonly state: State; readonly self: Guarded<M> };
/** What the methods of a kit find in `this`. */
export type ExoKitContext<State, F extends Facets> = { readonly state: State; readonly facets: GuardedKit<F> };

type ExoMethods<State, M extends Methods> = M & ThisType<ExoContext<State, M>>;
type ExoFacets<State, F extends Facets> = F & ThisType<ExoKitContext<State, F>>;

type Definition = {
  readonly name: string | DurableKindHandle;
  readonly init: unknown;
  readonly behavior: unknown;
  readonly options: DefineKindOptions<never>;
};

/** Calls one of the functions that define kinds. Their types are about methods that take the context first. */
const define = <Maker>(by: string, { name, init, behavior, options }: Definition): Maker =>
  getVatFunction<(...definition: unknown[]) => Maker>(by)(name, init, behavior, { ...options, thisfulMethods: true });

/** Defines a virtual exo class; gives the function that makes instances, which takes what `init` takes. */
export const defineVirtualExoClass = <Args extends unknown[], State, M extends Methods>(
  tag: string,
  interfaceGuard: InterfaceGuard | undefined,
  init: (...args: Args) => State,
  methods: ExoMethods<State, M>,
  options?: DefineOptions<ExoContext<State, M>>,
): ((...args: Args) => Guarded<M>) =>
  define('defineKind', { name: tag, init, behavior: methods, options: { ...options, interfaceGuard } });

/** Defines a virtual exo class whose instances have several facets over one state. */
export const defineVirtualExoClassKit = <Args extends unknown[], State, F extends Facets>(
  tag: string,
  interfaceGuardKit: InterfaceGuardKit | undefined,
  init: (...args: Args) => State,
  facets: ExoFacets<State, F>,
  options?: DefineOptions<ExoKitContext<State, F>>,
): ((...args: Args) => GuardedKit<F>) =>
  define('defineKindMulti', { name: tag, init, behavior: facets, options: { ...options, interfaceGuardKit } });

/** Defines a durable exo class. Each incarnation has to, with the same handle. */
export const defineDurableExoClass = <Args extends unknown[], State, M extends Methods>(
  handle: DurableKindHandle,
  interfaceGuard: InterfaceGuard | undefined,
  init: (...args: Args) => State,
  methods: ExoMethods<State, M>,
  options?: DefineOptions<ExoContext<State, M>>,
): ((...args: Args) => Guarded<M>) =>
  define('defineDurableKind', { name: handle, init, behavior: methods, options: { ...options, interfaceGuard } });

/** Defines a durable exo class whose instances have several facets over one state. Each incarnation has to, with the same handle. */
export const defineDurableExoClassKit = <Args extends unknown[], State, F extends Facets>(
  handle: DurableKindHandle,
  interfaceGuardKit: InterfaceGuardKit | undefined,
  init: (...args: Args) => State,
  facets: ExoFacets<State, F>,
  options?: DefineOptions<ExoKitContext<State, F>>,
): ((...args: Args) => GuardedKit<F>) =>
  define('defineDurableKindMulti', { name: handle, init, behavior: facets, options: { ...options, interfaceGuardKit } });

/** The durable exo class `kindName`, its handle in baggage. Call it in every incarnation. */
export const prepareExoClass = <Args extends unknown[], State, M extends Methods>(
  baggage: Baggage,
  kindName: string,
  interfaceGuard: InterfaceGuard | undefined,
  init: (...args: Args) => State,
  methods: ExoMethods<State, M>,
  options?: DefineOptions<ExoContext<State, M>>,
): ((...args: Args) => Guarded<M>) =>
  defineDurableExoClass(provideKindHandle(baggage, kindName), interfaceGuard, init, methods, options);

/** The durable exo class `kindName` with several facets, its handle in baggage. Call it in every incarnation. */
export const prepareExoClassKit = <Args extends unknown[], State, F extends Facets>(
  baggage: Baggage,
  kindName: string,
  interfaceGuardKit: InterfaceGuardKit | undefined,
  init: (...args: Args) => State,
  facets: ExoFacets<State, F>,
  options?: DefineOptions<ExoKitContext<State, F>>,
): ((...args: Args) => GuardedKit<F>) =>
  defineDurableExoClassKit(provideKindHandle(baggage, kindName), interfaceGuardKit, init, facets, options);

const noState = (): object => ({});

/** The one durable object of its class, kept in baggage as `<kindName>_singleton`: it has methods and no state. */
export const prepareExo = <M extends Methods>(
  baggage: Baggage,
  kindName: string,
  interfaceGuard: InterfaceGuard | undefined,
  methods: ExoMethods<object, M>,
  options?: DefineOptions<ExoContext<object, M>>,
): Guarded<M> => {
  const make = prepareExoClass(baggage, kindName, interfaceGuard, noState, methods, options);
  return provide(baggage, `${kindName}_singleton`, () => make());
};

/** `prepareExo` without a guard. */
export const prepareSingleton = <M extends Methods>(
  baggage: Baggage,
  kindName: string,
  methods: ExoMethods<object, M>,
  options?: DefineOptions<ExoContext<object, M>>,
): Guarded<M> => prepareExo(baggage, kindName, undefined, methods, options);
