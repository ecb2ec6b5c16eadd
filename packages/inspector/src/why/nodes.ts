/**
 * Names of what can keep and be kept, for the search of retaining paths:
 *
 * - `v2 o+d12/5`, `v2 o+7`: what a vat has of its own, with all its facets, whether or not the kernel knows it;
 * - `ko30`: an object that no vat owns; `kp40`: a promise; `kd30`: a device node;
 * - `kp40!`: whatever can settle that promise, and so matters to those who wait for it;
 * - `heap v2`: what the tables do not show.
 */
import { parseVRef, type VatId, type VRef } from '@cooperage/protocol/refs';

export type NodeName = string;

export type ParsedNode =
  | { readonly type: 'own'; readonly vat: VatId; readonly ref: VRef }
  | { readonly type: 'kernel'; readonly kref: string }
  | { readonly type: 'settling'; readonly promise: string }
  | { readonly type: 'heap'; readonly vat: VatId };

/** `ref` with or without facet. */
export const ownNode = (vat: string, ref: string): NodeName => `${vat} ${parseVRef(ref)?.baseRef ?? ref}`;
export const settlingNode = (promise: string): NodeName => `${promise}!`;
export const heapNode = (vat: string): NodeName => `heap ${vat}`;

export const parseNode = (name: NodeName): ParsedNode => {
  const space = name.indexOf(' ');
  if (name.startsWith('heap ')) return { type: 'heap', vat: name.slice(space + 1) as VatId };
  if (space > 0) return { type: 'own', vat: name.slice(0, space) as VatId, ref: name.slice(space + 1) as VRef };
  if (name.endsWith('!')) return { type: 'settling', promise: name.slice(0, -1) };
  return { type: 'kernel', kref: name };
};

/** A stored object is rows of its vat; anything else that a vat has is in its heap. */
export const isStoredRef = (ref: string): boolean => {
  const durability = parseVRef(ref)?.durability;
  return durability === 'durable' || durability === 'virtual';
};
