/**
 * Which named objects are still in memory. The only file of the project that looks at what the collector does.
 *
 * There are no finalizers: they run in their own time, a few turns after the collection or many, and a harvest must not depend on
 * that. A WeakRef is empty as soon as the collection is over. Only `harvest` and identity that nobody kept can tell, so the
 * collector's timing stays out of everything a vat can see.
 */
export type CollectorTools = { readonly WeakRef: typeof WeakRef };

/** The realm's own. */
export const REALM_COLLECTOR: CollectorTools = { WeakRef };

/** WeakRefs that are made and read from one time that the engine is asked to let go of their targets to the next. */
const USES = 1_000;

export class ObjectWatch {
  readonly #tools: CollectorTools;
  readonly #releaseKept: () => void;
  readonly #watches = new Map<string, WeakRef<object>>();
  #uses = 0;

  /**
   * To make or to read a WeakRef keeps its target to the end of the job, so a job that goes through many stored objects would keep them
   * all. `releaseKept` has the engine let go of them in the midst of a job. Nothing here relies on a target that nobody holds.
   */
  constructor(tools: CollectorTools, releaseKept: () => void = () => {}) {
    this.#tools = tools;
    this.#releaseKept = releaseKept;
  }

  #use(): void {
    this.#uses += 1;
    if (this.#uses < USES) return;
    this.#uses = 0;
    this.#releaseKept();
  }

  /** Watches `target` under `name`; an earlier watch of that name ends. */
  watch(name: string, target: object): void {
    this.#use();
    this.#watches.set(name, new this.#tools.WeakRef(target));
  }

  /** The object, if it is still in memory. Whether it is must not show in anything but object identity that nobody kept. */
  find(name: string): object | undefined {
    this.#use();
    return this.#watches.get(name)?.deref();
  }

  /** Whether the name is watched: from `watch` to `forget`, whatever the collector does. */
  has(name: string): boolean {
    return this.#watches.has(name);
  }

  /** Ends the watch: the name is not reported, now or later. */
  forget(name: string): void {
    this.#watches.delete(name);
  }

  /** Names whose object is gone, in code unit order. Changes nothing. */
  harvest(): readonly string[] {
    const gone: string[] = [];
    for (const [name, ref] of this.#watches) if (ref.deref() === undefined) gone.push(name);
    return gone.sort();
  }

  /** Every watched name, in code unit order. */
  listNames(): readonly string[] {
    return [...this.#watches.keys()].sort();
  }

  get size(): number {
    return this.#watches.size;
  }
}
