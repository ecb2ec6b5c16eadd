/**
 * KernelRefs: what the host holds of the kernel's objects and promises. A ref keeps what it names alive until `release()` or until
 * the kernel is closed; several refs to one thing count separately. The holds are rows in the database (pins for reason 'host'), so a
 * host that dies holds nothing after the next opening.
 */
import { inspect } from 'node:util';
import { CooperageError } from '@cooperage/protocol/errors';
import { parseKRef, type KRef, type RefKind } from '@cooperage/protocol/refs';

/** How a ref's holder keeps and releases, in the kernel that the ref belongs to. */
export type HoldPowers = {
  readonly hold: (kref: KRef) => void;
  /** Queues the release; resolves when it is durable. */
  readonly release: (kref: KRef) => Promise<void>;
};

export class KernelRef {
  /** The name in the kernel: `ko20`, `kp40`. */
  readonly ref: KRef;
  readonly kind: RefKind;
  /** What the object calls itself, such as `Alleged: purse`; undefined when nobody said. */
  readonly iface: string | undefined;
  readonly #release: () => Promise<void>;

  constructor(ref: KRef, iface: string | undefined, release: () => Promise<void>) {
    this.ref = ref;
    this.kind = parseKRef(ref)?.kind ?? 'object';
    this.iface = iface;
    this.#release = release;
    Object.freeze(this);
  }

  /** Lets go. Idempotent; resolves when it is durable. */
  release(): Promise<void> {
    return this.#release();
  }

  toString(): string {
    return this.iface === undefined ? this.ref : `${this.ref} ${this.iface}`;
  }

  toJSON(): string {
    return this.ref;
  }

  [inspect.custom](): string {
    return `KernelRef(${this.toString()})`;
  }
}
Object.freeze(KernelRef.prototype);

/** The refs that a host has of one kernel. */
export class KernelRefs {
  readonly #powers: HoldPowers;
  readonly #live = new Set<KernelRef>();
  readonly #unheld = new WeakSet<KernelRef>();
  readonly #counts = new Map<KRef, number>();

  constructor(powers: HoldPowers) {
    this.#powers = powers;
  }

  get size(): number {
    return this.#live.size;
  }

  /** A new ref, held from now on. */
  make(kref: KRef, iface?: string): KernelRef {
    const count = this.#counts.get(kref) ?? 0;
    if (count === 0) this.#powers.hold(kref);
    this.#counts.set(kref, count + 1);
    const ref: KernelRef = new KernelRef(kref, iface, () => this.#release(ref));
    this.#live.add(ref);
    return ref;
  }

  /** A new ref to something that lives without it. */
  makeUnheld(kref: KRef, iface: string): KernelRef {
    const ref: KernelRef = new KernelRef(kref, iface, () => Promise.resolve(void this.#unheld.delete(ref)));
    this.#unheld.add(ref);
    return ref;
  }

  /** The kref behind a ref that may be used; throws when it was released, or came from another kernel. */
  krefOf(ref: KernelRef): KRef {
    if (this.#live.has(ref) || this.#unheld.has(ref)) return ref.ref;
    throw new CooperageError('ERR_REF', `${ref.ref} is not held: it was released, or belongs to another kernel`, {
      subject: ref.ref,
      remedy: 'Use a ref before its release(), and only with the kernel that it came from.',
    });
  }

  /** Forgets all refs; returns what they held. The caller releases it. */
  clear(): KRef[] {
    const held = [...this.#counts.keys()];
    this.#live.clear();
    this.#counts.clear();
    return held;
  }

  async #release(ref: KernelRef): Promise<void> {
    if (!this.#live.delete(ref)) return;
    const count = this.#counts.get(ref.ref) ?? 0;
    if (count > 1) {
      this.#counts.set(ref.ref, count - 1);
      return;
    }
    this.#counts.delete(ref.ref);
    await this.#powers.release(ref.ref);
  }
}
