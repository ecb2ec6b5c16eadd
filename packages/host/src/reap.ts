/** Reaping to quiescence: what one vat lets go of may free what another holds, so it takes rounds. */
import type { CrankReport } from '@cooperage/kernel/crank';
import type { Kernel } from '@cooperage/kernel/kernel';
import type { VatId } from '@cooperage/protocol/refs';
import type { Store } from '@cooperage/store/store';

export type ReapReport = {
  /** Rounds of harvests that it took until nothing fell any more; the last one found nothing. */
  readonly rounds: number;
  readonly cranks: number;
  /** Imports that vats let go of. */
  readonly dropped: number;
  /** Objects whose record is gone. */
  readonly retired: number;
};

const OBJECTS_DELETED = 'objectsDeleted';

/** Changes when anything has fallen. Vat names never hold a line break, numbers no space. */
export const takeBearings = (store: Store): string => {
  const { objects, clists, promises, gcActions, vatstore } = store.tables;
  return [objects, clists, promises, gcActions, vatstore].map(table => table.count()).join(' ');
};

const countDropped = ({ syscalls }: CrankReport): number =>
  syscalls.reduce((sum, syscall) => sum + (syscall.type === 'dropImports' ? syscall.refs.length : 0), 0);

/** Runs what is queued, then reaps one vat or all that run, until a round changes nothing. Durable when it resolves. */
export const reapToQuiescence = async (kernel: Kernel, store: Store, vat: VatId | undefined): Promise<ReapReport> => {
  const retiredBefore = kernel.statistics().get(OBJECTS_DELETED) ?? 0;
  let cranks = 0;
  let dropped = 0;
  const run = async (): Promise<number> => {
    let droppedNow = 0;
    const report = await kernel.run({
      afterCrank: crank => {
        droppedNow += countDropped(crank);
        return 'continue';
      },
    });
    cranks += report.cranks;
    dropped += droppedNow;
    return droppedNow;
  };
  await run();
  for (let rounds = 1; ; rounds += 1) {
    const before = takeBearings(store);
    for (const row of store.tables.vats.list()) {
      if (row.state === 'running' && (vat === undefined || row.vat === vat)) kernel.scheduleReap(row.vat);
    }
    const fell = await run();
    if (fell > 0 || takeBearings(store) !== before) continue;
    return { rounds, cranks, dropped, retired: (kernel.statistics().get(OBJECTS_DELETED) ?? 0) - retiredBefore };
  }
};
