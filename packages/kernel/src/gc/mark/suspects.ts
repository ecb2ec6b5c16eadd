/**
 * What a marker without the heaps' help left over: the suspects. They go to the place where the vats run, renumbered, with the edges and
 * clauses that bear on them; the rest of the world is alive anyway.
 */
import type { VatId } from '@cooperage/protocol/refs';
import { ALIVE, type SuspectName, type SuspectWorld } from '@cooperage/protocol/suspect-world';
import type { Marker } from './marker.ts';
import type { Survey, VatName } from './survey.ts';
import { Tuples } from './world.ts';

export type Suspects = {
  readonly world: SuspectWorld;
  /** The node of the whole world for each suspect. */
  readonly nodes: readonly number[];
};

class Renumbering {
  readonly nodes: number[] = [];
  readonly #marker: Marker;
  readonly #numbers = new Map<number, number>();

  constructor(marker: Marker) {
    this.#marker = marker;
  }

  /** The suspect's number, or `ALIVE`. */
  numberOf(node: number): number {
    if (this.#marker.isAlive(node)) return ALIVE;
    const known = this.#numbers.get(node);
    if (known !== undefined) return known;
    const number = this.nodes.length;
    this.nodes.push(node);
    this.#numbers.set(node, number);
    return number;
  }
}

const renumberEdges = (packed: Int32Array, numbers: Renumbering): Int32Array => {
  const edges = new Tuples(2);
  for (let i = 0; i < packed.length; i += 2) {
    const from = numbers.numberOf(packed[i] as number);
    const to = numbers.numberOf(packed[i + 1] as number);
    if (from !== ALIVE && to !== ALIVE) edges.add(from, to);
  }
  return edges.packed;
};

const renumberClauses = (packed: Int32Array, numbers: Renumbering): Int32Array => {
  const clauses = new Tuples(3);
  for (let i = 0; i < packed.length; i += 3) {
    const value = numbers.numberOf(packed[i + 2] as number);
    if (value !== ALIVE) clauses.add(numbers.numberOf(packed[i] as number), numbers.numberOf(packed[i + 1] as number), value);
  }
  return clauses.packed;
};

/** Undefined: everything is alive. */
export const findSuspects = ({ world, names }: Survey, marker: Marker): Suspects | undefined => {
  const numbers = new Renumbering(marker);
  const suspectNames = new Map<VatId, SuspectName[]>();
  for (const [vat, known] of names) {
    const suspects = known.flatMap((name: VatName): SuspectName[] => {
      const node = numbers.numberOf(name.node);
      const settling = name.settling === undefined ? undefined : numbers.numberOf(name.settling);
      return node === ALIVE && (settling === undefined || settling === ALIVE) ? [] : [{ ref: name.ref, node, settling }];
    });
    if (suspects.length > 0) suspectNames.set(vat, suspects);
  }
  const edges = renumberEdges(world.edges.packed, numbers);
  const clauses = renumberClauses(world.clauses.packed, numbers);
  if (numbers.nodes.length === 0) return undefined;
  return { world: { nodes: numbers.nodes.length, edges, clauses, names: suspectNames }, nodes: numbers.nodes };
};
