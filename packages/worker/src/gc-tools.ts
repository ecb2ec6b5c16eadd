/**
 * Forced collection of the isolate. One collection serves every vat that lives here: `Heap` remembers whether anything ran since
 * that could have made or released an object, and collects only then.
 *
 * Without `--no-concurrent-recompilation` a collection may keep what a background compiler still looks at: always too much, never
 * too little.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { macrotasks } from './quiescence.ts';

const findCollector = (): (() => void) => {
  const { gc } = globalThis as { gc?: () => void };
  if (gc !== undefined) return gc;
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
};

let collector: (() => void) | undefined;

export class Heap {
  #isFresh = false;
  /** Grows whenever code of a vat starts or ends. */
  #changes = 0;
  #collecting: Promise<void> | undefined;

  /** Something starts or ends that may release objects. */
  markStale(): void {
    this.#isFresh = false;
    this.#changes += 1;
  }

  /** Collects, unless nothing ran since the last collection. */
  async collect(): Promise<void> {
    // Vats of other kernels share the isolate and may be collecting right now; theirs counts only if nothing ran since it began.
    while (this.#collecting !== undefined) await this.#collecting;
    if (this.#isFresh) return;
    this.#collecting = this.#collect();
    await this.#collecting;
  }

  async #collect(): Promise<void> {
    collector ??= findCollector();
    const changes = this.#changes;
    // A WeakRef keeps its target during the job that read it, so the job must have ended.
    await macrotasks(2);
    // What ran meanwhile, in a vat of another kernel, has not settled yet: this collection is none for it.
    this.#isFresh = changes === this.#changes;
    // With no arguments: on Node 20 `{ type: 'major' }` runs a scavenge, which clears no WeakRef.
    collector();
    this.#collecting = undefined;
  }
}
