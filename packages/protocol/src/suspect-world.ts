/**
 * The part of the kernel's graph that only heaps of vats may keep, as the kernel tells it to the place where these vats run. Nodes are
 * numbers; what is alive without the heaps' help is not in it.
 *
 * A name in a vat's memory leads to its node: who holds a Presence reaches what it stands for. A node leads to what the vat has under
 * that name and holds for others: an exported object, a stored citation, those who wait for a promise. Edges lead from node to node, and
 * a clause says that a table and a key together keep a value.
 */
import type { VatId } from './refs.ts';

export type SuspectName = {
  /** A vref without facet, or `h<N>` for a promise in virtual data. */
  readonly ref: string;
  readonly node: number;
  /** Of a promise: the node that is alive when something can settle it, or `ALIVE`. */
  readonly settling: number | undefined;
};

/** In place of a node that is alive for other reasons. */
export const ALIVE = -1;

export type SuspectWorld = {
  readonly nodes: number;
  /** from, to, from, to, ... */
  readonly edges: Int32Array;
  /** table, key, value, ...; table or key may be `ALIVE`. */
  readonly clauses: Int32Array;
  readonly names: ReadonlyMap<VatId, readonly SuspectName[]>;
};

/** Which nodes nothing keeps: 1 at the number of each. */
export type DeadNodes = Uint8Array;
