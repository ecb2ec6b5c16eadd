/**
 * Draws the world for a collection from the tables. What is in a vat's heap stands in no table: the heaps of *open* vats will be asked,
 * so they keep nothing here; every other heap is taken to keep all that it could, which is safe and may keep too much.
 *
 * Nodes are named by krefs, and by vat and base vref for what a vat has of its own: a stored object with all its facets, an object of
 * its heap. What it exports has that same node. A promise has two: `kp40` is alive when something can name it, `kp40!` when something can
 * settle it, and only then do those who wait for it matter.
 */
import {
  isImportVRef,
  isKernelPromiseRef,
  parseVRef,
  type KernelPromiseRef,
  type KRef,
  type VatId,
} from '@cooperage/protocol/refs';
import type { ClistRow } from '@cooperage/store/tables/clists';
import type { Tables } from '@cooperage/store/tables/tables';
import { readStoredEdges } from './stored-edges.ts';
import { World } from './world.ts';

/**
 * A name by which a vat knows a node: a vref without facet, or `h<N>` for a promise in its virtual data. `settling`: of a promise in its
 * c-list, the node that is alive when something can settle it.
 */
export type VatName = { readonly ref: string; readonly node: number; readonly settling: number | undefined };

export type Survey = {
  readonly world: World;
  /** By kref: where objects and promises stand. */
  readonly nodeOf: (kref: KRef) => number;
  readonly settlingNodeOf: (promise: KernelPromiseRef) => number;
  /** Names that open vats know, by vat: from their c-lists and of what they store. */
  readonly names: ReadonlyMap<VatId, readonly VatName[]>;
  /** Keys of stored weak entries that cite something and that only go with their keys. */
  readonly weakKeys: ReadonlyMap<VatId, ReadonlySet<string>>;
};

class Surveyor {
  readonly world = new World();
  readonly #tables: Tables;
  readonly #open: ReadonlySet<VatId>;
  readonly #ownNodes = new Map<KRef, number>();
  readonly #clists = new Map<VatId, Map<string, KRef>>();
  /** How many of a kref's holders have been drawn. */
  readonly #accounted = new Map<KRef, number>();
  readonly names = new Map<VatId, VatName[]>();
  readonly weakKeys = new Map<VatId, Set<string>>();

  constructor(tables: Tables, open: ReadonlySet<VatId>) {
    this.#tables = tables;
    this.#open = open;
  }

  nodeOf(kref: KRef): number {
    return this.#ownNodes.get(kref) ?? this.world.node(kref);
  }

  settlingNodeOf(promise: KernelPromiseRef): number {
    return this.world.node(`${promise}!`);
  }

  survey(): void {
    const rows = this.#tables.clists.list();
    for (const row of rows) this.#enterName(row);
    for (const row of rows) this.#surveyClistRow(row);
    for (const { vat } of this.#tables.vats.list()) this.#surveyStored(vat);
    this.#surveyMessages();
    this.#surveySettled();
    this.#surveyOtherHolders();
  }

  #enterName({ vat, kref, vref }: ClistRow): void {
    let clist = this.#clists.get(vat);
    if (clist === undefined) this.#clists.set(vat, (clist = new Map()));
    clist.set(vref, kref);
    const parsed = parseVRef(vref);
    if (parsed?.kind === 'object' && parsed.allocatedBy === 'vat') this.#ownNodes.set(kref, this.#ownNode(vat, parsed.baseRef));
  }

