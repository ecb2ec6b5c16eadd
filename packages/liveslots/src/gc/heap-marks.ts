/**
 * Points out, for a look at a heap snapshot, which object of the engine's heap is which: what the vat's memory hangs from, what it has
 * under a name, and the tables of liveslots, through which no path of the vat's own leads. Made on request alone and dropped after the
 * look; nothing that the vat can see changes.
 */
import type { HeapSource } from '@cooperage/protocol/heap-look';
import type { VatSpace } from '../space.ts';

export type HeapMarks = {
  readonly sources: readonly (HeapSource & { readonly object: object })[];
  readonly names: readonly { readonly ref: string; readonly object: object }[];
  readonly walls: readonly object[];
};

const listSources = ({ exports, promises, pins, kinds }: VatSpace): HeapMarks['sources'] => [
  ...exports.listHeldByName().map(([ref, object]) => ({ kind: 'export' as const, ref, object })),
  ...promises.list().map(([ref, { decider, promise }]) => {
    return { kind: decider === 'kernel' ? ('awaits' as const) : ('promise' as const), ref, object: promise };
  }),
  ...pins.listByName().map(([ref, object]) => ({ kind: 'stored' as const, ref, object })),
  ...kinds.list().map(([number, object]) => ({ kind: 'kind' as const, ref: String(number), object })),
];

export const makeHeapMarks = (space: VatSpace): HeapMarks => {
  const { watch, promises } = space;
  const watched = watch.listNames().flatMap(ref => {
    const object = watch.find(ref);
    return object === undefined ? [] : [{ ref, object }];
  });
  return {
    sources: listSources(space),
    names: [...watched, ...promises.list().map(([ref, { promise }]) => ({ ref, object: promise }))],
    walls: [space, ...Object.values(space).filter(part => typeof part === 'object' || typeof part === 'function')] as object[],
  };
};
