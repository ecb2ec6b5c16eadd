/**
 * A rehearsal: an upgrade run on the tables as they are, and undone whatever comes of it. Number and hash of the cranks, counters and
 * rows are afterwards what they were before; only who is in memory may differ, which nobody can see. `kernel.ts` is the caller.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import type { KernelObjectRef, KernelPromiseRef, KRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import { NEVER } from './choices.ts';
import type { Crank } from './crank-state.ts';
import type { DeliveryResult } from './deliveries/deliver.ts';
import { runUpgrade } from './deliveries/upgrade-vat.ts';
import { installBundle } from './input.ts';
import type { Machine } from './machine.ts';
import { abandonCrank, beginCrank } from './settle.ts';
import { queueUpgrade, type NewUpgrade } from './vats/upgrade-event.ts';
import { listExportsToLose, listPromisesToReject } from './vats/upgrade.ts';

/** An export that would be lost although somebody still holds it. */
export type AbandonedExport = {
  readonly kref: KernelObjectRef;
  readonly vref: VRef;
  /** Vats that import it; messages, promises and the host may hold it too. */
  readonly importers: readonly VatId[];
};

export type Rehearsal = {
  readonly outcome: 'would succeed' | 'would fail';
  /** Why it would fail. */
  readonly problem: string | null;
  /** By number. */
  readonly abandoned: readonly AbandonedExport[];
  /** Promises that would be rejected, by number. */
  readonly rejected: readonly KernelPromiseRef[];
  /** Imports that the upgrade would let go of. */
  readonly dropped: readonly KRef[];
};

/** Runs the upgrade and leaves no trace of it. `bundle`: source that need not be installed. */
export const rehearseUpgrade = async (machine: Machine, spec: NewUpgrade, bundle: VatBundle): Promise<Rehearsal> => {
  const { store } = machine;
  if (store.inBlock) return rehearseInBlock(machine, spec, bundle);
  store.beginBlock();
  const rehearsal = await rehearseInBlock(machine, spec, bundle);
  store.rollbackBlock();
  return rehearsal;
};

const rehearseInBlock = async (machine: Machine, spec: NewUpgrade, bundle: VatBundle): Promise<Rehearsal> => {
  const crank: Crank = { ...beginCrank(machine), maybe: NEVER, log: () => {} };
  const abandoned = listAbandoned(crank, spec.vat);
  const rejected = listPromisesToReject(crank.tables, spec.vat);
  let result: DeliveryResult | null = null;
  let problem: string | null;
  try {
    installBundle(crank, bundle);
    result = await runUpgrade(crank, machine.warehouse, crank.tables.upgrades.get(queueUpgrade(crank, spec)));
    problem = result.fault?.problem ?? null;
  } catch (error) {
    // A vat that cannot be replayed stops a kernel that delivers to it. Here nothing is lost yet, and the host wants to know.
    if (!(error instanceof CooperageError) || error.code !== 'ERR_REPLAY') throw error;
    ({ message: problem } = error);
  }
  abandonCrank(machine);
  await machine.warehouse.evict(spec.vat);
  const outcome = problem === null ? 'would succeed' : 'would fail';
  machine.log({ type: 'rehearsal', vat: spec.vat, outcome, problem });
  return { outcome, problem, abandoned, rejected, dropped: listDropped(result) };
};

const listAbandoned = ({ tables }: Crank, vat: VatId): AbandonedExport[] =>
  listExportsToLose(tables, vat)
    .map(row => ({ kref: row.kref as KernelObjectRef, vref: row.vref, importers: tables.clists.listImporters(row.kref) }))
    .filter(({ kref }) => tables.objects.get(kref).recognizable > 0);

const listDropped = (result: DeliveryResult | null): readonly KRef[] =>
  result?.syscalls.flatMap(syscall => (syscall.type === 'dropImports' ? syscall.refs : [])) ?? [];
