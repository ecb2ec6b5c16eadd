/**
 * The world that a search moves through: a real kernel over a real database in memory, with raw vats behind the real worker port. It
 * can be brought back to any state it was in. What a vat does at a delivery is chosen by whoever explores, so vats have no memory
 * of their own but what the kernel's tables say and `VatView` checks.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import type { CapData } from '@cooperage/protocol/capdata';
import { makeExportVRef, ROOT_VREF, type KernelObjectRef, type KRef, type VatId, type VRef } from '@cooperage/protocol/refs';
import { unreachable } from '@cooperage/protocol/unreachable';
import type { DeliveryReport, VatDelivery, VatSyscallHandler, WorkerLauncher } from '@cooperage/protocol/worker-port';
import type { CrankReport } from '@cooperage/kernel/crank';
import { Kernel } from '@cooperage/kernel/kernel';
import { openStore } from '@cooperage/store/open';
import type { Store } from '@cooperage/store/store';
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { Tables } from '@cooperage/store/tables/tables';
import type { Act, Cast } from './acts.ts';
import type { Choices } from './choices.ts';
import { Coverage, showQueued } from './coverage.ts';
import { listIllegalMoves } from './illegal-moves.ts';
import { letGo, listHeld, listMoves, type Move, type Position, type Room, type Touch } from './moves.ts';
import type { Scope } from './scope.ts';
import { TableImage, type TableState } from './table-image.ts';
import { ProtocolBreach, VatView } from './vat-view.ts';

const NOTHING: CapData<never> = { body: '#"#undefined"', slots: [] };
const meet = (roots: readonly KRef[]): CapData<KRef> => ({
  body: `#${JSON.stringify(['meet', roots.map((_root, i) => `$${i}`)])}`,
  slots: roots,
});
const CALL: CapData<never> = { body: '#["take",[]]', slots: [] };

/** What one act came to. */
export type Outcome =
  /** The host was refused: nothing has changed. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'done'; readonly label: string; readonly move: Move | undefined; readonly report: CrankReport | undefined };

/** What goes on in the crank in hand: who was asked, what it chose, what it knows now. */
type Turn = { readonly view: VatView; readonly delivery: VatDelivery; readonly move: Move };

/** Breaks the tables, but only while the kernel acts on them, to show that the search would notice. */
export type Sabotage = (tables: Tables, isActing: () => boolean) => void;

export class World {
  readonly scope: Scope;
  readonly coverage = new Coverage();
  readonly #store: Store;
  readonly #kernel: Kernel;
  readonly image: TableImage;
  readonly #vats: VatId[] = [];
  readonly #roots = new Map<VatId, KernelObjectRef>();
  readonly #rootRefs = new Set<string>();
  #nextPromise = 1;
  #choices: Choices | undefined;
  #turn: Turn | undefined;
  #dead: readonly VRef[] | undefined;

  #isActing = false;

