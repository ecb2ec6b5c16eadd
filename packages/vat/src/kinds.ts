/**
 * Kinds: classes whose instances stand in the database and are in memory only while they are used. Virtual ones last as long as the
 * incarnation, durable ones survive upgrades. The behaviour takes a context as its first argument; for methods with `this`, guards and
 * less to write, see `exo.ts`.
 */
import type { Amplify, IsInstance, ReceivePower, StateShape } from '@endo/exo';
import type { InterfaceGuard } from '@endo/patterns';
import { getVatFunction } from './vat-function.ts';

/** A durable kind's name for ever. Keep it in baggage: after an upgrade the kind is defined again with the same handle. */
export type DurableKindHandle = { readonly [Symbol.toStringTag]: string };

/** Functions whose first argument is the context. */
export type KindMethods<Context> = Readonly<Record<PropertyKey, (context: Context, ...args: never[]) => unknown>>;

/** What a kind's methods get first. */
export type KindContext<State> = { readonly state: State; readonly self: object };
/** What the methods of a kind with facets get first. */
export type KindMultiContext<State> = { readonly state: State; readonly facets: Readonly<Record<string, object>> };

/** What callers see of a behaviour: the same methods without their context. */
export type KindFacet<Behavior> = {
  readonly [Name in keyof Behavior]: Behavior[Name] extends (context: never, ...args: infer Args) => infer Result
    ? (...args: Args) => Result
    : never;
};
/** What callers see of a behaviour with facets. */
export type KindFacets<Behavior> = { readonly [Name in keyof Behavior]: KindFacet<Behavior[Name]> };

/** What exo classes and kinds may be told. */
export type DefineOptions<Context> = {
  /** Runs when an instance is there, before its maker returns it. */
  readonly finish?: (context: Context) => void;
  /** A pattern for each property of the state: these and no others. */
  readonly stateShape?: StateShape;
  /** Given a function from any facet of a kit to all of them. Kits only. */
  readonly receiveAmplifier?: ReceivePower<Amplify>;
  /** Given a function that tells instances (and facets, by name) from everything else. */
  readonly receiveInstanceTester?: ReceivePower<IsInstance>;
};

/** What kinds alone may be told; exo helpers say it for you. */
export type DefineKindOptions<Context> = DefineOptions<Context> & {
  /** Methods find their context in `this`, not in their first argument. */
  readonly thisfulMethods?: boolean;
  /** Checks arguments and results. Not for kinds with facets. */
  readonly interfaceGuard?: InterfaceGuard | undefined;
  /** Checks arguments and results, a guard a facet. For kinds with facets only. */
  readonly interfaceGuardKit?: Readonly<Record<string, InterfaceGuard>> | undefined;
};

export type MakeKindHandle = (tag: string) => DurableKindHandle;

type Define<Name> = <Args extends unknown[], State, Behavior>(
  name: Name,
  init: (...args: Args) => State,
  behavior: Behavior & KindMethods<KindContext<State>>,
  options?: DefineKindOptions<KindContext<State>>,
) => (...args: Args) => KindFacet<Behavior>;

type DefineMulti<Name> = <Args extends unknown[], State, Behavior>(
  name: Name,
  init: (...args: Args) => State,
  behavior: Behavior & Readonly<Record<string, KindMethods<KindMultiContext<State>>>>,
  options?: DefineKindOptions<KindMultiContext<State>>,
) => (...args: Args) => KindFacets<Behavior>;

export type DefineKind = Define<string>;
export type DefineKindMulti = DefineMulti<string>;
export type DefineDurableKind = Define<DurableKindHandle>;
export type DefineDurableKindMulti = DefineMulti<DurableKindHandle>;

/** A handle for a new durable kind; `tag` names it in errors and interfaces. Most vats want `provideKindHandle`. */
export const makeKindHandle: MakeKindHandle = tag => getVatFunction<MakeKindHandle>('makeKindHandle')(tag);

/** Defines a virtual kind, and gives the function that makes instances: it takes what `init` takes. */
export const defineKind: DefineKind = (...args) => getVatFunction<DefineKind>('defineKind')(...args);

/** Defines a virtual kind whose instances have several facets: objects with methods of their own over one state. */
export const defineKindMulti: DefineKindMulti = (...args) => getVatFunction<DefineKindMulti>('defineKindMulti')(...args);

/** Defines a durable kind. Every incarnation does it once for each handle that was ever made, before `buildRootObject` is done. */
export const defineDurableKind: DefineDurableKind = (...args) => getVatFunction<DefineDurableKind>('defineDurableKind')(...args);

/** Defines a durable kind with several facets. An upgrade may add facets, and must keep those that were there. */
export const defineDurableKindMulti: DefineDurableKindMulti = (...args) =>
  getVatFunction<DefineDurableKindMulti>('defineDurableKindMulti')(...args);
