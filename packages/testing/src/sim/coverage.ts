/**
 * What random runs come by: in which state of its c-list entry, with which actions queued for its object, and on which pillars inside the
 * vat, an object was when a vat did something with it or was told of it. Watches the slog of a simulated kernel; changes nothing.
 *
 * `cells` are those of the exhaustive search (`exhaustive/coverage.ts`), so the two can be compared. `pillars` says how the vat itself
 * stands to what it hears of: L its code reaches it; M only memory does, and the collector may take it at any time; R a weak
 * collection has it as key.
 */
import type { SlogEvent } from '@cooperage/kernel/observe/slog';
import type { CapData } from '@cooperage/protocol/capdata';
import type { Delivery } from '@cooperage/protocol/delivery';
import { isImportVRef, type KRef, type VatId, type VRef } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';
import type { VatDelivery, VatSyscall } from '@cooperage/protocol/worker-port';
import type { Store } from '@cooperage/store/store';
import { Coverage, showQueued, type Cell } from '../exhaustive/coverage.ts';
import type { ClistState } from '../exhaustive/vat-view.ts';
import { findPillars, showPillars, type Pillars } from './pillars.ts';
import type { Life } from './life.ts';
import { TableMirror, type InputLine } from './table-mirror.ts';

/** An object in what a vat says or hears, under both its names. */
type Named = { readonly kref: KRef; readonly vref: VRef };

/** What an object is called, if anybody has named it. */
export type FindName = (kref: KRef) => string | undefined;

/** What the crank in hand has changed so far. */
type CrankView = { readonly states: Map<VRef, ClistState>; readonly dropped: Map<VRef, Cell> };

const isObject = (vref: VRef): boolean => vref.startsWith('o');
const pairUp = (krefs: readonly KRef[], vrefs: readonly VRef[]): Named[] =>
  vrefs.map((vref, i) => ({ kref: krefs[i] as KRef, vref })).filter(({ vref }) => isObject(vref));

export class SimCoverage {
  readonly cells = new Coverage();
  readonly pillars = new Coverage();
  #store: Store | undefined;
  #mirror: TableMirror | undefined;
  #lives: ReadonlyMap<string, Life> = new Map();
  #findName: FindName = () => undefined;
  #crank: CrankView | undefined;

  /** A kernel is opened over `store`, maybe not for the first time, and its vats will live among `lives`. */
  follow(store: Store, lives: ReadonlyMap<string, Life>, findName: FindName): void {
    this.#crank = undefined;
    this.#lives = lives;
    this.#findName = findName;
    if (store === this.#store) this.#mirror?.reload();
    else this.#mirror = new TableMirror(store, lines => this.#noteInput(lines));
    this.#store = store;
  }

  merge({ cells, pillars }: SimCoverage): void {
    this.cells.merge(cells);
    this.pillars.merge(pillars);
  }

  /** To be called with every event of the slog. */
  readonly observe = (event: SlogEvent): void => {
    switch (event.type) {
      case 'crank-start':
        this.#crank = { states: new Map(), dropped: new Map() };
        return;
      case 'deliver':
        this.#noteDelivery(event.vat, event.delivery, event.vatDelivery);
        return;
      case 'syscall':
        if (event.syscall !== null) this.#noteSyscall(event.vat, event.syscall, event.vatSyscall);
        return;
      case 'deliver-result':
        for (const cell of this.#crank?.dropped.values() ?? []) this.cells.visit(cell);
        return;
      case 'vat':
        if (this.#crank === undefined) this.#noteHost({ vat: event.vat }, event.change);
        return;
      case 'crank-finish':
        this.#crank = undefined;
        return;
      default:
    }
  };

  #noteDelivery(vat: VatId, delivery: Delivery<KRef>, heard: VatDelivery): void {
    const pillars = this.#findPillars(vat);
    const hear = (objects: readonly Named[], operation: string): void => {
      for (const object of objects) this.#noteHeard({ vat, object, operation }, pillars);
    };
    if (delivery.type === 'message' && heard.type === 'message') {
      hear(pairUp([delivery.target], [heard.target]), 'hear call');
      hear(pairUp(delivery.message.methargs.slots, heard.message.methargs.slots), 'hear argument');
    } else if (delivery.type === 'notify' && heard.type === 'notify') {
      for (const [i, { data }] of delivery.resolutions.entries()) {
        hear(pairUp(data.slots, heard.resolutions[i]?.data.slots ?? []), 'hear answer');
      }
    } else if (heard.type === 'bringOutYourDead') {
      for (const name of heard.dead) if (isObject(name as VRef)) this.#noteDead(vat, name as VRef, pillars);
    } else if ('refs' in delivery && 'refs' in heard) {
      const objects = pairUp(delivery.refs, heard.refs);
      hear(objects, `hear ${heard.type}`);
      for (const { vref } of objects) this.#crank?.states.set(vref, heard.type === 'dropExports' ? 'E-' : 'none');
    }
  }

  #noteHeard({ vat, object, operation }: { vat: VatId; object: Named; operation: string }, pillars: Pillars | undefined): void {
    const { kref, vref } = object;
    if (this.#isRoot(kref)) return;
    const cell = this.#cellOf(vat, object, operation);
    this.cells.visit(cell);
    this.#notePillars(cell, kref, pillars);
    if (isImportVRef(vref)) this.#crank?.states.set(vref, 'I+');
  }

  #noteDead(vat: VatId, vref: VRef, pillars: Pillars | undefined): void {
    const kref = this.#mirror?.findByVref(vat, vref)?.kref;
    if (kref === undefined || this.#isRoot(kref)) return;
    this.#notePillars(this.#cellOf(vat, { kref, vref }, 'bury'), kref, pillars);
  }

  #notePillars(cell: Cell, kref: KRef, pillars: Pillars | undefined): void {
    const name = this.#findName(kref);
    if (pillars !== undefined && name !== undefined) this.pillars.visit({ ...cell, queued: showPillars(pillars, name) });
  }

  /** Roots of vats are never dropped, and have no cells. The root of a vat that has ended is in no c-list of its owner. */
  #isRoot(kref: KRef): boolean {
    return this.#mirror?.isRoot(kref) === true || /[^\d]$/.test(this.#findName(kref) ?? '0');
  }

