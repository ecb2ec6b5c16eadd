/** What a vat's source exports, and what it is given. */
import type { Baggage } from './provide.ts';

/** Ends this vat; `completion` says why. */
export type ExitVat = (completion?: unknown) => void;

/** The first argument of `buildRootObject`. */
export type VatPowers = {
  /** The way to a device: `D(node).method(...args)` is answered at once. */
  readonly D: (node: object) => Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  /** Ends this vat; its promises are rejected, its objects are gone. */
  readonly exitVat: ExitVat;
  /** Ends this vat as if it had faulted: nothing of the current delivery is kept. */
  readonly exitVatWithFailure: (reason: Error) => void;
};

/** What each vat module exports. The result, or what its promise comes to, is the vat's root object, made with `Far`. */
export type BuildRootObject<Parameters = unknown, Root = object> = (
  vatPowers: VatPowers,
  vatParameters: Parameters,
  baggage: Baggage,
) => Root | Promise<Root>;

/** The first argument of a bootstrap vat's `bootstrap`: the root of every vat of the config, by name. */
export type BootstrapVats<Names extends string = string> = Readonly<Record<Names, object>>;
/** The second argument of `bootstrap`: device nodes by name. */
export type BootstrapDevices = Readonly<Record<string, object>>;
