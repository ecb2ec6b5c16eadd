/**
 * What an object stands on inside a script vat, read off its heap when the kernel turns to the vat. Nothing to be read where the
 * engine's own collector decides: looking would keep what is looked at.
 */
import { reachFrom } from './script-heap.ts';
import { isPromise, nameOf } from './script-vat.ts';
import type { Life } from './life.ts';

/** Names of objects, this vat's own and others'. */
export type Pillars = {
  /** The vat's own code reaches them. */
  readonly reached: ReadonlySet<string>;
  /** They are in memory. */
  readonly remembered: ReadonlySet<string>;
  /** Weak collections that the vat's code reaches have them as keys. */
  readonly recognized: ReadonlySet<string>;
};

export const findPillars = ({ vat: { heap }, collector, objects }: Life): Pillars | undefined => {
  if (collector === undefined) return undefined;
  const reached = new Set<string>();
  const recognized = new Set<string>();
  for (const thing of reachFrom(heap, heap.roots(), key => heap.findFields(key) === undefined)) {
    const table = heap.findTable(thing);
    for (const key of table?.shadow?.keys() ?? []) recognized.add(nameOf(key));
    if (table === undefined && !isPromise(thing)) reached.add(nameOf(thing));
  }
  const remembered = new Set<string>();
  for (const [name, find] of objects) if (find() !== undefined) remembered.add(name);
  for (const thing of collector.listRemembered()) if (heap.findFields(thing) === undefined) remembered.add(nameOf(thing));
  return { reached, remembered, recognized };
};

/** L, M or neither, then R: as in `coverage.ts`. */
export const showPillars = ({ reached, remembered, recognized }: Pillars, name: string): string => {
  const memory = reached.has(name) ? 'L' : remembered.has(name) ? 'M' : '';
  return `${memory}${recognized.has(name) ? 'R' : ''}` || '-';
};
