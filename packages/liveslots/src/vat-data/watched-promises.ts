/**
 * Promise watchers: objects that are told what became of a promise, in this incarnation or a later one.
 *
 * A watch with a durable watcher is a row, `watch.<vpid>.<N>`, that cites the watcher and the arguments, until the promise is settled.
 * So the kernel knows the promise, and tells this vat of it: also when this vat decides it, for the kernel rejects it at an upgrade. A
 * watch with a virtual watcher ends with the incarnation, and is kept by the heap alone.
 *
 * A later incarnation reads the rows of a promise when it meets that promise, in data or in a notify, and none before.
 */
import { passStyleOf } from '@endo/pass-style';
import { parseVRef, type VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import { decidePromise } from '../outbound/resolve.ts';
import { importPromise } from '../outbound/send.ts';
import type { PromiseRecord, Settlement } from '../slots/promises.ts';
import type { VatSpace } from '../space.ts';
import type { StoredCapData } from '../stored/stored-data.ts';

type Handler = (value: unknown, ...args: unknown[]) => unknown;
type Watcher = { readonly onFulfilled?: Handler; readonly onRejected?: Handler };
/** A watch that has its row. */
type StoredWatch = { readonly vpid: VRef; readonly key: string };
type DefineDurableKind = (handle: unknown, init: unknown, behavior: unknown) => () => object;

const METHODS = { fulfilled: 'onFulfilled', rejected: 'onRejected' } as const;

/** Calls the watcher in a turn of its own. What comes to nobody is left to those who report unhandled rejections. */
const tell = (watcher: Watcher, args: readonly unknown[], { outcome, value }: Settlement): void => {
  void Promise.resolve().then(() => {
    if (typeof watcher[METHODS[outcome]] === 'function') return watcher[METHODS[outcome]]?.(value, ...args);
    if (outcome === 'rejected') throw value;
    return undefined;
  });
};

const follow = ({ fail }: VatSpace, promise: Promise<unknown>, settle: (settlement: Settlement) => void): void => {
  promise
    .then(
      value => settle({ outcome: 'fulfilled', value }),
      reason => settle({ outcome: 'rejected', value: reason }),
    )
    .catch(fail);
};

/** The watch is over: lets go of what it cites, and tells. */
const finish = (space: VatSpace, data: StoredCapData, settlement: Settlement): void => {
  const [watcher, ...args] = space.storedData.decode(data) as [Watcher, ...unknown[]];
  space.counts.remove(data.slots);
  tell(watcher, args, settlement);
};

const finishStored = (space: VatSpace, { vpid, key }: StoredWatch, settlement: Settlement): void => {
  const { rows, watches } = space;
  const text = rows.find(key);
  if (text === undefined) throw new Error(`${key} is gone before its promise was settled`);
  rows.delete(key);
  watches.delete(vpid);
  finish(space, JSON.parse(text) as StoredCapData, settlement);
};

/** A promise that the kernel knows, and will tell this vat of. */
const provideToldPromise = (space: VatSpace, promise: Promise<unknown>): VRef => {
  const { slots, promises, counters, watches, syscalls } = space;
  const known = slots.find(promise);
  const record = known && promises.find(known);
  if (known !== undefined && record?.decider === 'kernel') return known;
  const vpid = known !== undefined && record !== undefined ? known : counters.nextPromise();
  if (record === undefined) decidePromise(space, vpid, promise);
  if (watches.subscribe(vpid)) syscalls.subscribe(vpid);
  return vpid;
};

const storeWatch = (space: VatSpace, promise: Promise<unknown>, data: StoredCapData): StoredWatch => {
  const { counters, rows, watches } = space;
  const vpid = provideToldPromise(space, promise);
  const parsed = parseVRef(vpid);
  if (parsed?.allocatedBy === 'kernel') counters.noteImportedPromise(parsed.id);
  const key = `watch.${vpid}.${counters.nextWatch()}`;
  rows.add(key, JSON.stringify(data));
  watches.add(vpid);
  return { vpid, key };
};

/**
 * The row is written one turn later: by then a message that was just sent has a name for its answer, and a promise that was settled
 * before needs no row.
 */
const watchDurably = (space: VatSpace, promise: Promise<unknown>, data: StoredCapData): void => {
  const watch: { unsaved: StoredCapData | undefined; stored?: StoredWatch } = { unsaved: data };
  space.counts.add(data.slots);
  follow(space, promise, settlement => {
    const { unsaved, stored } = watch;
    watch.unsaved = undefined;
    if (stored !== undefined) finishStored(space, stored, settlement);
    else if (unsaved !== undefined) finish(space, unsaved, settlement);
  });
  Promise.resolve()
    .then(() => {
      const { unsaved } = watch;
      if (unsaved === undefined) return;
      watch.stored = storeWatch(space, promise, unsaved);
      watch.unsaved = undefined;
    })
    .catch(space.fail);
};

const insistPromise = (value: unknown): Promise<unknown> => {
  if (!(value instanceof Promise)) {
    const what = value === null ? 'null' : typeof value;
    throw new TypeError(`watchPromise: the first argument must be a promise, not ${what}; E.when(value) makes one of anything`);
  }
  harden(value);
  passStyleOf(value);
  return value;
};

const insistWatcher = ({ slots }: VatSpace, value: unknown): Watcher => {
  const vref = typeof value === 'object' && value !== null ? slots.find(value) : undefined;
  const parsed = parseVRef(vref ?? '');
  if (parsed?.kind !== 'object' || parsed.durability === 'ephemeral') {
    throw new TypeError(
      'watchPromise: the watcher must be a virtual or durable object, such as an instance of a durable exo class',
    );
  }
  const watcher = value as Watcher;
  const offered = Object.values(METHODS).filter(name => watcher[name] !== undefined);
  if (offered.length > 0 && offered.every(name => typeof watcher[name] === 'function')) return watcher;
  throw new TypeError('watchPromise: the watcher must have a method onFulfilled or onRejected, or both');
};

const encodeWatch = ({ storedData }: VatSpace, watch: readonly unknown[]): StoredCapData =>
  storedData.draft(draft => {
    const data = draft.encode(watch);
    storedData.insistDurable('watchPromise: an argument for a durable watcher', data);
    draft.commit();
    return data;
  });

const watchPromise = (space: VatSpace, promise: unknown, watcher: unknown, ...args: readonly unknown[]): void => {
  const watched = insistPromise(promise);
  const told = insistWatcher(space, watcher);
  if (parseVRef(space.slots.find(told) ?? '')?.durability === 'durable') {
    watchDurably(space, watched, encodeWatch(space, [told, ...args]));
  } else follow(space, watched, settlement => tell(told, harden(args), settlement));
};

const watcherKey = (handle: VRef): string => `watcher.${handle}`;

const ignoreValue = (): void => {};
const passOn = (reason: unknown): never => {
  throw reason;
};

/** The one watcher of a handle is kept for ever, as its handle is. */
const providePromiseWatcher = (
  space: VatSpace,
  define: DefineDurableKind,
  handle: unknown,
  { onFulfilled = ignoreValue, onRejected = passOn }: Watcher,
): object => {
  for (const [name, handler] of Object.entries({ onFulfilled, onRejected })) {
    if (typeof handler !== 'function') throw new TypeError(`providePromiseWatcher: ${name} must be a function`);
  }
  const make = define(handle, () => ({}), {
    onFulfilled: (_context: unknown, value: unknown, ...args: unknown[]) => onFulfilled(value, ...args),
    onRejected: (_context: unknown, reason: unknown, ...args: unknown[]) => onRejected(reason, ...args),
  });
  const { slots, rows, storedData, counts } = space;
  const key = watcherKey(slots.find(handle as object) as VRef);
  const text = rows.find(key);
  if (text !== undefined) return storedData.decode(JSON.parse(text) as StoredCapData) as object;
  const watcher = make();
  const data = storedData.draft(draft => {
    const encoded = draft.encode(watcher);
    draft.commit();
    return encoded;
  });
  counts.add(data.slots);
  rows.add(key, JSON.stringify(data));
  return watcher;
};

/** The watches of a promise that an earlier incarnation has left, in the order in which they were made. */
const listOldWatches = ({ counters, rows }: VatSpace, vpid: VRef): readonly StoredWatch[] => {
  const parsed = parseVRef(vpid);
  if (parsed?.kind !== 'promise') return [];
  const isOld = parsed.allocatedBy === 'kernel' ? counters.isOldImportedPromise(parsed.id) : counters.isOldPromise(parsed.id);
  if (!isOld) return [];
  const prefix = `watch.${vpid}.`;
  const numbers = [...rows.scan(prefix)].map(([key]) => Number(key.slice(prefix.length)));
  return numbers.sort((a, b) => a - b).map(number => ({ vpid, key: `${prefix}${number}` }));
};

const resume = (space: VatSpace, promise: Promise<unknown>, watches: readonly StoredWatch[]): void => {
  for (const watch of watches) {
    space.watches.add(watch.vpid);
    follow(space, promise, settlement => finishStored(space, watch, settlement));
  }
};

/** A promise that this incarnation did not know has a name here now: who watched it before goes on. */
export const resumeWatches = (space: VatSpace, vpid: VRef, promise: Promise<unknown>): void =>
  resume(space, promise, listOldWatches(space, vpid));

/** What a notify is about: what is known here, or what an earlier incarnation watched. */
export const findToldPromise = (space: VatSpace, vpid: VRef): PromiseRecord | undefined => {
  const known = space.promises.find(vpid);
  if (known !== undefined) return known;
  const watches = listOldWatches(space, vpid);
  if (watches.length === 0) return undefined;
  resume(space, importPromise(space, vpid), watches);
  return space.promises.find(vpid);
};

/** What `VatData` offers for promises. */
export const makeWatchFunctions = (space: VatSpace, define: DefineDurableKind) =>
  harden({
    watchPromise: (promise: unknown, watcher: unknown, ...args: readonly unknown[]) =>
      watchPromise(space, promise, watcher, ...args),
    providePromiseWatcher: (handle: unknown, onFulfilled?: Handler, onRejected?: Handler) =>
      providePromiseWatcher(space, define, handle, {
        ...(onFulfilled === undefined ? {} : { onFulfilled }),
        ...(onRejected === undefined ? {} : { onRejected }),
      }),
  });
