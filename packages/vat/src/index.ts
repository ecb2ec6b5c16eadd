/**
 * What the author of a vat imports: `E`, `Far` and `M`, what is kept in the database, and the types of what a vat exports and is given. Runs
 * in the vat; says nothing about the kernel. Importing `@endo/far` directly, or taking `globalThis.VatData`, works just as well.
 */
export { E, Far } from '@endo/far';
export { M } from '@endo/patterns';
export * from './exo.ts';
export {
  defineDurableKind,
  defineDurableKindMulti,
  defineKind,
  defineKindMulti,
  makeKindHandle,
  type DefineKindOptions,
  type DefineOptions,
  type DurableKindHandle,
  type KindContext,
  type KindFacet,
  type KindFacets,
  type KindMultiContext,
} from './kinds.ts';
export * from './prepare-kind.ts';
export * from './provide.ts';
export * from './root-object.ts';
export * from './stores.ts';
export { canBeDurable, type VatData } from './vat-data.ts';
export {
  isUpgradeDisconnection,
  providePromiseWatcher,
  watchPromise,
  type PromiseWatcher,
  type UpgradeDisconnection,
} from './watchers.ts';