  /** The node of what a vat has of its own, known to an open vat by this name. */
  #ownNode(vat: VatId, ref: string): number {
    const size = this.world.size;
    const node = this.world.node(`${vat} ${ref}`);
    if (node === size) this.#addName(vat, { ref, node, settling: undefined });
    return node;
  }

  #addName(vat: VatId, name: VatName): void {
    if (!this.#open.has(vat)) return;
    const names = this.names.get(vat);
    if (names === undefined) this.names.set(vat, [name]);
    else names.push(name);
  }

  #surveyClistRow({ vat, kref, vref, reachable }: ClistRow): void {
    const node = this.nodeOf(kref);
    const isPromise = isKernelPromiseRef(kref);
    if (isPromise || (isImportVRef(vref) && reachable)) this.#account(kref);
    if (this.#open.has(vat)) {
      if (isPromise) this.#addName(vat, { ref: vref, node, settling: this.settlingNodeOf(kref) });
      else if (isImportVRef(vref)) this.#addName(vat, { ref: vref, node, settling: undefined });
    } else if (isPromise) {
      this.world.roots.add(node);
      if (this.#tables.promises.find(kref)?.decider === vat) this.world.roots.add(this.settlingNodeOf(kref));
    } else if (reachable || !isImportVRef(vref)) {
      // It may still have what it exports, though nobody else does: then others must go on to tell it apart.
      this.world.roots.add(node);
    }
  }

  /** The node that stored data of `vat` means by a slot. */
  #slotNode(vat: VatId, slot: string): number {
    const parsed = parseVRef(slot);
    const isOwn = parsed === undefined || (parsed.kind === 'object' && parsed.allocatedBy === 'vat');
    if (isOwn) return this.#ownNode(vat, parsed?.baseRef ?? slot);
    const kref = this.#clists.get(vat)?.get(slot);
    return kref === undefined ? this.#ownNode(vat, slot) : this.nodeOf(kref);
  }

  #surveyStored(vat: VatId): void {
    const { world } = this;
    const isOpen = this.#open.has(vat);
    const weakKeys = new Set<string>();
    this.weakKeys.set(vat, weakKeys);
    readStoredEdges(this.#tables, vat, {
      object: ref => {
        const node = this.#slotNode(vat, ref);
        if (!isOpen) world.roots.add(node);
      },
      root: ref => void world.roots.add(this.#slotNode(vat, ref)),
      edge: (from, to) => world.edges.add(this.#slotNode(vat, from), this.#slotNode(vat, to)),
      clause: (table, key, value) => {
        weakKeys.add(key);
        world.clauses.add(this.#slotNode(vat, table), this.#slotNode(vat, key), this.#slotNode(vat, value));
      },
      // Nobody may be left who would settle it, but the upgrade or the end of its decider does: a stored watch waits for that.
      watch: (promise, to) => {
        world.roots.add(this.#slotNode(vat, to));
        const kref = this.#clists.get(vat)?.get(promise);
        if (kref === undefined || !isKernelPromiseRef(kref)) return;
        world.roots.add(this.nodeOf(kref));
        world.roots.add(this.settlingNodeOf(kref));
      },
    });
  }

  /** A holder of which this file knows, and which it has drawn. */
  #account(kref: KRef): void {
    this.#accounted.set(kref, (this.#accounted.get(kref) ?? 0) + 1);
  }

  #surveyMessages(): void {
    const { messages, messageSlots, promiseQueue, runQueue } = this.#tables;
    const { world } = this;
    /** Messages that wait for a promise come to nothing unless it is settled. */
    const waiting = new Map(promiseQueue.listAll().map(({ promise, message }) => [message, this.settlingNodeOf(promise)]));
    const keep = (message: number, node: number): void => {
      const settling = waiting.get(message);
      if (settling === undefined) world.roots.add(node);
      else world.edges.add(settling, node);
    };
    for (const { message, target, result } of messages.list()) {
      keep(message, this.nodeOf(target));
      this.#account(target);
      if (result === null) continue;
      keep(message, this.nodeOf(result));
      keep(message, this.settlingNodeOf(result));
      this.#account(result);
    }
    for (const { holder, kref } of messageSlots.list()) {
      keep(holder, this.nodeOf(kref));
      this.#account(kref);
    }
    for (const { promise } of runQueue.list()) {
      if (promise === null) continue;
      // It is settled, and those who wait for it are about to hear.
      world.roots.add(this.nodeOf(promise));
      world.roots.add(this.settlingNodeOf(promise));
    }
  }

  #surveySettled(): void {
    for (const { holder, kref } of this.#tables.promiseSlots.list()) {
      this.world.edges.add(this.nodeOf(holder), this.nodeOf(kref));
      this.#account(kref);
    }
  }

  /** What has more holders than were drawn is held by pins, parameters, devices or whatever else keeps for good. */
  #surveyOtherHolders(): void {
    const { objects, promises } = this.#tables;
    const keepIfMore = (kref: KRef, holders: number): void => {
      if (holders > (this.#accounted.get(kref) ?? 0)) this.world.roots.add(this.nodeOf(kref));
    };
    for (const { kref, reachable } of objects.list()) keepIfMore(kref, reachable);
    for (const { kref, holds } of promises.list()) keepIfMore(kref, holds);
  }
}

export const surveyWorld = (tables: Tables, open: ReadonlySet<VatId>): Survey => {
  const surveyor = new Surveyor(tables, open);
  surveyor.survey();
  return {
    world: surveyor.world,
    nodeOf: kref => surveyor.nodeOf(kref),
    settlingNodeOf: promise => surveyor.settlingNodeOf(promise),
    names: surveyor.names,
    weakKeys: surveyor.weakKeys,
  };
};
