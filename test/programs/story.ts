/**
 * A story for puppet vats, made from a seed: objects are made, given, kept, forgotten, marked and sent around, promises are made
 * and settled. The same seed tells the same story to any kernel, one act at a time.
 */
import type { KernelController } from 'cooperage';

export type Act = { readonly vat: string; readonly method: string; readonly args: readonly unknown[] };

export const VATS = ['alice', 'bob', 'carol'] as const;
export const puppet = new URL('../vats/vat-puppet.js', import.meta.url);

/** Numbers in [0, 1) from a seed: mulberry32. */
export const makeRandom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

/** A stand-in for a vat's root among the arguments; `tell` puts the root itself there. */
type RootOf = { readonly rootOf: string };

const makeAct = (random: () => number): Act => {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const vat = pick(VATS);
  const cell = pick(['x', 'y', 'z']);
  const peer: RootOf = { rootOf: pick(VATS) };
  const act = (method: string, ...args: readonly unknown[]): Act => ({ vat, method, args });
  const make = [
    () => act('make', cell),
    () => act('give', cell, peer),
    () => act('give', cell, peer),
    () => act('show', cell, peer),
    () => act('giveSilently', cell, peer),
    () => act('forget', cell),
    () => act('hello', cell),
    () => act('mark', cell, Math.floor(random() * 100)),
    () => act('unmark', cell),
    () => act('forgetMarks'),
    () => act('pend', cell),
    () => act('fulfil', cell, 'done'),
    () => act('fulfilWith', cell, pick(['x', 'y', 'z'])),
  ];
  return pick(make)();
};

export const makeStory = (seed: number, length: number): Act[] => {
  const random = makeRandom(seed);
  return Array.from({ length }, () => makeAct(random));
};

/** Queues one act. Its answer is of no interest: half of all acts fail, as they should, for want of a cell. */
export const tell = async (kernel: KernelController, { vat, method, args }: Act): Promise<void> => {
  const roots = args.map(arg => (typeof arg === 'object' && arg !== null ? kernel.root((arg as RootOf).rootOf) : arg));
  const promise = await kernel.send(vat, method, await Promise.all(roots));
  await kernel.release(promise);
};
