/**
 * What the author of a vat imports: `E` and `Far`, and the types of what a vat exports and is given. Runs in the vat; says nothing
 * about the kernel. Importing `@endo/far` directly works just as well.
 */
export { E, Far } from '@endo/far';

export type ExitVat = (completion?: unknown) => void;

/** The first argument of `buildRootObject`. */
export type VatPowers = {
  /** Ends this vat; its promises are rejected, its objects are gone. */
  readonly exitVat: ExitVat;
  /** Ends this vat as if it had faulted: nothing of the current delivery is kept. */
  readonly exitVatWithFailure: (reason: Error) => void;
};

/** What each vat module exports. The result, or what its promise comes to, is the vat's root object, made with `Far`. */
export type BuildRootObject<Parameters = unknown, Root = object> = (
  vatPowers: VatPowers,
  vatParameters: Parameters,
  baggage: unknown,
) => Root | Promise<Root>;

/** The first argument of a bootstrap vat's `bootstrap`: the root of every vat of the config, by name. */
export type BootstrapVats<Names extends string = string> = Readonly<Record<Names, object>>;
/** The second argument of `bootstrap`. */
export type BootstrapDevices = Readonly<Record<string, object>>;
