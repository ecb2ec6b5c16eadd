/**
 * What a correct vat knows of its own c-list, by hearing deliveries and making syscalls, and the protocol that it may rely on: an
 * export is dropped before it is retired, nothing is named after it was retired, a retired number never comes back. A delivery that
 * breaks the protocol throws; that the kernel's c-list says the same is checked after every crank.
 */
import type { Resolution } from '@cooperage/protocol/delivery';
import { isImportVRef, type VatId, type VRef } from '@cooperage/protocol/refs';
import type { VatDelivery, VatSyscall } from '@cooperage/protocol/worker-port';
import type { TableImage } from './table-image.ts';

/** The five states of an object in a vat's c-list: an export that somebody may reach, or not; an import that it may use, or not. */
export type ClistState = 'none' | 'E+' | 'E-' | 'I+' | 'I-';

/** A promise that the vat must settle, or one that it waits for. */
export type PromiseRole = 'decides' | 'awaits';

export class ProtocolBreach extends Error {}

const isPromise = (vref: VRef): boolean => vref[0] === 'p';
const numberOf = (vref: VRef): number => Number(vref.slice(2));

export class VatView {
  readonly vat: VatId;
  readonly #objects = new Map<VRef, boolean>();
  readonly #promises = new Map<VRef, PromiseRole>();
  #firstNew = { o: 0, p: 0 };
  /** Promises that the delivery brought; a correct vat subscribes to them at once. */
  readonly #news: VRef[] = [];

  /** The view of a vat that has understood everything so far. */
  constructor(image: TableImage, vat: VatId) {
    this.vat = vat;
    const deciders = new Map<string, VatId | null>();
    for (const { kref, decider } of image.rows('promises')) deciders.set(kref, decider);
    for (const row of image.rows('clists')) {
      if (row.vat !== vat) continue;
      if (isPromise(row.vref)) this.#promises.set(row.vref, deciders.get(row.kref) === vat ? 'decides' : 'awaits');
      else this.#objects.set(row.vref, row.reachable);
    }
    for (const row of image.rows('vat_progress')) {
      if (row.vat === vat) this.#firstNew = { o: row.nextObject, p: row.nextPromise };
    }
  }

  stateOf(vref: VRef): ClistState {
    const reachable = this.#objects.get(vref);
    if (reachable === undefined) return 'none';
    return `${isImportVRef(vref) ? 'I' : 'E'}${reachable ? '+' : '-'}`;
  }

