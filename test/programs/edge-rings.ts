/**
 * Rings through every kind of edge that the vat `edges` knows, and what is left of them, as data: played within a test, and by
 * `play-edges.ts` on another Node.
 */
import { fileURLToPath } from 'node:url';
import type { KernelController, KernelRef } from 'cooperage';

const source = (name: string) => ({ source: fileURLToPath(new URL(`../vats/${name}.js`, import.meta.url)) });

export const edgeVats = { edges: source('vat-edges'), peer: source('vat-ring') };

type Ring = { readonly kind: string; readonly edge: KernelRef; readonly holder: KernelRef };
type Side = 'edge' | 'holder';

/** Names of kinds, by moment: those of whose rings a row is left. */
export type Rings = {
  readonly kinds: readonly string[];
  readonly left: Readonly<Record<string, readonly string[]>>;
  /** Objects, c-list entries and promises that the play left behind. */
  readonly grown: readonly number[];
  readonly findings: readonly unknown[];
};

class EdgeWorld {
  readonly kernel: KernelController;
  readonly kinds: readonly string[];
  readonly rings: readonly Ring[];
  readonly #left: Record<string, readonly string[]> = {};
  readonly #findings: unknown[] = [];
  readonly #rowsBefore: readonly number[];

  private constructor(kernel: KernelController, kinds: readonly string[], rings: readonly Ring[], rowsBefore: readonly number[]) {
    this.kernel = kernel;
    this.kinds = kinds;
    this.rings = rings;
    this.#rowsBefore = rowsBefore;
  }

  /** For each kind an object of `edges` that leads to a holder of `peer`, which leads back. */
  static async tie(kernel: KernelController, kindsOf: 'kinds' | 'falseKinds'): Promise<EdgeWorld> {
    const kinds = (await kernel.call('edges', kindsOf)) as readonly string[];
    await kernel.collect({ cycles: true });
    const rowsBefore = countRows(kernel);
    const rings: Ring[] = [];
    for (const kind of kinds) {
      const holder = (await kernel.call('peer', 'makeHolder')) as KernelRef;
      const edge = (await kernel.call('edges', kindsOf === 'kinds' ? 'tie' : 'tieFalsely', [kind, holder])) as KernelRef;
      await kernel.call(holder, 'hold', [edge]);
      rings.push({ kind, edge, holder });
    }
    return new EdgeWorld(kernel, kinds, rings, rowsBefore);
  }

  async release(side: Side): Promise<void> {
    for (const ring of this.rings) await ring[side].release();
  }

  async collect(): Promise<void> {
    await this.kernel.collect({ cycles: true });
    this.#findings.push(...this.kernel.audit());
  }

  /** Notes of which rings a row is left. */
  note(moment: string, sides: readonly Side[] = ['edge', 'holder']): void {
    const rows = new Set(this.kernel.objects().map(({ ref }) => ref as string));
    const isLeft = (ring: Ring): boolean => sides.some(side => rows.has(ring[side].ref));
    this.#left[moment] = this.rings.filter(isLeft).map(({ kind }) => kind);
  }

  report(): Rings {
    const grown = countRows(this.kernel).map((count, i) => count - (this.#rowsBefore[i] ?? 0));
    return { kinds: this.kinds, left: this.#left, grown, findings: this.#findings };
  }
}

const countRows = (kernel: KernelController): readonly number[] => {
  const { objects = 0, clists = 0, promises = 0 } = kernel.stats().tables;
  return [objects, clists, promises];
};

/** Nothing holds the rings. */
export const playLoose = async (kernel: KernelController): Promise<Rings> => {
  const world = await EdgeWorld.tie(kernel, 'kinds');
  await world.release('edge');
  await world.release('holder');
  await kernel.collect();
  world.note('counts');
  await world.collect();
  world.note('cycles');
  return world.report();
};

export type HeldRings = Rings & {
  /** Kinds whose edge leads where it led. */
  readonly followed: readonly string[];
};

/** The host holds one object of each ring, and then lets go. */
export const playHeld = async (kernel: KernelController, held: Side): Promise<HeldRings> => {
  const world = await EdgeWorld.tie(kernel, 'kinds');
  await world.release(held === 'edge' ? 'holder' : 'edge');
  await world.collect();
  world.note('edges while held', ['edge']);
  world.note('holders while held', ['holder']);
  const followed: string[] = [];
  for (const { kind, edge, holder } of world.rings) {
    const start = held === 'edge' ? edge : ((await kernel.call(holder, 'held')) as KernelRef);
    const end = (await kernel.call(start, 'read')) as KernelRef;
    if (end.ref === holder.ref) followed.push(kind);
    await end.release();
    if (held === 'holder') await start.release();
  }
  await world.release(held);
  await world.collect();
  world.note('afterwards');
  return { ...world.report(), followed };
};

/** The host holds what looks like an edge and is none. */
export const playFalse = async (kernel: KernelController): Promise<Rings> => {
  const world = await EdgeWorld.tie(kernel, 'falseKinds');
  await world.release('holder');
  await world.collect();
  world.note('holders', ['holder']);
  world.note('edges', ['edge']);
  for (const { kind, edge } of world.rings) {
    if ((await kernel.call(edge, 'has')) !== true) throw new Error(`${kind} is not there`);
  }
  await world.release('edge');
  await world.collect();
  return world.report();
};

/** Ways to an object that other programs have; those that a vat is not given. */
export const FORBIDDEN = [
  'WeakRef',
  'FinalizationRegistry',
  'SharedArrayBuffer',
  'Atomics',
  'setTimeout',
  'setImmediate',
  'structuredClone',
] as const;

export const findMissing = async (kernel: KernelController): Promise<readonly string[]> =>
  (await kernel.call('edges', 'missing', [FORBIDDEN])) as readonly string[];

/** All of it. */
export type EdgePlays = {
  readonly loose: Rings;
  readonly edgeHeld: HeldRings;
  readonly holderHeld: HeldRings;
  readonly falsely: Rings;
  readonly missing: readonly string[];
};
