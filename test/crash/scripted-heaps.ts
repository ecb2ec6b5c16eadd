/**
 * What the heaps of scripted vats keep, for the kernel's collector of cycles: a plain fixpoint over what it tells. A heap keeps the
 * objects that its vat has in hand, and every promise; what a vat exports keeps nothing.
 */
import type { VatId } from '@cooperage/protocol/refs';
import type { DeadNodes, SuspectWorld } from '@cooperage/protocol/suspect-world';

export type ScriptedHeap = { readonly holds: (ref: string) => boolean };

export const findDeadInHeaps = (world: SuspectWorld, heaps: ReadonlyMap<VatId, ScriptedHeap>): DeadNodes => {
  const dead = new Uint8Array(world.nodes).fill(1);
  const isAlive = (node: number): boolean => node < 0 || dead[node] === 0;
  let grown = true;
  const revive = (node: number | undefined): void => {
    if (node === undefined || isAlive(node)) return;
    dead[node] = 0;
    grown = true;
  };
  for (const [vat, names] of world.names) {
    for (const { ref, node, settling } of names) {
      if (!ref.startsWith('p') && heaps.get(vat)?.holds(ref) !== true) continue;
      revive(node);
      revive(settling);
    }
  }
  const { edges, clauses } = world;
  while (grown) {
    grown = false;
    for (let i = 0; i < edges.length; i += 2) if (isAlive(edges[i] as number)) revive(edges[i + 1]);
    for (let i = 0; i < clauses.length; i += 3) {
      if (isAlive(clauses[i] as number) && isAlive(clauses[i + 1] as number)) revive(clauses[i + 2]);
    }
  }
  return dead;
};
