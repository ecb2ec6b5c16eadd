/**
 * What a vat finds on its `globalThis` beyond the language itself as SES permits it.
 *
 * `inescapable` holds in every compartment of the vat, those that it makes itself included: with an engine's WeakMap it could
 * watch the collector, with the host's TextDecoder it could ask for encodings that another host lacks. Left out because they are
 * not deterministic, or differ between engines, or are the host's own mutable objects: clocks, timers, random numbers, WeakRef,
 * FinalizationRegistry, SharedArrayBuffer, Atomics, WebAssembly, Intl, URL, atob, btoa.
 */
import { passStyleOf } from '@endo/pass-style';
import type { LiveslotsGlobals } from '@cooperage/liveslots/vat-data/vat-data';
import { VatTextDecoder, VatTextEncoder } from './text-codec.ts';
import type { VatConsole } from './vat-console.ts';

export type VatGlobals = Readonly<Record<PropertyKey, unknown>>;
export type Endowments = { readonly globals: VatGlobals; readonly inescapable: VatGlobals };

export const makeEndowments = (console: VatConsole, { WeakMap, WeakSet, VatData }: LiveslotsGlobals): Endowments => ({
  globals: { console, assert, VatData },
  inescapable: {
    WeakMap,
    WeakSet,
    // SES would share the host's own.
    TextEncoder: VatTextEncoder,
    TextDecoder: VatTextDecoder,
    // Copies of `@endo/pass-style` in bundles look here, and then agree with liveslots on what is passable.
    [Symbol.for('@endo passStyleOf')]: passStyleOf,
  },
});
