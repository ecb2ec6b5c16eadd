/** What holds what, as found by a search backwards: each edge leads from a holder to what it holds. */
import type { HeapPath } from '@cooperage/protocol/heap-look';
import type { NodeName } from './nodes.ts';

/** One place that holds a ref. */
export type Holder = {
  /** `c-list`, `pin`, `message argument`, `property`, `entry`, `heap`, ...: the kinds of the view `holders`, and the places in stored data. */
  readonly kind: string;
  /** Who: a vat, a stored object (`v2 o+d12/5`), a message (`m7`), a promise, the reason of a pin, the name of a device. */
  readonly holder: string;
  /** Where in it: a vref, a slot, the name of a property, the key of an entry. */
  readonly detail: string;
  /** The name by which it is held there: a kref, or in stored data the vat's own. */
  readonly ref: string;
  /** 'weak': it can only recognize it. */
  readonly strength: 'strong' | 'weak';
};

/**
 * How much a path along this edge proves. 'none': the holder keeps it. 'key': the entry of a weak collection does, as long as its key
 * lives. 'heap': only the vat's heap can be what keeps it. 'perhaps': the heap may do so as well.
 */
export type Doubt = 'none' | 'key' | 'heap' | 'perhaps';

export type Edge = {
  /** Null: the holder is a root, and is kept by nothing. */
  readonly from: NodeName | null;
  readonly to: NodeName;
  readonly doubt: Doubt;
  /** Undefined for citations in stored data until somebody asks. */
  readonly how: Holder | undefined;
  /** Through the memory of a vat, where that was looked into. */
  readonly through?: HeapPath;
};

/** Edges in an order that says nothing of how they were found. */
export const compareEdges = (a: Edge, b: Edge): number => {
  const keyOf = ({ from, to, how }: Edge): string =>
    `${from ?? ''}|${to}|${how?.kind ?? ''}|${how?.holder ?? ''}|${how?.detail ?? ''}`;
  const [left, right] = [keyOf(a), keyOf(b)];
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
};