  private constructor(scope: Scope, sabotage: Sabotage) {
    this.scope = scope;
    this.#store = openStore({ path: ':memory:' }).store;
    this.image = new TableImage(this.#store);
    this.#kernel = new Kernel({ store: this.#store, launcher: this.#makeLauncher() });
    sabotage(this.#store.tables, () => this.#isActing);
  }

  /** A world in which every vat knows every root, and nothing else. */
  static async make(scope: Scope, sabotage: Sabotage = () => {}): Promise<World> {
    const world = new World(scope, sabotage);
    await world.#begin();
    return world;
  }

  async #begin(): Promise<void> {
    const kernel = this.#kernel;
    kernel.installBundle({ id: 'raw', format: 'function', content: '' });
    const { exporters, importers, onFault } = this.scope;
    const options = { onFault, reap: { deliveries: 'never', krefs: 'never' } } as const;
    for (let i = 0; i < exporters + importers; i += 1) {
      const name = i < exporters ? `exporter${i}` : `importer${i - exporters}`;
      const vat = kernel.createVat({ name, bundle: 'raw', parameters: NOTHING, options });
      this.#vats.push(vat);
      this.#roots.set(vat, kernel.rootOf(vat));
      this.#rootRefs.add(kernel.rootOf(vat));
    }
    await kernel.run();
    for (const [vat, target] of this.#roots) {
      const others = [...this.#roots].filter(([other]) => other !== vat).map(([, root]) => root);
      kernel.sendMessage({ target, methargs: meet(others), result: 'none' });
    }
    await kernel.run();
    // From now on every vat's transcript is what it is in every restored state.
    this.restore(this.image.save());
  }

  get cast(): Cast {
    return { scope: this.scope, vats: this.#vats, roots: this.#rootRefs };
  }

  save(): TableState {
    return this.image.save();
  }

  restore(state: TableState): void {
    this.image.restore(state);
  }

  audit(): string[] {
    return this.#kernel.audit().map(({ invariant, subject, problem }) => `${invariant} ${subject}: ${problem}`);
  }

  /** Makes the open block durable, where the database itself checks that no row refers to nothing. */
  commit(): void {
    this.#kernel.commit();
  }

  async close(): Promise<void> {
    await this.#kernel.stop();
    this.#store.close();
  }

  /** Does one act; what it leaves open is for `choices`. Throws whatever the kernel panics with, or a ProtocolBreach. */
  async perform(act: Act, choices: Choices): Promise<Outcome> {
    this.#choices = choices;
    this.#turn = undefined;
    this.#dead = undefined;
    this.#noteAct(act);
    this.#isActing = true;
    try {
      return await this.#do(act);
    } catch (error) {
      if (error instanceof CooperageError && error.code === 'ERR_REF') return { kind: 'refused' };
      throw error;
    } finally {
      this.#isActing = false;
    }
  }

  async #do(act: Act): Promise<Outcome> {
    const kernel = this.#kernel;
    switch (act.kind) {
      case 'step':
        return this.#finish(await kernel.step());
      case 'reap':
        kernel.scheduleReap(act.vat);
        break;
      case 'suspend':
        await kernel.suspendVat(act.vat, 'suspended by the host');
        break;
      case 'resume':
        await kernel.resumeVat(act.vat);
        break;
      case 'terminate':
        await kernel.terminateVat(act.vat, 'terminated by the host');
        break;
      case 'call':
        kernel.sendMessage({ target: act.kref, methargs: CALL, result: 'none' });
        break;
      case 'hold':
        kernel.holdForHost(act.kref);
        break;
      case 'release':
        kernel.releaseForHost(act.kref);
        break;
      default:
        return unreachable(act);
    }
    return { kind: 'done', label: '', move: undefined, report: undefined };
  }

  #finish(report: CrankReport | undefined): Outcome {
    if (report === undefined) throw new Error('the kernel found nothing to do where something is queued');
    const turn = this.#turn;
    if (turn === undefined) return { kind: 'done', label: report.kind, move: undefined, report };
    const { view, delivery, move } = turn;
    const mustFault = move.illegal === true || move.problem !== undefined;
    if (mustFault !== (report.fault !== null)) {
      throw new Error(`${view.vat} did "${move.label}" and ${report.fault === null ? 'got away with it' : report.fault.problem}`);
    }
    const isOver = mustFault || move.label === 'exit';
    const difference = isOver ? undefined : view.findDifference(this.image);
    if (difference !== undefined) throw new Error(difference);
    return { kind: 'done', label: `${delivery.type} to ${view.vat}: ${move.label}`, move, report };
  }

  #makeLauncher(): WorkerLauncher {
    return {
      kind: 'explored',
      engine: 'none',
      launch: async ({ vat }) => ({
        deliver: async (delivery, syscalls) => this.#deliver(vat, delivery, syscalls),
        harvest: async () => this.#harvest(vat),
        stop: async () => {},
      }),
    };
  }

