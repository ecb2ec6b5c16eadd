/** Looks into the memories of vats. Nothing changes there between two cranks, so one look serves all who ask meanwhile. */
import type { Kernel } from '@cooperage/kernel/kernel';
import type { HeapLook } from '@cooperage/protocol/heap-look';

type Looked = { readonly crank: number; readonly heaps: HeapLook | undefined };

export class MemoryLooks {
  readonly #kernel: Kernel;
  #last: Looked | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Something else is about to be done: a look takes much memory itself. */
  forget(): void {
    this.#last = undefined;
  }

  /** To be called by who asks; what it returns, in its turn. Looks unless the last look is as good. */
  take(): () => Promise<HeapLook | undefined> {
    const last = this.#last;
    return async () => {
      const crank = this.#kernel.crankNumber;
      const looked = last?.crank === crank ? last : { crank, heaps: await this.#kernel.lookIntoHeaps() };
      this.#last = looked;
      return looked.heaps;
    };
  }
}