  /** Objects of this vat's c-list, by number. */
  listObjects(side: 'I' | 'E'): VRef[] {
    return [...this.#objects.keys()]
      .filter(vref => isImportVRef(vref) === (side === 'I'))
      .sort((a, b) => numberOf(a) - numberOf(b));
  }

  listPromises(role: PromiseRole): VRef[] {
    return [...this.#promises].filter(([, known]) => known === role).map(([vref]) => vref);
  }

  /** Takes a delivery in. */
  hear(delivery: VatDelivery): void {
    switch (delivery.type) {
      case 'message': {
        const { target, message } = delivery;
        if (isImportVRef(target)) throw new ProtocolBreach(`a message for ${target}, which is not ours`);
        this.#meet(target);
        if (message.result !== null) {
          this.#meetPromise(message.result);
          this.#promises.set(message.result, 'decides');
        }
        for (const slot of message.methargs.slots) this.#meet(slot);
        return;
      }
      case 'notify':
        this.#hearResolutions(delivery.resolutions);
        return;
      case 'dropExports':
        for (const vref of delivery.refs) this.#change(vref, 'E+', 'E-');
        return;
      case 'retireExports':
        for (const vref of delivery.refs) this.#change(vref, 'E-', 'none');
        return;
      case 'retireImports':
        for (const vref of delivery.refs) this.#change(vref, 'I-', 'none');
        return;
      default:
    }
  }

  /** The first is the one that the vat waits for; the others, which its data cites, may be news, and are over at once. */
  #hearResolutions(resolutions: readonly Resolution<VRef>[]): void {
    resolutions.forEach(({ promise }, i) => {
      const role = this.#promises.get(promise);
      if (role === 'decides' || (role === undefined && i === 0))
        throw new ProtocolBreach(`told of ${promise}, for which nobody waits`);
      if (role === undefined) this.#meetPromise(promise);
      this.#promises.set(promise, 'awaits');
    });
    for (const { data } of resolutions) for (const slot of data.slots) this.#meet(slot);
    for (const { promise } of resolutions) this.#promises.delete(promise);
  }

  #meet(vref: VRef): void {
    if (isPromise(vref)) {
      if (this.#promises.has(vref)) return;
      this.#meetPromise(vref);
      this.#promises.set(vref, 'awaits');
      this.#news.push(vref);
      return;
    }
    const state = this.stateOf(vref);
    if (!isImportVRef(vref)) {
      if (state !== 'E+') throw new ProtocolBreach(`${this.vat} is told of ${vref}, which is ${state} there`);
      return;
    }
    if (state === 'none') this.#insistNew(vref, 'o');
    this.#objects.set(vref, true);
  }

  #meetPromise(vref: VRef): void {
    if (!isImportVRef(vref) || this.#promises.has(vref)) throw new ProtocolBreach(`${vref} is brought as a new promise`);
    this.#insistNew(vref, 'p');
  }

  #insistNew(vref: VRef, kind: 'o' | 'p'): void {
    if (numberOf(vref) < this.#firstNew[kind]) throw new ProtocolBreach(`${vref} comes a second time`);
    this.#firstNew[kind] = numberOf(vref) + 1;
  }

  #change(vref: VRef, from: ClistState, to: ClistState): void {
    const state = this.stateOf(vref);
    if (state !== from) throw new ProtocolBreach(`${this.vat} is told that ${vref} becomes ${to}, but there it is ${state}`);
    if (to === 'none') this.#objects.delete(vref);
    else this.#objects.set(vref, false);
  }

  /** What the delivery in hand obliges the vat to do first. */
  takeDuties(): VatSyscall[] {
    return this.#news.splice(0).map(promise => ({ type: 'subscribe', promise }));
  }

  /** Notes what a legal syscall of the vat did. */
  note(syscall: VatSyscall): void {
    switch (syscall.type) {
      case 'send':
        this.#mention(syscall.target);
        if (syscall.message.result !== null) this.#promises.set(syscall.message.result, 'awaits');
        for (const slot of syscall.message.methargs.slots) this.#mention(slot);
        return;
      case 'resolve':
        for (const { data } of syscall.resolutions) for (const slot of data.slots) this.#mention(slot);
        for (const { promise } of syscall.resolutions) this.#promises.delete(promise);
        return;
      case 'dropImports':
        for (const vref of syscall.refs) this.#objects.set(vref, false);
        return;
      case 'retireImports':
      case 'retireExports':
      case 'abandonExports':
        for (const vref of syscall.refs) this.#objects.delete(vref);
        return;
      default:
    }
  }

  #mention(vref: VRef): void {
    if (!isPromise(vref)) this.#objects.set(vref, true);
    else if (!this.#promises.has(vref)) this.#promises.set(vref, 'decides');
  }

  /** How the kernel's c-list differs from what the vat knows; undefined when it does not. */
  findDifference(image: TableImage): string | undefined {
    const now = new VatView(image, this.vat);
    const mine = this.#describe();
    const kernels = now.#describe();
    return mine === kernels ? undefined : `${this.vat} knows ${mine}; the kernel says ${kernels}`;
  }

  #describe(): string {
    const objects = [...this.#objects.keys()].map(vref => `${vref} ${this.stateOf(vref)}`);
    const promises = [...this.#promises].map(([vref, role]) => `${vref} ${role}`);
    return [...objects, ...promises].sort().join(', ');
  }
}