  /** What the collector is said to have found: all that the vat imports, then nothing, then each import alone. */
  #harvest(vat: VatId): readonly string[] {
    const position = this.#positionOf(new VatView(this.image, vat));
    const held = listHeld(position);
    const lists = [held, ...(held.length > 0 ? [[]] : []), ...(held.length > 1 ? held.map(vref => [vref]) : [])];
    this.#dead = lists[(this.#choices as Choices).choose(lists.length)] ?? [];
    return this.#dead;
  }

  #deliver(vat: VatId, delivery: VatDelivery, syscalls: VatSyscallHandler): DeliveryReport {
    if (this.#choices === undefined || delivery.type === 'startVat') return { result: { outcome: 'ok' }, buffered: [] };
    const state = this.image.rows('vats').find(row => row.vat === vat)?.state;
    if (state !== 'running') throw new ProtocolBreach(`${delivery.type} is delivered to ${vat}, which is ${state}`);
    const view = new VatView(this.image, vat);
    this.#noteDelivery(view, delivery);
    view.hear(delivery);
    const duties = view.takeDuties();
    const position = this.#positionOf(view);
    const moves = this.#listMoves(position);
    const move = moves[this.#choices.choose(moves.length)] as Move;
    this.#turn = { view, delivery, move };
    for (const touch of move.touches) this.#note(view, touch);
    for (const syscall of [...duties, ...move.syscalls]) {
      syscalls(syscall);
      if (move.illegal !== true) view.note(syscall);
    }
    const { problem } = move;
    return { result: problem === undefined ? { outcome: 'ok' } : { outcome: 'fault', problem }, buffered: [] };
  }

  /** A vat that was told who is dead lets go of these; told of nobody, or of all, it has every move. */
  #listMoves(position: Position): Move[] {
    const dead = this.#dead;
    const isPartial = dead !== undefined && dead.length > 0 && dead.length < listHeld(position).length;
    if (isPartial) return [letGo(position, dead)];
    if (dead !== undefined && dead.length > 0) return [letGo(position)];
    const moves = listMoves(position);
    return this.scope.illegal ? [...moves, ...listIllegalMoves(position)] : moves;
  }

  #positionOf(view: VatView): Position {
    const { vat } = view;
    const place = this.#vats.indexOf(vat);
    const roots = new Map<VatId, VRef>();
    const vatOfRoot = new Map<string, VatId>([...this.#roots].map(([owner, kref]) => [kref, owner]));
    for (const row of this.image.rows('clists')) {
      const owner = row.vat === vat ? vatOfRoot.get(row.kref) : undefined;
      if (owner !== undefined) roots.set(owner, owner === vat ? ROOT_VREF : row.vref);
    }
    const isExporter = place < this.scope.exporters;
    return {
      view,
      scope: this.scope,
      room: this.#measureRoom(),
      roots,
      exports: isExporter ? Array.from({ length: this.scope.objects }, (_, i) => makeExportVRef('object', i + 1)) : [],
      mayExit: this.scope.terminates.includes(place),
      newPromise: makeExportVRef('promise', this.#nextPromise++),
    };
  }

  #measureRoom(): Room {
    const { queueLength, objectRows, promises } = this.scope;
    const { tables } = this.#store;
    return {
      messages: queueLength - tables.runQueue.count() - tables.promiseQueue.count(),
      objects: objectRows - (this.image.count('objects') - this.#roots.size),
      promises: promises - this.image.count('promises'),
    };
  }

  #noteDelivery(view: VatView, delivery: VatDelivery): void {
    const tell = (vrefs: readonly VRef[], operation: string): void => {
      for (const vref of vrefs) this.#note(view, { vref, operation });
    };
    switch (delivery.type) {
      case 'message':
        tell([delivery.target], 'hear call');
        tell(delivery.message.methargs.slots, 'hear argument');
        return;
      case 'notify':
        for (const { data } of delivery.resolutions) tell(data.slots, 'hear answer');
        return;
      case 'dropExports':
      case 'retireExports':
      case 'retireImports':
        tell(delivery.refs, `hear ${delivery.type}`);
        return;
      default:
    }
  }

  /** Counts a visit to a cell of the matrix; roots and promises have none. */
  #note(view: VatView, { vref, operation }: Touch): void {
    if (!vref.startsWith('o')) return;
    const isEntry = (row: ClistRow): boolean => row.vat === view.vat && row.vref === vref;
    // What this crank has ended is still in the image; what it has begun is in the tables.
    const row = this.image.rows('clists').find(isEntry) ?? this.#store.tables.clists.findByVref(view.vat, vref);
    const kref = row?.kref;
    if (kref !== undefined && this.#rootRefs.has(kref)) return;
    this.coverage.visit({ state: view.stateOf(vref), queued: this.#showQueued(kref), operation });
  }

  #showQueued(kref: KRef | undefined): string {
    const actions = this.image
      .rows('gc_actions')
      .filter(row => row.kref === kref)
      .map(({ action }) => action);
    return showQueued(actions);
  }

  /** What the host does is noted for every object that it concerns, in the state in which the object's c-list entry is. */
  #noteAct(act: Act): void {
    if (act.kind === 'step' || act.kind === 'reap') return;
    for (const { vat, kref, vref, reachable } of this.image.rows('clists')) {
      const isConcerned = 'vat' in act ? act.vat === vat : act.kref === kref;
      if (!isConcerned || this.#rootRefs.has(kref) || !vref.startsWith('o')) continue;
      const state = `${vref.startsWith('o-') ? 'I' : 'E'}${reachable ? '+' : '-'}` as const;
      this.coverage.visit({ state, queued: this.#showQueued(kref), operation: `host: ${act.kind}` });
    }
  }
}
