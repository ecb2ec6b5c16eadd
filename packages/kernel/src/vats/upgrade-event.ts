/**
 * An upgrade as something that was asked for: how it gets into the run queue, how its row goes again, whichever way (I17), and who is
 * told what became of it. What it does to the vat is in `upgrade.ts`.
 */
import { makeErrorData } from '@cooperage/marshal/error-data';
import type { CapData } from '@cooperage/protocol/capdata';
import { insistInvariant } from '@cooperage/protocol/fault';
import type { KRef, VatId } from '@cooperage/protocol/refs';
import { unreachable } from '@cooperage/protocol/unreachable';
import type { RunQueueRow } from '@cooperage/store/tables/run-queue';
import type { UpgradeResult, UpgradeRow } from '@cooperage/store/tables/upgrades';
import type { Crank } from '../crank-state.ts';
import type { Settlement } from '../promises/settle.ts';
import { releaseAll, takeAll } from '../refs/refcounts.ts';
import { enqueueItem, removeItem } from '../scheduler/queue-item.ts';
import { unpark } from '../scheduler/parking.ts';
import type { VatOptions } from './options.ts';
import { tellUpgraded } from './watch.ts';

export type NewUpgrade = {
  readonly vat: VatId;
  readonly bundle: string;
  /** Null: the vat keeps the parameters that it has. */
  readonly parameters: CapData<KRef> | null;
  /** What changes. */
  readonly options: Partial<VatOptions>;
  /** For those who wait for promises that the old incarnation decided. */
  readonly message: string;
  readonly heap: UpgradeRow['heap'];
  readonly result: UpgradeResult;
  /** 'ahead': before everything that is queued, for a vat whose queue would stop the kernel. */
  readonly place: 'in turn' | 'ahead';
};

/** What became of an upgrade. */
export type UpgradeOutcome =
  { readonly outcome: 'upgraded'; readonly incarnation: number } | { readonly outcome: 'failed'; readonly problem: string };

/** Queues an upgrade; its row holds the parameters until it goes. Returns its number. */
export const queueUpgrade = (crank: Crank, spec: NewUpgrade): number => {
  const { tables } = crank;
  const { vat, bundle, parameters, options, message, heap, result, place } = spec;
  const parametersBody = parameters?.body ?? null;
  const { upgrade } = tables.upgrades.add({
    vat,
    bundle,
    options: JSON.stringify(options),
    parametersBody,
    message,
    heap,
    result,
  });
  if (parameters !== null && parameters.slots.length > 0) {
    tables.upgradeSlots.put(upgrade, parameters.slots);
    takeAll(crank, parameters.slots);
  }
  const item = { kind: 'upgrade-vat', vat, upgrade } as const;
  enqueueItem(crank, item, place === 'ahead' ? 'first' : 'last');
  return upgrade;
};

/** Takes an upgrade out of existence and lets go of its parameters. Its queue row must be gone already. */
const deleteUpgrade = (crank: Crank, upgrade: number): void => {
  const { tables } = crank;
  releaseAll(crank, tables.upgradeSlots.get(upgrade));
  tables.upgradeSlots.delete(upgrade);
  tables.upgrades.delete(upgrade);
};

/** Ends a queued upgrade that cannot be, and tells who asked. The vat is what it was. */
export const failUpgrade = (crank: Crank, item: RunQueueRow, problem: string): void => {
  const { tables } = crank;
  const { position, upgrade } = item;
  insistInvariant('I17', upgrade !== null, `run queue item ${position} names no upgrade`);
  removeItem(crank, item);
  const row = tables.upgrades.get(upgrade);
  deleteUpgrade(crank, upgrade);
  crank.count('upgradesFailed');
  crank.log({ type: 'vat', crank: crank.number, vat: row.vat, change: 'upgrade-failed', problem });
  tellOutcome(crank, row, { outcome: 'failed', problem });
};

/** A dead vat is not upgraded any more. */
export const failUpgradesOf = (crank: Crank, vat: VatId, problem: string): void => {
  for (const item of crank.tables.runQueue.listByVat(vat)) if (item.kind === 'upgrade-vat') failUpgrade(crank, item, problem);
};

/** The new incarnation has started: what waited for the vat while it was suspended goes on. */
export const finishUpgrade = (crank: Crank, row: UpgradeRow): void => {
  const { vat, upgrade } = row;
  const { incarnation } = crank.tables.vats.get(vat);
  deleteUpgrade(crank, upgrade);
  unpark(crank, vat);
  crank.count('vatsUpgraded');
  crank.log({ type: 'vat', crank: crank.number, vat, change: 'upgraded', problem: null });
  tellOutcome(crank, row, { outcome: 'upgraded', incarnation });
};

/** A new incarnation by its number, a failure as an error. */
const settlementOf = (outcome: UpgradeOutcome): Settlement =>
  outcome.outcome === 'upgraded'
    ? { outcome: 'fulfilled', data: { body: `#${outcome.incarnation}`, slots: [] } }
    : { outcome: 'rejected', data: makeErrorData(outcome.problem) };

const tellOutcome = (crank: Crank, { upgrade, vat, result }: UpgradeRow, outcome: UpgradeOutcome): void => {
  const { tables } = crank;
  switch (result) {
    case 'host':
      tables.upgradeOutcomes.put({
        upgrade,
        vat,
        outcome: outcome.outcome,
        incarnation: tables.vats.get(vat).incarnation,
        problem: outcome.outcome === 'failed' ? outcome.problem : null,
      });
      return;
    case 'watcher':
      tellUpgraded(crank, vat, settlementOf(outcome));
      return;
    case 'nobody':
      return;
    default:
      unreachable(result);
  }
};
