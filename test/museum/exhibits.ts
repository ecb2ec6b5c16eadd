/**
 * The museum: bugs of this family of systems, re-injected one at a time. Each says which line becomes what;
 * the simulator must notice. `bug`: the number in the list of 25 historical bugs that the simulator is measured by, or 'own' for one of
 * ours. Exhibits of features that do not exist yet are listed in `WAITING`.
 */
export type Exhibit = {
  readonly name: string;
  readonly bug: number | 'own';
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Where to begin: a seed shortly before the first that notices, for what takes long to find. */
  readonly first?: number;
  /** Where the simulation's collector would hide it, the engine's own decides. */
  readonly collector?: 'simulated' | 'engine';
};

const kernel = (file: string): string => `packages/kernel/src/${file}`;
const liveslots = (file: string): string => `packages/liveslots/src/${file}`;

export const EXHIBITS: readonly Exhibit[] = [
  {
    name: 'retire-without-drop',
    bug: 2,
    first: 20,
    what: 'a weak collection that dies retires keys that the vat still reaches',
    file: liveslots('dispatch/bring-out-your-dead.ts'),
    find: '  if (watch.has(ref) || counts.has(ref)) return;\n  if ((imports',
    replace: '  if (counts.has(ref)) return;\n  if ((imports',
  },
  {
    name: 'dead-collection-recognizes',
    bug: 3,
    first: 65,
    what: 'a weak collection that dies never retires its keys',
    file: liveslots('weak/recognizers.ts'),
    find: 'for (const vref of vrefs) this.remove(name, vref);',
    replace: '',
  },
  {
    name: 'orphan-message-kept',
    bug: 5,
    what: 'a message to an orphan raises counts and never lowers them',
    file: kernel('routing/enqueue.ts'),
    find: '  release(crank, row.target);\n  if (row.result',
    replace:
      '  if (crank.tables.objects.find(row.target as never)?.owner !== null) release(crank, row.target);\n  if (row.result',
  },
  {
    name: 'abandoned-not-examined',
    bug: 6,
    first: 225,
    what: 'an abandoned object that nobody reaches is never retired',
    file: kernel('gc/free.ts'),
    find: '  tables.objects.put({ ...row, owner: null });\n  crank.freeable.add(kref);',
    replace: '  tables.objects.put({ ...row, owner: null });',
  },
  {
    name: 'dead-decider',
    bug: 7,
    first: 258,
    what: 'promises that a dead vat had yet to decide stay undecided',
    file: kernel('vats/lifecycle.ts'),
    find: '  rejectAllDecidedBy(crank, vat, VAT_TERMINATED);\n',
    replace: '',
  },
  {
    name: 'termination-leaks-promises',
    bug: 8,
    what: 'cleanup of a dead vat forgets the promises in its c-list',
    file: kernel('vats/cleanup.ts'),
    find: '  else deleteRow(crank, row);',
    replace: '  else if (isKernelPromiseRef(kref)) crank.tables.clists.delete(row);\n  else deleteRow(crank, row);',
  },
  {
    name: 'settled-promise-kept-in-memory',
    bug: 9,
    what: 'a promise that was notified stays in a table of its vat',
    file: liveslots('dispatch/notify.ts'),
    find: '    promises.retire(vpid);\n',
    replace: '',
  },
  {
    name: 'collector-shows-in-weak-maps',
    bug: 13,
    first: 150,
    what: 'a weak map files a Presence by identity, so that what the collector did shows',
    file: liveslots('weak/weak-globals.ts'),
    find: 'if (vref !== undefined && comesBack(vref)) return { vref, entry: vref };',
    replace: 'if (vref !== undefined) return undefined;',
  },
  {
    name: 'abandon-keeps-rows',
    bug: 19,
    what: 'an abandoned crank leaves rows in the cache',
    file: 'packages/store/src/row-cache.ts',
    find: '      if (entry.row !== entry.before) this.#replace(entry, entry.before);\n',
    replace: '',
  },
  {
    name: 'batch-of-one',
    bug: 22,
    first: 248,
    what: 'of a batch of resolutions only the first is carried out',
    file: kernel('syscalls/resolve.ts'),
    find: 'for (const { promise, outcome, data } of resolutions) settle',
    replace: 'for (const { promise, outcome, data } of resolutions.slice(0, 1)) settle',
  },
  {
    name: 'collect-in-the-same-job',
    bug: 24,
    what: 'a collection in the job that read a WeakRef finds nothing',
    file: 'packages/worker/src/gc-tools.ts',
    find: 'collector();',
    replace: 'void collector;',
    collector: 'engine',
  },
  {
    name: 'stale-action-delivered',
    bug: 'own',
    first: 50,
    what: 'an action that is no longer true is delivered all the same',
    file: kernel('gc/actions.ts'),
    find: 'if (object === undefined || object.reachable > 0) return false;',
    replace: 'if (object === undefined) return false;',
  },
  {
    name: 'drop-not-told',
    bug: 'own',
    what: 'an export that nobody reaches is never dropped',
    file: kernel('gc/free.ts'),
    find: "if (exportRow.reachable) tables.gcActions.add({ vat: row.owner, action: 'dropExport', kref });",
    replace: '',
  },
  {
    name: 'retire-not-told',
    bug: 'own',
    what: 'importers of an object that is gone are never told',
    file: kernel('gc/free.ts'),
    find: "tables.gcActions.add({ vat, action: 'retireImport', kref });",
    replace: '{}',
  },
  {
    name: 'notify-hold-kept',
    bug: 'own',
    what: 'a notify to a vat that has heard already keeps its promise',
    file: kernel('deliveries/notify.ts'),
    find: '    release(crank, promise);\n    return null;',
    replace: '    return null;',
  },
  {
    name: 'settled-data-not-held',
    bug: 'own',
    what: 'a settled promise does not hold what its data cites',
    file: kernel('promises/settle.ts'),
    find: '  takeAll(crank, data.slots);\n',
    replace: '',
  },
  {
    name: 'waiting-messages-lost',
    bug: 'own',
    what: 'messages that wait for a promise are forgotten when it settles',
    file: kernel('promises/settle.ts'),
    find: '  releasePromiseQueue(crank, promise);\n',
    replace: '',
  },
  {
    name: 'export-not-held',
    bug: 'own',
    first: 90,
    what: 'liveslots does not hold an export that is sent again after a drop',
    file: liveslots('slots/exports.ts'),
    find: "    record.kernel = 'reachable';\n    record.held = value;\n",
    replace: "    if (record.kernel !== 'recognizable') record.held = value;\n    record.kernel = 'reachable';\n",
  },
  {
    name: 'fiat-ignored',
    bug: 'own',
    what: 'a replay that still has a dead object in memory goes on using it',
    file: liveslots('slots/imports.ts'),
    find: '    if (left !== undefined) slots.forget(left);\n    watch.forget(vref);',
    replace: '    if (left === undefined) watch.forget(vref);',
  },
  {
    name: 'harvest-of-the-living',
    bug: 'own',
    what: 'a harvest reports what was introduced again after it died',
    file: liveslots('gc/object-watch.ts'),
    find: 'if (ref.deref() === undefined) gone.push(name);',
    replace: "if (ref.deref() === undefined || name.endsWith('7')) gone.push(name);",
  },
  {
    name: 'retirement-before-its-drop',
    bug: 'own',
    first: 305,
    what: 'a retirement is judged while drops of its vat still wait behind a full delivery, and is lost',
    file: kernel('gc/actions.ts'),
    find: "    if (group.length === limit) return 'moot';\n",
    replace: '',
  },
  {
    name: 'cleaned-up-too-soon',
    bug: 'own',
    what: 'a dead vat that takes several cranks to clean up is forgotten after the first',
    file: kernel('vats/cleanup.ts'),
    find: '  if (budget === 0) return;\n',
    replace: '',
  },
  {
    name: 'faulted-worker-kept',
    bug: 'own',
    what: 'a worker that lived through an abandoned delivery stays in memory',
    file: kernel('crank.ts'),
    find: '    await machine.warehouse.evict(delivered.vat);\n    crank = beginCrank',
    replace: '    crank = beginCrank',
  },
  {
    name: 'parked-for-ever',
    bug: 'own',
    what: 'what waited for a suspended vat still waits when it has resumed',
    file: kernel('vats/lifecycle.ts'),
    find: "state: 'running', problem: null });\n  unpark(crank, vat);",
    replace: "state: 'running', problem: null });",
  },
  {
    name: 'suspended-vat-hears',
    bug: 'own',
    what: 'a suspended vat is told what may be collected',
    file: kernel('gc/actions.ts'),
    find: "    if (tables.vats.get(vat).state === 'suspended') continue;\n",
    replace: '',
  },
  {
    name: 'lost-block-in-memory',
    bug: 'own',
    what: 'a block that was undone lives on in the cache',
    file: 'packages/store/src/store.ts',
    find: '    this.#rollback.run();\n    for (const cache of this.#connection.caches) cache.forget();',
    replace: '    this.#rollback.run();',
  },
  {
    name: 'crank-number-not-kept',
    bug: 'own',
    what: 'a kernel that comes back does not know how far it was',
    file: kernel('kernel.ts'),
    find: "    store.tables.kernelState.put('activity_hash', this.#machine.activityHash);\n",
    replace: '',
  },
  {
    name: 'host-hold-forgotten',
    bug: 'own',
    what: 'an object that the host holds counts as held by nobody',
    file: kernel('input.ts'),
    find: '  crank.tables.pins.add({ kref, reason });\n  take(crank, kref);',
    replace: "  crank.tables.pins.add({ kref, reason });\n  if (reason !== 'host') take(crank, kref);",
  },
];

/** Bugs of the list whose feature does not exist here yet, or that another suite kills. */
export const WAITING: Readonly<Record<number, string>> = {
  1: 'virtual objects',
  4: 'entries left in a weak collection show in memory alone: killed in liveslots/test',
  10: 'growth over long runs of real programs',
  11: 'complete collection',
  12: 'complete collection',
  14: 'heap snapshots',
  15: 'heap snapshots',
  16: 'heap snapshots',
  17: 'a device is called by a replay: killed in kernel/test/devices.test.ts',
  18: 'reads of a vatstore by liveslots: killed in kernel/test/replay.test.ts',
  20: 'critical vats',
  21: 'a budget for cleanup exists; killed in kernel/test/collection.test.ts',
  23: 'killed in test/rogue-vats.test.ts and kernel/test/faults.test.ts',
  25: 'killed in test/faults-at-n.test.ts',
};