  #noteSyscall(vat: VatId, syscall: Syscall<KRef>, said: VatSyscall): void {
    if (syscall.type === 'send' && said.type === 'send') {
      const { methargs } = syscall.message;
      const toPromise = !isObject(said.target);
      for (const object of pairUp([syscall.target], [said.target])) this.#noteSaid(vat, object, 'call');
      for (const object of pairUp(methargs.slots, said.message.methargs.slots)) {
        const verb = isImportVRef(object.vref) ? 'pass' : 'give';
        this.#noteSaid(vat, object, toPromise ? 'pipeline' : verb);
      }
    } else if (syscall.type === 'resolve' && said.type === 'resolve') {
      for (const [i, { promise, data }] of said.resolutions.entries()) {
        const known = syscall.resolutions[i]?.data as CapData<KRef>;
        // A promise of the vat's own was given away unsettled; one of the kernel's is the result of a message.
        const operation = isImportVRef(promise) ? 'answer' : 'give settled';
        for (const object of pairUp(known.slots, data.slots)) this.#noteSaid(vat, object, operation);
      }
    } else if ('refs' in syscall && 'refs' in said) {
      for (const object of pairUp(syscall.refs, said.refs)) this.#noteGc(vat, object, said.type);
    }
  }

  #noteSaid(vat: VatId, object: Named, operation: string): void {
    const { kref, vref } = object;
    if (this.#isRoot(kref)) return;
    this.cells.visit(this.#cellOf(vat, object, operation));
    this.#crank?.states.set(vref, isImportVRef(vref) ? 'I+' : 'E+');
  }

  /** A drop waits until the end of the delivery: with the retirement that may follow it is one operation. */
  #noteGc(vat: VatId, object: Named, type: VatSyscall['type']): void {
    const { kref, vref } = object;
    const view = this.#crank;
    if (view === undefined || this.#isRoot(kref)) return;
    if (type === 'dropImports') {
      view.dropped.set(vref, this.#cellOf(vat, object, 'drop'));
      view.states.set(vref, 'I-');
      return;
    }
    const dropped = view.dropped.get(vref);
    view.dropped.delete(vref);
    const operation = type === 'abandonExports' ? 'abandon' : 'retire';
    this.cells.visit(dropped === undefined ? this.#cellOf(vat, object, operation) : { ...dropped, operation: 'drop, retire' });
    view.states.set(vref, 'none');
  }

  /** Between two cranks it is the host who acts. */
  #noteInput(lines: readonly InputLine[]): void {
    if (this.#crank !== undefined) return;
    for (const line of lines) {
      if (line.table === 'messages') {
        if (line.row !== null) this.#noteHost({ kref: line.row.target }, 'call');
      } else if (line.reason === 'host') this.#noteHost({ kref: line.kref }, line.row === null ? 'release' : 'hold');
    }
  }

  #noteHost(concerned: { readonly vat?: VatId; readonly kref?: KRef }, act: string): void {
    const name = HOST_ACTS[act];
    if (name === undefined) return;
    for (const { vat, kref, vref } of this.#mirror?.list(concerned) ?? []) {
      if (isObject(vref) && !this.#isRoot(kref)) {
        this.cells.visit(this.#cellOf(vat, { kref, vref }, `host: ${name}`));
      }
    }
  }

  #cellOf(vat: VatId, { kref, vref }: Named, operation: string): Cell {
    return { state: this.#stateOf(vat, vref), queued: showQueued(this.#mirror?.actionsOf(kref) ?? []), operation };
  }

  #stateOf(vat: VatId, vref: VRef): ClistState {
    const now = this.#crank?.states.get(vref);
    if (now !== undefined) return now;
    const row = this.#mirror?.findByVref(vat, vref);
    if (row === undefined) return 'none';
    return `${isImportVRef(vref) ? 'I' : 'E'}${row.reachable ? '+' : '-'}`;
  }

  #findPillars(vat: VatId): Pillars | undefined {
    const name = this.#store?.tables.vats.find(vat)?.name;
    const life = name === undefined ? undefined : this.#lives.get(name);
    return life === undefined ? undefined : findPillars(life);
  }
}

const HOST_ACTS: Readonly<Record<string, string>> = {
  call: 'call',
  hold: 'hold',
  release: 'release',
  suspended: 'suspend',
  resumed: 'resume',
  terminated: 'terminate',
};
