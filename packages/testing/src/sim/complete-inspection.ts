/**
 * Holds a simulated world that has come to rest, and in which cycles were looked for, against the oracle of a complete collector: nothing
 * that can be reached is gone, and nothing else is left. Called by `simulation.ts`; throws SimulationFailure.
 */
import type { VatId } from '@cooperage/protocol/refs';
import type { Tables } from '@cooperage/store/tables/tables';
import type { Chronicle } from './chronicle.ts';
import { expectComplete, findAlive, type WorldView } from './complete-oracle.ts';
import { compareLife } from './inspection.ts';
import type { VatView } from './oracle.ts';
import type { SimLauncher } from './sim-worker.ts';
import { SimulationFailure } from './simulation-failure.ts';
import { readStoredModel } from './stored-model.ts';

type Host = { readonly tables: Tables; readonly chronicle: Chronicle; readonly launcher: SimLauncher };

const vatNamed = (tables: Tables, name: string): VatId => tables.vats.findByName(name)?.vat as VatId;

/** The vats with what their rows must hold, by their traces. */
export const viewWorld = (views: readonly VatView[], { tables, chronicle }: Host): WorldView =>
  views.map(view => ({ ...view, stored: readStoredModel(chronicle.linesOf(vatNamed(tables, view.name))) }));

/** What can be reached and has its owner is in memory, or in rows. */
export const insistFoundAlive = (world: WorldView, pinned: ReadonlySet<string>, mayBeGone: (name: string) => boolean): void => {
  for (const name of findAlive(world, pinned).names) {
    const owner = world.find(({ name: vat }) => name.replace(/\d+$/, '') === vat);
    if (owner === undefined || name === owner.name || mayBeGone(name)) continue;
    if (!owner.stored.slots.has(name) && owner.findObject(name) === undefined)
      throw new SimulationFailure(`${name} is held but gone from memory`);
  }
};

const show = (names: Iterable<string>): string => [...names].sort().join(' ') || 'none';

/** `findName`: what an object is called, if anybody has named it. */
export const compareWithCompleteOracle = (
  world: WorldView,
  pinned: ReadonlySet<string>,
  { tables, launcher, hand }: Host & { readonly hand: { readonly findName: (kref: never) => string | undefined } },
): void => {
  const { known, imports, promises } = expectComplete(world, pinned);
  const roots = new Set(world.map(({ name }) => name));
  const there = tables.objects.list().map(({ kref }) => hand.findName(kref as never) ?? kref);
  const left = there.filter(name => !known.has(name) && !roots.has(name));
  const lost = [...known].filter(name => !there.includes(name));
  const surplus = there.length - roots.size - known.size;
  // Nobody need have named the root of a vat that has ended.
  const isNameless = (name: string): boolean => /^\D+$/.test(name);
  if (lost.some(name => !isNameless(name)) || surplus < 0) throw new SimulationFailure(`lost: ${show(lost)}`);
  if (left.length > 0 && surplus > 0) throw new SimulationFailure(`leaked: ${show(left)}`);
  for (const { name } of world) {
    const vat = vatNamed(tables, name);
    const imported = tables.clists.listByVat(vat, { prefix: 'o-' }).map(({ kref }) => hand.findName(kref as never) ?? kref);
    const expected = imports.get(name) ?? new Set();
    if (imported.length !== expected.size)
      throw new SimulationFailure(`${name} imports ${show(imported)}, and holds ${show(expected)}`);
    compareLife(launcher.lives.get(name), tables, vat);
  }
  const count = tables.promises.count();
  if (count > promises) throw new SimulationFailure(`${count} promises are left, and vats reach ${promises}`);
};
