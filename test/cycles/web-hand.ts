/** What the host has in its hand of a web, and how it knows which node is which. */
import { KernelRef, type KernelController } from 'cooperage';

export type Looked = readonly [id: number, things: readonly KernelRef[]];

export class WebHand {
  /** By node: what is held for the time being. */
  readonly refs = new Map<number, KernelRef>();
  readonly #ids = new Map<string, number>();

  get(id: number): KernelRef {
    const ref = this.refs.get(id);
    if (ref === undefined) throw new Error(`the host has no node ${id} in its hand`);
    return ref;
  }

  learn(id: number, ref: KernelRef): void {
    this.#ids.set(ref.ref, id);
    this.refs.set(id, ref);
  }

  /** The node that a kref stands for, as far as that was learnt. */
  findId(kref: string): number | undefined {
    return this.#ids.get(kref);
  }

  /** Which node it is: by its name, or by asking it. */
  async identify(kernel: KernelController, ref: KernelRef): Promise<number> {
    const known = this.#ids.get(ref.ref);
    if (known !== undefined) return known;
    const [id, things] = (await kernel.call(ref, 'look')) as Looked;
    for (const thing of things) await thing.release();
    this.#ids.set(ref.ref, id);
    return id;
  }

  /** Lets go of all but some. */
  async open(isKept: (id: number) => boolean): Promise<void> {
    for (const [id, ref] of [...this.refs]) {
      if (isKept(id)) continue;
      this.refs.delete(id);
      await ref.release();
    }
  }

  describe(thing: unknown): string {
    return thing instanceof KernelRef ? `n${this.#ids.get(thing.ref) ?? thing.ref}` : String(thing);
  }
}
