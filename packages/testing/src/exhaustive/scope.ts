/** What a search covers: who is there, what may happen, and how far the state may grow. Every limit keeps the state space finite. */

export type Scope = {
  readonly name: string;
  /** Vats that export objects, then vats that only import. All may pass on and send back what they hold. */
  readonly exporters: number;
  readonly importers: number;
  /** Objects that each exporter may export, by name. */
  readonly objects: number;
  /** Objects in the kernel at once, roots aside: one that was disowned or retired may still be known while its name is exported anew. */
  readonly objectRows: number;
  /** Messages and notifies in the run queue, above which no vat sends any more. */
  readonly queueLength: number;
  /** Promises in the kernel at once. */
  readonly promises: number;
  /** Vats call objects that they hold, and send their own objects to themselves. */
  readonly calls: boolean;
  /** Exporters disown objects. */
  readonly abandons: boolean;
  /** Which vats the host may terminate, and which may exit, by place: exporters first. */
  readonly terminates: readonly number[];
  /** Which vats the host may suspend and resume. */
  readonly suspends: readonly number[];
  /** Deliveries may fail: the crank is abandoned and the vat suspended or terminated, as `onFault` says. */
  readonly faults: boolean;
  readonly onFault: 'suspend' | 'terminate';
  /** The host calls objects, and holds them. */
  readonly host: boolean;
  /** Vats make illegal moves, each of which must end in a fault of that vat and in nothing else. */
  readonly illegal: boolean;
};

const SMALL: Scope = {
  name: 'one exporter, one importer',
  exporters: 1,
  importers: 1,
  objects: 1,
  objectRows: 2,
  queueLength: 2,
  promises: 0,
  calls: false,
  abandons: false,
  terminates: [],
  suspends: [],
  faults: false,
  onFault: 'suspend',
  host: false,
  illegal: false,
};

/** A scope from what differs from the smallest. */
export const makeScope = (changes: Partial<Scope>): Scope => ({ ...SMALL, ...changes });
