/**
 * The edges between vats as a collector gets them, and what undoes their making. Between the two, liveslots holds nothing for others
 * (`loosening.ts`); `engine-links.ts` makes them for the engine's own collector.
 */

import type { VRef } from '@cooperage/protocol/refs';

/** Where the edges go. What is given here must be held by nothing else of the collector's than these edges. */
export type Links = {
  /** Who holds `value` reaches the node. */
  readonly lead: (value: object, node: number) => void;
  /** Who reaches the node reaches `value`. */
  readonly hold: (node: number, value: object) => void;
  /** Who holds `table` and reaches the node reaches `value`. */
  readonly file: (table: object, key: number, value: object) => void;
};

/** Holds again what is still in memory. `isAlive` says of a node whether anything reached it. */
export type Fasten = (isAlive: (node: number) => boolean) => void;

/**
 * Files with the collector what a weak collection of the heap has under suspect keys; undefined when it has no such keys. `nodeOf`: the
 * node of a suspect key, undefined for all others.
 */
export type LoosenEntries = (collection: object, nodeOf: (vref: VRef) => number | undefined, links: Links) => Fasten | undefined;
