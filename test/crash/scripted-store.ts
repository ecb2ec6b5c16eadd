/**
 * Durable objects of a scripted vat, in rows like those that liveslots writes (`docs/stored-data.md`), so that the kernel's collector of
 * cycles can read who keeps what. In memory there is only what the rows say: a replay and a later incarnation read them anew.
 */
import type { VRef } from '@cooperage/protocol/refs';
import type { VatstoreEntry } from '@cooperage/protocol/syscall';
import type { VatSyscall, VatSyscallResult } from '@cooperage/protocol/worker-port';

export type Say = (syscall: VatSyscall) => VatSyscallResult;

/** What the kernel knows of a stored object: it reaches it, or recognizes it. */
type Status = 'r' | 's';

const SCAN_LIMIT = 3;

export class ScriptedStore {
  readonly #cites = new Map<VRef, readonly VRef[]>();
  readonly #status = new Map<VRef, Status>();
  #last = 0;
  #say: Say = () => ({ outcome: 'error', problem: 'nobody listens' });

  /** From now on syscalls go there. */
  attach(say: Say): void {
    this.#say = say;
  }

  /** Reads what an earlier incarnation left. */
  load(): void {
    for (const [key, value] of this.#scan('export.', 'export/')) this.#status.set(key.slice(7) as VRef, value as Status);
    for (const [key, value] of this.#scan('state.', 'state/')) {
      const { cites } = JSON.parse(value) as { cites: { slots: VRef[] } };
      this.#cites.set(key.slice(6) as VRef, cites.slots);
    }
    const last = this.#say({ type: 'vatstoreGet', key: 'last' });
    this.#last = Number(last.outcome === 'ok' ? last.value : 0);
  }

  *#scan(start: string, before: string): Generator<VatstoreEntry> {
    for (let after = start; ;) {
      const answer = this.#say({ type: 'vatstoreScan', after, before, limit: SCAN_LIMIT });
      const entries = answer.outcome === 'ok' ? (answer.value as readonly VatstoreEntry[]) : [];
      yield* entries;
      const last = entries.at(-1);
      if (last === undefined) return;
      [after] = last;
    }
  }

  make(cites: readonly VRef[]): VRef {
    this.#last += 1;
    this.#say({ type: 'vatstoreSet', key: 'last', value: String(this.#last) });
    const ref = `o+d10/${this.#last}` as VRef;
    this.write(ref, cites);
    return ref;
  }

  /** Lets a stored object cite others than it did; returns what it cited. */
  write(ref: VRef, cites: readonly VRef[]): readonly VRef[] {
    const before = this.#cites.get(ref) ?? [];
    const data = { body: `#${JSON.stringify(cites.map((_, i) => `$${i}`))}`, slots: cites };
    this.#say({ type: 'vatstoreSet', key: `state.${ref}`, value: JSON.stringify({ cites: data }) });
    this.#cites.set(ref, cites);
    return before;
  }

  has(ref: VRef): boolean {
    return this.#cites.has(ref);
  }

  isCited(ref: VRef): boolean {
    return [...this.#cites.values()].some(cites => cites.includes(ref));
  }

  /** The kernel's view of a stored object has changed; undefined: it knows it no more. */
  note(ref: VRef, status: Status | undefined): void {
    const key = `export.${ref}`;
    if (status === undefined) {
      if (this.#status.delete(ref)) this.#say({ type: 'vatstoreDelete', key });
    } else if (this.#status.get(ref) !== status) {
      this.#status.set(ref, status);
      this.#say({ type: 'vatstoreSet', key, value: status });
    }
  }

  /** Deletes what the kernel found to be kept by nothing but its like; returns what was cited. */
  deleteCondemned(refs: readonly VRef[]): VRef[] {
    return refs.flatMap(ref => this.#delete(ref));
  }

  /** Deletes what neither the kernel nor another row nor the heap's one object holds; returns what was cited. */
  sweep(held: VRef | undefined): VRef[] {
    const fallen: VRef[] = [];
    for (;;) {
      const next = [...this.#cites.keys()].find(ref => ref !== held && this.#status.get(ref) !== 'r' && !this.isCited(ref));
      if (next === undefined) return fallen;
      fallen.push(...this.#delete(next));
    }
  }

  #delete(ref: VRef): readonly VRef[] {
    const cites = this.#cites.get(ref) ?? [];
    this.#cites.delete(ref);
    this.#say({ type: 'vatstoreDelete', key: `state.${ref}` });
    if (this.#status.get(ref) === 's') {
      this.#say({ type: 'retireExports', refs: [ref] });
      this.note(ref, undefined);
    }
    return cites;
  }
}
