/** Promises whose outcome is told to a stored object, in this incarnation or a later one. */
import type { DurableKindHandle } from './kinds.ts';
import { getVatFunction } from './vat-function.ts';

/** What a watcher may do; one of the two at least. An outcome that it has no method for is dropped, a rejection is reported. */
export type PromiseWatcher<Args extends unknown[] = never[]> = {
  readonly onFulfilled?: (value: never, ...args: Args) => void;
  readonly onRejected?: (reason: never, ...args: Args) => void;
};

export type WatchPromise = <Args extends unknown[]>(promise: PromiseLike<unknown>, watcher: object, ...args: Args) => void;

export type ProvidePromiseWatcher = <Args extends unknown[]>(
  handle: DurableKindHandle,
  onFulfilled?: (value: never, ...args: Args) => void,
  onRejected?: (reason: never, ...args: Args) => void,
) => PromiseWatcher<Args>;

/**
 * Has `watcher`, a virtual or durable object, told what becomes of `promise`: `onFulfilled(value, ...args)` or
 * `onRejected(reason, ...args)`. With a durable watcher and durable arguments the watch survives upgrades; a promise that the old
 * incarnation was to settle is then rejected with an upgrade disconnection.
 */
export const watchPromise: WatchPromise = (promise, watcher, ...args) =>
  getVatFunction<WatchPromise>('watchPromise')(promise, watcher, ...args);

/** The one durable watcher of a kind handle, made of plain functions. Every incarnation has to call it again. */
export const providePromiseWatcher: ProvidePromiseWatcher = (handle, onFulfilled, onRejected) =>
  getVatFunction<ProvidePromiseWatcher>('providePromiseWatcher')(handle, onFulfilled, onRejected);

/** Why a promise was rejected that a vat was to settle, and was upgraded before it did. */
export type UpgradeDisconnection = {
  readonly name: 'vatUpgraded';
  readonly upgradeMessage: string;
  readonly incarnationNumber: number;
};

/** Whether a reason says that the vat which was to settle the promise has been upgraded. To ask again is often right. */
export const isUpgradeDisconnection = (reason: unknown): reason is UpgradeDisconnection => {
  if (typeof reason !== 'object' || reason === null || !Object.isFrozen(reason)) return false;
  const { name, upgradeMessage, incarnationNumber, ...others } = reason as Readonly<Record<string, unknown>>;
  return (
    name === 'vatUpgraded' &&
    typeof upgradeMessage === 'string' &&
    typeof incarnationNumber === 'number' &&
    Reflect.ownKeys(others).length === 0
  );
};
