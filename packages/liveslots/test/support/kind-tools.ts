/** Defining kinds in tests, with just enough types. */
import type { Scope } from './store-vat.ts';

export type Method = (...args: never[]) => unknown;
export type Thing = Readonly<Record<string, (...args: unknown[]) => unknown>>;
export type Cohort = Readonly<Record<string, Thing>>;
export type Context = { readonly state: Record<string, unknown>; readonly self: Thing; readonly facets: Cohort };
export type Maker<Made> = (...args: unknown[]) => Made;

type Definer = (...args: unknown[]) => unknown;
const call = (name: string, { VatData }: Scope, args: unknown[]): unknown => (VatData[name] as Definer)(...args);

export const defineKind = (scope: Scope, ...args: unknown[]) => call('defineKind', scope, args) as Maker<Thing>;
export const defineKit = (scope: Scope, ...args: unknown[]) => call('defineKindMulti', scope, args) as Maker<Cohort>;
export const defineDurable = (scope: Scope, ...args: unknown[]) => call('defineDurableKind', scope, args) as Maker<Thing>;
export const defineDurableKit = (scope: Scope, ...args: unknown[]) =>
  call('defineDurableKindMulti', scope, args) as Maker<Cohort>;
export const makeHandle = (scope: Scope, tag: string): object => call('makeKindHandle', scope, [tag]) as object;
export const canBeDurable = (scope: Scope, value: unknown): unknown => call('canBeDurable', scope, [value]);

/** What an act throws, as text; undefined when it does not. */
export const complaintOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
