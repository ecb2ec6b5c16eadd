/**
 * Looks at a simulated world that has come to rest and says what is wrong with it: what must be there and is gone, what is left and
 * should be gone, what one side of the worker port knows and the other does not. Called by `simulation.ts`; throws SimulationFailure.
 */
import { isKernelPromiseRef, type KernelPromiseRef, type VatId } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import { expectCounted, expectMust, type Expectation, type VatView } from './oracle.ts';
import type { Life } from './life.ts';
import type { SimLauncher } from './sim-worker.ts';
import { SimulationFailure } from './simulation-failure.ts';

/** With one vat in memory at a time the last life may be over, but its heap is what it was. */
export const viewVat = (launcher: SimLauncher, name: string): VatView => {
  const life: Life | undefined = launcher.lives.get(name) ?? launcher.lastLives.get(name);
  if (life === undefined) throw new SimulationFailure(`${name} did not wake`);
  return {
    name,
    heap: life.vat.heap,
    // Through the life, so that the view keeps all of it: without its liveslots, what that held for others would be gone.
    findObject: object => life.objects.get(object)?.(),
    listObjects: () => [...life.objects].flatMap(([object, find]) => (find() === undefined ? [] : [object])),
  };
};

/** What can be reached from the vats that run, and what the host holds, is in memory. */
export const insistAllThere = (views: readonly VatView[], pinned: ReadonlySet<string>): void => {
  for (const name of expectMust(views, pinned)) {
    const owner = name.replace(/\d+$/, '');
    const view = views.find(candidate => candidate.name === owner);
    if (name === owner || view === undefined) continue;
    if (view.findObject(name) === undefined) throw new SimulationFailure(`${name} is held but gone from memory`);
  }
};

/** Promises that are left. All of them must be settled and kept by nothing but each other; the kernel keeps such cycles. */
export const countPromiseCycles = ({ promises, promiseSlots }: Tables): number => {
  const left = new Set<KernelPromiseRef>(promises.list().map(({ kref }) => kref));
  for (const kref of left) {
    const { state } = promises.get(kref);
    if (state === 'unresolved') throw new SimulationFailure(`${kref} is unresolved although everything was settled`);
  }
  const cited = new Set([...left].flatMap(kref => promiseSlots.get(kref).filter(isKernelPromiseRef)));
  const loose = [...left].filter(kref => !cited.has(kref));
  if (loose.length > 0) throw new SimulationFailure(`${loose.join(', ')} left although nothing cites it`);
  return left.size;
};

/** The tables hold what counting can keep, not one object more or less; and liveslots remembers what the tables hold. */
export const compareWithOracle = (
  views: readonly VatView[],
  pinned: ReadonlySet<string>,
  { tables, launcher }: { readonly tables: Tables; readonly launcher: SimLauncher },
): Expectation => {
  const expectation = expectCounted(views, pinned);
  const { reached, recognized, imports } = expectation;
  const roots = new Set(views.map(({ name }) => name));
  const expected = [...new Set([...reached, ...recognized])].filter(name => !roots.has(name));
  const count = tables.objects.count() - views.length;
  if (count !== expected.length) {
    throw new SimulationFailure(`${count} objects are left, ${expected.length} are held: ${expected.sort().join(' ')}`);
  }
  for (const { name } of views) {
    const vat = tables.vats.findByName(name)?.vat as VatId;
    const imported = tables.clists.listByVat(vat, { prefix: 'o-' }).length;
    if (imported !== imports.get(name)) {
      throw new SimulationFailure(`${name} imports ${imported} objects, its heap holds ${imports.get(name)}`);
    }
    compareLife(launcher.lives.get(name), tables, vat);
  }
  return expectation;
};

/** No table in the memory of a vat leaks. What only rows cite need not be in memory; what they cite of the heap has a name. */
export const compareLife = (life: Life | undefined, { clists }: Tables, vat: VatId): void => {
  if (life === undefined) return;
  const { imports, exports, promises } = life.liveslots.inspectTables();
  const isOfHeap = ({ vref }: { readonly vref: string }): boolean => !/^o\+[dv]/.test(vref);
  const { isEmpty } = life.vat.stored;
  const insist = (table: string, size: number, known: number): void => {
    if (size !== known) throw new SimulationFailure(`liveslots of ${life.name} has ${size} ${table}, its c-list ${known}`);
  };
  const imported = clists.listByVat(vat, { prefix: 'o-' }).length;
  if (isEmpty || imports > imported) insist('imports', imports, imported);
  const exported = clists.listByVat(vat, { prefix: 'o+' }).filter(isOfHeap).length;
  if (isEmpty || exports < exported) insist('exports', exports, exported);
  insist('promises', promises, clists.listByVat(vat, { prefix: 'p' }).length);
};
