/**
 * A story for puppet vats, made from a seed: objects are made, given, kept, forgotten, marked and sent around, promises are made
 * and settled, and every so often the answers are taken and the dead brought out. The same seed tells the same story to any
 * kernel, so what differs between two tellings is the kernel's doing.
 */
import { fileURLToPath } from 'node:url';
import type { KernelPromiseRef } from '@cooperage/protocol/refs';
import { type KernelController, KernelRef } from 'cooperage';

export type Act = { readonly vat: string; readonly method: string; readonly args: readonly unknown[] };

export const VATS = ['alice', 'bob', 'carol'] as const;
const source = fileURLToPath(new URL('../vats/vat-puppet.js', import.meta.url));
/** The vats of a story. They reap by themselves too, out of step with each other. */
export const cast = {
  alice: { source, reap: { deliveries: 5, krefs: 8 } },
  bob: { source, reap: { deliveries: 7, krefs: 5 } },
  carol: { source, reap: { deliveries: 11, krefs: 6 } },
};

/** Numbers in [0, 1) from a seed: mulberry32. */
export const makeRandom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

/** A stand-in for a vat's root among the arguments; `sendAct` puts the root itself there. */
export type RootOf = { readonly rootOf: string };

const makeAct = (random: () => number): Act => {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const vat = pick(VATS);
  const cell = pick(['x', 'y', 'z']);
  const peer: RootOf = { rootOf: pick(VATS) };
  const act = (method: string, ...args: readonly unknown[]): Act => ({ vat, method, args });
  const make = [
    () => act('make', cell),
    () => act('make', cell),
    () => act('give', cell, peer),
    () => act('give', cell, peer),
    () => act('give', cell, peer),
    () => act('show', cell, peer),
    () => act('giveSilently', cell, peer),
    () => act('forget', cell),
    () => act('getBack', cell),
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

/** Queues one act. */
export const sendAct = (kernel: KernelController, { vat, method, args }: Act): Promise<KernelPromiseRef> => {
  const values = args.map(arg => (typeof arg === 'object' && arg !== null ? kernel.root((arg as RootOf).rootOf) : arg));
  return kernel.send(vat, method, values);
};

/** A promise's record as text; the references in it go to `refs`. Many acts fail, as they should, for want of a cell. */
const describeAnswer = (record: unknown, refs: KernelRef[]): string =>
  JSON.stringify(record, function (this: Record<string, unknown>, key, value: unknown) {
    const original = this[key];
    if (original instanceof KernelRef) refs.push(original);
    return original instanceof Error ? `${original.name}: ${original.message}` : value;
  });

/** Reads answers and lets them go. */
export const takeAnswers = async (kernel: KernelController, promises: readonly KernelPromiseRef[]): Promise<string[]> => {
  const answers: string[] = [];
  for (const promise of promises) {
    const refs: KernelRef[] = [];
    answers.push(describeAnswer(await kernel.promise(promise), refs));
    for (const ref of refs) await ref.release();
    await kernel.release(promise);
  }
  return answers;
};

/** Where a story is told. `kernel` may be another one after `afterCrank`. */
export type Stage = { kernel: KernelController; readonly afterCrank?: () => Promise<void> };

const stepUpTo = async (stage: Stage, cranks: number): Promise<void> => {
  for (let crank = 0; crank < cranks; crank += 1) {
    if ((await stage.kernel.step()) === undefined) return;
    await stage.afterCrank?.();
  }
};

export type TellingOptions = { readonly seed: number; readonly actsPerReap?: number };

/** Tells acts: a few cranks after each, and now and then all that is left, then a reap. Returns every answer as text. */
export const tellActs = async (stage: Stage, acts: readonly Act[], options: TellingOptions): Promise<string[]> => {
  const { seed, actsPerReap = 10 } = options;
  const random = makeRandom(seed + 1_000_000);
  const answers: string[] = [];
  let open: KernelPromiseRef[] = [];
  for (const [index, act] of acts.entries()) {
    open.push(await sendAct(stage.kernel, act));
    await stepUpTo(stage, Math.floor(random() * 5));
    if ((index + 1) % actsPerReap !== 0 && index + 1 < acts.length) continue;
    await stepUpTo(stage, Infinity);
    answers.push(...(await takeAnswers(stage.kernel, open)));
    open = [];
    await stage.kernel.reap();
  }
  return answers;
};

export type StoryOptions = { readonly seed: number; readonly length: number };

/** Makes a story for puppets and tells it. */
export const tellStory = (stage: Stage, { seed, length }: StoryOptions): Promise<string[]> =>
  tellActs(stage, makeStory(seed, length), { seed });
